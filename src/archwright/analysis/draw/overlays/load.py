"""How full everything gets in one simulated scenario, and how many calls flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from archwright.analysis.draw.overlay import Answered, Evidence, Overlay, Use, redrawn
from archwright.report.diagram import Diagram, Edge, Node
from archwright.report.figures import Book
from archwright.spec.model import System

_SCALE: Final = ((0.1, "below 20 %"), (0.3, "from 20 %"), (0.5, "from 40 %"), (0.7, "from 60 %"), (0.9, "from 80 %"))
_LEGEND: Final = (
    "Filled by the fullest of its limits: the fullest minute of a supplier's limits, the mean of places and servers. "
    "Lines: means of the whole scenario, where the simulation counts them."
)


def _draw(system: System, picture: Diagram, evidence: Evidence) -> Answered:
    book, rates = evidence.book, evidence.rates
    drawn = redrawn(
        picture,
        f"How full everything gets: {evidence.scenario}.",
        lambda node: _node(evidence, node),
        lambda edge: replace(edge, label=_rate(system, evidence, edge)) if edge.flows else edge,
    )
    shown = [(f"{system.called(use.component)}, {use.what}", use.share) for use in evidence.uses if use.share in book]
    shown += [(_ends(system, pair), key) for pair, key in rates.items()]
    drawn = replace(drawn, legend=(_LEGEND,), scale=_SCALE, alarm="asked for as much as it can, or more")
    return Answered(drawn, tuple(shown))


def _node(evidence: Evidence, node: Node) -> Node:
    book = evidence.book
    uses = [use for use in evidence.uses if use.component == node.name]
    own = evidence.rates.get((node.name, node.name))
    lines = [f"{book[own].label}: {book[own].shown}"] if own else []
    shares = [book[use.share].value for use in uses if use.share in book]
    lines += [line for use in uses for line in _lines(book, use)]
    if not shares:
        return replace(node, lines=tuple(lines))
    fullest = max(shares)
    named = next(use for use in uses if use.share in book and book[use.share].value == fullest)
    badges = (f"{book[named.share].shown} full" if fullest < 1 else f"{book[named.share].shown}, over its limit",)
    return replace(node, lines=tuple(lines), badges=badges, heat=min(1.0, fullest), alarm=fullest >= 1)


def _lines(book: Book, use: Use) -> Iterator[str]:
    if use.share in book:
        yield f"{use.what}: {book[use.share].shown}"
    if use.queue in book and book[use.queue].value > 0:
        yield f"queue up to {book[use.queue].shown}"


def _rate(system: System, evidence: Evidence, edge: Edge) -> str:
    if edge.line == "return":
        return ""
    pair = (edge.source, edge.target)
    actors = [flow.source for flow in system.flows if flow.target == edge.target]
    if system.components[edge.source].has("actor") and len(actors) == 1:
        pair = ("", edge.target)  # journeys that begin there can only come from here
    key = evidence.rates.get(pair, "")
    return evidence.book[key].shown if key and evidence.book[key].value > 0 else ""


def _ends(system: System, pair: tuple[str, str]) -> str:
    source, target = pair
    if source == target:
        return f"{system.called(target)}, work"
    return f"{system.called(source) if source else 'Journeys'} to {system.called(target)}"


OVERLAY = Overlay("load", "How full does everything get?", frozenset({"load"}), _draw)
