"""What a person vouches for because nothing here can derive it: by whom, since when, until when, on what evidence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from archwright.base.errors import Problem
from archwright.spec.day import Day
from archwright.spec.given import Word
from archwright.spec.shapes import Record, choice, day, references, text, texts

# Days that a statement stays current, by what it speaks of: a result ages faster than a signed document.
LASTS: Final = {"result": 90, "process": 180, "document": 365}
CONTROL: Final = re.compile(r"[A-Z][A-Z0-9]*:\S.*")
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Attestation(Record):
    """A statement that somebody answers for. It is evidence until it expires, or until what it speaks of changes."""

    controls: tuple[Word, ...] = texts("controls that it speaks to, such as `EU:Art. 4` or `N:GOVERN 2.2`")
    statement: Word = text("what is true")
    kind: str = choice(tuple(LASTS), "what it speaks of: it holds 90, 180 or 365 days", default="process")
    scope: tuple[Word, ...] = references("components", "of which components; of all if left out")
    configuration: Word = text("hash of the plan that it was made for; another plan makes it stale", default="")
    owner: Word = text("who answers for it")
    approver: Word = text("who looked at it, and is not the owner", default="")
    stated: Day = day("when it was stated")
    expires: Day | None = day("last day; by its kind if left out", default=None)
    evidence: Word = text("where the evidence is: a link, or a path beside this file", default="")
    digest: Word = text("SHA-256 of the evidence, as `sha256:…`", default="")

    @property
    def until(self) -> dt.date:
        """The last day on which it is current."""
        try:
            return self.expires.date if self.expires else self.stated.date + dt.timedelta(days=LASTS[self.kind])
        except OverflowError:  # stated in the last year of the calendar
            return dt.date.max

    def holds(self, as_of: dt.date, plan: str = "") -> bool:
        """Whether it is current on a day, for the configuration `plan` (where that is known)."""
        same = not self.configuration or not plan or self.configuration == plan
        return self.stated.date <= as_of <= self.until and same


def judge_attestations(attestations: Mapping[str, Attestation]) -> Iterator[Problem]:
    """What no single key shows: a control without a framework, an end before the beginning, a digest that is none."""
    for name, item in attestations.items():
        if not item.controls:
            mend = 'name what it speaks to, such as `controls: ["EU:Art. 4"]`'
            yield Problem("no-control", f"attestation `{name}` speaks to no control", item.where, mend)
        for control in item.controls:
            if not CONTROL.fullmatch(control):
                message = f"{control[:80]!r} does not name a framework and a control"
                yield Problem("bad-control", message, control.where, "write it as `EU:Art. 4` or `N:GOVERN 2.2`")
        if item.expires is not None and item.expires < item.stated:
            message = f"attestation `{name}` ends on {item.expires}, before it was stated"
            yield Problem("out-of-range", message, item.expires.where, "give a later day")
        if item.digest and not DIGEST.fullmatch(item.digest):
            yield Problem(
                "bad-digest", f"attestation `{name}` has no digest that can be compared", item.digest.where,
                "write `sha256:` and 64 hexadecimal digits",
            )  # fmt: skip
