"""What each part depends on: who waits for whom, what stops when it stops, and what a critical journey needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from archwright.analysis.draw.overlay import Answered, Evidence, Overlay, redrawn
from archwright.base.text import plural
from archwright.report.diagram import Diagram, Edge, Node
from archwright.spec.aftermath import Struck, aftermaths
from archwright.spec.calls import alone, needed, waits
from archwright.spec.model import Journey, System


def _draw(system: System, picture: Diagram, _: Evidence) -> Answered:
    stops = {name: _stopped(system, struck) for name, struck in aftermaths(system).items()}
    critical = {name for journey in _critical(system) for name in _vital(system, journey, stops)}
    most = max((len(names) for names in stops.values()), default=0)
    drawn = redrawn(
        picture,
        "What each part depends on. Filled: others stop when it stops.",
        lambda node: _node(system, node, stops[node.name], most, critical),
        lambda edge: _edge(system, edge, critical),
    )
    scale = ((1 / most, "stops 1 other"), (1.0, f"stops {most} others")) if most > 1 else ((1.0, "stops 1 other"),)
    return Answered(
        replace(
            drawn,
            legend=() if _critical(system) else ("No journey is marked critical, so no path is.",),
            scale=scale if most else (),
            wide=_wide(system),
            alarm="runs once, and a critical journey stops without it",
        )
    )


def _stopped(system: System, struck: Mapping[str, Struck]) -> tuple[str, ...]:
    """The components, actors aside, that fail too."""
    return tuple(
        other for other, item in struck.items() if item.effect == "fails" and not system.components[other].has("actor")
    )


def _critical(system: System) -> list[Journey]:
    return [journey for journey in system.workload.journeys.values() if journey.critical]


def _vital(system: System, journey: Journey, stops: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """What the journey needs and nothing stands in for."""
    must = {str(step.at) for step in journey.steps if step.on_failure == "fail" and not step.background}
    yield from (name for name in needed(system, journey) if name in must or must.intersection(stops[name]))


def _node(system: System, node: Node, stops: tuple[str, ...], most: int, critical: set[str]) -> Node:
    calls = [flow for flow in system.flows if waits(flow)]
    callers = len({flow.source for flow in calls if flow.target == node.name})
    called = len({flow.target for flow in calls if flow.source == node.name})
    lines = [f"{plural(callers, 'caller')}, waits for {called}"]
    if stops:
        lines.append(f"stops {', '.join(system.called(name) for name in stops)}")
    single = node.name in critical and alone(system.components[node.name])
    badges = ["single point of failure"] if single else []
    badges += ["critical path"] if node.name in critical else []
    heat = len(stops) / most if stops else None
    return replace(node, lines=tuple(lines), badges=tuple(badges), heat=heat, alarm=single)


def _edge(system: System, edge: Edge, critical: set[str]) -> Edge:
    called = edge.line in ("sync", "fallback") and edge.flows and edge.target in critical
    asked = edge.source in critical or system.components[edge.source].has("actor")
    return replace(edge, heat=1.0) if called and asked else edge


def _wide(system: System) -> str:
    names = [name for name, journey in system.workload.journeys.items() if journey.critical]
    return f"what critical {', '.join(names)} waits for, and nothing stands in for"


OVERLAY = Overlay("dependencies", "What does each part depend on, and what stops when it stops?", frozenset(), _draw)
