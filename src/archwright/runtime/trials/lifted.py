"""A plan for a trial of its gateway: as designed, but for what would end the trial, or let a request decide others."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from archwright.plan.model import Plan

PLENTY: Final = 10**18  # pico-dollars: a cap that is watched and never reached
SHORT_S: Final = 0.001  # kept answers are too old by the time that they are asked for again


def lifted(plan: Plan) -> Plan:
    """Caps that are never reached, clients without rates, and no agents, which ask the gateway as clients do."""
    gateway = replace(plan.gateway, budget=PLENTY if plan.gateway.budget else 0)
    tenants = tuple(
        replace(item, budget=PLENTY if item.budget else 0, request_rate=0.0, token_rate=0.0, concurrent=0)
        for item in plan.tenants
    )
    return replace(plan, gateway=gateway, tenants=tenants, agents=(), tools=())


def apart(plan: Plan, scale: float) -> Plan:
    """Besides, no request decides what becomes of another: no breaker, no bound of retries, no answer that is fresh."""
    plan = lifted(plan)
    door = plan.gateway
    return replace(
        plan,
        gateway=replace(door, concurrency=max(256, door.concurrency), queue=max(256, door.queue), floor=0, budget=0),
        targets=tuple(
            replace(item, breaker_failures=0, breaker_slower=0.0, provisioned_rate=0.0) for item in plan.targets
        ),
        routes=tuple(replace(item, retry_ratio=-1.0, slow_s=0.0, relief=0.0) for item in plan.routes),
        caches=tuple(replace(item, ttl_s=SHORT_S * scale) for item in plan.caches),
    )
