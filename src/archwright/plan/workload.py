"""The workload as events, the same for the simulator and for the client that replays it over HTTP.

A *visit* is one journey of one client: when it begins, who pays, which question it asks in which wording. Its *path* is
the work that follows from it: stages one after the other, in each stage branches beside each other, in each branch
pieces of work in a row (an agent's repeats). Everything is drawn by (visit, step and run, purpose).
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from archwright.plan.model import Journey, Plan, Scenario
from archwright.plan.trace import Trace
from archwright.policy import chance

RUNS = 1024  # room for the runs of a step in a request's number
STEPS = 64
STRATIFIED = 50_000  # up to so many different contents, token counts follow their law exactly in the weighted mean


class Visit(NamedTuple):
    """One journey of one client. `tokens_in` and `tokens_out` are -1 unless recorded traffic gives them."""

    at: float
    number: int
    journey: int
    tenant: int
    answer: int
    wording: int
    tokens_in: int
    tokens_out: int


class Work(NamedTuple):
    """One piece of work of a visit: a run of a step. `request` numbers it and its luck; `key` is its exact cache key.

    Token counts are 0 where the step calls no model.
    """

    step: int
    run: int
    request: int
    tokens_in: int
    tokens_out: int
    key: int


Branch = tuple[Work, ...]
Stage = tuple[Branch, ...]


def visits(plan: Plan, scenario: Scenario, seed: int, load: float = 1.0, trace: Trace | None = None) -> Iterator[Visit]:
    """All visits that begin within the scenario, in order of time.

    Rates are those of the peak hour, times `load`, times the scenario's own load changes. A `trace` replaces the
    arrivals, and the tokens of the traced step, of the first critical journey.
    """
    factors = _factors(scenario, load)
    traced = traced_journey(plan) if trace is not None else -1
    streams = [
        _visits(plan, index, factors, scenario.lasts_s, seed, trace if index == traced else None)
        for index in range(len(plan.journeys))
    ]
    return heapq.merge(*streams)


def traced_journey(plan: Plan) -> int:
    """The journey whose arrivals recorded traffic replaces: the first critical one, else the first."""
    return next((index for index, journey in enumerate(plan.journeys) if journey.critical), 0)


def path(plan: Plan, visit: Visit, seed: int) -> tuple[Stage, ...]:
    """The stages of a visit; steps that it does not take are left out."""
    journey = plan.journeys[visit.journey]
    stages: dict[int, list[Branch]] = {}
    for index, step in enumerate(journey.steps):
        luck = visit.number * STEPS + index
        if chance.uniform(seed, luck, 0, chance.TAKEN) >= step.probability:
            continue
        runs = chance.geometric(step.repeat_mean, step.repeat_most, chance.uniform(seed, luck, 0, chance.REPEATS))
        branch = tuple(_work(journey, visit, index, run, seed) for run in range(min(runs, RUNS)))
        stages.setdefault(step.stage, []).append(branch)
    return tuple(tuple(stages[number]) for number in sorted(stages))


def _factors(scenario: Scenario, load: float) -> list[tuple[float, float]]:
    """(end, factor) of consecutive intervals over the scenario."""
    changes = [change for change in scenario.changes if change.what == "load"]
    edges = sorted({0.0, scenario.lasts_s, *(c.at_s for c in changes), *(c.at_s + c.lasts_s for c in changes)})
    intervals = []
    for begin, end in zip(edges, edges[1:], strict=False):
        factor = load
        for change in changes:
            if change.at_s <= begin < change.at_s + change.lasts_s:
                factor *= change.factor
        intervals.append((end, factor))
    return intervals


def _visits(  # noqa: PLR0913
    plan: Plan, index: int, factors: Sequence[tuple[float, float]], until: float, seed: int, trace: Trace | None
) -> Iterator[Visit]:
    journey = plan.journeys[index]
    shape = weibull_shape(journey.burstiness)
    unit = 1.0 / math.gamma(1.0 + 1.0 / shape)  # a Weibull gap with this scale has mean 1
    mean_gap = 1.0 / (journey.rate * journey.peak)
    now, segment, count = 0.0, 0, 0
    while True:
        number = count * len(plan.journeys) + index
        tokens = (-1, -1)
        if trace is None:
            u = chance.uniform(seed, number, index, chance.ARRIVAL)
            gap = mean_gap * unit * (-math.log(1.0 - u)) ** (1.0 / shape)
        elif count >= len(trace.times):
            return
        else:
            gap = trace.times[count] - (trace.times[count - 1] if count else 0.0)
            tokens = (trace.tokens_in[count], trace.tokens_out[count])
        while segment < len(factors):
            end, factor = factors[segment]
            if factor > 0 and now + gap / factor <= end:
                break
            gap -= (end - now) * factor
            now = end
            segment += 1
        if segment >= len(factors) or now >= until:
            return
        now += gap / factors[segment][1]
        answer, wording = _content(journey, number, seed)
        yield Visit(now, number, index, _tenant(plan, number, seed), answer, wording, *tokens)
        count += 1


@lru_cache(maxsize=256)
def weibull_shape(burstiness: float) -> float:
    """The shape of the Weibull law whose coefficient of variation is `burstiness` (0.05 to 100); 1.0 is exponential.

    From CV**2 = gamma(1 + 2/k) / gamma(1 + 1/k)**2 - 1, solved by bisection.
    """
    low, high = 0.12, 30.0
    for _ in range(80):
        middle = math.sqrt(low * high)
        variation = math.exp(math.lgamma(1 + 2 / middle) - 2 * math.lgamma(1 + 1 / middle)) - 1
        low, high = (middle, high) if variation > burstiness * burstiness else (low, middle)
    return low


def _tenant(plan: Plan, number: int, seed: int) -> int:
    if not plan.tenants:
        return -1
    u = chance.uniform(seed, number, 0, chance.TENANT)
    sums = list(accumulate(tenant.share for tenant in plan.tenants))
    return min(bisect_right(sums, u * sums[-1]), len(sums) - 1)


def _content(journey: Journey, number: int, seed: int) -> tuple[int, int]:
    """Which question in which wording; without repetition every visit asks its own."""
    if journey.answers == 0:
        return number, 0
    sums = _zipf(journey.answers, journey.skew)
    answer = bisect_right(sums, chance.uniform(seed, number, 0, chance.ANSWER) * sums[-1])
    wording = int(chance.uniform(seed, number, 0, chance.WORDING) * journey.wordings)
    return min(answer, journey.answers - 1), wording


@lru_cache(maxsize=32)
def _zipf(answers: int, skew: float) -> tuple[float, ...]:
    return tuple(accumulate(rank**-skew for rank in range(1, answers + 1)))


def _work(journey: Journey, visit: Visit, index: int, run: int, seed: int) -> Work:
    step = journey.steps[index]
    request = (visit.number * STEPS + index) * RUNS + run
    if step.route < 0:
        return Work(index, run, request, 0, 0, 0)
    tokens_in, tokens_out = _tokens(journey, visit, index, seed)
    tokens_in += step.growth * run
    salt = chance.fold(visit.answer, index, run, visit.wording)
    other = chance.fold(visit.journey, tokens_in, tokens_out, salt)
    return Work(index, run, request, tokens_in, tokens_out, (salt << 32 | other) + 1)


def _tokens(journey: Journey, visit: Visit, index: int, seed: int) -> tuple[int, int]:
    """Tokens of a model call. They belong to the content, so that the same question is the same request."""
    step = journey.steps[index]
    if visit.tokens_in >= 0 and index == journey.traced_step:
        return max(1, visit.tokens_in), max(1, visit.tokens_out)
    drawn = []
    for purpose, law in ((chance.TOKENS_IN, step.tokens_in), (chance.TOKENS_OUT, step.tokens_out)):
        u = _content_luck(journey, visit, seed, index * 64 + purpose)
        drawn.append(max(1, round(chance.log_normal(law.median, law.spread, u))))
    return step.system_tokens + drawn[0], drawn[1]


def _content_luck(journey: Journey, visit: Visit, seed: int, salt: int) -> float:
    contents = journey.answers * journey.wordings
    content = visit.answer * max(1, journey.wordings) + visit.wording
    if 0 < contents <= STRATIFIED:
        return _strata(journey.answers, journey.skew, journey.wordings, seed, salt)[content]
    return chance.uniform(seed, content, salt, chance.TOKENS_IN)


@lru_cache(maxsize=64)
def _strata(answers: int, skew: float, wordings: int, seed: int, salt: int) -> tuple[float, ...]:
    """For each content the middle of its own share of [0, 1), the contents in a random order.

    Shares are as large as the content is popular, so the mean over requests is the mean of the law, whichever few
    questions happen to be popular.
    """
    weights = [rank**-skew / wordings for rank in range(1, answers + 1) for _ in range(wordings)]
    order = sorted(range(len(weights)), key=lambda item: chance.uniform(seed, item, salt, chance.CHUNK))
    total = sum(weights)
    middles = [0.0] * len(weights)
    below = 0.0
    for item in order:
        middles[item] = (below + weights[item] / 2) / total
        below += weights[item]
    return tuple(middles)
