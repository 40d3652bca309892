"""The picture of a system: its components, what flows between them, and what stands in when a model fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import get_args

from archwright.facts.technologies import technology
from archwright.report.diagram import Diagram, Edge, Group, Line, Node, Shape
from archwright.spec.given import Given
from archwright.spec.judge import routes_of
from archwright.spec.model import SENSITIVITIES, Component, Flow, System
from archwright.spec.settings.agents import AgentSettings
from archwright.spec.settings.gateway import CacheSettings, GatewaySettings
from archwright.spec.settings.models import ModelSettings

_SHAPES: dict[str, Shape] = {shape: shape for shape in get_args(Shape)}
_MARKED = frozenset(SENSITIVITIES[SENSITIVITIES.index("confidential") :])


def diagram(system: System) -> Diagram:
    """The picture of `system`: a node a component, an edge a flow, all in the order of the file.

    A model that no route prefers is reached by a fallback edge. Where a route falls back to a model that another
    route prefers, a fallback edge leads from model to model.
    """
    used = {component.group for component in system.components.values()}
    return Diagram(
        title=str(system.system),
        subtitle=str(system.summary),
        nodes=tuple(_node(system, name, component) for name, component in system.components.items()),
        groups=tuple(
            Group(name, str(part.title or name), part.trust)  # type: ignore[arg-type]
            for name, part in system.groups.items()
            if name in used
        ),
        edges=(*_flows(system), *_fallbacks(system)),
    )


def _node(system: System, name: str, component: Component) -> Node:
    kind = component.of_kind
    return Node(
        name=name,
        title=str(component.title or name),
        kind=kind.caption or kind.name,
        shape=_SHAPES.get(kind.shape, "box"),
        group=str(component.group or ""),
        lines=tuple(_lines(component)),
        badges=tuple(_badges(system, component)),
        summary=str(component.summary),
        technology=_technology(component),
    )


def _technology(component: Component) -> str:
    known = technology(component.technology)
    if known is not None:
        return known.title
    settings = component.settings_as(ModelSettings)
    return str(settings.model) if settings is not None else component.of_kind.caption or component.of_kind.name


def _lines(component: Component) -> Iterator[str]:
    for trait, said in _SAID.items():
        if component.has(trait):
            yield from said(component)
    many = f"×{component.replicas.whole:,}" if component.replicas.whole > 1 else ""
    where = " · ".join(part for part in (many, str(component.region)) if part)
    if where:
        yield where


def _badges(system: System, component: Component) -> Iterator[str]:
    """How sensitive what it keeps is, and a stage that is not production."""
    kept = {system.data[name].sensitivity for name in component.data} & _MARKED
    if kept:
        yield max(kept, key=SENSITIVITIES.index)
    if component.stage != "production":
        yield str(component.stage)


def _said_of_model(component: Component) -> Iterator[str]:
    settings = component.settings_as(ModelSettings)
    if settings is not None:
        yield settings.model.rpartition("/")[2]


def _said_of_gateway(component: Component) -> Iterator[str]:
    settings = component.settings_as(GatewaySettings)
    if settings is not None:
        yield from _limit("budget", settings.budget)


def _said_of_cache(component: Component) -> Iterator[str]:
    settings = component.settings_as(CacheSettings)
    if settings is not None:
        yield f"kept {settings.ttl}"


def _said_of_agent(component: Component) -> Iterator[str]:
    settings = component.settings_as(AgentSettings)
    if settings is not None:
        yield from _limit("at most", settings.max_steps, " steps")


def _limit(name: str, limit: Given | None, unit: str = "") -> Iterator[str]:
    if limit is not None:
        yield f"{name} {limit}{unit}"


_SAID: dict[str, Callable[[Component], Iterable[str]]] = {
    "token-model": _said_of_model,
    "gateway": _said_of_gateway,
    "cache": _said_of_cache,
    "agent": _said_of_agent,
}


def _flows(system: System) -> Iterator[Edge]:
    """One edge for all flows between the same two that are drawn alike; their labels and interfaces are joined."""
    drawn: dict[tuple[str, str, Line], list[Flow]] = {}
    spare = _never_first(system)
    for flow in system.flows:
        line = _line(flow, (flow.source, flow.target) in spare)
        drawn.setdefault((str(flow.source), str(flow.target), line), []).append(flow)
    for (source, target, line), flows in drawn.items():
        labels, interfaces = _joined(flow.label for flow in flows), _joined(flow.interface for flow in flows)
        yield Edge(source, target, line, labels, technology=interfaces)


def flows_of(system: System, edge: Edge) -> list[Flow]:
    """The flows that an edge of the picture stands for; none for an edge that only says what stands in for what."""
    between = [flow for flow in system.flows if edge.flows and (flow.source, flow.target) == (edge.source, edge.target)]
    return [flow for flow in between if _line(flow, edge.line == "fallback") == edge.line]


def _joined(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(str(word) for word in words if word))


def _line(flow: Flow, spare: bool) -> Line:
    if flow.returns:
        return "return"
    if spare:
        return "fallback"
    return "async" if flow.mode == "async" else "sync"


def _never_first(system: System) -> set[tuple[str, str]]:
    """(gateway, model) where the gateway calls the model only after another one failed."""
    first = {(gateway, route.targets[0]) for gateway, route in routes_of(system).values()}
    later = {(gateway, target) for gateway, route in routes_of(system).values() for target in route.targets[1:]}
    return {(str(gateway), str(model)) for gateway, model in later - first}


def _fallbacks(system: System) -> Iterator[Edge]:
    """A route's step to a model that another route prefers. Two that stand in for each other get one edge."""
    spare = {model for _, model in _never_first(system)}
    mutual: dict[tuple[str, str], bool] = {}
    for _, route in routes_of(system).values():
        for model, other in zip(route.targets, route.targets[1:], strict=False):
            if (other, model) in mutual:
                mutual[other, model] = True
            elif other not in spare:
                mutual.setdefault((str(model), str(other)), False)
    for (first, second), both in mutual.items():
        yield Edge(first, second, "fallback", "stand in for each other" if both else "falls back", flows=False)
