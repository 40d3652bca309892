"""Exact coordinates of a drawing: where every card, frame, line, label, title and legend entry stands.

Several arrangements are tried (downwards, to the right, leaves folded or not) and the calmest is kept. No search for
free spots can fail: labels stand in rows of their own, lines run on tracks of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Literal

from archwright.render.drawing import cards, lettering
from archwright.render.drawing.arrangement import STRIP, Arrangement, Span, arrange
from archwright.render.drawing.beside import add_sideways
from archwright.render.drawing.boxes import Box, Point
from archwright.render.drawing.cards import Copy
from archwright.render.drawing.legend import Entry, Legend, legend
from archwright.render.drawing.measures import Label, alone, group_title, labels_of, measured, side_by_side
from archwright.render.drawing.skeleton import MARGIN, Arc, Shape, Style, oriented, skeleton
from archwright.report.diagram import Diagram, Edge, Group, Node

EDGE_PAD = 28.0
"""From the drawing to the border of the picture."""
TITLE, SUBTITLE = 22.0, 13.0
TITLE_LEAD, SUBTITLE_LEAD = 28.0, 18.0
_BEST_RATIO = 1.6
_SCREEN = 1400.0
"""A drawing that is wider than this, in pixels, is shown smaller than it was set, and its small print suffers."""
_LEAST_WIDTH = 420.0
_FOLDS = (0, 5, 3)
_INSIDE: tuple[Literal["nothing", "line", "label"], ...] = ("nothing", "line", "label")
_STYLES = tuple(Style(fold, inside) for fold in _FOLDS for inside in _INSIDE)
_LARGE = 20
_FEW_STYLES = (Style(), Style(4, "label"))
"""What is tried for a drawing of more than `_LARGE` nodes, to be done well within a second."""


@dataclass(frozen=True, slots=True)
class Card:
    """A component's place and its text."""

    node: Node
    box: Box
    copy: Copy


@dataclass(frozen=True, slots=True)
class Frame:
    """A group's frame. `title` may be shortened."""

    group: Group
    box: Box
    title: str
    title_box: Box


