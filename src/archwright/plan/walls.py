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
    Where none is left, those of which only the region is unknown stay, so that a first draft can be priced; `walled`
    says so. A route without any target even then is a problem.
    """
    system = work.system
    words = _words(system, gateway, route)
    left = _within(system, route, words)
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


def walled(work: Entries, gateway: str, name: str, route: RouteSpec) -> tuple[str, ...]:
    """What to say of the targets of a route before which a wall stands: which it is, and whether it keeps them out."""
    said = []
    words = _words(work.system, gateway, route)
    kept = _within(work.system, route, words)
    for target in route.targets:
        component = work.system.components[target]
        wall = next((wall for word in words if (wall := _wall(work.system, component, word))), "")
        if wall:
            goes = "goes, for want of another," if target in kept else "never goes"
            said.append(f"route `{name}` {goes} to `{target}`: {wall}")
    beside = {"copies nothing": route.shadow.target if route.shadow else None, "never goes": route.smaller}
    for verb, model in beside.items():
        if model is None:
            continue
        wall = next((wall for word in words if (wall := _wall(work.system, work.system.components[model], word))), "")
        if wall:
            said.append(f"route `{name}` {verb} to `{model}`: {wall}")
    return tuple(said)


def unplaced(system: System, gateway: str, route: RouteSpec) -> tuple[str, ...]:
    """The targets of a route that get its data although nobody says in which region they lie."""
    words = _words(system, gateway, route)
    kept = _within(system, route, words)
    return tuple(
        str(target) for target in kept if any(_wall(system, system.components[target], word) for word in words)
    )


def may_see(system: System, gateway: str, route: RouteSpec, target: Word) -> bool:
    """Whether no wall stands between the data of a route and a model that is none of its targets."""
    return not any(_wall(system, system.components[target], word) for word in _words(system, gateway, route))


def _words(system: System, gateway: str, route: RouteSpec) -> dict[Word, None]:
    """The data of a route: what flows to any of its targets."""
    flows = [flow for target in route.targets if (flow := system.flow(gateway, target)) is not None]
    return dict.fromkeys(word for flow in flows for word in flow.data)


def _wall(system: System, component: Component, word: Word) -> str:
    """Why a component may not see a class of data, in words; empty: it may."""
    data = system.data[word]
    if _trains(system, component, word):
        return f"its supplier may train on `{word}`, which is {data.sensitivity}"
    if not data.residency or any(_lies_in(str(component.region), area) for area in data.residency):
        return ""
    region = f"it lies in {component.region}" if component.region else "nobody says in which region it lies"
    return f"`{word}` must stay in {', '.join(data.residency)}, and {region}"


def _within(system: System, route: RouteSpec, words: dict[Word, None]) -> tuple[Word, ...]:
    """The targets before which no wall stands; else those of which only the region is unknown."""
    left = tuple(
        target for target in route.targets if not any(_wall(system, system.components[target], word) for word in words)
    )
    return left or tuple(target for target in route.targets if _unplaced(system, target, words))


def _unplaced(system: System, target: Word, words: dict[Word, None]) -> bool:
    """Whether nothing but its unknown region stands between a target and the data of a route."""
    component = system.components[target]
    return not component.region and not any(_trains(system, component, word) for word in words)


def _trains(system: System, component: Component, word: Word) -> bool:
    guarded = SENSITIVITIES.index(system.data[word].sensitivity) >= GUARDED
    return guarded and component.supplier is not None and component.supplier.training == "true"


def _lies_in(region: str, area: str) -> bool:
    parts, wanted = region.lower().split("-"), area.lower().split("-")
    return parts[: len(wanted)] == wanted
