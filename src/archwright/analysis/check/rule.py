"""What a rule is: one object that finds something, says why it matters and how to mend it, and shows both cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archwright.base.errors import Location
from archwright.facts.controls import control
from archwright.report.document import Finding, Severity
from archwright.spec.model import System


@dataclass(frozen=True, slots=True)
class Hit:
    """One place that a rule objects to.

    Args:
        message: what is wrong there.
        where: the place.
        subject: the component, route or journey.
        mend: what to write there; wins over the rule's.
        severity: how bad it is there, where that depends on the data, the exposure or the trust; the rule's otherwise.
        since: the first day on which it counts; None where it counts on every day.
    """

    message: str
    where: Location
    subject: str = ""
    mend: str = ""
    severity: Severity | None = None
    since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, which is also its own page of documentation and its own test.

    Args:
        code: stable and short, such as `REL01`.
        name: its file's name, such as `no-timeout`.
        severity: how bad a finding is at worst; a hit may say that it is less here.
        summary: what it objects to, in one line.
        why: what happens if nothing is done.
        mend: what to write instead.
        detection: what exactly is looked at.
        false_positives: when a finding may be wrong, or a case is missed, and what to do then.
        references: controls that a clean result is evidence for, as `framework:control`.
        bad: a complete small system. Under each line with a finding, a comment holds `^` in the column it points at.
        good: the same system, mended.
        find: the places that it objects to.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    mend: str
    detection: str
    false_positives: str
    references: tuple[str, ...]
    bad: str
    good: str
    find: Callable[[System], Iterator[Hit]]

    def check(self, system: System, as_of: dt.date | None = None) -> Iterator[Finding]:
        """What it objects to in `system` on a day; without a day, what begins on one is left out."""
        for hit in self.find(system):
            if hit.since is None or (as_of is not None and hit.since <= as_of):
                yield Finding(
                    self.code, hit.severity or self.severity, hit.message, hit.where, self.why, hit.mend or self.mend,
                    hit.subject, self.evidence,
                )  # fmt: skip

    @property
    def evidence(self) -> tuple[str, ...]:
        """The references with their titles, as `NIST AI RMF GOVERN 2.1 (roles and responsibilities)`."""
        return tuple(control(reference).shown for reference in self.references)
