"""What breaks first, what the file says of that failure, and what becomes of everybody who depends on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from archwright.analysis.draw.overlay import Answered, Break, Evidence, Overlay, redrawn
from archwright.report.diagram import Diagram, Edge, Node
from archwright.spec.aftermath import Effect, Struck, aftermath
from archwright.spec.model import System

_HEAT: Final[Mapping[Effect, float]] = {"goes on": 0.1, "degraded": 0.5, "fails": 0.7}
_SCALE: Final = ((0.1, "goes on"), (0.5, "degraded"), (0.7, "fails with it"))


def _draw(system: System, picture: Diagram, evidence: Evidence) -> Answered:
    first = evidence.breaks
    if first is None or first.component not in system.components:
        return Answered(redrawn(picture, _calm(evidence), lambda node: node, lambda edge: edge))
    struck = aftermath(system, first.component)
    name = system.called(first.component)
    drawn = redrawn(
        picture,
        f"What {_word(first)}: {name}, {first.mechanism}. What becomes of the others when it is away.",
        lambda node: _node(system, node, first, evidence, struck),
        lambda edge: _edge(edge, first.component, struck),
    )
    return Answered(
        replace(
            drawn,
            legend=tuple(_words(system, first, evidence, struck)),
            scale=(*_SCALE, (1.0, _word(first))),
            alarm=first.promise,
        ),
        ((f"{name} {_word(first)}, at", first.load),),
    )


def _word(first: Break) -> str:
    return "degrades first" if first.holds else "breaks first"


def _calm(evidence: Evidence) -> str:
    if evidence.breaks is not None:
        promise = evidence.breaks.promise
        words = f"{promise[:1].upper()}{promise[1:]}. {' '.join(evidence.breaks.chain)}"
        return f"{words} No component can be named; the overlay `load` shows what is full."
    if evidence.tried in evidence.book:
        return f"Nothing breaks up to {evidence.book[evidence.tried].shown} the busiest hour."
    return "Nothing is ever asked, so nothing breaks."


def _node(system: System, node: Node, first: Break, evidence: Evidence, struck: Mapping[str, Struck]) -> Node:
    if node.name == first.component:
        at = f"at {evidence.book[first.load].shown} the busiest hour"
        return replace(node, lines=(first.mechanism, at), badges=(_word(first),), heat=1.0, alarm=True)
    if node.name not in struck:
        return node
    item = struck[node.name]
    return replace(node, lines=(item.why,), badges=(item.effect,), heat=_HEAT[item.effect])


def _edge(edge: Edge, broken: str, struck: Mapping[str, Struck]) -> Edge:
    """A line is coloured where the failure travels along it, against its arrow."""
    reached = edge.target == broken or (edge.target in struck and struck[edge.target].effect != "goes on")
    if not (reached and edge.flows and edge.source in struck and edge.line in ("sync", "fallback")):
        return edge
    return replace(edge, heat=_HEAT[struck[edge.source].effect])


def _words(system: System, first: Break, evidence: Evidence, struck: Mapping[str, Struck]) -> Iterator[str]:
    """Why it breaks, and what the file says is lost."""
    yield f"Why: {' '.join(first.chain)}"
    for name in (first.component, *(name for name in struck if struck[name].effect != "goes on")):
        declared = system.components[name].failure
        if declared:
            yield f"{system.called(name)} away: {declared}."
    if not system.components[first.component].failure:
        yield f"The file does not say what is lost when {system.called(first.component)} fails."


OVERLAY = Overlay("failure", "What breaks first, and what becomes of the others?", frozenset({"breaking"}), _draw)
