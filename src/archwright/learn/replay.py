"""What a semantic cache would have done with a log of past requests: hits, audits, and the errors it would make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from archwright.learn.bounds import Share, wilson
from archwright.learn.features import MOST
from archwright.learn.neighbours import Stream
from archwright.learn.recall import HITS, Recall, Report

Compare = Callable[[int, int], bool | None]
ROUNDS: Final = 2**32


@dataclass(frozen=True)
class Log:
    """Requests in their order: what was asked, its place in the space of meanings, and the identity of the answer."""

    texts: Sequence[str]
    stream: Stream
    answers: Sequence[int]


@dataclass(frozen=True)
class Outcome:
    """What one setting did. Counts are of requests; served are semantic hits, `wrong` those with another answer."""

    target: float
    of: str
    requests: int
    exact: int
    served: int
    audits: int
    wrong: int
    report: Report

    @property
    def saved(self) -> float:
        """The share of requests that no model was asked for, by the semantic cache alone; audits are asked."""
        return self.served / self.requests if self.requests else 0.0

    @property
    def hits(self) -> float:
        """The share of requests that were a semantic hit, audited or not."""
        return (self.served + self.audits) / self.requests if self.requests else 0.0

    @property
    def wrong_of_hits(self) -> Share:
        """Wrong answers among those served, with its 95 % interval."""
        return wilson(self.wrong, self.served)

    @property
    def wrong_of_all(self) -> Share:
        """Wrong answers among all requests, with its 95 % interval."""
        return wilson(self.wrong, self.requests)


def replay(log: Log, recall: Recall, luck: Callable[[int], float], compare: Compare | None = None) -> Outcome:
    """The log through a cache that begins empty.

    Every request that is asked is stored; exact repetitions of what is stored are answered before the cache is asked.
    `luck` is a request's, 0 to 1. `compare` is the comparator's word on the answers of two requests, by row; without
    one, their identities are compared.
    """
    told = compare or (lambda row, other: log.answers[row] == log.answers[other])
    log.stream.clear()
    exact: dict[str, int] = {}
    repeated = served = audits = wrong = 0
    for row, text in enumerate(log.texts):
        plain = " ".join(text.lower().split())
        if plain in exact:
            repeated += 1
            continue
        verdict = recall.judge(text, log.stream.near(row, MOST), luck(row))
        if verdict.serve:
            served += 1
            wrong += log.answers[row] != log.answers[verdict.entry]
            continue
        audits += verdict.audit
        recall.add(row, text, _learn(recall, row, verdict.ticket, told), verdict.ticket)
        log.stream.store(row)
        exact[plain] = row
        if recall.due:
            recall.refit()
    return Outcome(recall.wrong, recall.of, len(log.texts), repeated, served, audits, wrong, recall.report())


def outcomes(
    log: Log, targets: Sequence[float], luck: Callable[[int], float], of: str = HITS, audits: float = 0.1
) -> tuple[Outcome, ...]:
    """One outcome for each target: what would a stricter or a looser one have saved?"""
    return tuple(replay(log, Recall(target, of, audits), luck) for target in targets)


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
