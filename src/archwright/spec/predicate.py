"""An assumption that can be tested: `monthly requests <= 3M`, `p95 of question <= 4 s`, `cache hit >= 20 %`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Final

from archwright.base.errors import NOWHERE, Location
from archwright.base.text import nearest
from archwright.base.units import UnitError, parse
from archwright.spec.given import Given, Word

# What can be assumed of a running system, and in which dimension. A prediction and a ledger both give these.
SUBJECTS: Final = {
    "monthly requests": "count",
    "monthly journeys": "count",
    "p50": "duration",
    "p95": "duration",
    "p99": "duration",
    "availability": "share",
    "full answers": "share",
    "cache hit": "share",
    "fallback": "share",
    "degraded": "share",
    "monthly cost": "money",
    "cost per journey": "money",
    "cost per request": "money",
    "input tokens": "count",
    "output tokens": "count",
}
SAME: Final = 1e-9  # of a limit: a month of a rate a month is not quite the number that was written
WANTED: Final = "an assumption such as `monthly requests <= 3M` or `p95 of question <= 4 s`"
PATTERN: Final = r"(<=|>=|<|>)"
STATED: Final = "words, or an assumption such as `p95 of question <= 4 s`"
_PARTS: Final = re.compile(
    r"\s*(?P<subject>[a-z0-9 -]+?)(?:\s+of\s+(?P<journey>[A-Za-z0-9_-]+))?"
    r"\s*(?P<sign><=|>=|<|>)\s*(?P<limit>[^=<>].*?)\s*"
)


@dataclass(frozen=True, slots=True)
class Predicate:
    """`subject` (a key of SUBJECTS), of one journey or of all (empty), held against a limit.

    `text` is what was written. Two are equal when they say the same, wherever they stand.
    """

    subject: str
    journey: str
    sign: str
    limit: Given
    text: str
    where: Location = field(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        return self.text

    def holds(self, value: float) -> bool:
        """Whether `value`, in the base unit of its subject's dimension, keeps it; rounding makes no difference."""
        limit = self.limit.value
        if math.isclose(value, limit, rel_tol=SAME):
            return self.sign in ("<=", ">=")
        return value < limit if self.sign in ("<=", "<") else value > limit

    @property
    def dimension(self) -> str:
        """The dimension of the subject and of the limit."""
        return SUBJECTS[self.subject]


def predicate(text: str, where: Location = NOWHERE) -> Predicate:
    """The assumption that `text` states.

    Raises:
        UnitError: it is none, its subject cannot be measured, or its limit has another unit.
    """
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise UnitError(f"{text[:80]!r} is no assumption that can be tested", f"write {WANTED}")
    subject = " ".join(parts["subject"].split())
    if subject not in SUBJECTS:
        hint = nearest(subject, SUBJECTS)
        mend = f"did you mean `{hint}`?" if hint else f"one of: {', '.join(SUBJECTS)}"
        raise UnitError(f"`{subject[:80]}` is not measured", mend)
    limit = Given(parse(parts["limit"], SUBJECTS[subject]), SUBJECTS[subject], parts["limit"], where=where)
    return Predicate(subject, parts["journey"] or "", parts["sign"], limit, text, where)


def statement(text: str, where: Location = NOWHERE) -> Word | Predicate:
    """What `text` demands: a number that can be tested where it holds a sign of comparison, else words.

    Raises:
        UnitError: it compares something, but in a way that cannot be tested.
    """
    return predicate(text, where) if re.search(PATTERN, text) else Word.at(text, where)
