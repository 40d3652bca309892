"""The workload as events, the same for the simulator and for the client that replays it over HTTP.

A *visit* is one journey of one client: when it begins, who pays, which question it asks in which wording. Its *path* is
the work that follows from it: stages one after the other, in each stage branches beside each other, in each branch
pieces of work in a row (an agent's repeats). Everything is drawn by (visit, step and run, purpose).
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, count
from typing import NamedTuple

from msgspec.structs import replace

from archwright.base.errors import InputError, Location, Problem
from archwright.plan.expect import once_more
from archwright.plan.load import Piece, pieces, total
from archwright.plan.model import Journey, Plan, Scenario, Step
from archwright.plan.trace import UNKNOWN, Tokens, Trace
from archwright.plan.users import Users
from archwright.policy import chance

RUNS = 1024  # room for the runs of a step in a request's number
STEPS = 64
TURN = 1 << 20  # attempts that a piece of work leaves free for its luck at each further station
STREAMED = 64  # a client streams an answer of more tokens than this
MOST_VISITS = 200_000_000
STRATIFIED = 50_000  # up to so many different contents, token counts follow their law exactly in the weighted mean


class Visit(NamedTuple):
    """One journey of one client. Tokens are -1 unless recorded traffic gives them; those cached are of the input."""

    at: float
    number: int
    journey: int
    tenant: int
    answer: int
    wording: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int = -1


class Work(NamedTuple):
    """One piece of work of a visit: a run of a step. `request` numbers it and its luck; `key` is its exact cache key.

    Token counts are 0 where the step calls no model. `passages` are those of `tokens_in` that the gateway adds to what
    the client writes, `cached` those that the supplier's prompt cache holds already.
    """

    step: int
    run: int
    request: int
    tokens_in: int
    tokens_out: int
    key: int
    passages: int = 0
    cached: int = 0


Branch = tuple[Work, ...]
Stage = tuple[Branch, ...]


def visits(
    plan: Plan,
    scenario: Scenario,
    seed: int,
    load: float = 1.0,
    trace: Trace | None = None,
    users: Mapping[int, Users] | None = None,
) -> Iterator[Visit]:
    """All visits that begin within the scenario, in order of time; of users who come back the first ones only.

    Rates are those of the peak hour, times `load`, times the scenario's own load changes; or those of the calendar. A
    `trace` replaces the arrivals, and the tokens of the traced step, of the first critical journey. `users` are those
    of `returning`, if whoever asks lets them come back.
    """
    traced = traced_journey(plan) if trace is not None else -1
    arrivals = []
    for index, journey in enumerate(plan.journeys):
        recorded = trace if index == traced else None
        if not journey.users:
            arrivals.append(_visits(plan, index, pieces(journey, scenario, load), seed, recorded))
    closed = returning(plan, scenario, seed, load, trace) if users is None else users
    arrivals += [comers(plan, item, seed) for item in closed.values()]
    return heapq.merge(*arrivals)


def returning(
    plan: Plan, scenario: Scenario, seed: int, load: float = 1.0, trace: Trace | None = None
) -> dict[int, Users]:
    """The users of each closed journey, by its place."""
    traced = traced_journey(plan) if trace is not None else -1
    count = len(plan.journeys)
    return {
        index: Users(
            item, index, count, scenario, load, pieces(item, scenario, load), seed, trace if index == traced else None
        )
        for index, item in enumerate(plan.journeys)
        if item.users
    }


def comers(plan: Plan, users: Users, seed: int) -> Iterator[Visit]:
    """The first visit of each user, in order of time."""
    return (_visit(plan, users.index, at, number, seed, users.tokens(row)) for at, number, row in users.first())


def again(plan: Plan, users: Users, visit: Visit, now: float, seed: int) -> Visit | None:
    """The next visit of whoever made `visit`, which ended at `now`; None where the scenario is over by then."""
    found = users.after(visit.number, now)
    if found is None:
        return None
    at, number, row = found
    return _visit(plan, users.index, at, number, seed, users.tokens(row))


def bounded(plan: Plan, scenario: Scenario, load: float = 1.0, trace: Trace | None = None) -> None:
    """Refuse a workload that would never end, and recorded traffic that its journey cannot use.

    Raises:
        InputError: with what to change.
    """
    expected = expected_visits(plan, scenario, load, trace)
    if not expected <= MOST_VISITS:
        message = f"scenario `{scenario.name}` brings about {expected:.3g} journeys; {MOST_VISITS:,} are the most"
        mend = "look at less time (`lasts`), or at a smaller load or volume"
        raise InputError([Problem("never-ends", message, Location("the scenario"), mend)])


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
        more = once_more(step.repeat_mean, step.repeat_most)
        runs = chance.geometric(more, step.repeat_most, chance.uniform(seed, luck, 0, chance.REPEATS))
        branch = tuple(work_of(journey, visit, index, run, seed) for run in range(min(runs, RUNS)))
        stages.setdefault(step.stage, []).append(branch)
    return tuple(tuple(stages[number]) for number in sorted(stages))


def stops(step: Step) -> tuple[int, ...]:
    """The stations at which a piece of work is done before the gateway is asked, in order."""
    return (step.station,) if step.search < 0 else (step.station, step.search)


def streams(work: Work) -> bool:
    """Whether the client asks for this answer as a stream."""
    return work.tokens_out > STREAMED


def expected_visits(plan: Plan, scenario: Scenario, load: float = 1.0, trace: Trace | None = None) -> float:
    """How many visits a scenario has in the mean; those of recorded traffic are counted.

    Users who come back are taken to think only, so theirs are the most that there can be.
    """
    traced = traced_journey(plan) if trace is not None else -1
    if trace is not None and plan.journeys:
        _fits(plan.journeys[traced], trace)
    found = 0.0
    for index, journey in enumerate(plan.journeys):
        passed = total(pieces(journey, scenario, load))
        if journey.users:
            found += journey.users * load * scenario.lasts_s / journey.think_s
        elif trace is not None and index == traced:
            found += bisect_left(trace.times, passed)
        else:
            found += journey.rate * journey.peak * passed
    return found


def _fits(journey: Journey, trace: Trace) -> None:
    """Sessions need users who go through them, and arrivals a journey that has some."""
    where = Location(trace.name)
    if trace.sessions and not journey.users:
        message = f"recorded sessions have no common clock, and nobody of journey `{journey.name}` goes through them"
        raise InputError([Problem("bad-trace", message, where, "give the journey `users` and `think`")])
    if journey.users and not trace.sessions:
        message = f"journey `{journey.name}` has users who come back, and recorded arrivals cannot replace them"
        raise InputError([Problem("bad-trace", message, where, "remove its `users`, or give recorded sessions")])


def shortened(scenario: Scenario, share: float) -> Scenario:
    """The same scenario in a `share` of its time: it ends sooner, and so does all that happens in it."""
    changes = tuple(
        replace(change, at_s=change.at_s * share, lasts_s=change.lasts_s * share) for change in scenario.changes
    )
    return replace(scenario, lasts_s=scenario.lasts_s * share, changes=changes)


def _visits(plan: Plan, index: int, found: Sequence[Piece], seed: int, trace: Trace | None) -> Iterator[Visit]:
    journey = plan.journeys[index]
    arrivals = _drawn(journey, index, len(plan.journeys), seed) if trace is None else _recorded(trace)
    begin = passed = 0.0  # where the piece begins, in the scenario's time and in that of the arrivals
    piece = 0
    for place, (due, tokens) in enumerate(arrivals):
        while piece < len(found) and due >= passed + found[piece].area(begin):
            passed += found[piece].area(begin)
            begin = found[piece].end
            piece += 1
        if piece == len(found):
            return
        at = found[piece].after(begin, due - passed)
        yield _visit(plan, index, at, place * len(plan.journeys) + index, seed, tokens)


def _visit(plan: Plan, index: int, at: float, number: int, seed: int, tokens: Tokens) -> Visit:
    answer, wording = _content(plan.journeys[index], number, seed)
    return Visit(at, number, index, _tenant(plan, number, seed), answer, wording, *tokens)


def _drawn(journey: Journey, index: int, journeys: int, seed: int) -> Iterator[tuple[float, Tokens]]:
    """Arrivals of the peak hour without end."""
    shape = weibull_shape(journey.burstiness)
    scale = 1.0 / (journey.rate * journey.peak) / math.gamma(1.0 + 1.0 / shape)
    due = 0.0
    for number in count(index, journeys):
        due += scale * (-math.log(1.0 - chance.uniform(seed, number, index, chance.ARRIVAL))) ** (1.0 / shape)
        yield due, UNKNOWN


def _recorded(trace: Trace) -> Iterator[tuple[float, Tokens]]:
    return ((at, trace.tokens(row)) for row, at in enumerate(trace.times))


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
    sums = zipf(journey.answers, journey.skew)
    answer = bisect_right(sums, chance.uniform(seed, number, 0, chance.ANSWER) * sums[-1])
    wording = int(chance.uniform(seed, number, 0, chance.WORDING) * journey.wordings)
    if journey.semantic > 0.0 and chance.uniform(seed, number, 0, chance.SEMANTIC) < journey.semantic:
        wording = 0  # whatever the words, the answer is found under the first of them
    return min(answer, journey.answers - 1), wording


@lru_cache(maxsize=32)
def zipf(answers: int, skew: float) -> tuple[float, ...]:
    """Rising sums of how popular the answers are."""
    return tuple(accumulate(rank**-skew for rank in range(1, answers + 1)))


def work_of(journey: Journey, visit: Visit, index: int, run: int, seed: int) -> Work:
    """The piece of work that a run of the step with this place is."""
    step = journey.steps[index]
    request = (visit.number * STEPS + index) * RUNS + run
    if step.route < 0:
        return Work(index, run, request, 0, 0, 0)
    tokens_in, tokens_out = _tokens(journey, visit, index, seed)
    tokens_in += step.growth * run
    place = index * RUNS + run
    if chance.seen(step.seen, seed, visit.answer * max(1, journey.wordings) + visit.wording, index):
        key = shared_key(visit.journey, place, visit.tenant)
    else:
        key = content_key(visit.journey, place, visit.answer, visit.wording, visit.tenant)
    whole = tokens_in + step.passages
    recorded = visit.tokens_cached if index == journey.traced_step else 0
    cached = max(0, recorded, whole - step.growth if step.prefix and run else 0)
    return Work(index, run, request, whole, tokens_out, key, step.passages, min(cached, whole))


def content_key(journey: int, place: int, answer: int, wording: int, tenant: int) -> int:
    """The key of a run's answer to a question in a wording: its own, and how long the question is does not matter.

    Two halves mixed apart, so that two contents share a key once in 2**64 pairs, not in 2**32.
    """
    high = chance.fold(journey, answer, place, wording)
    low = chance.fold(journey ^ chance.OTHER, answer, place, wording)
    return of_tenant(high, low, tenant)


def shared_key(journey: int, place: int, tenant: int) -> int:
    """The key of all answers to a run that are found by meaning: which of them serves a question does not matter."""
    high, low = chance.fold(journey, 0, place, chance.SEMANTIC), chance.fold(0, 0, place, chance.SEMANTIC)
    return of_tenant(high, low, tenant)


def of_tenant(high: int, low: int, tenant: int) -> int:
    """The key of two halves. Tenants do not share answers. Compiled it wraps around where Python's integers go on."""
    return ((high ^ chance.scramble(tenant + 1)) << 32 | low) + 1


