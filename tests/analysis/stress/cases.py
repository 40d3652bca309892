"""Queues whose exact behaviour is known, as plans for the ordinary `simulate`, and what is measured of them.

The interval is one of batch means: the run is cut into the 60 intervals of its outcome, the first ten are dropped as
warm-up, and the other fifty are taken as independent. Each is long against the time in which the queue forgets.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from archwright.analysis.stress.outcome import Bucket, Outcome
from archwright.plan.model import Journey, Plan
from tests.analysis.stress import designs as d
from tests.analysis.stress import theory

WARM = 10
STUDENT = 3.500  # 99.95 % quantile with 49 degrees of freedom

Measure = Callable[[Bucket], float]


@dataclass(frozen=True, slots=True)
class Case:
    """A queue: its name, the measure, the plan, the exact value, who found it, and visits for an interval of 2 %."""

    name: str
    measured: str
    plan: Plan
    measure: Measure
    exact: float
    source: str
    visits: int

    @property
    def rate(self) -> float:
        """Visits a second, about."""
        (journey,) = self.plan.journeys
        return journey.users / (journey.think_s + self.exact) if journey.users else journey.rate


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and half the width of its 99.9 % interval."""

    middle: float
    half: float

    def holds(self, value: float) -> bool:
        """Whether a value lies inside."""
        return abs(self.middle - value) <= self.half

    @property
    def relative(self) -> float:
        """The half-width as a share of the mean."""
        return self.half / self.middle


def interval(outcome: Outcome, measure: Measure) -> Interval:
    """The 99.9 % interval of a measure over the batches of a run."""
    batches = [measure(bucket) for bucket in outcome.buckets[WARM:]]
    return Interval(mean(batches), STUDENT * stdev(batches) / math.sqrt(len(batches)))


def sojourn(bucket: Bucket) -> float:
    """The mean time of those who were served."""
    return bucket.latencies.mean


def lost(bucket: Bucket) -> float:
    """The share that was not served."""
    return bucket.failed / bucket.arrivals


def queue(rate: float, servers: int, **given: Any) -> Plan:
    """Poisson arrivals at a station whose exponential work takes a second in the mean."""
    return d.plan(d.journey(d.work(), rate=rate), stations=(station(servers, **given),))


def station(servers: int, name: str = "work", **given: Any) -> Any:
    """A station with exponential work of a second."""
    made: dict[str, Any] = {"servers": servers, "median_s": 1.0, "law": "exponential"}
    return d.station(name, **(made | given))


def returning(users: int, think: float, means: tuple[float, ...]) -> Plan:
    """Users who think and go through one server after the other."""
    steps = tuple(d.work(f"step {place}", station=place, stage=place) for place in range(len(means)))
    stations = tuple(station(1, f"server {place}", median_s=value) for place, value in enumerate(means))
    # Thinking times are log-normal; mean value analysis holds for any law of them.
    journey: Journey = d.journey(*steps, users=users, think_s=think * math.exp(-0.125), think_spread=0.5)
    return d.plan(journey, stations=stations)


def _spread(variation: float) -> dict[str, float]:
    sigma = math.sqrt(math.log(1 + variation**2))
    return {"spread": sigma, "median_s": math.exp(-sigma * sigma / 2)}


CASES: tuple[Case, ...] = (
    Case("M/M/10/10", "share turned away", queue(8.0, 10, queue=0), lost, theory.erlang_b(8.0, 10),
         "Erlang-B", 2_000_000),
    Case("M/D/10/10", "share turned away", queue(8.0, 10, queue=0, law="constant"), lost, theory.erlang_b(8.0, 10),
         "Erlang-B (any law of work)", 1_300_000),
    Case("M/M/3", "mean time", queue(2.1, 3), sojourn, theory.mmc_sojourn(2.1, 1.0, 3), "Erlang-C", 1_600_000),
    Case("M/M/3/8, load 1", "share turned away", queue(3.0, 3, queue=5), lost, theory.mmck(3.0, 1.0, 3, 8)[0],
         "birth and death", 2_800_000),
    Case("M/M/3/8, load 1", "mean time", queue(3.0, 3, queue=5), sojourn, theory.mmck(3.0, 1.0, 3, 8)[1],
         "birth and death, Little", 500_000),
    Case("M/M/1", "mean time", queue(0.7, 1), sojourn, theory.mg1_sojourn(0.7, 1.0, 1.0),
         "Pollaczek and Khinchine", 4_000_000),
    Case("M/D/1", "mean time", queue(0.7, 1, law="constant"), sojourn, theory.mg1_sojourn(0.7, 1.0, 0.0),
         "Pollaczek and Khinchine", 800_000),
    Case("M/E4/1", "mean time", queue(0.7, 1, law="gamma", spread=0.5), sojourn, theory.mg1_sojourn(0.7, 1.0, 0.5),
         "Pollaczek and Khinchine", 1_500_000),
    Case("M/G/1, log-normal", "mean time", queue(0.7, 1, law="log-normal", **_spread(0.8)), sojourn,
         theory.mg1_sojourn(0.7, 1.0, 0.8), "Pollaczek and Khinchine", 3_000_000),
    Case("M/M/5 + D, load 1.1", "share that leaves", queue(5.5, 5, patience_s=1.0), lost,
         theory.impatient(5.5, 1.0, 5, 1.0), "Barrer", 3_000_000),
    Case("M/M/5 + M, load 1.1", "share that leaves",
         queue(5.5, 5, patience_s=1.0, patience_law="exponential"), lost, theory.leaving(5.5, 1.0, 5, 1.0),
         "Erlang-A (Palm)", 3_000_000),
    Case("M/M/1, shared", "mean time", queue(0.4, 1, shared=True), sojourn, theory.sharing_sojourn(0.4, 1.0),
         "Sakata, Noguchi and Oizumi", 340_000),
    Case("M/D/1, shared", "mean time", queue(0.4, 1, shared=True, law="constant"), sojourn,
         theory.sharing_sojourn(0.4, 1.0), "the same for any law of work", 170_000),
    Case("M/M/3, shared", "mean time", queue(1.5, 3, shared=True), sojourn, theory.mmc_sojourn(1.5, 1.0, 3),
         "as Erlang-C: the same birth and death", 250_000),
    Case("12 users, 2 servers", "mean time", returning(12, 10.0, (1.0, 0.6)), sojourn,
         theory.closed(12, 10.0, (1.0, 0.6)), "exact mean value analysis", 500_000),
    Case("30 users, 3 servers", "mean time", returning(30, 20.0, (0.8, 0.6, 0.5)), sojourn,
         theory.closed(30, 20.0, (0.8, 0.6, 0.5)), "exact mean value analysis", 500_000),
)  # fmt: skip
