"""Routes of the file as routes of the plan: names become positions, conditions become bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archwright.plan import model as m
from archwright.plan.entries import LARGEST, Entries
from archwright.plan.walls import allowed, may_see, unplaced, walled
from archwright.spec.given import Given
from archwright.spec.judge import routes_of
from archwright.spec.settings.gateway import RouteSpec, WaySpec


def compile_route(work: Entries, name: str, targets: Mapping[str, int], caches: Mapping[str, int]) -> m.Route:
    """The route called `name`. `targets` and `caches` give the places of components in the plan."""
    gateway, route = routes_of(work.system)[name]
    key = f"routes.{name}"
    names = allowed(work, gateway, name, route)
    hops = []
    ratios = []
    for target in names:
        flow = work.system.flow(gateway, target)
        retry = flow.retry if flow else None
        hops.append(_hop(work, name, target, targets))
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
        choose="order" if route.choose == "region" else str(route.choose),  # type: ignore[arg-type]
        weights=_weights(work, key, route, names),
        ways=tuple(_way(work, names, way) for way in route.rules if any(target in names for target in way.targets)),
        slow_s=work.note(f"{key}.slow", route.slow, "slower targets come last"),
        stale_s=work.note(f"{key}.stale", route.stale, "kept answers may be so much too old"),
        hedge_s=work.note(f"{key}.hedge", route.hedge, "then the next target is called beside"),
        most_cost=work.whole(f"{key}.max_cost", route.max_cost, "a request costs no more"),
        relief=work.note(f"{key}.relief", route.relief, "places taken when the cheapest target comes first"),
        walled=walled(work, gateway, name, route),
        unplaced=unplaced(work.system, gateway, route),
        shadow=_shadow(work, name, targets),
        smaller=_smaller(work, name, targets),
        sticky=str(route.sticky),  # type: ignore[arg-type]
    )


def _hop(work: Entries, name: str, target: str, targets: Mapping[str, int]) -> m.Hop:
    """How patiently a route tries a model."""
    gateway, route = routes_of(work.system)[name]
    flow = work.system.flow(gateway, target)
    retry = flow.retry if flow else None
    return m.Hop(
        target=targets[target],
        attempts=retry.attempts.whole if retry else 1,
        timeout_s=flow.timeout.value if flow and flow.timeout else route.deadline.value,
        backoff_s=retry.backoff.value if retry and retry.backoff else 0.0,
        longest_s=retry.longest.value if retry else 0.0,
    )


def _smaller(work: Entries, name: str, targets: Mapping[str, int]) -> m.Hop | None:
    """The model that is asked before a canned answer is given, if the route's data may go there."""
    gateway, route = routes_of(work.system)[name]
    if route.smaller is None or not may_see(work.system, gateway, route, route.smaller):
        return None
    return _hop(work, name, route.smaller, targets)


def _shadow(work: Entries, name: str, targets: Mapping[str, int]) -> m.Shadow | None:
    """What gets copies of a route's requests, if its data may go there."""
    gateway, route = routes_of(work.system)[name]
    shadow = route.shadow
    if shadow is None:
        return None
    key, flow = f"routes.{name}.shadow", work.system.flow(gateway, shadow.target)
    share = work.note(f"{key}.share", shadow.share, "requests that are copied")
    places = work.whole(f"{key}.places", shadow.places, "copies under way at once")
    if not may_see(work.system, gateway, route, shadow.target):
        return None
    timeout = flow.timeout if flow and flow.timeout else route.deadline
    return m.Shadow(targets[shadow.target], share, places, timeout.value)


def patience(work: Entries, gateway: str, name: str) -> dict[str, float]:
    """The other deadlines of the flow from the gateway to a target, and when it is left alone because it is slow."""
    flow, key = work.system.flow(gateway, name), f"components.{name}"
    cut = flow.breaker if flow else None
    return {
        "breaker_ramp_s": work.note(f"{key}.breaker.ramp", cut.ramp if cut else None, "until it gets all calls again"),
        "breaker_slower": work.note(
            f"{key}.breaker.slower_than", cut.slower_than if cut else None, "times as slow as usual is a failure"
        ),
        "connect_s": work.note(f"{key}.connect", flow.connect if flow else None, "longest wait for a connection"),
        "first_content_s": work.note(
            f"{key}.first_content", flow.first_content if flow else None, "longest wait for the first content"
        ),
        "stall_s": work.note(f"{key}.stall", flow.stall if flow else None, "longest pause within a stream"),
    }


def _weights(work: Entries, key: str, route: RouteSpec, names: Sequence[str]) -> tuple[float, ...]:
    pairs = [pair for pair in zip(route.targets, route.weights, strict=False) if pair[0] in names]
    return tuple(work.note(f"{key}.weights.{target}", weight, "share of the requests") for target, weight in pairs)


def _way(work: Entries, names: Sequence[str], way: WaySpec) -> m.Way:
    tenants, journeys = list(work.system.workload.tenants), list(work.system.workload.journeys)
    return m.Way(
        least=_bound(way.input_over, 1, 0),
        most=_bound(way.input_under, -1, LARGEST),
        tenant=tenants.index(way.tenant) if way.tenant else -1,
        journey=journeys.index(way.journey) if way.journey else -1,
        hops=tuple(names.index(target) for target in way.targets if target in names),
    )


def _bound(given: Given | None, beside: int, otherwise: int) -> int:
    """A bound that includes its end, from one that does not."""
    return otherwise if given is None else max(0, given.whole + beside)
