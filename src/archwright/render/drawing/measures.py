"""Sizes of everything that needs a place: labels, cards with what is reserved beside them, titles of frames."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from archwright.render.drawing import lettering
from archwright.render.drawing.cards import Copy
from archwright.render.drawing.rails import CORNER, DOCK_GAP
from archwright.render.drawing.skeleton import Arc
from archwright.report.diagram import Diagram, Group

GROUP_TITLE, LABEL, LABEL_LEAD = 11.5, 11.0, 14.0
LOOP = 22.0
"""How far a flow from a node to itself goes out."""
_LABEL_LINE, _LABEL_LINES = 128.0, 3
_MARK = 18.0
_WIDEST_TITLE = 230.0
_ARM = 22.0
_LEAST_GAP = 56.0
_SLOT_GAP = 6.0
_EVEN = 1.35


@dataclass(frozen=True, slots=True)
class Label:
    """The plate of a flow's label in pixels, or of the number `mark` that stands for too many words."""

    lines: tuple[str, ...]
    width: float
    height: float
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Blocks:
    """Nodes that stand side by side in one row. `homes` names each node's block by its first node.

    `flows` lists the numbers of the edges inside a block by the pair of nodes, the first node first.
    """

    homes: tuple[int, ...]
    flows: dict[tuple[int, int], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes in pixels. Cards and labels as (breadth, depth).

    `reserved` is the breadth of each node's block and `offsets` where in it the card begins; `titles` are the lengths
    of the frames' titles.
    """

    cards: tuple[tuple[float, float], ...]
    reserved: tuple[float, ...]
    offsets: tuple[float, ...]
    labels: tuple[tuple[float, float], ...]
    titles: tuple[float, ...]


def labels_of(diagram: Diagram) -> tuple[Label, ...]:
    """The plate of every edge; an edge without words has one without size."""
    found = []
    marks = 0
    for edge in diagram.edges:
        lines = lettering.wrapped(edge.label, LABEL, _LABEL_LINE)
        if len(lines) > _LABEL_LINES:
            marks += 1
            found.append(Label((str(marks),), _MARK, _MARK, marks))
        elif lines:
            wide = max(lettering.width(line, LABEL) for line in lines)
            found.append(Label(lines, math.ceil(wide) + 12, len(lines) * LABEL_LEAD + 5))
        else:
            found.append(Label((), 0.0, 0.0))
    return tuple(found)


def group_title(group: Group) -> str:
    """What a frame is called: the group's title, and whose ground it is where it is not ours."""
    words = lettering.plain(group.title) or lettering.plain(group.name)
    trust = "" if group.trust == "ours" else f" · {group.trust}"
    return lettering.clipped(words, GROUP_TITLE, _WIDEST_TITLE, bold=True) + trust


def loops(diagram: Diagram) -> dict[int, list[int]]:
    """The numbers of the edges that lead from a node to itself, by node."""
    names = {node.name: i for i, node in enumerate(diagram.nodes)}
    found: dict[int, list[int]] = {}
    for number, edge in enumerate(diagram.edges):
        if edge.source == edge.target:
            found.setdefault(names[edge.source], []).append(number)
    return found


def alone(diagram: Diagram) -> Blocks:
    """Every node is its own block."""
    return Blocks(tuple(range(len(diagram.nodes))), {})


def side_by_side(diagram: Diagram) -> Blocks:
    """Puts a node that calls nobody beside the only one of its group that calls it, where it is that one's only such.

    A store beside its reader saves a row and keeps the line short.
    """
    names = {node.name: i for i, node in enumerate(diagram.nodes)}
    looped = loops(diagram)
    callers: dict[int, set[int]] = defaultdict(set)
    callees: dict[int, set[int]] = defaultdict(set)
    between: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, edge in enumerate(diagram.edges):
        source, target = names[edge.source], names[edge.target]
        between[min(source, target), max(source, target)].append(number)
        if edge.line == "return":
            source, target = target, source
        callers[target].add(source)
        callees[source].add(target)
    homes = list(range(len(diagram.nodes)))
    flows: dict[tuple[int, int], tuple[int, ...]] = {}
    for node in range(len(diagram.nodes)):
        group = diagram.nodes[node].group
        near = [i for i in callers[node] if diagram.nodes[i].group == group and i not in looped]
        if callees[node] or node in looped or len(near) != 1:
            continue
        caller = near[0]
        rivals = [i for i in callees[caller] if not callees[i] and diagram.nodes[i].group == group]
        if homes[caller] == caller and len(rivals) == 1 and caller not in (a for a, _ in flows):
            homes[node] = caller
            flows[caller, node] = tuple(between[min(caller, node), max(caller, node)])
    return Blocks(tuple(homes), flows)


def measured(
    diagram: Diagram, arcs: Sequence[Arc], blocks: Blocks, copies: Sequence[Copy], width: float, *, downwards: bool
) -> Sizes:
    """Sizes in breadth and depth, for cards that are `width` pixels wide.

    A card is broad enough for all flows that dock at one of its sides, and deep enough for those that leave at its
    ends; a block also holds the flows inside it, with their labels.
    """
    plates = [(p.width, p.height) if downwards else (p.height, p.width) for p in labels_of(diagram)]
    cards = _cards(arcs, copies, width, downwards)
    offsets = [0.0] * len(cards)
    reserved = [breadth for breadth, _ in cards]
    beside: dict[int, Sequence[int]] = dict(loops(diagram))
    beside.update({first: numbers for (first, _), numbers in blocks.flows.items()})
    for node, numbers in beside.items():
        slot = max(max(plates[number][1] for number in numbers) + _SLOT_GAP, LOOP)
        cards[node] = (cards[node][0], max(cards[node][1], len(numbers) * slot))
        reserved[node] += LOOP + max(plates[number][0] for number in numbers) + 8
    for (first, second), flows in blocks.flows.items():
        gap = max(_LEAST_GAP, max(plates[number][0] for number in flows) + 2 * _ARM)
        offsets[second] = cards[first][0] + gap
        reserved[first] = reserved[second] = offsets[second] + cards[second][0]
    own = [edge.source == edge.target for edge in diagram.edges]
    inner = {number for numbers in blocks.flows.values() for number in numbers}
    on_ways = [(0.0, 0.0) if own[i] or i in inner else plate for i, plate in enumerate(plates)]
    titles = [math.ceil(lettering.width(group_title(group), GROUP_TITLE, bold=True)) + 4 for group in diagram.groups]
    return Sizes(tuple(cards), tuple(reserved), tuple(offsets), tuple(on_ways), tuple(titles))


def _cards(arcs: Sequence[Arc], copies: Sequence[Copy], width: float, downwards: bool) -> list[tuple[float, float]]:
    below, above = [0] * len(copies), [0] * len(copies)
    for arc in arcs:
        below[arc.upper] += 1
        above[arc.lower] += 1
    docks = [max(pair) for pair in zip(above, below, strict=True)]
    wanted = [2 * CORNER + max(0, count - 1) * DOCK_GAP for count in docks]
    heights = [copy.height for copy in copies]
    if not downwards:
        return [(max(height, least), width) for least, height in zip(wanted, heights, strict=True)]
    if max(heights) < _EVEN * min(heights):
        heights = [max(heights)] * len(heights)
    return [(max(width, least), height) for least, height in zip(wanted, heights, strict=True)]
