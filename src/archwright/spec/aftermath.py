"""What becomes of the others when one component is away, read from the file: flows, fallbacks and `on_failure`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from archwright.spec.calls import waits
from archwright.spec.judge import routes_of
from archwright.spec.model import Step, System

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
    return _from(_Map(system), broken)


def aftermaths(system: System) -> dict[str, dict[str, Struck]]:
    """The aftermath of every component, by its name."""
    everything = _Map(system)
    return {name: _from(everything, name) for name in system.components}


class _Map:
    """Who asks whom, looked up once: calls that are waited for, steps by their place, and routes."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.routes = routes_of(system)
        self.called: dict[str, list[str]] = {}
        self.askers: dict[str, list[str]] = {}
        self.steps: dict[str, list[Step]] = {}
        for flow in system.flows:
            if waits(flow):
                self.called.setdefault(str(flow.source), []).append(str(flow.target))
                self.askers.setdefault(str(flow.target), []).append(str(flow.source))
        for journey in system.workload.journeys.values():
            for step in journey.steps:
                self.steps.setdefault(str(step.at), []).append(step)
                if step.route is not None:
                    gateway, route = self.routes[step.route]
                    for name in (gateway, *route.targets):
                        self.askers.setdefault(str(name), []).append(str(step.at))


def _from(everything: _Map, broken: str) -> dict[str, Struck]:
    gone = {broken}
    found: dict[str, Struck] = {}
    changed = deque([broken])
    while changed:
        for name in everything.askers.get(changed.popleft(), ()):
            worst = _worst(_hits(everything, name, gone, found)) if name not in gone else None
            if worst is None or (name in found and not _worse(worst, found[name])):
                continue
            found[name] = worst
            changed.append(name)
            if worst.effect == "fails":
                gone.add(name)
    return found


def _route_after(everything: _Map, name: str, gone: set[str]) -> Struck | None:
    """What becomes of a route when the components in `gone` are away; None if it does not notice."""
    gateway, route = everything.routes[name]
    if gateway in gone:
        return Struck("fails", f"{everything.system.called(gateway)} is away")
    if not gone.intersection(route.targets):
        return None
    left = [str(target) for target in route.targets if target not in gone]
    if left and route.targets[0] in gone:
        return Struck("goes on", f"route {name} falls back to {everything.system.called(left[0])}")
    if left:
        return Struck("goes on", f"route {name} has one fallback less")
    if route.degraded:
        return Struck("degraded", f"route {name} gives its canned answer")
    return Struck("fails", f"route {name} has no model left")


def _hits(everything: _Map, name: str, gone: set[str], found: dict[str, Struck]) -> Iterator[Struck]:
    """Every way in which the failure reaches a component."""
    system = everything.system
    own = set()
    for step in everything.steps.get(name, ()):
        if step.route is None:
            continue
        own.add(everything.routes[step.route][0])
        after = _route_after(everything, step.route, gone)
        if after is not None and after.effect != "goes on":
            yield _softened(after, step)
    for target in everything.called.get(name, ()):
        if target in own:
            continue  # what its routes make of it has been asked
        if target in gone:
            yield _without(everything, name, target, gone)
        elif target in found and found[target].effect == "degraded" and not system.components[name].has("gateway"):
            yield Struck("degraded", f"{system.called(target)} is degraded")


def _softened(after: Struck, step: Step) -> Struck:
    """What a step makes of a route that gives a canned answer or none."""
    if after.effect == "degraded" or not _may_miss(step):
        return after
    return Struck("goes on", f"step {step.name} is skipped")


def _without(everything: _Map, name: str, target: str, gone: set[str]) -> Struck:
    """A component whose called one is away."""
    components = everything.system.components
    if components[name].has("gateway") and components[target].has("token-model"):
        return _gateway(everything, name, gone)
    if components[target].has("cache"):
        return Struck("goes on", f"does without {everything.system.called(target)}")
    visits = everything.steps.get(target, [])
    if visits and all(_may_miss(step) for step in visits):
        return Struck("goes on", f"step {visits[0].name} is skipped")
    return Struck("fails", f"needs {everything.system.called(target)}")


def _gateway(everything: _Map, name: str, gone: set[str]) -> Struck:
    own = [route for route, (gateway, _) in everything.routes.items() if gateway == name]
    after = [item for item in (_route_after(everything, route, gone) for route in own) if item is not None]
    worst = _worst(after)
    if worst is None:
        return Struck("goes on", "no route leads there")
    whole = len(after) == len(own) and all(item.effect == "fails" for item in after)
    effect: Effect = "degraded" if worst.effect == "fails" and not whole else worst.effect
    return Struck(effect, "; ".join(item.why for item in after if item.effect == worst.effect))


def _may_miss(step: Step) -> bool:
    return step.on_failure == "skip" or step.background


def _worst(items: Iterator[Struck] | list[Struck]) -> Struck | None:
    return max(items, key=lambda item: EFFECTS.index(item.effect), default=None)


def _worse(one: Struck, other: Struck) -> bool:
    return EFFECTS.index(one.effect) > EFFECTS.index(other.effect)
