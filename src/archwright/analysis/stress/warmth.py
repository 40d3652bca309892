"""What the plain engine's caches hold when a scenario begins; the law of it is in `plan.warm`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from archwright.plan.cost import call_cost
from archwright.plan.model import Plan, Scenario
from archwright.plan.rules import price_of
from archwright.plan.trace import Trace
from archwright.plan.warm import (
    BEFORE,
    DENSE,
    Past,
    Stream,
    ago,
    given_before,
    kept_before,
    lasting,
    past,
    share_of,
    skipped,
    streams,
)
from archwright.plan.workload import RUNS, Visit, Work, shared_key, work_of, zipf
from archwright.policy import chance
from archwright.policy.kept import Kept
from archwright.policy.lanes import BATCH, REALTIME
from archwright.policy.worth import worth

MASK = (1 << 62) - 1


class _Answer(NamedTuple):
    """An answer that may be kept: how long ago that was, what it cost (pico-dollars), and how often it was given.

    `asked` is how long ago (seconds) it was asked for last.
    """

    ago: float
    asked: float
    key: int
    cost: int
    hits: int


def fill(
    caches: Sequence[Kept], plan: Plan, scenario: Scenario, seed: int, traffic: tuple[float, Trace | None]
) -> None:
    """Put into the caches what traffic like that of a scenario left in them; `traffic` is its load and its trace."""
    load, trace = traffic
    found, _ = streams(plan, scenario, seed, load, trace)
    before = past(plan, scenario, load) if found else Past([], [])
    asked: list[list[_Answer]] = [[] for _ in caches]
    for number, stream in enumerate(found):
        asked[stream.cache] += _Answers(plan, stream, number, seed, before).all()
    for cache, answers in zip(caches, asked, strict=True):
        ranked = sorted(answers, key=lambda answer: _rank(answer, cache.ttl_s))
        left = max(0, len(ranked) - cache.entries)
        pace = max(0.0, _rank(ranked[left - 1], cache.ttl_s)) if left else 0.0
        for answer in sorted(ranked[left:], key=lambda answer: -answer.ago):
            cache.clock = -pace * answer.asked  # as it stood then; it stands at 0 when the scenario begins
            cache.keep(-answer.ago, answer.key, answer.cost, answer.hits)
        cache.clock = 0.0


def _rank(answer: _Answer, ttl_s: float) -> float:
    """Whatever is too old leaves first, the oldest of all; then what the clock of the cache comes to first."""
    return -answer.ago if answer.ago >= ttl_s else lasting(worth(0.0, answer.hits, answer.cost), answer.asked)


class _Answers:
    """The answers of one stream, with the luck that says when each was asked for last."""

    def __init__(self, plan: Plan, stream: Stream, number: int, seed: int, before: Past) -> None:
        self.plan = plan
        self.stream = stream
        self.number = number
        self.seed = seed
        self.before = before
        self.journey = plan.journeys[stream.journey]
        self.tenants = tuple(tenant.share for tenant in plan.tenants)
        first = plan.routes[self.journey.steps[stream.step].route].hops[0].target
        self.price = price_of(plan.targets[first], BATCH if self.journey.batch else REALTIME)

    def all(self) -> Iterator[_Answer]:
        """Those that may be kept."""
        if self.stream.shared > 0.0:
            yield from self._by_meaning()
        yield from self._repeated() if self.stream.repeats else self._once()

    def _once(self) -> Iterator[_Answer]:
        """Answers that nobody asks for again: one after the other, evenly."""
        tenants = [tenant for tenant, _ in self._paid()]
        for number in range(int(self.stream.rate * self.stream.due)):
            if not self._seen((BEFORE + number) * max(1, self.journey.wordings)):
                work = self._work(BEFORE + number, 0, tenants[number % len(tenants)])
                yield self._answer((number + 0.5) / self.stream.rate, work, 0.0)

    def _by_meaning(self) -> Iterator[_Answer]:
        """The one answer for each tenant that serves whatever is found by meaning."""
        stream = self.stream
        for tenant, share in self._paid():
            rate = stream.rate * stream.shared * share
            due = -math.log(1.0 - chance.uniform(self.seed, tenant + 1, stream.journey, chance.LIFE)) / rate
            if due <= stream.due:
                key = shared_key(stream.journey, stream.step * RUNS + stream.run, tenant)
                yield self._answer(due, self._work(0, 0, tenant)._replace(key=key), rate)

    def _repeated(self) -> Iterator[_Answer]:
        stream, journey = self.stream, self.journey
        paid = list(self._paid())
        sums = zipf(journey.answers, journey.skew)
        largest = share_of(1.0, journey.wordings, 0, journey.semantic) * max(share for _, share in paid)
        cells = journey.answers * journey.wordings * len(paid)
        cell = 0
        while cell < cells:
            answer = cell // len(paid) // journey.wordings
            most = stream.rate * _weight(sums, answer) * largest * stream.due
            bound = -math.expm1(-most)
            if bound < 1e-12:
                return
            if bound < DENSE:
                cell += skipped(most, chance.uniform(self.seed, cell, self.number, chance.PASSED_OVER))
                if cell >= cells:
                    return
            else:
                bound = 1.0
            content, (tenant, share) = cell // len(paid), paid[cell % len(paid)]
            answer, wording = content // journey.wordings, content % journey.wordings
            rate = stream.rate * share_of(_weight(sums, answer), journey.wordings, wording, journey.semantic) * share
            luck = bound * chance.uniform(self.seed, cell, stream.journey, chance.ASKED)
            due = -math.log(1.0 - luck) / rate if rate > 0.0 else math.inf
            if due <= stream.due and not self._seen(content):
                yield self._answer(due, self._work(answer, wording, tenant), rate)
            cell += 1

    def _work(self, answer: int, wording: int, tenant: int) -> Work:
        visit = Visit(0.0, 0, self.stream.journey, tenant, answer, wording, -1, -1)
        return work_of(self.journey, visit, self.stream.step, self.stream.run, self.seed)

    def _answer(self, due: float, work: Work, rate: float) -> _Answer:
        stream, first = self.stream, self.before.first
        asked = age = ago(self.before.rows, first[stream.journey], first[stream.journey + 1], due)
        each = rate * stream.pace
        lucks = (chance.uniform(self.seed, work.key & MASK, 0, luck) for luck in (chance.REFRESHED, chance.LIFE))
        age += kept_before(each, stream.ttl_s, *lucks)
        cost = call_cost(work.tokens_in, 0, work.tokens_out, self.price)
        return _Answer(age, asked, work.key, cost, given_before(each, stream.ttl_s))

    def _seen(self, content: int) -> bool:
        """Whether a content is one that the one answer serves which is found by meaning."""
        step = self.stream.step
        return chance.seen(self.journey.steps[step].seen, self.seed, content, step)

    def _paid(self) -> Iterator[tuple[int, float]]:
        """Tenants and their shares; -1 where there are none."""
        sums = list(accumulate(self.tenants))
        yield from ((place, _weight(sums, place)) for place in range(len(sums))) if sums else ((-1, 1.0),)


def _weight(sums: Sequence[float], place: int) -> float:
    """The share of one place of rising sums."""
    return (sums[place] - (sums[place - 1] if place else 0.0)) / sums[-1]
