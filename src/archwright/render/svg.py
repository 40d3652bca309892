"""The drawing as one self-contained SVG that follows the reader's light or dark theme.

It stands alone as a file, and inside a page whose root may carry `data-theme="light"` or `"dark"`. It holds no
script, no link, no font and no reference by id, so that several drawings can share a page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise

from archwright.render import theme
from archwright.render.drawing import cards as card_size
from archwright.render.drawing import icons, lettering
from archwright.render.drawing.boxes import Box, Point
from archwright.render.drawing.legend import SYMBOL, TEXT, Entry
from archwright.render.drawing.measures import GROUP_TITLE, LABEL, LABEL_LEAD
from archwright.render.drawing.palette import HEAT_STEPS, heat_name, heat_step, paint, style
from archwright.render.layout import (
    SUBTITLE,
    SUBTITLE_LEAD,
    TITLE,
    TITLE_LEAD,
    Card,
    Frame,
    Layout,
    Line,
    lay_out,
)
from archwright.render.safe_text import safe
from archwright.report.diagram import Diagram, Edge, Shape
from archwright.report.diagram import Line as LineKind

_DASHES: dict[LineKind, str] = {"sync": "", "async": "7 5", "fallback": "10 4 2 4", "return": "2 4"}
_WIDTHS: dict[LineKind, float] = {"sync": 1.6, "async": 1.6, "fallback": 1.8, "return": 1.3}
_BOLD, _SEMIBOLD, _MIDDLE = ' font-weight="700"', ' font-weight="600"', ' text-anchor="middle"'
_SPACED = f' letter-spacing="{card_size.SPACING:g}"'
_RADIUS = 9.0
_ARROW, _ARROW_HALF = 9.5, 4.2


def svg(diagram: Diagram) -> str:
    """`diagram` as the text of an SVG file, with a size in pixels. The same diagram gives the same text.

    Raises:
        KeyError: an edge names a node that the diagram does not have.
    """
    return drawn(lay_out(diagram))


def drawn(layout: Layout) -> str:
    """A finished layout as the text of an SVG file."""
    body = "\n".join(
        [
            f'<rect width="{layout.width:g}" height="{layout.height:g}" {paint("paper")}/>',
            *_heading(layout),
            *(_frame(frame) for frame in layout.frames),
            *_numbered(_line(line, layout) for line in layout.lines),
            *_with_ids(layout),
            *_numbered_plates(layout),
            *_legend(layout),
        ]
    )
    words = safe(". ".join(filter(None, map(lettering.plain, (layout.diagram.title, layout.diagram.subtitle)))))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="aw-drawing" width="{layout.width:g}" '
        f'height="{layout.height:g}" viewBox="0 0 {layout.width:g} {layout.height:g}" role="img" '
        f'aria-label="{words or "diagram"}" font-family="{safe(theme.SANS)}">\n'
        f"<style>{style(body)}</style>\n{body}\n</svg>\n"
    )


def _heading(layout: Layout) -> Iterator[str]:
    box = layout.title_box
    for i, line in enumerate(layout.title):
        yield _text(box.left, box.top + 21 + i * TITLE_LEAD, line, TITLE, "ink", _BOLD)
    box = layout.subtitle_box
    for i, line in enumerate(layout.subtitle):
        yield _text(box.left, box.top + 13 + i * SUBTITLE_LEAD, line, SUBTITLE, "soft")


def _frame(frame: Frame) -> str:
    trust = frame.group.trust
    colours = paint("frame", "frame-rule") if trust == "ours" else paint(f"frame-{trust}", f"rule-{trust}")
    dash = "" if trust == "ours" else ' stroke-dasharray="6 4" stroke-opacity="0.75"'
    ink = "soft" if trust == "ours" else f"rule-{trust}"
    box, title = frame.box, frame.title_box
    return (
        f'<g data-group="{_plain(frame.group.name)}" data-trust="{trust}">'
        f"<title>{_plain(frame.group.title or frame.group.name)}</title>"
        f'<rect {_place(box)} rx="12" {colours}{dash}/>'
        f"{_text(title.left, title.top + 12, frame.title, GROUP_TITLE, ink, _SEMIBOLD)}</g>"
    )


def _line(line: Line, layout: Layout) -> str:
    kind = line.edge.line
    cards = {card.node.name: card for card in layout.cards}
    colour, width = _stroke(line.edge)
    start = _docked(line.points[0], line.points[1], cards[line.edge.source])
    end = _docked(line.points[-1], line.points[-2], cards[line.edge.target])
    points = [start, *line.points[1:-1], end]
    dash = f' stroke-dasharray="{_DASHES[kind]}"' if _DASHES[kind] else ""
    source, target = _plain(line.edge.source), _plain(line.edge.target)
    label = _plain(line.edge.label)
    said = f"{source} to {target} ({kind}){': ' if label else ''}{label}"
    heat = "" if line.edge.heat is None else f' data-heat="{line.edge.heat:.3g}"'
    path = f'd="{_rounded(points)}" {paint(stroke=colour)} stroke-width="{width:g}"{dash}'
    return (
        f'data-kind="{kind}" data-source="{source}" data-target="{target}"{heat}><title>{said}</title>'
        f"<path {path}/>{_arrow(points[-2], points[-1], colour, width)}</g>"
    )


def _stroke(edge: Edge) -> tuple[str, float]:
    """Colour and width of a line: of its kind, or of its heat, which widens it too."""
    if edge.heat is None:
        return f"line-{edge.line}", _WIDTHS[edge.line]
    return f"line-{heat_name(edge.heat)}", _heat_width(heat_step(edge.heat))


def _heat_width(step: int) -> float:
    return 1.6 + 0.6 * step


def _numbered(bodies: Iterator[str]) -> Iterator[str]:
    for i, body in enumerate(bodies):
        yield f'<g id="edge-{i}" {body}'


def _docked(point: Point, other: Point, card: Card) -> Point:
    """`point` moved from the card's box to the outline that is drawn."""
    if point[0] != other[0]:
        return point
    deep = icons.dent(card.node.shape, card.box, point[0])
    return point[0], point[1] + (deep if other[1] < point[1] else -deep)


