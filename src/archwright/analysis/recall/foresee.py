"""Past requests through a cache that answers by meaning: the same learning as in the gateway, with answers known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from archwright.learn.bounds import Share, wilson
from archwright.learn.recall import Near, Recall, Report

NEAREST = 10


class Asked(NamedTuple):
    """A past request: its words, the identity of its answer, its namespace, and when it came (seconds, rising)."""

    text: str
    answer: int
    space: int
    at: float = 0.0


class Past(Protocol):
    """Which earlier requests are near one, by their places."""

    def near(self, row: int, most: int) -> Sequence[Near]:
        """Stored requests of the same namespace before `row`, nearest first."""

    def store(self, row: int) -> None:
        """The answer to `row` is kept from now on."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What one promise would have done. Counts are of requests.

    `plain` are those that an exact cache alone answers, `exact` those that it answers beside the semantic one. Those
    `served` have another question's answer, of which `wrong` are not the right one; `audits` are hits that were asked.
    """

    wrong_at_most: float
    of: str
    requests: int
    plain: int
    exact: int
    served: int
    audits: int
    wrong: int
    report: Report

    @property
    def calls(self) -> int:
        """Requests that a model is asked for."""
        return self.requests - self.exact - self.served

    @property
    def net(self) -> float:
        """The share of calls that an exact cache would make and this one does not: a point of the curve (0 to 1)."""
        asked = self.requests - self.plain
        return max(0.0, 1.0 - self.calls / asked) if asked else 0.0

    @property
    def band(self) -> Share:
        """The same with its 95 % interval, as if each call were saved or not by itself."""
        asked = self.requests - self.plain
        return wilson(max(0, asked - self.calls), asked)

    @property
    def wrong_of_hits(self) -> Share:
        """Wrong answers among those served, with the 95 % interval."""
        return wilson(self.wrong, self.served)

    @property
    def wrong_of_all(self) -> Share:
        """Wrong answers among all requests, with the 95 % interval."""
        return wilson(self.wrong, self.requests)


def repeated(asked: Sequence[Asked], ttl_s: float) -> int:
    """The requests that an exact cache answers, which keeps an answer for `ttl_s`."""
    kept: dict[tuple[int, str], float] = {}
    found = 0
    for item in asked:
        key = (item.space, item.text)
        if _fresh(kept.get(key), item.at, ttl_s):
            found += 1
        else:
            kept[key] = item.at
    return found


def foresee(asked: Sequence[Asked], past: Past, recall: Recall, luck: Callable[[int], float], ttl_s: float) -> Foreseen:
    """Past requests, in the order of time, through a cache that begins empty. `luck` (0 to 1) chooses the audits."""
    kept: dict[tuple[int, str], float] = {}
    exact = served = audits = wrong = 0
    for row, item in enumerate(asked):
        key = (item.space, item.text)
        if _fresh(kept.get(key), item.at, ttl_s):
            exact += 1
            continue
        near = [other for other in past.near(row, NEAREST) if _fresh(asked[other.entry].at, item.at, ttl_s)]
        verdict = recall.judge(item.text, near, luck(row))
        if verdict.serve:
            served += 1
            wrong += asked[verdict.entry].answer != item.answer
            continue
        audits += verdict.audit
        recall.add(row, item.text, _learned(asked, recall, row, verdict.ticket), verdict.ticket)
        past.store(row)
        kept[key] = item.at
        if recall.due:
            recall.refit()
    plain = repeated(asked, ttl_s)
    return Foreseen(recall.wrong, recall.of, len(asked), plain, exact, served, audits, wrong, recall.report())


def _learned(asked: Sequence[Asked], recall: Recall, row: int, ticket: int) -> int:
    """Compare a fresh answer with those that are near; the group that it belongs to."""
    group: int | None = None
    first: bool | None = None
    for place, rival in enumerate(recall.rivals(ticket)):
        same = asked[rival].answer == asked[row].answer
        first = same if place == 0 else first
        if same:
            group = recall.group(rival)
            break
    recall.label(ticket, first)
    return row if group is None else group


def _fresh(kept_at: float | None, now: float, ttl_s: float) -> bool:
    return kept_at is not None and now - kept_at < ttl_s
