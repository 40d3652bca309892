"""From the plan to the parameters of the policies, and the plan in compressed time."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from archwright.base.units import MONTH
from archwright.plan import model as m
from archwright.plan.agents import compressed
from archwright.plan.model import Plan, Price, Route, Station, Target
from archwright.plan.pool import compressed as in_time
from archwright.plan.world import quicker
from archwright.policy import chance
from archwright.policy.breaker import Breaker
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap
from archwright.policy.choose import CHOICES
from archwright.policy.lanes import BATCH
from archwright.policy.provider import BURST_S, Limits, Pace, limits
from archwright.policy.retry import RetryBudget
from archwright.policy.route import OK, TIMEOUT, Hop
from archwright.policy.rules import CacheRule, Cost, Gate, RouteRule, Rules, TenantRule, Way

SAVED_RETRIES = 10.0  # retries that a quiet time may save up


def rules(plan: Plan) -> Rules:
    """What the gateway's machine decides by. For compressed time give it a compressed plan."""
    gateway = plan.gateway
    burst_s = BURST_S * gateway.month_s / MONTH  # a burst is as many requests, however fast time runs
    return Rules(
        gate=Gate(
            gateway.concurrency,
            gateway.queue,
            gateway.queue_timeout_s,
            gateway.batch_places,
            gateway.batch_queue,
            gateway.batch_wait_s,
            gateway.fair,
            gateway.shed_early,
            gateway.floor,
        ),
        routes=tuple(
            RouteRule(
                hops=tuple(_hop(hop) for hop in route.hops),
                smaller=_hop(route.smaller) if route.smaller else None,
                deadline_s=route.deadline_s,
                cache=route.cache,
                degrades=bool(route.degraded),
                retries=RetryBudget(route.retry_ratio, SAVED_RETRIES),
                choose=CHOICES.index(route.choose),
                weights=route.weights,
                ways=tuple(Way(w.least, w.most, w.tenant, w.journey, w.hops) for w in route.ways),
                slow_s=route.slow_s,
                stale_s=route.stale_s,
                most_cost=route.most_cost,
                hedge_s=route.hedge_s,
                relief=route.relief,
                **_copies(route),
            )
            for route in plan.routes
        ),
        breakers=tuple(
            Breaker(t.breaker_failures, t.breaker_open_s, t.breaker_probes, t.breaker_ramp_s, t.breaker_slower)
            for t in plan.targets
        ),
        caches=tuple(CacheRule(cache.ttl_s, cache.entries) for cache in plan.caches),
        cap=Cap(gateway.budget, gateway.month_s),
        tenants=tuple(
            TenantRule(
                Cap(t.budget, gateway.month_s),
                _bucket(t.request_rate, burst_s),
                _bucket(t.token_rate, burst_s),
                t.concurrent,
                gateway.month_s / MONTH,
            )
            for t in plan.tenants
        ),
        costs=tuple(Cost(t.price.input, t.price.output) for t in plan.targets),
        half_life_s=gateway.half_life_s,
        slower=tuple(t.batch_slower for t in plan.targets),
        provisioned=tuple(_bucket(t.provisioned_rate, burst_s) for t in plan.targets),
        priorities=tuple(journey.rank for journey in plan.journeys),
    )


def _hop(hop: m.Hop) -> Hop:
    return Hop(hop.target, hop.attempts, hop.timeout_s, hop.backoff_s, hop.longest_s)


def _copies(route: Route) -> dict[str, Any]:
    """Which requests of a route are copied, and whereto."""
    shadow = route.shadow
    if shadow is None:
        return {}
    return {"copier": shadow.target, "copied": shadow.share, "copies": shadow.places, "copy_s": shadow.timeout_s}


def _bucket(rate: float, burst_s: float) -> Bucket:
    return Bucket(rate, max(1.0, rate * burst_s))


def draws(plan: Plan, route: Route) -> bool:
    """Whether chance has a say in where a request of a route goes: only then is its luck drawn."""
    ramps = any(plan.targets[hop.target].breaker_ramp_s > 0.0 for hop in route.ladder)
    return route.choose != "order" or route.shadow is not None or ramps


def luck_of(route: Route, seed: int, request: int, visit: int, tenant: int) -> float:
    """The luck of a simulated request, or that of its session or its tenant where a route keeps those together."""
    if route.sticky == "session":
        return chance.uniform(seed, visit, 0, chance.STICKY)
    if route.sticky == "tenant" and tenant >= 0:
        return chance.uniform(seed, tenant, 1, chance.STICKY)
    return chance.uniform(seed, request, 0, chance.ROUTE)


def began_after(
    target: Target, outcome: int, first_s: float, total_s: float, tokens_out: int, slower: float = 1.0
) -> float:
    """Seconds after which an attempt's answer began, as far as it can be known from outside; -1.0 if it cannot.

    A stream tells (`first_s`, -1.0 otherwise). Of a whole answer, what its tokens take at the stated pace is taken off
    its time. Where nothing came in time it took at least that long. A lane that is so many times `slower` counts as
    if it had been real time, so that batch work does not make a target seem slow to those who wait.
    """
    if first_s >= 0.0:
        return first_s / slower
    if outcome == OK:
        return max(0.0, total_s / slower - max(0, tokens_out - 1) * target.per_token_s)
    return total_s / slower if outcome == TIMEOUT else -1.0