@dataclass(frozen=True, slots=True)
class Line:
    """A flow from its source to its target. `label` are lines of text in `label_box`.

    Where the words are too many for a plate, `mark` is the number (from 1) under which the legend lists them.
    """

    edge: Edge
    points: tuple[Point, ...]
    label: tuple[str, ...] = ()
    label_box: Box | None = None
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing with coordinates in pixels; (0, 0) is the upper left corner of a picture of `width` by `height`."""

    diagram: Diagram
    width: float
    height: float
    title: tuple[str, ...]
    title_box: Box
    subtitle: tuple[str, ...]
    subtitle_box: Box
    cards: tuple[Card, ...]
    frames: tuple[Frame, ...]
    lines: tuple[Line, ...]
    legend: tuple[Entry, ...]


def lay_out(diagram: Diagram) -> Layout:
    """Coordinates for `diagram`. The same diagram gives the same coordinates.

    Raises:
        KeyError: an edge names a node that the diagram does not have.
    """
    labels = labels_of(diagram)
    copies, width = _copies(diagram)
    tries = list(_tries(diagram, labels, copies, width)) if diagram.nodes else [_Try.empty()]
    best = min(tries, key=lambda one: one.score)
    return _composed(diagram, best, labels, copies)


@dataclass(frozen=True, slots=True)
class _Try:
    """An arrangement in x and y, its upper left corner at (0, 0)."""

    cards: list[Box]
    frames: dict[int, Box]
    titles: dict[int, Box]
    ways: dict[int, list[Point]]
    labels: dict[int, Box]
    width: float
    height: float
    score: float = 0.0

    @staticmethod
    def empty() -> _Try:
        return _Try([], {}, {}, {}, {}, 0.0, 0.0)


def _copies(diagram: Diagram) -> tuple[tuple[Copy, ...], float]:
    width = cards.common_width(diagram.nodes)
    return tuple(cards.copy_of(node, width) for node in diagram.nodes), width


def _tries(diagram: Diagram, labels: tuple[Label, ...], copies: tuple[Copy, ...], width: float) -> Iterator[_Try]:
    blockings = [alone(diagram)]
    if (paired := side_by_side(diagram)).flows:
        blockings.append(paired)
    for blocks, late, downwards in product(blockings, (False, True), (True, False)):
        arcs = oriented(diagram, blocks.homes, late_upwards=late)
        if late and arcs == oriented(diagram, blocks.homes):
            continue
        sizes = measured(diagram, arcs, blocks, copies, width, downwards=downwards)
        margin = MARGIN if downwards else MARGIN + STRIP
        shape = Shape(blocks.homes, sizes.reserved, tuple(breadth for breadth, _ in sizes.labels), margin)
        seen: set[tuple[float, ...]] = set()
        for style in _STYLES if len(diagram.nodes) <= _LARGE else _FEW_STYLES:
            bones = skeleton(diagram, arcs, shape, style)
            places = tuple(stop.at + 1e5 * stop.row for row in bones.rows for stop in row)
            if places in seen:
                continue
            seen.add(places)
            done = arrange(bones, sizes, downwards=downwards)
            if done.homeless:
                continue
            ways = {arc.edge: way for arc, way in zip(arcs, done.ways, strict=True)}
            plates = tuple((p.width, p.height) if downwards else (p.height, p.width) for p in labels)
            add_sideways(done, diagram, blocks, plates, ways)
            one = _turned(done, ways, diagram, arcs, downwards)
            yield replace(one, score=_score(one, diagram))


def _turned(
    done: Arrangement, ways: dict[int, list[Point]], diagram: Diagram, arcs: tuple[Arc, ...], downwards: bool
) -> _Try:
    """From breadth and depth to x and y, the upper left corner at (0, 0), every way from its source to its target."""
    names = {node.name: i for i, node in enumerate(diagram.nodes)}
    backwards = {arc.edge for arc in arcs if names[diagram.edges[arc.edge].source] != arc.upper}
    spans = [*done.cards, *done.frames.values(), *done.labels.values()]
    points = [point for way in ways.values() for point in way]
    low = min([breadth[0] for breadth, _ in spans] + [point[0] for point in points])
    high = max([breadth[1] for breadth, _ in spans] + [point[0] for point in points])
    near = min(depth[0] for _, depth in spans)
    far = max(depth[1] for _, depth in spans)

    def point(at: Point) -> Point:
        breadth, depth = at[0] - low, at[1] - near
        return (breadth, depth) if downwards else (depth, breadth)

    def box(span: tuple[Span, Span]) -> Box:
        (left, top), (right, bottom) = point((span[0][0], span[1][0])), point((span[0][1], span[1][1]))
        return Box(left, top, right - left, bottom - top)

    width, height = point((high, far))
    return _Try(
        [box(span) for span in done.cards],
        {group: box(span) for group, span in done.frames.items()},
        {group: box(span) for group, span in done.titles.items()},
        {edge: [point(at) for at in (way[::-1] if edge in backwards else way)] for edge, way in ways.items()},
        {edge: box(span) for edge, span in done.labels.items()},
        width,
        height,
    )


def _score(one: _Try, diagram: Diagram) -> float:
    """How far a try is from calm: shape, size, crossings, bends and length of lines. Lower is better."""
    strangers = _intrusions(one, diagram)
    segments = [(edge, a, b) for edge, way in one.ways.items() for a, b in pairwise(way)]
    flat = [(e, min(a[0], b[0]), max(a[0], b[0]), a[1]) for e, a, b in segments if a[1] == b[1]]
    upright = [(e, min(a[1], b[1]), max(a[1], b[1]), a[0]) for e, a, b in segments if a[0] == b[0]]
    crossings = sum(
        e != f and low < x < high and top < y < bottom for e, low, high, y in flat for f, top, bottom, x in upright
    )
    bends = sum(len(way) - 2 for way in one.ways.values())
    length = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for _, a, b in segments)
    count = max(1, len(one.ways))
    width, height = one.width + 60, one.height + 140
    shape = abs(math.log(width / height / _BEST_RATIO))
    small_print = max(0.0, math.log(width / _SCREEN))
    size = math.sqrt(width * height) / 1000
    tangle = 0.5 * crossings + 0.5 * strangers + 0.2 * bends + 0.001 * length
    return shape + 2 * small_print + size + tangle / count


def _intrusions(one: _Try, diagram: Diagram) -> int:
    """How often a flow runs through the frame of a group to which neither of its ends belongs."""
    homes = {node.name: node.group for node in diagram.nodes}
    found = 0
    for edge, way in one.ways.items():
        ends = {homes[diagram.edges[edge].source], homes[diagram.edges[edge].target]}
        for group, box in one.frames.items():
            if diagram.groups[group].name not in ends:
                found += any(_meets(a, b, box) for a, b in pairwise(way))
    return found


def _meets(a: Point, b: Point, box: Box) -> bool:
    across = max(a[0], b[0]) > box.left and min(a[0], b[0]) < box.right
    return across and max(a[1], b[1]) > box.top and min(a[1], b[1]) < box.bottom


def _composed(diagram: Diagram, best: _Try, labels: tuple[Label, ...], copies: tuple[Copy, ...]) -> Layout:
    notes = [lettering.plain(e.label) for e, label in zip(diagram.edges, labels, strict=True) if label.mark]
    inner = max(best.width, _LEAST_WIDTH)
    title = lettering.wrapped(diagram.title, TITLE, inner, bold=True)
    subtitle = lettering.wrapped(diagram.subtitle, SUBTITLE, inner)
    title_box = Box(EDGE_PAD, EDGE_PAD - 4, inner, len(title) * TITLE_LEAD)
    subtitle_box = Box(EDGE_PAD, title_box.bottom, inner, len(subtitle) * SUBTITLE_LEAD)
    down = subtitle_box.bottom + (22 if title or subtitle else 4)
    right = EDGE_PAD + (inner - best.width) / 2
    key: Legend = legend(diagram, notes, Box(EDGE_PAD, down + best.height + 26, inner, 0))
    loops = _lines(diagram, best, labels, right, down)
    return Layout(
        diagram=diagram,
        width=math.ceil(inner + 2 * EDGE_PAD),
        height=math.ceil(max(key.bottom, down + best.height) + EDGE_PAD - 6),
        title=title,
        title_box=title_box,
        subtitle=subtitle,
        subtitle_box=subtitle_box,
        cards=tuple(
            Card(node, box.moved(right, down), copy)
            for node, box, copy in zip(diagram.nodes, best.cards, copies, strict=True)
        ),
        frames=tuple(
            Frame(
                diagram.groups[group],
                box.moved(right, down),
                group_title(diagram.groups[group]),
                best.titles[group].moved(right, down),
            )
            for group, box in sorted(best.frames.items())
        ),
        lines=loops,
        legend=key.entries,
    )


def _lines(diagram: Diagram, best: _Try, labels: tuple[Label, ...], right: float, down: float) -> tuple[Line, ...]:
    found = []
    for number, edge in enumerate(diagram.edges):
        points = tuple((x + right, y + down) for x, y in best.ways[number])
        box = best.labels.get(number)
        label = labels[number]
        place = box.moved(right, down) if box else None
        found.append(Line(edge, points, label.lines if place else (), place, label.mark))
    return tuple(found)
