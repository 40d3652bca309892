"""Which models of a route may see its data, and in which order of distance: walls that no fallback crosses."""

from __future__ import annotations

from archwright.base.errors import Problem
from archwright.plan.entries import Entries
from archwright.spec.given import Word
from archwright.spec.model import SENSITIVITIES, Component, System
from archwright.spec.settings.gateway import RouteSpec

GUARDED = SENSITIVITIES.index("confidential")


def allowed(work: Entries, gateway: str, name: str, route: RouteSpec) -> tuple[Word, ...]:
    """The targets of a route that its data may go to, the nearest first where the route says so.

    What flows to one of its targets may flow to each of them. A target is left out where a class of that data must stay
    in regions that it does not lie in, or that nobody knows; or where its supplier may train on what is confidential.
    A route without any target left is a problem.
    """
    system = work.system
    flows = [flow for target in route.targets if (flow := system.flow(gateway, target)) is not None]
    words = dict.fromkeys(word for flow in flows for word in flow.data)
    left = tuple(
        target for target in route.targets if all(_may_see(system, system.components[target], word) for word in words)
    )
    if not left and route.targets:
        message = f"no target of route `{name}` may see its data: {', '.join(f'`{word}`' for word in words)}"
        mend = "add a model in an allowed region and with known terms, or send the route less"
        work.problems.append(Problem("no-allowed-target", message, route.where, mend))
        return route.targets
    if route.choose != "region":
        return left
    home = str(system.components[gateway].region)
    return tuple(sorted(left, key=lambda target: distance(home, str(system.components[target].region))))


def distance(one: str, other: str) -> int:
    """How far apart two regions are: 0 the same, 1 in one area (the first part of the name), 2 farther or unknown."""
    if not one or not other:
        return 2
    if one.lower() == other.lower():
        return 0
    return 1 if one.lower().split("-")[0] == other.lower().split("-")[0] else 2


def _may_see(system: System, component: Component, word: Word) -> bool:
    data = system.data[word]
    guarded = SENSITIVITIES.index(data.sensitivity) >= GUARDED
    trains = component.supplier is not None and component.supplier.training == "true"
    if guarded and trains:
        return False
    return not data.residency or any(_lies_in(str(component.region), area) for area in data.residency)


def _lies_in(region: str, area: str) -> bool:
    parts, wanted = region.lower().split("-"), area.lower().split("-")
    return parts[: len(wanted)] == wanted
