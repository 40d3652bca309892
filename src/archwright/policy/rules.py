"""What a gateway's machine is told: parameters of its policies as numbers. Times in seconds, money in pico-dollars."""

from __future__ import annotations

from typing import NamedTuple

from archwright.policy.breaker import Breaker
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap
from archwright.policy.retry import RetryBudget
from archwright.policy.route import Hop


class Gate(NamedTuple):
    """Requests at once, requests that may wait, and how long; the same of batch requests, which have fewer places."""

    concurrency: int
    queue: int
    queue_timeout_s: float
    batch_places: int = 0
    batch_queue: int = 0
    batch_wait_s: float = 0.0


class CacheRule(NamedTuple):
    """An answer is reused for `ttl_s`; at most `entries` are kept."""

    ttl_s: float
    entries: int


class Way(NamedTuple):
    """Requests of one sort and the hops (positions in the route) that they take.

    Input tokens from `least` to `most`; `tenant` and `journey` -1: any.
    """

    least: int
    most: int
    tenant: int
    journey: int
    hops: tuple[int, ...]


class RouteRule(NamedTuple):
    """Targets in the order of the file, the deadline, the index of the cache (-1: none), whether it has canned words.

    `choose` is one of `choose.CHOICES` with the `weights` of the hops. The first of `ways` that fits a request says
    which hops it has; all of them if none fits. A target slower than `slow_s` (0: never) is passed over while another
    is not. An answer that is up to `stale_s` too old is given where all are slow, and before a canned one.
    """

    hops: tuple[Hop, ...]
    deadline_s: float
    cache: int
    degrades: bool
    retries: RetryBudget
    choose: int = 0
    weights: tuple[float, ...] = ()
    ways: tuple[Way, ...] = ()
    slow_s: float = 0.0
    stale_s: float = 0.0


class Cost(NamedTuple):
    """Pico-dollars for one input and one output token of a target."""

    input: int
    output: int


class TenantRule(NamedTuple):
    """What one tenant may use."""

    cap: Cap
    requests: Bucket


class Rules(NamedTuple):
    """Everything a machine decides by. Routes, targets, caches and tenants are named by their index.

    `half_life_s` is how long a measured latency keeps half of its weight; `slower` how many times as long each target
    takes in its batch lane, and may take.
    """

    gate: Gate
    routes: tuple[RouteRule, ...]
    breakers: tuple[Breaker, ...]
    caches: tuple[CacheRule, ...]
    cap: Cap
    tenants: tuple[TenantRule, ...]
    costs: tuple[Cost, ...] = ()
    half_life_s: float = 30.0
    slower: tuple[float, ...] = ()
