"""Horizontal bars as SVG, each with its label, its value, and a link to what is behind the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from archwright.render.axis import FURTHEST, said
from archwright.render.marks import LINE, block, breadth, fitted, sheet, stroke, words
from archwright.render.safe_text import safe
from archwright.report.document import Bars

_NARROW: Final = 520
_THICK: Final = 14.0
_NO_LINKS: Final[Mapping[str, str]] = {}


class _Lane(NamedTuple):
    """Where bars run from and to, and how far apart they are. `above`: labels stand above their bars."""

    left: float
    right: float
    pitch: float
    above: bool


def bars_svg(bars: Bars, *, width: int = 760, links: Mapping[str, str] = _NO_LINKS, standalone: bool = True) -> str:
    """`bars` as one SVG element of `width` user units, in the order given.

    Args:
        bars: items in base units of `bars.dimension`; a value below zero runs to the left of the zero line.
        width: at least 240.
        links: figure key to the address of its explanation; a value whose figure has one becomes a link.
        standalone: whether the picture carries its own colours and title, or takes those of a page around it.
    """
    lane = _lane(bars, width)
    values = [_length(value) for _, value, _ in bars.items]
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    scale = (lane.right - lane.left) / (high - low) if high > low else 0.0
    zero = lane.left - low * scale
    body: list[str] = [words(0, 17, bars.title, "title")] if standalone else []
    top = 30.0 if standalone else 2.0
    for index, (label, value, figure) in enumerate(bars.items):
        y = top + index * lane.pitch
        room = width if lane.above else lane.left - 12
        body.append(fitted(0, y + 11, label, room, "said"))
        length = _length(value) * scale
        y += LINE if lane.above else 0
        body.append(stroke(zero, y - 2, zero, y + (_THICK + 2 if lane.above else lane.pitch - 2), "base"))
        start = min(zero, zero + length)
        css = "bar s2" if length < 0 else "bar s1"
        body.append(block(start, y, max(abs(length), 1.0), _THICK, css))
        body.append(_value(max(zero, zero + length) + 6, y + 11, said(value, bars.dimension), figure, links))
    height = top + len(bars.items) * lane.pitch
    label = ". ".join([bars.title, *(f"{name}: {said(value, bars.dimension)}" for name, value, _ in bars.items)])
    return sheet(width, height, label, body, standalone=standalone)


def _lane(bars: Bars, width: int) -> _Lane:
    value_room = max((breadth(said(value, bars.dimension)) for _, value, _ in bars.items), default=0) + 12
    above = width < _NARROW
    longest = max((breadth(label) for label, _, _ in bars.items), default=0) + 16
    left = 1.0 if above else min(longest, 0.36 * width)
    return _Lane(left, max(left + 20, width - value_room), _THICK + (LINE + 10 if above else 10), above)


def _length(value: float) -> float:
    """What is drawn for a value: nothing for one that is unknown or beyond all bounds."""
    return value if abs(value) < FURTHEST else 0.0


def _value(x: float, y: float, text: str, figure: str, links: Mapping[str, str]) -> str:
    mark = words(x, y, text)
    if not figure:
        return mark
    if figure not in links:
        return f'<g data-figure="{safe(figure)}">{mark}</g>'
    return f'<a href="{safe(links[figure])}" data-figure="{safe(figure)}"><title>Why {safe(text)}?</title>{mark}</a>'
