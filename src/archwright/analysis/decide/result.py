"""A decision worked out: the matrix, who is ahead, where the costs cross, what would change the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archwright.analysis.decide.breakeven import BreakEven, break_evens
from archwright.analysis.decide.candidate import Candidate
from archwright.analysis.decide.flips import Flip, flips
from archwright.analysis.decide.future import Sureness, sureness
from archwright.analysis.decide.matrix import Matrix, Ranking, matrix, ranking
from archwright.analysis.decide.switching import Switch
from archwright.report.figures import Book, Figure
from archwright.spec.decisions import Decision


@dataclass(frozen=True, slots=True)
class Result:
    """Everything about one decision. `margin` is the key of how far the winner is ahead, empty without a second.

    `deciding` are guesses: (what they move, the guess, the relative change when it is a tenth larger). `sure` says what
    options cost over years and how often each wins, `switches` what it takes to leave the settled one.
    """

    matrix: Matrix
    ranking: Ranking
    break_evens: tuple[BreakEven, ...]
    flips: tuple[Flip, ...]
    margin: str
    deciding: tuple[tuple[str, Figure, Figure], ...]
    sure: Sureness
    switches: tuple[Switch, ...] = ()

    @property
    def settled(self) -> str:
        """The option that the assumptions are held against: the chosen one, else the winner, else none."""
        return str(self.matrix.decision.chosen) or self.ranking.winner

    @property
    def against(self) -> str:
        """What is wrong with the choice by the matrix; empty where nothing is."""
        chosen = str(self.matrix.decision.chosen)
        if not chosen:
            return ""
        candidate = self.matrix.candidate(chosen)
        if candidate.standing != "open":
            return f"{candidate.title} is chosen, but {candidate.standing}: {reasons(candidate)}"
        if self.ranking.winner and self.ranking.winner != chosen:
            return f"{candidate.title} is chosen, but {self.matrix.candidate(self.ranking.winner).title} scores higher"
        return ""


def decide(name: str, decision: Decision, candidates: Sequence[Candidate], book: Book, seed: int = 1) -> Result:
    """Work out a decision; `book` holds the numbers of its candidates and gets all others."""
    found = matrix(name, decision, candidates, book)
    order = ranking(found, book)
    evens = break_evens(found, book)
    turning = flips(found, order.order, book) if order.winner else ()
    margin = ""
    if order.winner and len(order.order) > 1:
        margin = book.derive(
            f"{found.base}.margin", "first - second", "share", "winner ahead of the second",
            first=found.scores[order.order[0]], second=found.scores[order.order[1]],
        ).key  # fmt: skip
    deciding = tuple(_deciding(found, evens, margin, book))
    return Result(found, order, evens, turning, margin, deciding, sureness(found, order, evens, book, seed))


def reasons(candidate: Candidate) -> str:
    """Why an option may not be chosen, in words."""
    if candidate.broken:
        return "; ".join(f"{check.label}" + (f" ({check.shown})" if check.shown else "") for check in candidate.broken)
    if candidate.why:
        return candidate.why
    return "; ".join(f"{check.label} is not known" for check in candidate.unproven)


def _deciding(found: Matrix, evens: Sequence[BreakEven], margin: str, book: Book) -> list[tuple[str, Figure, Figure]]:
    moved = [("winner ahead", margin)] if margin else []
    moved += [
        (f"break-even of {found.candidate(even.low).title} and {found.candidate(even.high).title}", even.at)
        for even in evens
        if even.at
    ]
    return [(what, leaf, change) for what, key in moved for leaf, change in book.moves(key)]
