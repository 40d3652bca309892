"""The few SVG marks that charts are made of, escaped and rounded so that one chart always gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archwright.render.drawing.lettering import clipped, width
from archwright.render.safe_text import safe
from archwright.render.theme import SANS, SERIES_COLOURS, variables

TEXT_SIZE: Final = 12.0
LINE: Final = 16.0

CHART_CSS: Final = (
    ".aw-chart{display:block;width:100%;height:auto;overflow:visible}"
    f".aw-chart text{{font-family:{SANS};font-size:{TEXT_SIZE:g}px;font-variant-numeric:tabular-nums}}"
    ".aw-chart text{fill:var(--aw-soft)}"
    ".aw-chart text.said{fill:var(--aw-ink)}"
    ".aw-chart text.title{font-size:15px;font-weight:600;fill:var(--aw-ink)}"
    ".aw-chart text.end{text-anchor:end}.aw-chart text.middle{text-anchor:middle}"
    ".aw-chart .grid{stroke:var(--aw-rule);stroke-width:1}"
    ".aw-chart .base{stroke:var(--aw-soft);stroke-width:1}"
    ".aw-chart .band{fill:var(--aw-soft);opacity:.09}"
    ".aw-chart .reach{stroke:var(--aw-soft);stroke-width:2}"
    ".aw-chart .limit{stroke:var(--aw-bad);stroke-width:1.25;stroke-dasharray:5 4}"
    ".aw-chart g.limit{stroke:none;color:var(--aw-bad)}"
    ".aw-chart .lead{stroke:var(--aw-rule);stroke-width:1;fill:none}"
    ".aw-chart .line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}"
    ".aw-chart .area{fill:currentColor;opacity:.09}"
    ".aw-chart .dot{fill:currentColor;stroke:var(--aw-raised);stroke-width:1.5}"
    ".aw-chart .bar{fill:currentColor}"
    ".aw-chart .swing{fill:currentColor;stroke:currentColor;stroke-width:1}.aw-chart .swing.low{fill-opacity:.18}"
    ".aw-chart g text.own{fill:currentColor}"
    ".aw-chart a text{text-decoration:underline dotted;text-decoration-thickness:1px;text-underline-offset:3px}"
    ".aw-chart a:hover text,.aw-chart a:focus-visible text{fill:var(--aw-accent)}"
    + "".join(f".aw-chart .s{n}{{color:var(--aw-s{n})}}" for n in range(1, SERIES_COLOURS + 1))
    + ".aw-chart .good{color:var(--aw-good)}.aw-chart .bad{color:var(--aw-bad)}.aw-chart .muted{color:var(--aw-soft)}"
)


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel, without a trailing zero."""
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def breadth(text: str) -> float:
    """Pixels that `text` takes in a chart."""
    return width(text, TEXT_SIZE)


def words(x: float, y: float, text: str, css: str = "") -> str:
    """Text with its baseline at `y`."""
    style = f' class="{css}"' if css else ""
    return f'<text x="{number(x)}" y="{number(y)}"{style}>{safe(text)}</text>'


def fitted(x: float, y: float, text: str, room: float, css: str = "") -> str:
    """Text cut to `room` pixels; where it is cut, the whole of it is in the mark's title."""
    short = clipped(text, TEXT_SIZE, room)
    if short == text:
        return words(x, y, text, css)
    return f"<g><title>{safe(text)}</title>{words(x, y, short, css)}</g>"


def stroke(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """A straight line."""
    return f'<line class="{css}" x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"/>'


def block(x: float, y: float, wide: float, height: float, css: str) -> str:
    """A filled rectangle."""
    place = f'x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(height)}"'
    return f'<rect class="{css}" {place}/>'


def sheet(wide: float, height: float, label: str, body: Sequence[str], *, standalone: bool) -> str:
    """A whole picture. A standalone one brings its own colours, one inside a page takes the page's."""
    style = f"<style>{variables('.aw-chart')}{CHART_CSS}</style>" if standalone else ""
    space = ' xmlns="http://www.w3.org/2000/svg"' if standalone else ""
    size = f"{number(wide)} {number(height)}"
    head = f'<svg class="aw-chart" role="img" aria-label="{safe(label)}" viewBox="0 0 {size}"{space}>'
    return f"{head}{style}{''.join(body)}</svg>"