def price_of(target: Target, lane: int) -> Price:
    """What a target's tokens cost in a lane; a target without a batch lane has one price."""
    return target.batch_price if lane == BATCH and target.batch_price is not None else target.price


def billed(target: Target, lane: int) -> tuple[Price, ...]:
    """What a target may bill for a call that comes in a lane: who has no room for batch work may do it as usual."""
    return tuple(dict.fromkeys((price_of(target, lane), target.price)))


def reserved_at(plan: Plan, route: Route, lane: int) -> tuple[Price, ...]:
    """The prices, for words, of which the dearest one is reserved for a call of a route that comes in a lane."""
    targets = [plan.targets[hop.target] for hop in route.hops]
    return tuple(price.most(False) for target in targets for price in billed(target, lane))


def slower_of(target: Target, lane: int) -> float:
    """How many times as slow as in real time a target is in a lane."""
    return target.batch_slower if lane == BATCH else 1.0


def pace(target: Target) -> Pace:
    """The latency law of a target."""
    return Pace(target.first_token_s, target.per_token_s, target.prefill_rate, target.spread)


def target_limits(target: Target, factor: float = 1.0, scale: float = 1.0) -> Limits:
    """The supplier's limits for a target, times `factor`; `scale` is the compression that the plan went through."""
    return limits(target.request_rate * factor, target.token_rate * factor, target.concurrent, 1.0 / scale)


def compress(plan: Plan, scale: float) -> Plan:
    """The same plan in a time that runs `scale` times as fast: durations are divided, rates multiplied."""

    def targets(item: Target) -> Target:
        return replace(
            item,
            first_token_s=item.first_token_s / scale,
            per_token_s=item.per_token_s / scale,
            prefill_rate=item.prefill_rate * scale,
            request_rate=item.request_rate * scale,
            token_rate=item.token_rate * scale,
            breaker_open_s=item.breaker_open_s / scale,
            breaker_ramp_s=item.breaker_ramp_s / scale,
            provisioned_rate=item.provisioned_rate * scale,
            connect_s=item.connect_s / scale,
            first_content_s=item.first_content_s / scale,
            stall_s=item.stall_s / scale,
            pool=in_time(item.pool, scale) if item.pool else None,
        )

    gateway = plan.gateway
    return replace(
        plan,
        gateway=replace(
            gateway,
            queue_timeout_s=gateway.queue_timeout_s / scale,
            month_s=gateway.month_s / scale,
            half_life_s=gateway.half_life_s / scale,
            batch_wait_s=gateway.batch_wait_s / scale,
        ),
        routes=tuple(
            replace(
                route,
                deadline_s=route.deadline_s / scale,
                slow_s=route.slow_s / scale,
                stale_s=route.stale_s / scale,
                hedge_s=route.hedge_s / scale,
                shadow=replace(route.shadow, timeout_s=route.shadow.timeout_s / scale) if route.shadow else None,
                hops=tuple(_quicker(hop, scale) for hop in route.hops),
                smaller=_quicker(route.smaller, scale) if route.smaller else None,
            )
            for route in plan.routes
        ),
        targets=tuple(targets(item) for item in plan.targets),
        retrievers=tuple(replace(item, timeout_s=item.timeout_s / scale) for item in plan.retrievers),
        caches=tuple(replace(item, ttl_s=item.ttl_s / scale) for item in plan.caches),
        stations=tuple(_station(item, scale) for item in plan.stations),
        journeys=tuple(
            replace(
                item,
                rate=item.rate * scale,
                think_s=item.think_s / scale,
                steps=tuple(
                    replace(step, timeout_s=step.timeout_s / scale, pause_s=step.pause_s / scale) for step in item.steps
                ),
            )
            for item in plan.journeys
        ),
        tenants=tuple(
            replace(item, request_rate=item.request_rate * scale, token_rate=item.token_rate * scale)
            for item in plan.tenants
        ),
        scenarios=tuple(
            replace(
                item,
                lasts_s=item.lasts_s / scale,
                begins_s=item.begins_s / scale,
                changes=tuple(replace(c, at_s=c.at_s / scale, lasts_s=c.lasts_s / scale) for c in item.changes),
            )
            for item in plan.scenarios
        ),
        failing=tuple(replace(f, mtbf_s=f.mtbf_s / scale, mttr_s=f.mttr_s / scale) for f in plan.failing),
        agents=compressed(plan.agents, scale),
        tools=tuple(replace(item, median_s=item.median_s / scale) for item in plan.tools),
    )


def _quicker(hop: m.Hop, scale: float) -> m.Hop:
    times = {"timeout_s": hop.timeout_s, "backoff_s": hop.backoff_s, "longest_s": hop.longest_s}
    return replace(hop, **{name: value / scale for name, value in times.items()})


def shortest_duration(plan: Plan) -> tuple[float, str]:
    """The shortest duration that decides something, in seconds, and what it is: the bound of compression."""
    called = dict.fromkeys(plan.targets[hop.target] for route in plan.routes for hop in route.ladder)
    found = [(target.first_token_s, f"first token of {target.name}") for target in called]
    found += [(hop.backoff_s, f"backoff of route {route.name}") for route in plan.routes for hop in route.ladder]
    return min(((value, name) for value, name in found if value > 0), default=(1.0, "nothing"))


def _station(item: Station, scale: float) -> Station:
    law = quicker(item.scale, scale) if item.scale is not None else None
    return replace(item, median_s=item.median_s / scale, patience_s=item.patience_s / scale, scale=law)
