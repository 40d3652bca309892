"""What is known of the quality of a variant: nothing is good that is not known to be.

Evidence stands at a route, for each of its targets, as a number that was measured or has a source. It speaks of the
model, the version and the instructions with which the file states it: a variant that changes what answers has none.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from archwright.base.units import show
from archwright.plan.choice import first_choices
from archwright.plan.model import Journey, Plan
from archwright.spec.model import Objective, System
from archwright.spec.settings.gateway import GatewaySettings, RouteSpec
from archwright.spec.settings.models import ModelSettings

BELIEVED = ("measured", "sourced")
# Keys that decide what an answer says, of components and of routes.
OF_MODELS = ("model", "version", "quantization", "precision", "dtype")
OF_ANSWERS = (
    "instructions", "delegates", "max_steps", "embedder", "top", "support", "fusion", "chunk", "documents",
    "targets", "choose", "weights", "rules", "retriever",
)  # fmt: skip

Changed = Collection[tuple[str, str]]  # parts that differ and the key that does, as (name of the part, key)


class Quality(NamedTuple):
    """What is not known of a variant's quality, and what is known to be below what is promised."""

    unproven: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()


def quality(system: System, plan: Plan, changed: Changed) -> Quality:
    """What is known of the quality of a variant.

    Args:
        system: the variant.
        plan: its plan.
        changed: what differs from the file, which its evidence speaks of.
    """
    promised = [item for item in system.objectives.values() if item.measure == "quality"]
    altered = sorted({key for _, key in changed if _head(key) in (*OF_MODELS, *OF_ANSWERS)})
    if not promised:
        if altered:
            return Quality(
                (f"it changes what answers ({', '.join(altered)}), and no objective says how good is enough",)
            )
        return Quality()
    unproven: dict[str, None] = {}
    worse: dict[str, None] = {}
    for journey in plan.journeys:
        for objective in promised:
            if objective.journey in (None, journey.name):
                _of_journey(system, plan, journey, objective, changed, (unproven, worse))
    return Quality(tuple(unproven), tuple(worse))


def _of_journey(
    system: System, plan: Plan, journey: Journey, objective: Objective, changed: Changed,
    notes: tuple[dict[str, None], dict[str, None]],
) -> None:  # fmt: skip
    """Note what is not known, and what is too low, of every model call of a journey."""
    unproven, worse = notes
    limit = objective.at_least
    routes = _routes(system)
    instructed = sorted({key for _, key in changed if _head(key) in ("instructions", "delegates", "max_steps")})
    if instructed:
        unproven[f"the quality with other {', '.join(instructed)} is unknown"] = None
    for step in journey.steps:
        spec = routes.get(plan.routes[step.route].name) if step.route >= 0 else None
        if spec is None or limit is None:
            continue
        name = plan.routes[step.route].name
        shares = first_choices(plan, journey, step)
        known = {}
        for place in dict.fromkeys([*shares, *(hop.target for hop in plan.routes[step.route].hops)]):
            target = plan.targets[place].name
            why = _unknown(system, spec, name, target, changed)
            if why:
                unproven[why] = None
            else:
                known[place] = spec.quality[target].score.value
        if shares.keys() <= known.keys():
            mean = sum(share * known[place] for place, share in shares.items()) / sum(shares.values())
            if mean < limit.value:
                worse[f"quality on route {name} is {show(mean, 'share')}, promised {limit.shown}"] = None


def _unknown(system: System, spec: RouteSpec, route: str, target: str, changed: Changed) -> str:
    """Why the quality of a target on a route is not known, or nothing."""
    if any(part == target and _head(key) in OF_MODELS for part, key in changed):
        settings = system.components[target].settings_as(ModelSettings)
        return f"the quality of {settings.model if settings else target} on route {route} is unknown"
    graded = spec.quality.get(target)
    if graded is None:
        return f"the quality of {target} on route {route} is unknown"
    if graded.score.origin not in BELIEVED:
        return f"the quality of {target} on route {route} is a guess"
    return ""


def _routes(system: System) -> dict[str, RouteSpec]:
    found: dict[str, RouteSpec] = {}
    for component in system.components.values():
        settings = component.settings_as(GatewaySettings)
        if settings is not None:
            found.update(settings.routes)
    return found


def _head(key: str) -> str:
    """The first word of a key such as `rules[2].targets`."""
    return key.split(".")[0].split("[")[0]
