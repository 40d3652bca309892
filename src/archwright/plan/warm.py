"""What caches hold when a scenario begins: what they would hold if its traffic had been there, and answered, before.

A *stream* is all requests for one run of one step. Each of its answers (a question, its wording, its tenant) is asked
for by chance at a rate of its own. When it was asked for last decides whether there is still room for it, and how long
before that it had been kept decides whether it is still fresh. Nothing of it is simulated: a month costs no more than a
minute. Both engines call the functions of the second part, one of them compiled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec.structs import replace

from archwright.base.units import HOUR
from archwright.plan.expect import blocks, once_more
from archwright.plan.load import WEEK_H, Piece, usual
from archwright.plan.model import Journey, Plan, Scenario
from archwright.plan.trace import Trace
from archwright.plan.workload import RUNS, traced_journey
from archwright.policy import chance

SELDOM = 1e-6  # runs that so small a share of the visits comes to are left out, as in forecasts
SPARE = 2.0  # so many times as many answers are looked at as there is room for: the cache chooses among them
LOOKED_AT = 512  # contents that are looked at one by one for the share that one answer serves
DENSE = 0.1  # where a smaller share of the answers is kept, those that are not are skipped in one step
BEFORE = 1 << 40  # so many visits before the first one came the first that nobody repeats


class Stream(NamedTuple):
    """Requests for one run of a step, `rate` in a second of the busiest hour; looked at for `due` such seconds back.

    Answers of `cache` are reused for `ttl_s`; while that lasted `pace` times as many came in a second. One answer
    serves the share `shared` of them, which is found by meaning. `repeats` is 0 where nothing is asked twice in the
    same words: the others only take up room.
    """

    cache: int
    journey: int
    step: int
    run: int
    rate: float
    due: float
    pace: float
    ttl_s: float
    shared: float
    repeats: int


class Past(NamedTuple):
    """The load before the scenario, going back: pieces of all journeys, and where those of each begin."""

    rows: list[Piece]
    first: list[int]

    def passed(self, journey: int, age: float) -> float:
        """Seconds of the busiest hour that passed since `age` seconds before the scenario."""
        begin = area = 0.0
        for row in range(self.first[journey], self.first[journey + 1]):
            piece = self.rows[row]
            area += max(0.0, min(piece.end, age) - begin) * piece.first
            begin = piece.end
        return area


def past(plan: Plan, scenario: Scenario, load: float) -> Past:
    """The load of each journey before a scenario.

    In the calendar it is that of the week before, and its mean further back. In the busiest hour it is that of an hour,
    and further back that of the hours before the busiest one, or the mean where a journey has no shape.
    """
    rows: list[Piece] = []
    first = [0]
    for journey in plan.journeys:
        rows += _back(journey, scenario, load)
        first.append(len(rows))
    return Past(rows, first)


def streams(
    plan: Plan, scenario: Scenario, seed: int, load: float = 1.0, trace: Trace | None = None
) -> tuple[tuple[Stream, ...], int]:
    """The streams whose answers caches keep, and roughly how many answers they are; none where caches begin empty."""
    if scenario.cold or not plan.caches:
        return (), 0
    before = past(plan, scenario, load)
    found: list[Stream] = []
    kept = 0.0
    for cache in range(len(plan.caches)):
        mine = list(_streams(plan, cache, before, seed, trace))
        if any(stream.repeats or stream.shared > 0.0 for stream in mine):
            age = _reach(plan, cache, mine, before)
            kept += _expected(plan, mine, before, age)
            found += [item._replace(due=before.passed(item.journey, age)) for item in mine]
    return tuple(item for item in found if item.rate * item.due > 0.0), int(kept)


def _back(journey: Journey, scenario: Scenario, load: float) -> list[Piece]:
    load *= (1.0 + journey.growth) ** scenario.months
    journey = replace(journey, growth=0.0)
    quiet = replace(scenario, changes=())
    peak = usual(journey, quiet, load, 0.0)
    if scenario.begins_s < 0.0:
        if not journey.shape:
            usually = Piece(math.inf, peak / journey.peak, peak / journey.peak)
            return [Piece(HOUR, peak, peak), usually] if journey.peak > 1.0 else [usually]
        busiest = max(range(WEEK_H), key=lambda hour: journey.shape[hour])
        quiet = replace(quiet, begins_s=(busiest + 1) * HOUR)
    if not journey.shape:
        return [Piece(math.inf, peak, peak)]
    found = []
    for back in range(WEEK_H):
        factor = usual(journey, quiet, load, -(back + 0.5) * HOUR)
        found.append(Piece((back + 1) * HOUR, factor, factor))
    mean = sum(piece.first for piece in found) / WEEK_H
    return [*found, Piece(math.inf, mean, mean)]


def _streams(plan: Plan, cache: int, before: Past, seed: int, trace: Trace | None) -> list[Stream]:
    """The streams of a cache, looked at without end."""
    traced = traced_journey(plan) if trace is not None else -1
    ttl_s = plan.caches[cache].ttl_s
    found = []
    for number, journey in enumerate(plan.journeys):
        rate = _rate(journey, trace if number == traced else None)
        pace = before.passed(number, ttl_s) / ttl_s
        for index, step in enumerate(journey.steps):
            if step.route < 0 or plan.routes[step.route].cache != cache:
                continue
            shared = _shared(journey, step.seen, seed, index)
            more = once_more(step.repeat_mean, step.repeat_most)
            for run in range(min(step.repeat_most, RUNS)):
                share = step.probability * more**run
                if share < SELDOM:
                    break
                repeats = 1 if journey.answers else 0
                one = Stream(cache, number, index, run, rate * share, 0.0, pace, ttl_s, shared, repeats)
                found.append(one)
    return found


def _rate(journey: Journey, trace: Trace | None) -> float:
    """Visits in a second of the busiest hour. Users who come back are taken to think only."""
    if journey.users:
        return journey.users / (journey.think_s * math.exp(journey.think_spread**2 / 2.0))
    return journey.rate * journey.peak if trace is None else trace.rate


def _shared(journey: Journey, seen: float, seed: int, index: int) -> float:
    """The share of a step's requests that the one answer serves which is found by meaning."""
    if seen <= 0.0 or not journey.answers:
        return seen
    wordings = max(1, journey.wordings)
    total = found = looked_at = 0.0
    for answer in range(min(journey.answers, max(1, LOOKED_AT // wordings))):
        for wording in range(wordings):
            share = share_of((answer + 1) ** -journey.skew, wordings, wording, journey.semantic)
            looked_at += share
            if chance.seen(seen, seed, answer * wordings + wording, index):
                found += share
    total = sum(count * weight for count, weight in blocks(journey.answers, journey.skew))
    return min(1.0, (found + max(0.0, total - looked_at) * seen) / total)


def _reach(plan: Plan, cache: int, mine: Sequence[Stream], before: Past) -> float:
    """How far back (seconds) it is looked for answers: as long as they may be given, or as there is room for them."""
    kept = plan.caches[cache]
    stale = max((route.stale_s for route in plan.routes if route.cache == cache), default=0.0)
    longest = kept.ttl_s + stale
    most = SPARE * kept.entries + 100.0
    if _expected(plan, mine, before, longest) <= most:
        return longest
    low, high = longest * 1e-9, longest
    for _ in range(30):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if _expected(plan, mine, before, middle) < most else (low, middle)
    return high


def _expected(plan: Plan, mine: Sequence[Stream], before: Past, age: float) -> float:
    """How many different answers were asked for since `age` seconds before the scenario, roughly."""
    shares = tuple(tenant.share for tenant in plan.tenants)
    found = 0.0
    for stream in mine:
        asked = stream.rate * before.passed(stream.journey, age)
        journey = plan.journeys[stream.journey]
        if not stream.repeats:
            found += asked * (1.0 - stream.shared)
            continue
        law = _cells(journey.answers, journey.skew, journey.wordings, journey.semantic, shares)
        found += sum(count * -math.expm1(-asked * share) for count, share in law)
    return found


@lru_cache(maxsize=64)
def _cells(
    answers: int, skew: float, wordings: int, semantic: float, tenants: tuple[float, ...]
) -> tuple[tuple[float, float], ...]:
    """(how many, share of the requests for each) of a journey's answers."""
    weights = blocks(answers, skew)
    total = sum(count * weight for count, weight in weights)
    each = (1.0 - semantic) / wordings
    worded = [(1, each + semantic), *([(wordings - 1, each)] if wordings > 1 else [])]
    paid = [share / sum(tenants) for share in tenants] or [1.0]
    return tuple(
        (count * times, weight / total * said * share)
        for count, weight in weights
        for times, said in worded
        for share in paid
    )


# ------------------------------------------------------------------- in the policies' dialect: compiled by one engine


def share_of(weight: float, wordings: int, wording: int, semantic: float) -> float:
    """Of a question's requests `weight` those in one wording; a share `semantic` is found under the first one."""
    each = (1.0 - semantic) / wordings
    return weight * (each + semantic) if wording == 0 else weight * each


def skipped(most: float, luck: float) -> int:
    """How many answers are passed over before the next that may be kept, where each is with 1 - exp(-most) at most."""
    return int(math.log(1.0 - luck) / -most)


def ago(rows: Any, first: int, end: int, due: float) -> float:
    """How many seconds before the scenario `due` seconds of the busiest hour had still to pass."""
    begin = 0.0
    area = 0.0
    for row in range(first, end):
        piece = rows[row]
        more = (piece.end - begin) * piece.first
        if due < area + more or row == end - 1:
            return float(begin + (due - area) / max(1e-300, piece.first))
        area += more
        begin = piece.end
    return math.inf


def kept_before(rate: float, ttl_s: float, first: float, second: float) -> float:
    """How long before it was last asked for (seconds) an answer had been kept; 0.0: at that very time.

    It is kept anew when it is asked for later than `ttl_s` after it was kept, and then given rate * ttl_s times in the
    mean. Any age up to that is as likely as any other (renewal argument, as in `expect.repeated`).
    """
    return 0.0 if first < 1.0 / (1.0 + rate * ttl_s) else second * ttl_s


def given_before(rate: float, ttl_s: float) -> int:
    """How often an answer was given before: for as long as one is reused, it has been there."""
    return int(min(1e9, rate * ttl_s))


def lasting(value: float, asked: float) -> float:
    """How fast the clock of a cache may run (worth in a second) so that an answer has not left since `asked`.

    An answer leaves when the clock stands at what it was worth when it was asked for last, `asked` seconds ago. So
    where room is short those stay for which this is most, and the clock has run as fast as the best that left says.
    """
    return value / max(1e-9, asked)
