"""A worker's share of the limits of a gateway that runs in several processes.

Each of N workers begins with one N-th of every limit that is the gateway's own: places, queue, spend caps, rates of
tenants, provisioned tokens. From then on all but the queue and the places of shadows follow
demand (`leases`). Together they never let in more
than the plan says, but for a number that is smaller than N: none goes below one place, and none below one request.
"""

from __future__ import annotations

from msgspec.structs import replace

from archwright.plan.model import Plan, Route, Tenant


def share(plan: Plan, workers: int) -> Plan:
    """The plan as one of `workers` decides by it."""
    if workers <= 1:
        return plan
    gateway = plan.gateway
    return replace(
        plan,
        gateway=replace(
            gateway,
            concurrency=max(1, gateway.concurrency // workers),
            queue=gateway.queue // workers,
            batch_places=_part(gateway.batch_places, workers),
            batch_queue=gateway.batch_queue // workers,
            budget=_part(gateway.budget, workers),
            floor=_part(gateway.floor, workers),
        ),
        routes=tuple(_route(route, workers) for route in plan.routes),
        targets=tuple(
            replace(target, provisioned_rate=target.provisioned_rate / workers) if target.provisioned_rate else target
            for target in plan.targets
        ),
        tenants=tuple(_tenant(tenant, workers) for tenant in plan.tenants),
    )


def _route(route: Route, workers: int) -> Route:
    if route.shadow is None:
        return route
    return replace(route, shadow=replace(route.shadow, places=max(1, route.shadow.places // workers)))


def _tenant(tenant: Tenant, workers: int) -> Tenant:
    return replace(
        tenant,
        budget=_part(tenant.budget, workers),
        request_rate=tenant.request_rate / workers,
        token_rate=tenant.token_rate / workers,
        concurrent=_part(tenant.concurrent, workers),
    )


def _part(limit: int, workers: int) -> int:
    """A part of a limit where 0 means that there is none."""
    return max(1, limit // workers) if limit else 0