def cached_prefix(plan: Plan, request: int, tokens_in: int) -> int:
    """The tokens of a request's input that the run before it had too, by the request's number alone."""
    number, step, run = request // (STEPS * RUNS), request // RUNS % STEPS, request % RUNS
    steps = plan.journeys[number % len(plan.journeys)].steps if plan.journeys else ()
    if run == 0 or step >= len(steps) or not steps[step].prefix:
        return 0
    return max(0, tokens_in - steps[step].growth)


def pause(step: Step, request: int, seed: int) -> float:
    """Seconds between the run `request` of a step and the next one."""
    if step.pause_s <= 0.0:
        return 0.0
    return chance.log_normal(step.pause_s, step.pause_spread, chance.uniform(seed, request, 0, chance.PAUSE))


def _tokens(journey: Journey, visit: Visit, index: int, seed: int) -> tuple[int, int]:
    """Tokens of a model call. They belong to the content, so that the same question is the same request."""
    step = journey.steps[index]
    if visit.tokens_in >= 0 and index == journey.traced_step:
        return max(1, visit.tokens_in - step.passages), max(1, visit.tokens_out)  # they were recorded with them
    drawn = []
    for purpose, law in ((chance.TOKENS_IN, step.tokens_in), (chance.TOKENS_OUT, step.tokens_out)):
        u = _content_luck(journey, visit, seed, index * 64 + purpose)
        drawn.append(max(1, round(chance.log_normal(law.median, law.spread, u))))
    return step.system_tokens + drawn[0], drawn[1]


def _content_luck(journey: Journey, visit: Visit, seed: int, salt: int) -> float:
    contents = journey.answers * journey.wordings
    content = visit.answer * max(1, journey.wordings) + visit.wording
    if 0 < contents <= STRATIFIED:
        return strata(journey.answers, journey.skew, journey.wordings, seed, salt)[content]
    return chance.uniform(seed, content, salt, chance.TOKENS_IN)


@lru_cache(maxsize=64)
def strata(answers: int, skew: float, wordings: int, seed: int, salt: int) -> tuple[float, ...]:
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
