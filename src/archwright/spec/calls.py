"""Who calls whom, who waits, and what a journey cannot do without: read from the flows and steps of a system."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from archwright.spec.judge import routes_of
from archwright.spec.model import Component, Flow, Journey, System

# Others judge these: a model by its fallback, an actor by nobody; what a cache holds can be computed again.
_SPARED = ("token-model", "actor", "cache")


def waits(flow: Flow) -> bool:
    """Whether the source waits for the target's answer."""
    return flow.mode == "sync" and not flow.returns


def alone(component: Component) -> bool:
    """Whether it runs once and is of a kind whose work nothing else takes over."""
    return component.replicas.value < 2 and not any(component.has(trait) for trait in _SPARED)


def needed(system: System, journey: Journey) -> list[str]:
    """Components without which the journey fails, in the order in which they are reached.

    They are the places of the steps that must succeed, the gateways of their routes, and whatever those call and wait
    for. A component that the journey visits only in steps that may be skipped or go on behind its back is left out.
    """
    must = [step for step in journey.steps if step.on_failure == "fail" and not step.background]
    routes = routes_of(system)
    starts = [name for step in must for name in (step.at, *([routes[step.route][0]] if step.route else []))]
    spared = {str(step.at) for step in journey.steps} - {str(name) for name in starts}
    return _reached(system, starts, spared)


def _reached(system: System, starts: Iterable[str], spared: Collection[str]) -> list[str]:
    found: dict[str, None] = {}
    ahead = [str(name) for name in starts]
    while ahead:
        name = ahead.pop(0)
        if name in found or name in spared:
            continue
        found[name] = None
        ahead.extend(str(flow.target) for flow in system.flows if flow.source == name and waits(flow))
    return list(found)
