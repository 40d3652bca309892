"""Many simulations of many designs: what is asked of each, and what is kept of it.

A point is a plan in a scenario with a seed at a load. Its reading is small and plain, so that it can cross processes
and lie in a file. Designs that are compared get the same seeds, and so the same luck.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

import msgspec

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.objectives import Verdict, monthly, verdicts
from archwright.analysis.stress.outcome import Bucket, Outcome
from archwright.plan.model import Plan, Scenario, plan_hash
from archwright.plan.trace import Trace
from archwright.plan.workload import expected_visits
from archwright.policy import machine

TASK = 10  # short runs in one task: sending a task costs about as much as the shortest run
LONG = 20_000  # journeys in one task at most, so that an interrupt is heard


class Point(NamedTuple):
    """One simulation that is asked for; `traced` says that recorded traffic takes the place of the file's own."""

    plan: Plan
    scenario: Scenario
    seed: int
    load: float = 1.0
    traced: bool = False


class Slot(msgspec.Struct, frozen=True):
    """One interval of time of a reading: see `Bucket`. A percentile is None where no journey was answered."""

    begin: float
    arrivals: int
    answered: int
    degraded: int
    failed: int
    shed: int
    p50: float | None
    p95: float | None
    calls: tuple[int, ...]


class Held(msgspec.Struct, frozen=True):
    """An objective in a reading: its value (None: nothing could be measured), of how many journeys, and if it holds."""

    value: float | None
    of: int
    kept: bool


class Kind(msgspec.Struct, frozen=True):
    """What became of one kind of journey."""

    arrivals: int
    answered: int
    degraded: int
    failed: int


class Reading(msgspec.Struct, frozen=True):
    """What is kept of one simulation. Times in seconds, money in pico-dollars, `month` at the stated volume.

    `in_full` requests had a model's answer, also from a cache; `lost` ones had none at all. After the first change had
    begun a journey ended not in full at `felt_s`, a call of each target failed at `noticed_s` and its breaker opened at
    `opened_s` for the first time; None where that did not happen.
    """

    scenario: str
    seed: int
    load: float
    lasts_s: float
    arrivals: int
    answered: int
    degraded: int
    failed: int
    requests: int
    in_full: int
    lost: int
    calls: int
    cached: int
    retries: int
    fallbacks: int
    refused: int
    shed: int
    openings: int
    cost: int
    month: float
    p50: float | None
    p95: float | None
    p99: float | None
    objectives: dict[str, Held]
    journeys: dict[str, Kind]
    width_s: float
    slots: tuple[Slot, ...]
    felt_s: float | None = None
    noticed_s: tuple[float | None, ...] = ()
    opened_s: tuple[float | None, ...] = ()


def measure(point: Point, trace: Trace | None = None) -> Reading:
    """Simulate a point; `trace` is the recorded traffic, used where the point asks for it."""
    outcome = simulate(
        point.plan, point.scenario, seed=point.seed, load=point.load, trace=trace if point.traced else None
    )
    return reading(point.plan, outcome)


def measured(trace: Trace | None, points: Sequence[Point]) -> list[Reading]:
    """Simulate the points of a task, one after the other: what a worker does."""
    return [measure(point, trace) for point in points]


def reading(plan: Plan, outcome: Outcome) -> Reading:
    """What is kept of an outcome."""
    return Reading(
        scenario=outcome.scenario,
        seed=outcome.seed,
        load=outcome.load,
        lasts_s=outcome.lasts_s,
        arrivals=outcome.arrivals,
        answered=outcome.answered,
        degraded=outcome.degraded,
        failed=outcome.failed,
        requests=outcome.requests,
        in_full=outcome.hows[machine.ANSWERED] + outcome.hows[machine.CACHED],
        lost=sum(count for how, count in enumerate(outcome.hows) if how not in machine.SERVED),
        calls=outcome.calls,
        cached=outcome.cached,
        retries=outcome.retries,
        fallbacks=outcome.fallbacks,
        refused=sum(sum(target.refused) for target in outcome.targets),
        shed=outcome.shed,
        openings=outcome.openings,
        cost=outcome.cost,
        month=sum(monthly(plan, item) for item in outcome.journeys) + plan.standing,
        p50=latency(outcome, 0.5),
        p95=latency(outcome, 0.95),
        p99=latency(outcome, 0.99),
        objectives={item.objective.name: _held(item, outcome) for item in verdicts(plan, outcome)},
        journeys={
            item.name: Kind(item.arrivals, item.answered, item.degraded, item.failed) for item in outcome.journeys
        },
        width_s=outcome.width_s,
        slots=tuple(_slot(bucket) for bucket in outcome.buckets),
        felt_s=_time(outcome.felt_s),
        noticed_s=tuple(_time(item.noticed_s) for item in outcome.targets),
        opened_s=tuple(_time(item.opened_s) for item in outcome.targets),
    )


def _time(seconds: float) -> float | None:
    """A time, or None for one that never came."""
    return seconds if seconds < inf else None


def _held(verdict: Verdict, outcome: Outcome) -> Held:
    of = sum(item.arrivals for item in outcome.journeys if verdict.objective.journey in ("", item.name))
    return Held(verdict.value, of, verdict.kept)


def _slot(bucket: Bucket) -> Slot:
    return Slot(
        bucket.begin, bucket.arrivals, bucket.answered, bucket.degraded, bucket.failed, bucket.shed,
        bucket.latency(0.5), bucket.latency(0.95), bucket.calls,
    )  # fmt: skip


def latency(outcome: Outcome, share: float) -> float | None:
    """A percentile of the journeys that did not fail, or None where there are none."""
    return outcome.latencies.percentile(share) if outcome.latencies else None


def key(point: Point, code: str, trace: str = "") -> str:
    """The name of a point: two with the same name have the same reading.

    Args:
        point: what is simulated.
        code: digest of the program that simulates.
        trace: digest of the recorded traffic.
    """
    rest = hashlib.blake2b(msgspec.json.encode(point.scenario), digest_size=8)
    rest.update(f"{point.load!r}|{code}|{trace if point.traced else ''}".encode())
    return f"{plan_hash(point.plan)}-{point.scenario.name}-{point.seed}-{rest.hexdigest()}"


def tasks(points: Sequence[Point], trace: Trace | None = None) -> Iterator[tuple[Point, ...]]:
    """The points in tasks of at least TASK short runs, or of a few long ones."""
    block: list[Point] = []
    journeys = 0.0
    for point in points:
        block.append(point)
        journeys += expected_visits(point.plan, point.scenario, point.load, trace if point.traced else None)
        if len(block) >= TASK or journeys >= LONG:
            yield tuple(block)
            block, journeys = [], 0.0
    if block:
        yield tuple(block)
