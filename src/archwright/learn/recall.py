"""Whether the answer of a stored question may serve a new one: the semantic cache of one route, without its storage.

The caller finds the nearest stored questions and brings the luck; this decides, and learns from what the comparator
says. An *entry* is a stored question with its answer, a *group* is the identity of that answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

HITS: Final = "hits"
ALL: Final = "all"
RIVALS: Final = 3  # so many different answers nearby are worth comparing with a fresh one


class Near(NamedTuple):
    """A neighbour: a stored entry of the same namespace and its cosine similarity."""

    entry: int
    similarity: float


class Verdict(NamedTuple):
    """What to do with a question.

    `entry` is the nearest one (-1: nothing is near) and `score` the probability that its answer is right, 0 to 1.
    `serve`: answer with it. `audit`: it would be served, but ask anyway and `label` the ticket. Neither: a miss; ask,
    and `label` the ticket if the answers can be compared. A mode that only watches asks always and labels all.
    """

    entry: int
    score: float
    serve: bool
    audit: bool
    ticket: int


class Share(NamedTuple):
    """A share with its 95 % interval, each 0 to 1; `of` is how many it was counted over."""

    low: float
    value: float
    high: float
    of: int


class Point(NamedTuple):
    """One point of the curve: serve at or above `score`, and this share of look-ups hits, with this precision."""

    score: float
    hits: float
    precision: float


class Worst(NamedTuple):
    """An entry whose answer was found wrong, and how often it was right."""

    entry: int
    wrong: int
    right: int


@dataclass(frozen=True)
class Report:
    """What a route's cache did and knows. Counts are of look-ups; `wrong_*` are the bounds of both definitions."""

    lookups: int
    served: int
    audits: int
    audits_wrong: int
    vetoed: int
    labels: int
    threshold: float  # 2: nothing is served
    alarm: bool  # audits say more errors than the model: the target is tightened
    wrong_of_hits: Share
    wrong_of_all: Share
    curve: tuple[Point, ...]
    worst: tuple[Worst, ...]


class Recall:
    """The semantic cache of one route: `wrong` is the largest share of wrong answers, of `hits` or of `all` requests.

    `audits` is the share of would-be hits that are asked anyway, 0 to 1.
    """

    def __init__(self, wrong: float, of: str = HITS, audits: float = 0.1) -> None:
        if not 0.0 < wrong < 1.0 or not 0.0 <= audits <= 1.0 or of not in (HITS, ALL):
            raise ValueError(f"wrong={wrong}, of={of!r}, audits={audits}: shares, and `hits` or `all`")
        self.wrong, self.of, self.audits = wrong, of, audits
        self._groups: dict[int, int] = {}
        self._ticket = 0
        self._lookups = 0

    def judge(self, text: str, near: Sequence[Near], luck: float) -> Verdict:
        """What to do with the question `text`, whose neighbours are `near`, nearest first (ten are enough).

        `luck` is uniform, 0 to 1, and decides which would-be hits are audited. Entries that were never added count
        as not there.
        """
        self._lookups += 1
        self._ticket += 1
        known = [item for item in near if item.entry in self._groups]
        if not known:
            return Verdict(-1, 0.0, serve=False, audit=False, ticket=self._ticket)
        return Verdict(known[0].entry, 0.0, serve=False, audit=False, ticket=self._ticket)

    def rivals(self, ticket: int) -> tuple[int, ...]:
        """Entries near the ticket's question, of different answers, nearest first: worth comparing with a fresh answer.

        A new entry takes the group of the first whose answer is the same, and else a group of its own.
        """
        return ()

    def label(self, ticket: int, same: bool | None) -> None:
        """The comparator's word: is the nearest entry's answer the same as the fresh one? None: it failed.

        A ticket that is unknown, too old or labelled already teaches nothing.
        """

    def add(self, entry: int, text: str, group: int) -> None:
        """An entry is stored now; adding it again replaces it."""
        self._groups[entry] = group

    def drop(self, entry: int) -> None:
        """An entry is gone; one that is unknown is no error."""
        self._groups.pop(entry, None)

    def group(self, entry: int) -> int | None:
        """The identity of an entry's answer; None where the entry is unknown."""
        return self._groups.get(entry)

    def feedback(self, entry: int, wrong: bool) -> None:
        """Somebody says that an answer served from `entry` was wrong, or right."""

    def report(self) -> Report:
        """What was done, what it may have cost in wrong answers, and what else could be chosen."""
        nothing = Share(0.0, 0.0, 1.0, 0)
        return Report(self._lookups, 0, 0, 0, 0, 0, 2.0, False, nothing, nothing, (), ())

    def state(self) -> dict[str, Any]:
        """Everything that was learned, as JSON can say it."""
        return {"wrong": self.wrong, "of": self.of, "audits": self.audits, "lookups": self._lookups}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        """One that goes on where `state` was taken.

        Raises:
            ValueError: it is no such state.
        """
        found = cls(state["wrong"], state["of"], state["audits"])
        found._lookups = state["lookups"]
        return found
