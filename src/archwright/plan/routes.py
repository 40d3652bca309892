"""Routes of the file as routes of the plan: names become positions, conditions become bounds."""

from __future__ import annotations

from collections.abc import Mapping

from archwright.plan import model as m
from archwright.plan.entries import LARGEST, Entries
from archwright.spec.given import Given
from archwright.spec.judge import routes_of
from archwright.spec.settings.gateway import RouteSpec, WaySpec


def compile_route(work: Entries, name: str, targets: Mapping[str, int], caches: Mapping[str, int]) -> m.Route:
    """The route called `name`. `targets` and `caches` give the places of components in the plan."""
    gateway, route = routes_of(work.system)[name]
    key = f"routes.{name}"
    hops = []
    ratios = []
    for target in route.targets:
        flow = work.system.flow(gateway, target)
        retry = flow.retry if flow else None
        deadline = route.deadline.value
        hops.append(
            m.Hop(
                target=targets[target],
                attempts=retry.attempts.whole if retry else 1,
                timeout_s=flow.timeout.value if flow and flow.timeout else deadline,
                backoff_s=retry.backoff.value if retry and retry.backoff else 0.0,
                longest_s=retry.longest.value if retry else 0.0,
            )
        )
        if retry is not None:
            ratios.append(retry.budget.value if retry.budget else -1.0)
    return m.Route(
        name=name,
        hops=tuple(hops),
        deadline_s=work.note(f"{key}.deadline", route.deadline, "all attempts end by then"),
        cache=caches[route.cache] if route.cache else -1,
        degraded=" ".join(route.degraded.split()),
        retry_ratio=min(ratios, default=-1.0),
        journey=str(route.journey or next(iter(work.system.workload.journeys), "")),
        choose=str(route.choose),  # type: ignore[arg-type]
        weights=_weights(work, key, route),
        ways=tuple(_way(work, route, way) for way in route.rules),
        slow_s=work.note(f"{key}.slow", route.slow, "slower targets come last"),
        stale_s=work.note(f"{key}.stale", route.stale, "kept answers may be so much too old"),
    )


def _weights(work: Entries, key: str, route: RouteSpec) -> tuple[float, ...]:
    pairs = zip(route.targets, route.weights, strict=False)
    return tuple(work.note(f"{key}.weights.{target}", weight, "share of the requests") for target, weight in pairs)


def _way(work: Entries, route: RouteSpec, way: WaySpec) -> m.Way:
    tenants, journeys = list(work.system.workload.tenants), list(work.system.workload.journeys)
    return m.Way(
        least=_bound(way.input_over, 1, 0),
        most=_bound(way.input_under, -1, LARGEST),
        tenant=tenants.index(way.tenant) if way.tenant else -1,
        journey=journeys.index(way.journey) if way.journey else -1,
        hops=tuple(route.targets.index(target) for target in way.targets),
    )


def _bound(given: Given | None, beside: int, otherwise: int) -> int:
    """A bound that includes its end, from one that does not."""
    return otherwise if given is None else max(0, given.whole + beside)