def _rounded(points: list[Point]) -> str:
    """The path through the points with round corners; its end stops short of the arrow's tip."""
    before, tip = points[-2], points[-1]
    way = [*points[:-1], _towards(tip, before, _ARROW - 2)]
    parts = [f"M{_number(way[0][0])} {_number(way[0][1])}"]
    for (a, b), (_, c) in zip(pairwise(way), pairwise(way[1:]), strict=False):
        radius = min(_RADIUS, math.dist(a, b) / 2, math.dist(b, c) / 2)
        into, out = _towards(b, a, radius), _towards(b, c, radius)
        parts.append(f"L{_number(into[0])} {_number(into[1])}")
        parts.append(f"Q{_number(b[0])} {_number(b[1])} {_number(out[0])} {_number(out[1])}")
    parts.append(f"L{_number(way[-1][0])} {_number(way[-1][1])}")
    return "".join(parts)


def _towards(start: Point, goal: Point, step: float) -> Point:
    length = math.dist(start, goal)
    part = min(1.0, step / length) if length else 0.0
    return start[0] + (goal[0] - start[0]) * part, start[1] + (goal[1] - start[1]) * part


def _arrow(before: Point, tip: Point, colour: str, width: float = 0.0) -> str:
    half = max(_ARROW_HALF, 1.5 * width)
    length = math.dist(before, tip) or 1.0
    dx, dy = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
    back = _ARROW * 0.8
    corners = [
        tip,
        (tip[0] - _ARROW * dx - half * dy, tip[1] - _ARROW * dy + half * dx),
        (tip[0] - back * dx, tip[1] - back * dy),
        (tip[0] - _ARROW * dx + half * dy, tip[1] - _ARROW * dy - half * dx),
    ]
    return f'<path d="M{"L".join(f"{_number(x)} {_number(y)}" for x, y in corners)}Z" {paint(colour)}/>'


def _with_ids(layout: Layout) -> Iterator[str]:
    seen: set[str] = set()
    for i, card in enumerate(layout.cards):
        slug = re.sub(r"[^\w.-]+", "-", card.node.name)
        name = f"node-{slug}" if slug not in seen else f"node-{slug}-{i}"
        seen.add(slug)
        yield _card(card, name)


