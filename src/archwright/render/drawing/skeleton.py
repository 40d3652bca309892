"""Which component stands in which row, and by which stops every flow gets from row to row.

Rows follow each other in the reading direction, the *depth*; along a row runs the *breadth*. A drawing that reads
downwards has depth = y and breadth = x; one that reads to the right has them swapped. Everything here and in the
modules `rails` and `channels` is said in these two words, in pixels.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from archwright.render.drawing.graphviz import places
from archwright.report.diagram import Diagram

LANE = 16.0
"""The least distance between two lines that run side by side."""
MARGIN = 22.0
"""From a card to the frame around it."""
_STOP = 1.0
_LATE = {"sync": 0, "fallback": 0, "async": 1, "return": 2}
_PULL = {"sync": 6, "async": 3, "fallback": 3, "return": 1}
_NOBODY = -1


@dataclass(frozen=True, slots=True)
class Arc:
    """A flow turned so that it leads to a deeper row. `upper` and `lower` are indices of nodes."""

    edge: int
    upper: int
    lower: int


@dataclass(frozen=True, slots=True)
class Shape:
    """What the skeleton must know of sizes: the breadth of every block and of every edge's label (0 is no label).

    `homes` names each node's block by the first node in it; `nodes` gives a block's breadth to each of its nodes.
    """

    homes: tuple[int, ...]
    nodes: tuple[float, ...]
    labels: tuple[float, ...]
    frame_margin: float


@dataclass(frozen=True, slots=True)
class Style:
    """One way to try.

    `fold` is how many leaves may stand in one row, 0 for any number. `inside` says how much of a flow between two
    groups runs inside their frames as long as it can: nothing, the line, or the line and its label.
    """

    fold: int = 0
    inside: Literal["nothing", "line", "label"] = "nothing"


@dataclass(slots=True)
class Stop:
    """A place in a row: a node, a label, or a passage of a flow. `at` is the middle of its breadth."""

    row: int
    half: float
    group: int = _NOBODY
    label: bool = False
    at: float = 0.0


@dataclass(slots=True)
class Chain:
    """A flow as the stops between its two nodes, from the upper to the lower."""

    arc: Arc
    stops: list[Stop] = field(default_factory=list)


@dataclass(slots=True)
class Skeleton:
    """Rows of stops in order of breadth. `nodes[i]` is the stop of node i, which the nodes of a block share."""

    nodes: list[Stop]
    chains: list[Chain]
    rows: list[list[Stop]]


def oriented(diagram: Diagram, homes: Sequence[int], *, late_upwards: bool = False) -> tuple[Arc, ...]:
    """Every edge between two different blocks, turned so that no circle is left. `homes` gives each node's block.

    A return edge is turned against its arrow; of the others the one is turned that would close a circle, in the
    author's order. `late_upwards` turns an asynchronous edge too, where its target is also called from further up:
    an agent that fills the cache which the gateway asks does not push the cache below the agent.
    """
    index = {node.name: i for i, node in enumerate(diagram.nodes)}
    below: dict[int, set[int]] = defaultdict(set)
    arcs: dict[int, Arc] = {}
    order = sorted(range(len(diagram.edges)), key=lambda e: _LATE[diagram.edges[e].line])
    for number in order:
        edge = diagram.edges[number]
        source, target = index[edge.source], index[edge.target]
        upper, lower = homes[source], homes[target]
        if upper == lower:
            continue
        turned = edge.line == "return"
        if late_upwards and edge.line == "async":
            turned = any(lower in below[node] and _reaches(below, node, upper) for node in list(below))
        turned = turned != _reaches(below, upper if turned else lower, lower if turned else upper)
        if turned:
            upper, lower, source, target = lower, upper, target, source
        below[upper].add(lower)
        arcs[number] = Arc(number, source, target)
    return tuple(arcs[number] for number in sorted(arcs))


def skeleton(diagram: Diagram, arcs: Sequence[Arc], shape: Shape, style: Style) -> Skeleton:
    """The rows of `diagram`, with every stop at the breadth where Graphviz puts it."""
    ranks = _ranks(diagram, arcs, shape.homes, style.fold)
    groups = {group.name: i for i, group in enumerate(diagram.groups)}
    blocks = {
        home: Stop(2 * ranks[home], shape.nodes[home] / 2, groups.get(diagram.nodes[home].group, _NOBODY))
        for home in dict.fromkeys(shape.homes)
    }
    nodes = [blocks[home] for home in shape.homes]
    label_rows = _label_rows(arcs, ranks, shape)
    used = sorted({stop.row for stop in nodes} | set(label_rows.values()))
    depth = _depths(nodes)
    chains = []
    for arc in arcs:
        chain = Chain(arc)
        for row in used:
            if nodes[arc.upper].row < row < nodes[arc.lower].row:
                named = label_rows.get(arc.edge) == row
                inside = style.inside == "label" or (style.inside == "line" and not named)
                group = _group_on_the_way(nodes[arc.upper], nodes[arc.lower], row, depth, inside)
                chain.stops.append(Stop(row, shape.labels[arc.edge] / 2 if named else _STOP, group, named))
        chains.append(chain)
    place_in_rows = {row: i for i, row in enumerate(used)}
    every = [*blocks.values(), *(stop for chain in chains for stop in chain.stops)]
    for stop in every:
        stop.row = place_in_rows[stop.row]
    ways = [(c.arc.edge, [nodes[c.arc.upper], *c.stops, nodes[c.arc.lower]]) for c in chains]
    _place(diagram, every, ways, shape.frame_margin)
    rows: list[list[Stop]] = [[] for _ in used]
    for stop in sorted(every, key=lambda stop: stop.at):
        rows[stop.row].append(stop)
    return Skeleton(nodes, chains, rows)


def _reaches(below: dict[int, set[int]], start: int, goal: int) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        fresh = below[here] - seen
        seen |= fresh
        waiting.extend(fresh)
    return False


def _ranks(diagram: Diagram, arcs: Sequence[Arc], homes: Sequence[int], fold: int) -> list[int]:
    count = len(diagram.nodes)
    lines = [f"n{i}" for i in range(count)]
    outgoing = {homes[arc.upper] for arc in arcs}
    leaves: dict[int, list[int]] = defaultdict(list)
    for arc in arcs:
        upper, lower = homes[arc.upper], homes[arc.lower]
        if lower not in outgoing and lower not in leaves[upper]:
            leaves[upper].append(lower)
    for arc in arcs:
        upper, lower = homes[arc.upper], homes[arc.lower]
        own = leaves[upper]
        step = 1 + (own.index(lower) // fold if fold and lower in own else 0)
        weight = _PULL[diagram.edges[arc.edge].line]
        weight *= 2 if diagram.nodes[upper].group == diagram.nodes[lower].group else 1
        lines.append(f"n{upper}->n{lower}[minlen={step},weight={weight}]")
    stacks = _stacks(diagram, arcs, homes)
    lines.extend(f"n{a}->n{b}" for a, b in stacks)
    joined = [(homes[arc.upper], homes[arc.lower]) for arc in arcs]
    lines.extend(f"n{a}->n{b}[minlen=0]" for a, b in _ties(diagram, [*joined, *stacks], homes))
    found = places('digraph{newrank=true;node[shape=point,width=0.1,label=""];' + ";".join(lines) + "}")
    heights = [-round(found[f"n{home}"][1], 1) for home in homes]
    levels = sorted(set(heights))
    return [levels.index(height) for height in heights]


def _stacks(diagram: Diagram, arcs: Sequence[Arc], homes: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs that pile nodes without any flow on top of each other, so that many of them do not make one long row."""
    joined = {homes[node] for arc in arcs for node in (arc.upper, arc.lower)}
    lonely: dict[str, list[int]] = defaultdict(list)
    for i, node in enumerate(diagram.nodes):
        if homes[i] == i and i not in joined:
            lonely[node.group].append(i)
    pairs: list[tuple[int, int]] = []
    for members in lonely.values():
        columns = math.ceil(math.sqrt(len(members)))
        pairs.extend(zip(members, members[columns:], strict=False))
    return pairs


