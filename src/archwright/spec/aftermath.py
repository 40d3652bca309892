"""What becomes of the others when one component is away, read from the file: flows, fallbacks and `on_failure`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from archwright.spec.calls import waits
from archwright.spec.judge import routes_of
from archwright.spec.model import Step, System
from archwright.spec.settings.gateway import RouteSpec

Effect = Literal["goes on", "degraded", "fails"]
EFFECTS: Final[tuple[Effect, ...]] = ("goes on", "degraded", "fails")


@dataclass(frozen=True, slots=True)
class Struck:
    """What a failure does to one component, and why, in a few words.

    A component that *goes on* leaves something out or has something else stand in; a *degraded* one gives or gets a
    canned answer; one that *fails* does so for whatever needs the failed one.
    """

    effect: Effect
    why: str


def aftermath(system: System, broken: str) -> dict[str, Struck]:
    """Everybody who notices that `broken` is away, in the order in which it reaches them; `broken` is left out.

    A caller that waits fails with the called one, unless the file says otherwise: a route has a fallback or a canned
    answer, a cache can be done without, a step may be skipped or runs in the background.
    """
    gone = {broken}
    found: dict[str, Struck] = {}
    changed = True
    while changed:
        changed = False
        for name in system.components:
            worst = _worst(_hits(system, name, gone, found)) if name not in gone else None
            if worst is None or (name in found and not _worse(worst, found[name])):
                continue
            found[name] = worst
            changed = True
            if worst.effect == "fails":
                gone.add(name)
    return found


def route_after(system: System, name: str, gone: set[str]) -> Struck | None:
    """What becomes of a route when the components in `gone` are away; None if it does not notice."""
    gateway, route = routes_of(system)[name]
    if gateway in gone:
        return Struck("fails", f"{system.called(gateway)} is away")
    if not gone.intersection(route.targets):
        return None
    return _route(system, name, route, gone)


def _route(system: System, name: str, route: RouteSpec, gone: set[str]) -> Struck:
    left = [str(target) for target in route.targets if target not in gone]
    if left and route.targets[0] in gone:
        return Struck("goes on", f"route {name} falls back to {system.called(left[0])}")
    if left:
        return Struck("goes on", f"route {name} has one fallback less")
    if route.degraded:
        return Struck("degraded", f"route {name} gives its canned answer")
    return Struck("fails", f"route {name} has no model left")


def _hits(system: System, name: str, gone: set[str], found: dict[str, Struck]) -> Iterator[Struck]:
    """Every way in which the failure reaches a component."""
    routed = {str(step.route) for step in _steps_at(system, name) if step.route is not None}
    for step in _steps_at(system, name):
        after = route_after(system, str(step.route), gone) if step.route is not None else None
        if after is not None and after.effect != "goes on":
            yield _softened(after, step)
    own = {gateway for route, (gateway, _) in routes_of(system).items() if route in routed}
    for flow in system.flows:
        target = str(flow.target)
        if flow.source != name or not waits(flow) or target in own:
            continue
        if target in gone:
            yield _without(system, name, target, gone)
        elif target in found and found[target].effect == "degraded" and not system.components[name].has("gateway"):
            yield Struck("degraded", f"{system.called(target)} is degraded")


def _softened(after: Struck, step: Step) -> Struck:
    """What a step makes of a route that gives a canned answer or none."""
    if after.effect == "degraded" or not _may_miss(step):
        return after
    return Struck("goes on", f"step {step.name} is skipped")


def _without(system: System, name: str, target: str, gone: set[str]) -> Struck:
    """A component whose called one is away."""
    if system.components[name].has("gateway") and system.components[target].has("token-model"):
        return _gateway(system, name, gone)
    if system.components[target].has("cache"):
        return Struck("goes on", f"does without {system.called(target)}")
    visits = _steps_at(system, target)
    if visits and all(_may_miss(step) for step in visits):
        return Struck("goes on", f"step {visits[0].name} is skipped")
    return Struck("fails", f"needs {system.called(target)}")


def _gateway(system: System, name: str, gone: set[str]) -> Struck:
    own = [route for route, (gateway, _) in routes_of(system).items() if gateway == name]
    after = [item for item in (route_after(system, route, gone) for route in own) if item is not None]
    worst = _worst(after)
    if worst is None:
        return Struck("goes on", "no route leads there")
    whole = len(after) == len(own) and all(item.effect == "fails" for item in after)
    effect: Effect = "degraded" if worst.effect == "fails" and not whole else worst.effect
    return Struck(effect, "; ".join(item.why for item in after if item.effect == worst.effect))


def _steps_at(system: System, name: str) -> list[Step]:
    return [step for journey in system.workload.journeys.values() for step in journey.steps if step.at == name]


def _may_miss(step: Step) -> bool:
    return step.on_failure == "skip" or step.background


def _worst(items: Iterator[Struck] | list[Struck]) -> Struck | None:
    return max(items, key=lambda item: EFFECTS.index(item.effect), default=None)


def _worse(one: Struck, other: Struck) -> bool:
    return EFFECTS.index(one.effect) > EFFECTS.index(other.effect)
