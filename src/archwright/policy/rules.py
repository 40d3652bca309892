"""What a gateway's machine is told: parameters of its policies as numbers. Times in seconds, money in pico-dollars."""

from __future__ import annotations

from typing import NamedTuple

from archwright.policy.breaker import Breaker
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap
from archwright.policy.retry import RetryBudget
from archwright.policy.route import Hop


class Gate(NamedTuple):
    """Requests at once, requests that may wait, and how long; the same of batch requests, which have fewer places.

    `fair`: tenants that have fewer places go first. `early`: who would wait too long is told so at once. `floor`: the
    places shrink down to it while targets are slower than usual (0: they do not).
    """

    concurrency: int
    queue: int
    queue_timeout_s: float
    batch_places: int = 0
    batch_queue: int = 0
    batch_wait_s: float = 0.0
    fair: bool = False
    early: bool = False
    floor: int = 0


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
    No attempt is made that would take a request's cost beyond `most_cost` pico-dollars (0: no bound). While nothing has
    come for `hedge_s` (0: never), the next target is called beside. Where so large a share of the places is taken as
    `relief` (0: never), the cheapest target comes first. Where nothing is left but a canned answer, the `smaller` model
    is asked. A share `copied` of the requests goes to the target `copier` (-1: none) as well, at most `copies` at once,
    each for `copy_s` at most.
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
    most_cost: int = 0
    hedge_s: float = 0.0
    relief: float = 0.0
    smaller: Hop | None = None
    copier: int = -1
    copied: float = 0.0
    copies: int = 0
    copy_s: float = 0.0


class Cost(NamedTuple):
    """Pico-dollars for one input and one output token of a target."""

    input: int
    output: int


class TenantRule(NamedTuple):
    """What one tenant may use: money, requests, tokens, requests at once (0: no limit).

    `again_s` is after how long one comes back who has too many at once.
    """

    cap: Cap
    requests: Bucket
    tokens: Bucket = Bucket(0.0, 1.0)
    concurrent: int = 0
    again_s: float = 1.0


class Rules(NamedTuple):
    """Everything a machine decides by. Routes, targets, caches and tenants are named by their index.

    `half_life_s` is how long a measured latency keeps half of its weight; `slower` how many times as long each target
    takes in its batch lane, and may take. `provisioned` are tokens that a target has been bought for: it is passed over
    while they are used up. `priorities` are those of journeys (see `lanes`).
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
    provisioned: tuple[Bucket, ...] = ()
    priorities: tuple[int, ...] = ()
