"""Where the money goes: each part's share of the month, from the figures of the forecast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from archwright.analysis.draw.overlay import Answered, Evidence, Overlay, redrawn
from archwright.base.text import slug
from archwright.report.diagram import Diagram, Edge, Node
from archwright.report.figures import Book, Figure
from archwright.spec.judge import routes_of
from archwright.spec.model import System

_WHOLE, _MODELS = "price.month", "price.models.month"
_SCALE: Final = ((0.1, "below 20 %"), (0.3, "from 20 %"), (0.5, "from 40 %"), (0.7, "from 60 %"), (0.9, "from 80 %"))
_LEGEND: Final = (
    "Cards: share of everything; without a figure: not priced, for the forecast knows models, hardware that is paid by "
    "the hour, and people. Lines: share of the models' bill that is spent at the end of the call."
)


def _draw(system: System, picture: Diagram, evidence: Evidence) -> Answered:
    book = evidence.book
    shown: dict[str, Figure] = {}

    def node(item: Node) -> Node:
        spent = book.get(f"price.component.{item.name}.month")
        if spent is None or spent.value <= 0:
            return item
        share = _share(book, f"draw.cost.{item.name}.share", spent, _WHOLE)
        shown[f"{item.title}, a month"], shown[f"{item.title}, share"] = spent, share
        badge = f"{share.shown} of the month"
        return replace(item, lines=(f"{spent.shown} a month",), badges=(badge,), heat=share.value)

    def edge(item: Edge) -> Edge:
        spent = _on_the_way(book, system, item)
        if spent is None or spent.value <= 0:
            return replace(item, label="" if item.flows else item.label)
        ends = f"{system.called(item.source)} to {system.called(item.target)}"
        share = _share(book, f"draw.cost.{item.source}.{item.target}.share", spent, _MODELS)
        shown[f"{ends}, a month"], shown[f"{ends}, share of the models' bill"] = spent, share
        return replace(item, label=f"{spent.shown} a month", heat=share.value)

    whole = book[_WHOLE]
    drawn = redrawn(picture, f"Where the money goes: {whole.shown} a month at the stated volume.", node, edge)
    figures = {"Everything, a month": whole, **shown}
    return Answered(
        replace(drawn, legend=(_LEGEND,), scale=_SCALE), tuple((what, item.key) for what, item in figures.items())
    )


def _share(book: Book, key: str, part: Figure, whole: str) -> Figure:
    return book.derive(key, "part / whole", "share", f"of {book[whole].label}", part=part, whole=whole)


def _on_the_way(book: Book, system: System, edge: Edge) -> Figure | None:
    """What is spent on the models behind an edge: a gateway's call of one, or a caller's requests to a gateway."""
    if not edge.flows or edge.line == "return":
        return None
    if system.components[edge.source].has("gateway"):
        return book.get(f"price.component.{edge.target}.month")
    parts = [book[key] for key in _asked(system, edge) if key in book]
    if not parts:
        return None
    return book.total(f"draw.cost.{edge.source}.{edge.target}.month", parts, "money", "model calls asked for, a month")


def _asked(system: System, edge: Edge) -> Iterator[str]:
    """The figures of the steps at the edge's source that ask the gateway at its target."""
    routes = routes_of(system)
    for name, journey in system.workload.journeys.items():
        for step in journey.steps:
            if step.route is not None and step.at == edge.source and routes[step.route][0] == edge.target:
                yield f"price.{name}.{slug(step.name)}.month"


OVERLAY = Overlay("cost", "Where does the money go?", frozenset({"price"}), _draw)