def _card(card: Card, name: str) -> str:
    node, box, copy = card.node, card.box, card.copy
    hue = f"hue-{node.shape}"
    body = "raised" if node.heat is None else heat_name(node.heat)
    caption, small = (hue, "soft") if node.heat is None else ("ink", "ink")
    outline = paint(body, "alarm" if node.alarm else hue) + f' stroke-width="{2.6 if node.alarm else 1.3:g}"'
    said = "\n".join(lettering.plain(words) for words in (f"{node.title} ({node.kind})", *node.lines, *node.badges))
    heat = "" if node.heat is None else f' data-heat="{node.heat:.3g}"'
    rim = icons.RIM * 1.3 if node.shape == "store" else 0.0
    x, y = box.left + card_size.PAD_X, box.top + card_size.PAD_Y + rim + max(0.0, (box.height - copy.height) / 2)
    beside = x + card_size.ICON + card_size.ICON_GAP
    head = len(copy.title) * card_size.TITLE_LEAD + (card_size.CAPTION_LEAD if copy.caption else 0)
    parts = [
        f'<g id="{safe(name)}" data-kind="{_plain(node.kind)}" data-name="{_plain(node.name)}"{heat}>',
        f"<title>{safe(said)}</title>",
        f"<g {outline}>{icons.outline(node.shape, box)}</g>",
        _sign(node.shape, x, y),
    ]
    down = y + max(0.0, (card_size.ICON - head) / 2)
    for line in copy.title:
        parts.append(_text(beside, down + 13.5, line, card_size.TITLE, "ink", _SEMIBOLD))
        down += card_size.TITLE_LEAD
    if copy.caption:
        parts.append(_text(beside, down + 10, copy.caption, card_size.CAPTION, caption, _SPACED))
    down = y + max(card_size.ICON, head) + 6
    for line in copy.lines:
        parts.append(_text(x, down + 12, line, card_size.LINE, small))
        down += card_size.LINE_LEAD
    parts.extend(_badges(card, x, down + (4 if copy.lines else -2)))
    return "".join(parts) + "</g>"


def _sign(shape: Shape, x: float, y: float) -> str:
    hue = f"hue-{shape}"
    inset = (card_size.ICON - 19) / 2
    return (
        f'<rect {_place(Box(x, y, card_size.ICON, card_size.ICON))} rx="8" {paint(f"tile-{shape}")}/>'
        f'<g transform="translate({_number(x + inset)} {_number(y + inset)}) scale({19 / icons.GRID:.4f})" '
        f'{paint(stroke=hue)} stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">'
        f"{icons.SIGNS[shape]}</g>"
    )


def _badges(card: Card, left: float, top: float) -> Iterator[str]:
    alarm = card.node.alarm
    for row in card.copy.badges:
        x = left
        for badge in row:
            fill, ink = ("alarm", "alarm-ink") if alarm else ("pill", "soft")
            alarm = False  # stands on the first badge
            wide = card_size.badge_width(badge)
            pill = Box(x, top, wide, card_size.BADGE_HEIGHT)
            yield f'<rect {_place(pill)} rx="8.5" {paint(fill)}/>'
            yield _text(x + wide / 2, top + 12, badge, card_size.BADGE, ink, _SEMIBOLD + _MIDDLE)
            x += wide + card_size.BADGE_GAP
        top += card_size.BADGE_HEIGHT + 4


def _numbered_plates(layout: Layout) -> Iterator[str]:
    for i, line in enumerate(layout.lines):
        if line.label_box:
            yield f'<g data-label-of="edge-{i}">{"".join(_plate(line, line.label_box))}</g>'


def _plate(line: Line, box: Box) -> Iterator[str]:
    kind = line.edge.line
    ink = "alarm" if line.edge.alarm else "line-fallback" if kind == "fallback" else "soft"
    rule = paint("raised", "alarm") + ' stroke-width="1.6"' if line.edge.alarm else paint("raised", "rule")
    yield f'<rect {_place(box)} rx="{9 if line.mark else 6}" {rule}/>'
    x, y = box.centre
    first = y - (len(line.label) - 1) * LABEL_LEAD / 2 + LABEL * 0.36
    for i, words in enumerate(line.label):
        yield _text(x, first + i * LABEL_LEAD, words, LABEL, ink, _MIDDLE + (_BOLD if line.mark else ""))


