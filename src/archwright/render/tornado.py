"""A tornado as SVG: one lane for each assumption, from the result at its low end to the result at its high end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from archwright.render.axis import FURTHEST, said
from archwright.render.marks import LINE, block, breadth, fitted, sheet, stroke, words
from archwright.render.safe_text import safe
from archwright.report.document import Swing, Tornado

_NARROW: Final = 520
_THICK: Final = 14.0
_PITCH: Final = 40.0
LEAST: Final = 1e-200  # a width below this cannot be drawn
_NO_LINKS: Final[Mapping[str, str]] = {}


class _Plot(NamedTuple):
    """The part of the picture that bars are drawn in: where the base line is, and pixels for each unit."""

    base: float
    scale: float
    value: float

    def x(self, value: float) -> float:
        return self.base + (value - self.value) * self.scale


def tornado_svg(
    tornado: Tornado, *, width: int = 760, links: Mapping[str, str] = _NO_LINKS, standalone: bool = True
) -> str:
    """`tornado` as one SVG element of `width` user units, at least 240, in the order given.

    The part of a bar that belongs to the low end of a band is hollow, that of the high end is filled. A guess says so.
    A standalone picture carries its own colours and title; one inside a page takes those of the page.
    """
    items = [item for item in tornado.items if abs(item.at_low) < FURTHEST and abs(item.at_high) < FURTHEST]
    above = width < _NARROW
    left = 1.0 if above else 0.36 * width
    plot = _plot(tornado, items, left, width)
    body = [words(0, 17, tornado.title, "title")] if standalone else []
    top = 30.0 if standalone else 2.0
    legend = "hollow: at the low end of the band; filled: at the high end"
    body.append(fitted(0, top + 10, legend, width))
    top += LINE + 8
    pitch = _PITCH + (LINE + 4 if above else 0)
    for place, item in enumerate(items):
        y = top + place * pitch
        body += _label(item, y, width if above else left - 12, links)
        lane = y + (2 * LINE if above else 4)
        body += _lane(tornado, item, lane, plot)
        body += [stroke(plot.base, lane - 3, plot.base, lane + _THICK + 3, "base")] if above else []
    bottom = top + len(items) * pitch
    if not above:  # where labels stand above their bars, the line would run through them
        body.append(stroke(plot.base, top - 4, plot.base, bottom - 6, "base"))
    base = said(tornado.base, tornado.dimension)
    half = breadth(base) / 2
    body.append(words(min(max(plot.base, half), width - half), bottom + 10, base, "middle"))
    told = ". ".join([tornado.title, f"as it is: {base}", *(f"{item.label}: {_said(tornado, item)}" for item in items)])
    return sheet(width, bottom + 16, told, body, standalone=standalone)


def _plot(tornado: Tornado, items: list[Swing], left: float, width: int) -> _Plot:
    """Both ends of every bar, and the words beside them, fit between `left` and the right edge."""
    base = tornado.base if abs(tornado.base) < FURTHEST else 0.0
    ends = [base, *(end for item in items for end in (item.at_low, item.at_high))]
    low, high = min(ends), max(ends)
    room = max((breadth(said(end, tornado.dimension)) for end in ends), default=0) + 8
    begin, end = left + room, max(left + room + 20, width - room)
    scale = (end - begin) / (high - low) if high - low > LEAST else 0.0
    return _Plot(begin + (base - low) * scale, scale, base)


def _label(item: Swing, y: float, room: float, links: Mapping[str, str]) -> list[str]:
    mark = fitted(0, y + 11, f"{item.label} (guess)" if item.guess else item.label, room, "said")
    if item.figure in links:
        mark = f'<a href="{safe(links[item.figure])}" data-figure="{safe(item.figure)}"><title>Why?</title>{mark}</a>'
    elif item.figure:
        mark = f'<g data-figure="{safe(item.figure)}">{mark}</g>'
    return [mark, fitted(0, y + 11 + LINE, " to ".join(item.ends), room)]


def _lane(tornado: Tornado, item: Swing, y: float, plot: _Plot) -> list[str]:
    body = []
    for end, css in ((item.at_low, "swing low s1"), (item.at_high, "swing s1")):
        start, stop = sorted((plot.base, plot.x(end)))
        body.append(block(start, y, max(stop - start, 1.0), _THICK, css))
    low, high = sorted((item.at_low, item.at_high))
    shown = said(low, tornado.dimension)
    body.append(words(min(plot.x(low), plot.base) - 6, y + 11, shown, "end"))
    body.append(words(max(plot.x(high), plot.base) + 6, y + 11, said(high, tornado.dimension)))
    return [f"<g><title>{safe(item.label)}: {safe(_said(tornado, item))}</title>{''.join(body)}</g>"]


def _said(tornado: Tornado, item: Swing) -> str:
    ends = (said(item.at_low, tornado.dimension), said(item.at_high, tornado.dimension))
    return f"{ends[0]} at {item.ends[0]}, {ends[1]} at {item.ends[1]}"
