"""The rules of a machine as tables: rows of numbers that are found by their index, whatever the design looks like.

What is nested in `rules` is laid flat here: the hops of all routes in one table, each route with where its own begin
and end. So the type of a law depends on no design, and what is compiled for one serves them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from archwright.policy.breaker import Breaker
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap
from archwright.policy.choose import ERRORS
from archwright.policy.retry import RetryBudget
from archwright.policy.route import Hop
from archwright.policy.rules import Cost, RouteRule, Rules

# Makes a table from the class of its rows (or int, or float) and the rows.
Make = Callable[[type[Any], Sequence[Any]], Any]


@dataclass(slots=True)
class RouteRow:
    """A route: where its hops and its ways begin and end, deadlines of both lanes, its cache and what it gives when.

    `smaller` is the place of a hop that is none of those (-1: none). `picks` is one of `choose.CHOICES`; a record of
    NumPy has a method called `choose`. `cache` -1: none. `fresh_s` is how long an answer is kept as new. The last ones
    as in `rules.RouteRule`.
    """

    begin: int
    end: int
    ways: int
    ways_end: int
    deadline_s: float
    batch_deadline_s: float
    cache: int
    fresh_s: float
    stale_s: float
    degrades: int
    picks: int
    slow_s: float
    most_cost: int
    hedge_s: float
    relief: float
    smaller: int
    copier: int
    copied: float
    copies: int
    copy_s: float


@dataclass(slots=True)
class WayRow:
    """Requests of one sort, and where their hops begin and end among the hops of all ways."""

    least: int
    most: int
    tenant: int
    journey: int
    begin: int
    end: int


@dataclass(slots=True)
class LaneRow:
    """Places that the requests of a lane may hold, how many may wait, and for how long (seconds)."""

    places: int
    queue: int
    wait_s: float


@dataclass(slots=True)
class TenantRow:
    """How many requests a tenant may have at once (0: no limit), and after how long it comes back otherwise."""

    concurrent: int
    again_s: float


@dataclass(slots=True)
class Law:
    """The rules as tables. `width` is the most hops that a request can have.

    `hops` and `weights` are those of all routes, `way_hops` are places in `hops`; `retries` have a row a route,
    `breakers`, `costs`, `slower` and `provisioned` a row a target, `requests`, `tokens` and `tenants` a row a tenant,
    `priorities` one a journey. The first of `caps` is the gateway's, then one a tenant. Tenants wait in `groups` of
    their own where places are shared fairly, and in one group else. `heeds` 1: some route asks how often targets fail,
    `doubles` 1: some route copies requests. `floor` and `early` as in `rules.Gate`.
    """

    concurrency: int
    floor: int
    early: int
    groups: int
    heeds: int
    doubles: int
    half_life_s: float
    width: int
    lanes: Sequence[LaneRow]
    routes: Sequence[RouteRow]
    hops: Sequence[Hop]
    weights: Sequence[float]
    ways: Sequence[WayRow]
    way_hops: Sequence[int]
    retries: Sequence[RetryBudget]
    breakers: Sequence[Breaker]
    costs: Sequence[Cost]
    slower: Sequence[float]
    caps: Sequence[Cap]
    requests: Sequence[Bucket]
    tokens: Sequence[Bucket]
    tenants: Sequence[TenantRow]
    provisioned: Sequence[Bucket]
    priorities: Sequence[int]


def lists(kind: type[Any], values: Sequence[Any]) -> list[Any]:
    """A table as a list: what plain Python is quickest with."""
    del kind
    return list(values)


def written(rules: Rules, make: Make = lists) -> Law:
    """The law of some rules, in tables of the kind that `make` makes."""
    gate = rules.gate
    slower = rules.slower or (1.0,) * len(rules.breakers)
    routes: list[RouteRow] = []
    hops: list[Hop] = []
    ways: list[WayRow] = []
    way_hops: list[int] = []
    for rule in rules.routes:
        begin, first = len(hops), len(ways)
        hops += rule.hops
        smaller = len(hops) if rule.smaller else -1
        hops += (rule.smaller,) if rule.smaller else ()
        for way in rule.ways:
            at = len(way_hops)
            way_hops += [begin + hop for hop in way.hops]
            ways.append(WayRow(way.least, way.most, way.tenant, way.journey, at, len(way_hops)))
        slowest = max((slower[hop.target] for hop in hops[begin:]), default=1.0)
        patience = gate.batch_wait_s + rule.deadline_s * slowest
        routes.append(_route(rules, rule, (begin, begin + len(rule.hops), first, len(ways)), (patience, smaller)))
    weights = [weight for rule in rules.routes for weight in _weights(rule)]
    lanes = (
        LaneRow(gate.concurrency, gate.queue, gate.queue_timeout_s),
        LaneRow(gate.batch_places, gate.batch_queue, gate.batch_wait_s),
    )
    return Law(
        concurrency=gate.concurrency,
        floor=min(gate.floor, gate.concurrency),
        early=int(gate.early),
        groups=len(rules.tenants) + 1 if gate.fair else 1,
        heeds=int(any(rule.choose == ERRORS for rule in rules.routes)),
        doubles=int(any(rule.copied > 0.0 for rule in rules.routes)),
        half_life_s=float(rules.half_life_s),
        width=max((len(rule.hops) + (rule.smaller is not None) for rule in rules.routes), default=1),
        lanes=make(LaneRow, lanes),
        routes=make(RouteRow, routes),
        hops=make(Hop, hops),
        weights=make(float, weights),
        ways=make(WayRow, ways),
        way_hops=make(int, way_hops),
        retries=make(RetryBudget, [rule.retries for rule in rules.routes]),
        breakers=make(Breaker, rules.breakers),
        costs=make(Cost, rules.costs or (Cost(0, 0),) * len(rules.breakers)),
        slower=make(float, slower),
        caps=make(Cap, (rules.cap, *(tenant.cap for tenant in rules.tenants))),
        requests=make(Bucket, [tenant.requests for tenant in rules.tenants]),
        tokens=make(Bucket, [tenant.tokens for tenant in rules.tenants]),
        tenants=make(TenantRow, [TenantRow(tenant.concurrent, tenant.again_s) for tenant in rules.tenants]),
        provisioned=make(Bucket, rules.provisioned or (Bucket(0.0, 1.0),) * len(rules.breakers)),
        priorities=make(int, rules.priorities),
    )


def _weights(rule: RouteRule) -> tuple[float, ...]:
    """The weights of a route's hops, and one for the smaller model, which is never drawn."""
    return (*(rule.weights or (1.0,) * len(rule.hops)), *((0.0,) if rule.smaller else ()))


def _route(rules: Rules, rule: RouteRule, places: tuple[int, int, int, int], more: tuple[float, int]) -> RouteRow:
    return RouteRow(
        *places,
        deadline_s=rule.deadline_s,
        batch_deadline_s=more[0],
        cache=rule.cache,
        fresh_s=rules.caches[rule.cache].ttl_s if rule.cache >= 0 else 0.0,
        stale_s=rule.stale_s,
        degrades=int(rule.degrades),
        picks=rule.choose,
        slow_s=rule.slow_s,
        most_cost=rule.most_cost,
        hedge_s=rule.hedge_s,
        relief=rule.relief,
        smaller=more[1],
        copier=rule.copier,
        copied=rule.copied,
        copies=rule.copies,
        copy_s=rule.copy_s,
    )
