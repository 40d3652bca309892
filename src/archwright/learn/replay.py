"""What a semantic cache would have done with past requests: hits, audits, savings, and the errors it would make.

This is the one replay. The benchmarks run it, `archwright replay LOG` runs it, and the curve that it measures is what
`price` and `stress` reckon with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from archwright.learn.bounds import Share, wilson
from archwright.learn.features import MOST
from archwright.learn.recall import Near, Recall, Report

Compare = Callable[[int, int], bool | None]
NEVER_OLD: Final = math.inf


class Past(Protocol):
    """Which earlier requests are near one, by their rows."""

    def clear(self) -> None:
        """Nothing is stored any more."""

    def near(self, row: int, most: int) -> Sequence[Near]:
        """Stored requests of the same namespace before `row`, nearest first, at most `most`."""

    def store(self, row: int) -> None:
        """The answer to `row` is kept from now on."""


@dataclass(frozen=True)
class Log:
    """Requests in their order: what was asked, which earlier ones are near, and the identity of the answer.

    `keys` is what an exact cache keeps a request by, with its namespace; without them the words are, in any case.
    `times` are in seconds and rise; without them all is asked at once. An answer may be served for `ttl_s`.
    """

    texts: Sequence[str]
    stream: Past
    answers: Sequence[int]
    keys: Sequence[Hashable] = ()
    times: Sequence[float] = ()
    ttl_s: float = NEVER_OLD

    def key(self, row: int) -> Hashable:
        """What an exact cache keeps the request by."""
        return self.keys[row] if self.keys else " ".join(self.texts[row].lower().split())

    def fresh(self, kept: int | None, row: int) -> bool:
        """Whether the answer to the request `kept` may still serve the request `row`."""
        if kept is None:
            return False
        return not self.times or self.times[row] - self.times[kept] < self.ttl_s


@dataclass(frozen=True)
class Outcome:
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
    def saved(self) -> float:
        """The share of requests that no model was asked for, by the semantic cache alone; audits are asked."""
        return self.served / self.requests if self.requests else 0.0

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


def replay(log: Log, recall: Recall, luck: Callable[[int], float], compare: Compare | None = None) -> Outcome:
    """The log through a cache that begins empty.

    Every request that is asked is stored; exact repetitions of what is stored are answered before the cache is asked.
    `luck` is a request's, 0 to 1, and chooses the audits. `compare` is the comparator's word on the answers of two
    requests, by row; without one, their identities are compared.
    """
    told = compare or (lambda row, other: log.answers[row] == log.answers[other])
    log.stream.clear()
    kept: dict[Hashable, int] = {}
    exact = served = audits = wrong = 0
    for row, text in enumerate(log.texts):
        key = log.key(row)
        if log.fresh(kept.get(key), row):
            exact += 1
            continue
        near = [other for other in log.stream.near(row, MOST) if log.fresh(other.entry, row)]
        verdict = recall.judge(text, near, luck(row))
        if verdict.serve:
            served += 1
            wrong += log.answers[row] != log.answers[verdict.entry]
            continue
        audits += verdict.audit
        recall.add(row, text, _learn(recall, row, verdict.ticket, told), verdict.ticket)
        log.stream.store(row)
        kept[key] = row
        if recall.due:
            recall.refit()
    plain, all_ = repeated(log), len(log.texts)
    return Outcome(recall.wrong, recall.of, all_, plain, exact, served, audits, wrong, recall.report())


def repeated(log: Log) -> int:
    """The requests that an exact cache alone answers."""
    kept: dict[Hashable, int] = {}
    found = 0
    for row in range(len(log.texts)):
        key = log.key(row)
        if log.fresh(kept.get(key), row):
            found += 1
        else:
            kept[key] = row
    return found


def _learn(recall: Recall, row: int, ticket: int, told: Compare) -> int:
    """Tell the cache how the fresh answer compares, and find out whose answer it is: a row that names the group."""
    group: int | None = None
    first: bool | None = None
    for place, rival in enumerate(recall.rivals(ticket)):
        same = told(row, rival)
        first = same if place == 0 else first
        if same:
            group = recall.group(rival)
            break
    recall.label(ticket, first)
    return row if group is None else group
