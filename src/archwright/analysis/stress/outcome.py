"""What a simulation says: counts, money, latencies and loads. Times in seconds, money in pico-dollars.

A journey *fails* when one of its steps fails that must not; it is *degraded* when a canned answer stood in for a model;
otherwise it is *answered*. Its latency runs from its arrival to the end of its last step that does not run in the
background. Latencies are those of journeys that did not fail and of requests that got an answer, cached and canned ones
included. *Available* is the share of journeys that did not fail. Latencies are kept as histograms, so that a run of any
length takes the same memory. Several runs can be one outcome: `merge.merged`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from archwright.base.histogram import Histogram, merged
from archwright.plan.model import Price
from archwright.policy import machine, route

HOWS = machine.HOWS
OUTCOMES = route.OUTCOMES


@dataclass(frozen=True, slots=True)
class JourneyOutcome:
    """One kind of journey. `cached` of `cacheable` requests were answered by a cache."""

    name: str
    arrivals: int
    answered: int
    degraded: int
    failed: int
    latencies: Histogram
    requests: int
    cached: int
    cacheable: int
    cost: int

    @property
    def available(self) -> float:
        """The share of journeys that did not fail."""
        return 1.0 - self.failed / self.arrivals if self.arrivals else 1.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """Billed tokens of one step at one target, the calls that they were billed for, and what they cost."""

    journey: str
    step: str
    target: str
    calls: int
    input: int
    cached: int
    output: int
    cost: int

    def by_kind(self, price: Price) -> dict[str, int]:
        """The cost by token kind."""
        return {
            "input": (self.input - self.cached) * price.input,
            "cached": self.cached * price.cached_input,
            "output": self.output * price.output,
        }


class Refusals(NamedTuple):
    """Calls that a supplier answered with 429, by the limit that was reached."""

    requests: int
    tokens: int
    concurrent: int


@dataclass(frozen=True, slots=True)
class TargetOutcome:
    """One target: calls by outcome (see OUTCOMES), and how many of them each of its limits refused.

    `took_s` are the seconds that all calls took; tokens were asked for in total; peaks are of the fullest minute.
    Limits are for a minute (0: none). `noticed_s` is when the first call failed after the scenario's first change had
    begun, `opened_s` when the breaker first opened then; infinite where that did not happen.
    """

    name: str
    calls: tuple[int, ...]
    refused: Refusals
    openings: int
    took_s: float
    tokens: int
    peak_requests: int
    peak_tokens: int
    request_limit: float
    token_limit: float
    noticed_s: float = inf
    opened_s: float = inf

    @property
    def asked(self) -> int:
        """All calls."""
        return sum(self.calls)


@dataclass(frozen=True, slots=True)
class StationOutcome:
    """One station: jobs, those that failed in work, those that were given up in the queue.

    `utilisation` is the mean share of its servers at work within the scenario (0 where servers are unlimited).
    `asked` is all work that came within the scenario over what the servers can do in it; above 1 the queue grows.
    `waited_s` is what all jobs waited; at a shared station, how much longer they took than alone. `refused` found the
    queue full. Replicas are those that were paid for, starting ones included, at most `replica_limit` (0: their number
    does not change).
    """

    name: str
    title: str
    jobs: int
    failed: int
    given_up: int
    servers: int
    utilisation: float
    asked: float
    deepest: int
    waited_s: float
    refused: int = 0
    longest_wait_s: float = 0.0
    mean_replicas: float = 0.0
    most_replicas: int = 0
    replica_limit: int = 0

    @property
    def mean_wait_s(self) -> float:
        """What a job waited in the mean."""
        return self.waited_s / self.jobs if self.jobs else 0.0


@dataclass(frozen=True, slots=True)
class PoolOutcome:
    """The replicas of one self-hosted model within the scenario.

    `mean_replicas` is how many were paid for in the mean, starting and stopping ones included, of at least
    `least_replicas` and at most `most_replicas` at once; `utilisation` the share of their time in which they worked,
    `batch` the mean number of sequences while they did (of at most `sequences`), `occupancy` the mean and `fullest` the
    largest share of the KV cache in use. `deepest` is the longest queue in front of one. Sequences were `thrown_out` of
    the cache, calls `turned_away` for want of room; tokens were read and written; the hardware cost so much.
    """

    name: str
    serves: str
    mean_replicas: float
    utilisation: float
    batch: float
    sequences: int
    occupancy: float
    fullest: float
    deepest: int
    thrown_out: int
    turned_away: int
    read: int
    wrote: int
    hardware: int
    least_replicas: int = 0
    most_replicas: int = 0


class LaneOutcome(NamedTuple):
    """One lane of the gateway within the scenario: mean requests in its places, mean and most that waited for one."""

    mean_in_flight: float
    mean_waiting: float
    most_waiting: int


@dataclass(frozen=True, slots=True)
class GatewayOutcome:
    """The gateway within the scenario: its places, mean and most requests in work and waiting; `lanes` as in LANES.

    `queue` is the room to wait in, that of the batch lane included where there is batch work. `waited_s` is what all
    requests waited for a place, also after the scenario's end.
    """

    concurrency: int
    queue: int
    mean_in_flight: float
    most_in_flight: int
    mean_waiting: float
    most_waiting: int
    lanes: tuple[LaneOutcome, LaneOutcome]
    waited_s: float

    @property
    def utilisation(self) -> float:
        """The mean share of its places in use."""
        return self.mean_in_flight / self.concurrency


@dataclass(frozen=True, slots=True)
class Bucket:
    """An interval of time from `begin`. Journeys count where they arrived, requests and calls where they began."""

    begin: float
    arrivals: int
    answered: int
    degraded: int
    failed: int
    shed: int
    in_flight: int
    latencies: Histogram
    calls: tuple[int, ...]

    def latency(self, share: float) -> float | None:
        """A percentile of the journeys' latency, or None where none arrived."""
        return self.latencies.percentile(share) if self.latencies else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one simulation, or of several `runs` of the same scenario together; `seed` is then the first one.

    Counts, also those of the buckets, are of all runs. `request_latencies` are of requests, `hows` counts replies by
    HOWS. `width_s` is the length of each bucket. `felt_s` is when the first journey ended not in full after the first
    change had begun (infinite: none did).
    """

    scenario: str
    seed: int
    load: float
    lasts_s: float
    journeys: tuple[JourneyOutcome, ...]
    hows: tuple[int, ...]
    fallbacks: int
    retries: int
    request_latencies: Histogram
    tokens: tuple[Tokens, ...]
    targets: tuple[TargetOutcome, ...]
    stations: tuple[StationOutcome, ...]
    gateway: GatewayOutcome
    width_s: float
    buckets: tuple[Bucket, ...]
    events: int
    runs: int = 1
    pools: tuple[PoolOutcome, ...] = ()
    felt_s: float = inf

    @property
    def simulated_s(self) -> float:
        """The time in which everything was counted: that of all runs."""
        return self.lasts_s * self.runs

    @property
    def latencies(self) -> Histogram:
        """Latencies of all kinds of journeys."""
        return merged(item.latencies for item in self.journeys)

    @property
    def arrivals(self) -> int:
        """All journeys."""
        return sum(item.arrivals for item in self.journeys)

    @property
    def answered(self) -> int:
        """Journeys that were answered in full."""
        return sum(item.answered for item in self.journeys)

    @property
    def degraded(self) -> int:
        """Journeys in which a canned answer stood in."""
        return sum(item.degraded for item in self.journeys)

    @property
    def failed(self) -> int:
        """Journeys that failed."""
        return sum(item.failed for item in self.journeys)

    @property
    def requests(self) -> int:
        """Requests to the gateway."""
        return sum(self.hows)

    @property
    def cached(self) -> int:
        """Requests that a cache answered."""
        return self.hows[machine.CACHED]

    @property
    def shed(self) -> int:
        """Requests that the gateway turned away for want of a place."""
        return self.hows[machine.SHED]

    @property
    def calls(self) -> int:
        """Attempts at any target."""
        return sum(item.asked for item in self.targets)

    @property
    def cost(self) -> int:
        """What all calls cost."""
        return sum(item.cost for item in self.tokens)

    @property
    def openings(self) -> int:
        """How often a breaker opened."""
        return sum(item.openings for item in self.targets)
