"""What a rule is: one object that finds something, says why it matters and how to mend it, and shows both cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archwright.base.errors import Location
from archwright.report.document import Finding, Severity
from archwright.spec.model import System


@dataclass(frozen=True, slots=True)
class Hit:
    """One place that a rule objects to. `subject` is the component, route or journey; `mend` wins over the rule's."""

    message: str
    where: Location
    subject: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, which is also its own page of documentation and its own test.

    Args:
        code: stable and short, such as `REL01`.
        name: its file's name, such as `no-timeout`.
        severity: how bad a finding is.
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

    def check(self, system: System) -> Iterator[Finding]:
        """What it objects to in `system`."""
        for hit in self.find(system):
            yield Finding(
                self.code, self.severity, hit.message, hit.where, self.why, hit.mend or self.mend, hit.subject
            )