def _ties(diagram: Diagram, joined: Sequence[tuple[int, int]], homes: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs that hold the members of a group together where no flow does, so that its frame stays short."""
    part = list(range(len(diagram.nodes)))
    for a, b in joined:
        _join(part, a, b)
    anchors: dict[str, int] = {}
    pairs = []
    for home in dict.fromkeys(homes):
        group = diagram.nodes[home].group
        anchor = anchors.setdefault(group, home)
        if group and part[anchor] != part[home]:
            pairs.append((anchor, home))
            _join(part, anchor, home)
    return pairs


def _join(part: list[int], a: int, b: int) -> None:
    kept, gone = part[a], part[b]
    part[:] = [kept if one == gone else one for one in part]


def _label_rows(arcs: Sequence[Arc], ranks: Sequence[int], shape: Shape) -> dict[int, int]:
    """The row of each label: next to the target where the source fans out, next to the source where the target does."""
    fan_out: dict[int, int] = defaultdict(int)
    fan_in: dict[int, int] = defaultdict(int)
    for arc in arcs:
        fan_out[arc.upper] += 1
        fan_in[arc.lower] += 1
    return {
        arc.edge: 2 * ranks[arc.lower] - 1 if fan_out[arc.upper] >= fan_in[arc.lower] else 2 * ranks[arc.upper] + 1
        for arc in arcs
        if shape.labels[arc.edge] > 0
    }


def _depths(nodes: Sequence[Stop]) -> dict[int, tuple[int, int]]:
    """First and last row of each group."""
    found: dict[int, tuple[int, int]] = {}
    for stop in nodes:
        first, last = found.get(stop.group, (stop.row, stop.row))
        found[stop.group] = min(first, stop.row), max(last, stop.row)
    return found


def _group_on_the_way(upper: Stop, lower: Stop, row: int, depth: dict[int, tuple[int, int]], inside: bool) -> int:
    if upper.group == lower.group:
        return upper.group
    if inside and upper.group != _NOBODY and row <= depth[upper.group][1]:
        return upper.group
    if inside and lower.group != _NOBODY and row >= depth[lower.group][0]:
        return lower.group
    return _NOBODY


def _place(diagram: Diagram, stops: Sequence[Stop], chains: Sequence[tuple[int, list[Stop]]], margin: float) -> None:
    names = {id(stop): f"s{i}" for i, stop in enumerate(stops)}
    lines = [f"s{i}[width={(2 * stop.half + LANE / 2) / 72:.4f}]" for i, stop in enumerate(stops)]
    for group in sorted({stop.group for stop in stops} - {_NOBODY}):
        members = ";".join(f"s{i}" for i, stop in enumerate(stops) if stop.group == group)
        lines.append(f"subgraph cluster_{group}{{margin={margin:.0f};{members}}}")
    deepest = max(stop.row for stop in stops)
    lines.append("->".join(f"r{row}" for row in range(deepest + 1)) + "[weight=0]")
    for row in range(deepest + 1):
        members = ";".join(f"s{i}" for i, stop in enumerate(stops) if stop.row == row)
        lines.append(f"{{rank=same;r{row};{members}}}")
    for edge, way in chains:
        pull = _PULL[diagram.edges[edge].line]
        lines.extend(f"{names[id(a)]}->{names[id(b)]}[weight={pull}]" for a, b in pairwise(way))
    head = f"digraph{{newrank=true;nodesep={LANE / 72:.4f};ranksep=0.3;"
    head += 'node[shape=box,fixedsize=true,label="",width=0.01,height=0.1];edge[arrowhead=none];'
    found = places(head + ";".join(lines) + "}")
    for i, stop in enumerate(stops):
        stop.at = found[f"s{i}"][0]