def _legend(layout: Layout) -> Iterator[str]:
    if not layout.legend:
        return
    first, y = layout.legend[0].box, layout.legend[0].box.top - 13
    yield (
        f'<path d="M{_number(first.left)} {_number(y)}H{_number(layout.width - first.left)}" {paint(stroke="rule")}/>'
    )
    for entry in layout.legend:
        yield f'<g data-legend="{entry.symbol}">{_symbol(entry)}{_meaning(entry)}</g>'


def _meaning(entry: Entry) -> str:
    left = entry.box.left + (0 if entry.symbol == "text" else SYMBOL + 7)
    return _text(left, entry.box.centre[1] + TEXT * 0.36, entry.text, TEXT, "soft")


def _symbol(entry: Entry) -> str:
    x, y = entry.box.left, entry.box.centre[1]
    if entry.symbol == "shape":
        shape = next(shape for shape in icons.SIGNS if shape == entry.key)
        small = f'<g transform="translate({_number(x + 3)} {_number(y - 10)}) scale(0.6667)">'
        return f"{small}{_sign(shape, 0, 0)}</g>"
    if entry.symbol == "line":
        kind = next(kind for kind in _DASHES if kind == entry.key)
        dash = f' stroke-dasharray="{_DASHES[kind]}"' if _DASHES[kind] else ""
        path = f'<path d="M{_number(x)} {_number(y)}h{SYMBOL - 7:g}" {paint(stroke=f"line-{kind}")}'
        return f'{path} stroke-width="{_WIDTHS[kind]:g}"{dash}/>{_arrow((x, y), (x + SYMBOL, y), f"line-{kind}")}'
    if entry.symbol == "trust":
        box = Box(x + 1, y - 8, SYMBOL - 2, 16)
        colours = paint(f"frame-{entry.key}", f"rule-{entry.key}")
        return f'<rect {_place(box)} rx="4" {colours} stroke-dasharray="5 3"/>'
    return _overlay_symbol(entry, x, y)


def _overlay_symbol(entry: Entry, x: float, y: float) -> str:
    if entry.symbol == "heat":
        step = SYMBOL / HEAT_STEPS
        boxes = (Box(x + i * step, y - 7, step, 14) for i in range(HEAT_STEPS))
        return "".join(f"<rect {_place(box)} {paint(f'heat-{i}')}/>" for i, box in enumerate(boxes))
    if entry.symbol == "step":
        number = int(entry.key.strip("-"))
        plate = f'<rect {_place(Box(x + 1, y - 8, SYMBOL - 2, 16))} rx="4" {paint(f"heat-{number}", "rule")}/>'
        line = f'<path d="M{_number(x)} {_number(y)}h{SYMBOL:g}" {paint(stroke=f"line-heat-{number}")} '
        line += f'stroke-width="{_heat_width(number):g}"/>'
        return ("" if entry.key.startswith("-") else plate) + (line if "-" in entry.key else "")
    if entry.symbol == "alarm":
        box = Box(x + 2, y - 7, SYMBOL - 4, 14)
        return f'<rect {_place(box)} rx="4" {paint("raised", "alarm")} stroke-width="2.6"/>'
    if entry.symbol == "note" and entry.key:
        plate = f'<rect {_place(Box(x + 4, y - 9, 18, 18))} rx="9" {paint("raised", "rule")}/>'
        return plate + _text(x + 13, y + LABEL * 0.36, entry.key, LABEL, "soft", _BOLD + _MIDDLE)
    return ""


def _text(x: float, y: float, words: str, size: float, colour: str, look: str = "") -> str:
    return f'<text x="{_number(x)}" y="{_number(y)}" font-size="{size:g}"{look} {paint(colour)}>{safe(words)}</text>'


def _plain(text: str) -> str:
    return safe(lettering.plain(text))


def _place(box: Box) -> str:
    return f'x="{_number(box.left)}" y="{_number(box.top)}" width="{_number(box.width)}" height="{_number(box.height)}"'


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
