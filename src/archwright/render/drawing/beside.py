"""Flows that do not lead from row to row: from a node to itself, and between two nodes of one block."""

from __future__ import annotations

from collections.abc import Sequence

from archwright.render.drawing.arrangement import Arrangement
from archwright.render.drawing.boxes import Point
from archwright.render.drawing.measures import LOOP, Blocks, loops
from archwright.report.diagram import Diagram

_REACH = 14.0


def add_sideways(
    done: Arrangement,
    diagram: Diagram,
    blocks: Blocks,
    plates: Sequence[tuple[float, float]],
    ways: dict[int, list[Point]],
) -> None:
    """Add the ways and labels of all flows beside cards to `ways` and `done.labels`; `plates` are (breadth, depth).

    The flows of one side share it in equal slots, so that neither they nor their labels meet.
    """
    for node, numbers in loops(diagram).items():
        (_, side), (top, bottom) = done.cards[node]
        slot = (bottom - top) / len(numbers)
        for i, number in enumerate(numbers):
            middle = top + (i + 0.5) * slot
            out, above, below = side + LOOP, middle - min(slot / 2 - 4, _REACH), middle + min(slot / 2 - 4, _REACH)
            ways[number] = [(side, above), (out, above), (out, below), (side, below)]
            _label(done, number, plates[number], out + plates[number][0] / 2, middle)
    names = [node.name for node in diagram.nodes]
    for (first, second), inner in blocks.flows.items():
        (_, start), (top, bottom) = done.cards[first]
        (end, _), _ = done.cards[second]
        slot = (bottom - top) / len(inner)
        for i, number in enumerate(inner):
            middle = top + (i + 0.5) * slot
            way = [(start, middle), (end, middle)]
            ways[number] = way if diagram.edges[number].source == names[first] else way[::-1]
            _label(done, number, plates[number], (start + end) / 2, middle)


def _label(done: Arrangement, number: int, plate: tuple[float, float], breadth: float, depth: float) -> None:
    if plate[0]:
        across, along = plate[0] / 2, plate[1] / 2
        done.labels[number] = (breadth - across, breadth + across), (depth - along, depth + along)
