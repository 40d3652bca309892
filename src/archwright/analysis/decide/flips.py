"""Which weight would change the winner: for each criterion the smallest change, the others kept in proportion.

With weight w of a criterion, an option scores `w * cell + (1 - w) * rest`, where `rest` is its score by the other
criteria, their weights scaled to 100 %. Between two options the difference is linear in w, so it is 0 at
`rest / (rest - own)`, where `own` and `rest` are the differences by this criterion and by the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archwright.analysis.decide.matrix import Matrix
from archwright.report.figures import Book, Figure, Formula

REST: Final = Formula("(ahead - weight * own) / (1 - weight)")
FLIP: Final = Formula("rest / (rest - own)")


@dataclass(frozen=True, slots=True)
class Flip:
    """Beyond the weight `at` (a key) of a criterion, `winner` is ahead. Empty where no weight does that."""

    criterion: str
    weight: str
    at: str = ""
    winner: str = ""


def flips(found: Matrix, order: tuple[str, ...], book: Book) -> tuple[Flip, ...]:
    """The nearest flip of each criterion; `order` holds the options that may be chosen, the winner first."""
    return tuple(_nearest(found, order, criterion, book) for criterion in found.decision.criteria)


def _nearest(found: Matrix, order: tuple[str, ...], criterion: str, book: Book) -> Flip:
    weight = book[found.weight(criterion)]
    none = Flip(criterion, weight.key)
    if weight.value >= 1:
        return none  # the others have no proportion that could be kept
    trials = [(rival, _meeting(found, (order[0], rival), criterion, book)) for rival in order[1:]]
    meetings = [(abs(at.value - weight.value), at.key, rival) for rival, at in trials if at is not None]
    if not meetings:
        return none
    _, at, rival = min(meetings, key=lambda item: item[0])
    return Flip(criterion, weight.key, at, rival)


def _meeting(found: Matrix, pair: tuple[str, str], criterion: str, book: Book) -> Figure | None:
    """The weight at which two options are equal, if one beyond it is possible."""
    first, rival = pair
    key = f"{found.base}.flip.{criterion}.{rival}"
    weight = found.weight(criterion)
    ahead = book.derive(
        f"{found.base}.ahead.{rival}", "first - second", "share", f"{first} ahead of {rival}",
        first=found.scores[first], second=found.scores[rival],
    )  # fmt: skip
    own = book.derive(
        f"{key}.own", "first - second", "number", "ahead by this criterion",
        first=found.cells[first, criterion].score, second=found.cells[rival, criterion].score,
    )  # fmt: skip
    rest = book.derive(
        f"{key}.rest", REST, "number", "ahead by the others, their weights scaled to 100 %",
        ahead=ahead, weight=weight, own=own,
    )  # fmt: skip
    if rest.value == own.value:
        return None
    at = FLIP(rest=rest.value, own=own.value)
    # At 0 or 1 itself there is only a tie, and nothing lies beyond.
    if not 0 < at < 1:
        return None
    return book.derive(key, FLIP, "share", f"weight of {criterion} at which both are equal", rest=rest, own=own)
