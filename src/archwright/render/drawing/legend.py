"""The legend: only the shapes, lines, boundaries and marks that a drawing uses, in rows under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from archwright.render.drawing import lettering
from archwright.render.drawing.boxes import Box
from archwright.render.drawing.palette import heat_step
from archwright.report.diagram import Diagram

TEXT = 11.5
SYMBOL = 26.0
ROW = 24.0
_GAP = 20.0

Symbol = Literal["shape", "line", "trust", "heat", "step", "alarm", "text", "note"]

SHAPES = {
    "person": "person",
    "gateway": "gateway",
    "agent": "agent",
    "model": "model",
    "store": "store",
    "queue": "queue or stream",
    "external": "external system",
    "box": "component",
}
LINES = {"sync": "call", "async": "asynchronous", "fallback": "fallback", "return": "return"}
TRUSTS = {"supplier": "supplier's boundary", "public": "public boundary"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One sign and its meaning. `key` is the shape, line, trust, step or number it explains; `box` holds both."""

    symbol: Symbol
    key: str
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Legend:
    """All entries and the y where they end."""

    entries: tuple[Entry, ...]
    bottom: float


def legend(diagram: Diagram, notes: Sequence[str], start: Box) -> Legend:
    """Entries in rows from the upper left of `start`, no wider than it; `notes` are texts of numbered labels."""
    x, y = start.left, start.top
    entries: list[Entry] = []
    explained = False
    for symbol, key, text in _signs(diagram):
        if symbol in ("heat", "step", "alarm") and not explained and entries:
            x, y, explained = start.left, y + ROW, True  # an overlay's scale is read as a whole
        lines = lettering.wrapped(text, TEXT, start.width - SYMBOL - 8)
        wide = max(lettering.width(line, TEXT) for line in lines) + (0 if symbol == "text" else SYMBOL + 8)
        if x > start.left and x + wide > start.right:
            x, y = start.left, y + ROW
        for line in lines:
            entries.append(Entry(symbol if line == lines[0] else "text", key, line, Box(x, y, wide, ROW - 4)))
            y += ROW if line != lines[-1] else 0
        x += wide + _GAP
    if entries:
        y += ROW
    for number, note in enumerate(notes, 1):
        for i, line in enumerate(lettering.wrapped(note, TEXT, start.width - SYMBOL - 8)):
            wide = lettering.width(line, TEXT) + SYMBOL + 8
            entries.append(Entry("note", "" if i else str(number), line, Box(start.left, y, wide, ROW - 4)))
            y += ROW - 4
    return Legend(tuple(entries), y)


def _signs(diagram: Diagram) -> Iterator[tuple[Symbol, str, str]]:
    shapes = {node.shape for node in diagram.nodes}
    if len(shapes) > 1:
        yield from (("shape", key, words) for key, words in SHAPES.items() if key in shapes)
    lines = {edge.line for edge in diagram.edges}
    yield from (("line", key, words) for key, words in LINES.items() if key in lines)
    used = {node.group for node in diagram.nodes}
    trusts = {group.trust for group in diagram.groups if group.name in used}
    yield from (("trust", key, words) for key, words in TRUSTS.items() if key in trusts)
    yield from _overlay(diagram)
    yield from (("text", "", lettering.plain(words)) for words in diagram.legend if lettering.plain(words))


def _overlay(diagram: Diagram) -> Iterator[tuple[Symbol, str, str]]:
    """What the colours of an overlay mean. A key `2` is a step of cards, `-2` one of lines, `2-` one of both."""
    cards = any(node.heat is not None for node in diagram.nodes)
    lines = [edge.heat for edge in diagram.edges if edge.heat is not None]
    both = "-" if lines and not diagram.wide else ""
    if cards and not diagram.scale:
        yield "heat", "heat", "low to high"
    if cards or lines:
        yield from (("step", f"{heat_step(heat)}{both}", lettering.plain(words)) for heat, words in diagram.scale)
    if lines and diagram.wide:
        yield "step", f"-{heat_step(max(lines))}", lettering.plain(diagram.wide)
    if diagram.alarm and any([*(node.alarm for node in diagram.nodes), *(edge.alarm for edge in diagram.edges)]):
        yield "alarm", "alarm", lettering.plain(diagram.alarm)
