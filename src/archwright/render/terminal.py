"""A document as text for a terminal: clean columns without boxes, numbers flush right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from archwright.base.text import plural
from archwright.render.axis import FURTHEST, Axis, said, value_axis
from archwright.render.excerpts import findings_text
from archwright.render.pen import Ink, Pen, lines, padded
from archwright.render.safe_text import cells, visible
from archwright.report.document import (
    Bars,
    Block,
    Cell,
    Chart,
    Document,
    Findings,
    Picture,
    Section,
    Series,
    Table,
    Text,
    Tiles,
    Tornado,
)

_NO_SOURCES: Final[Mapping[str, str]] = {}
_GAP: Final = 2
_SLIMMEST: Final = 12
_MEASURE: Final = 88
_LEVELS: Final = "▁▂▃▄▅▆▇█"
_EIGHTHS: Final = "▏▎▍▌▋▊▉█"

Row = Sequence[tuple[str, Ink]]


@dataclass(frozen=True, slots=True)
class _Slate:
    """What blocks are written on."""

    pen: Pen
    width: int
    sources: Mapping[str, str]


def text(document: Document, *, width: int = 100, colour: bool, sources: Mapping[str, str] = _NO_SOURCES) -> str:
    """The document as lines of at most `width` columns, without a newline at the end.

    Args:
        document: what to write.
        width: columns, at least 40. Tables wrap their widest columns to keep to it.
        colour: whether to write ANSI escapes.
        sources: text of each file by name, for the excerpts of findings.
    """
    pen = Pen(colour)
    slate = _Slate(pen, max(40, width), sources)
    head = [pen(line, "strong") for line in lines(document.title, slate.width)]
    if document.subtitle:
        head += [pen(line, "muted") for line in _prose(document.subtitle, slate)]
    parts = ["\n".join(head), *(_section(section, slate) for section in document.sections)]
    if document.facts:
        facts = " · ".join(f"{name} {value}" for name, value in document.facts)
        parts.append("\n".join(pen(line, "muted") for line in lines(facts, slate.width)))
    return "\n\n".join(parts)


def _section(section: Section, slate: _Slate) -> str:
    head = [slate.pen(line, "strong", "accent") for line in lines(section.title, slate.width)]
    if section.lead:
        head += _prose(section.lead, slate)
    return "\n\n".join(["\n".join(head), *(_block(block, slate) for block in section.blocks)])


def _block(block: Block, slate: _Slate) -> str:
    match block:
        case Text():
            return "\n".join(slate.pen(line, block.tone) for line in _prose(block.words, slate))
        case Table():
            return _table(block, slate)
        case Findings():
            return findings_text(block.items, slate.sources, colour=slate.pen.colour, width=slate.width)
        case Chart():
            return _chart(block, slate)
        case Bars():
            return _bars(block, slate)
        case Tornado():
            return _tornado(block, slate)
        case Picture():
            return _picture(block, slate)
        case Tiles():
            return _tiles(block, slate)


def _prose(words: str, slate: _Slate) -> list[str]:
    return lines(words, min(slate.width, _MEASURE))


def _table(table: Table, slate: _Slate) -> str:
    rows = [[_inked(entry) for entry in row] for row in table.rows]
    told = [slate.pen(line, "strong") for line in lines(table.caption, slate.width)] if table.caption else []
    return "\n".join([*told, *_columns(rows, table.numeric, slate, table.headings)])


def _inked(entry: str | Cell) -> tuple[str, Ink]:
    return (entry.text, entry.tone) if isinstance(entry, Cell) else (entry, "plain")


def _columns(rows: Sequence[Row], numeric: frozenset[int], slate: _Slate, headings: Sequence[str] = ()) -> list[str]:
    """Rows set in columns, under headings and a rule where there are any."""
    heads: Row = [(heading, "muted") for heading in headings]
    widths = _widths([*([heads] if heads else []), *rows], numeric, slate.width)
    told = []
    if heads:
        told = [
            *_row(heads, widths, numeric, slate.pen),
            slate.pen("─" * (sum(widths) + _GAP * (len(widths) - 1)), "muted"),
        ]
    for row in rows:
        told += _row(row, widths, numeric, slate.pen)
    return told


def _widths(rows: Sequence[Row], numeric: frozenset[int], room: int) -> list[int]:
    """Columns as wide as they ask for. Where that is too much headings of numbers break, then words, then all."""
    columns = max((len(row) for row in rows), default=0)
    cuts = [[row[n][0] for row in rows if n < len(row)] for n in range(columns)]
    widths = [max(map(_longest, cut)) for cut in cuts]
    broken = [max(map(_longest, [*cut[1:], *cut[0].split()]), default=0) for cut in cuts]
    heads = [broken[n] if n in numeric else width for n, width in enumerate(widths)]
    words = [heads[n] if n in numeric else min(_SLIMMEST, width) for n, width in enumerate(widths)]
    for floors in (heads, words, [1] * columns):
        excess = sum(widths) + _GAP * (columns - 1) - room
        while excess > 0 and any(width > floor for width, floor in zip(widths, floors, strict=True)):
            widest = max((n for n in range(columns) if widths[n] > floors[n]), key=lambda n: widths[n])
            widths[widest] -= 1
            excess -= 1
    return widths


def _longest(entry: str) -> int:
    return max(cells(line) for line in visible(entry).split("\n"))


def _row(row: Row, widths: Sequence[int], numeric: frozenset[int], pen: Pen) -> list[str]:
    broken = [lines(entry, width) for (entry, _), width in zip(row, widths, strict=False)]
    return [_line(pieces, row, widths, numeric, pen) for pieces in zip_longest(*broken, fillvalue="")]


def _line(pieces: Sequence[str], row: Row, widths: Sequence[int], numeric: frozenset[int], pen: Pen) -> str:
    """One line of a row, without spaces at its end."""
    last = max((n for n, piece in enumerate(pieces) if piece), default=-1)
    parts = [
        pen(piece if n == last and n not in numeric else padded(piece, widths[n], right=n in numeric), row[n][1])
        for n, piece in enumerate(pieces[: last + 1])
    ]
    return (" " * _GAP).join(parts)


def _tiles(tiles: Tiles, slate: _Slate) -> str:
    rows: list[Row] = [[(label, "plain"), (value, "strong"), (note, "muted")] for label, value, note, _ in tiles.items]
    return "\n".join(_columns(rows, frozenset({1}), slate))


def _bars(bars: Bars, slate: _Slate) -> str:
    lengths = [abs(value) if abs(value) < FURTHEST else 0.0 for _, value, _ in bars.items]
    most = max(lengths, default=0.0) or 1.0
    rows: list[Row] = [
        [
            (label, "plain"),
            (said(value, bars.dimension), "strong"),
            (_bar(length / most, min(32, slate.width // 3)), "accent" if value >= 0 else "warn"),
        ]
        for (label, value, _), length in zip(bars.items, lengths, strict=True)
    ]
    told = [slate.pen(line, "strong") for line in lines(bars.title, slate.width)]
    return "\n".join([*told, *_columns(rows, frozenset({1}), slate)])


def _tornado(tornado: Tornado, slate: _Slate) -> str:
    """Each assumption with its band and the result at both ends, and a bar as long as it moves the result."""
    widths = [abs(item.at_high - item.at_low) for item in tornado.items]
    most = max((width for width in widths if width < FURTHEST), default=0.0) or 1.0
    rows: list[Row] = []
    for item, width in zip(tornado.items, widths, strict=True):
        ends = [said(value, tornado.dimension) for value in (item.at_low, item.at_high)]
        name: tuple[str, Ink] = (f"{item.label} (guess)" if item.guess else item.label, "plain")
        bar = _bar(min(1.0, width / most), min(16, slate.width // 6))
        rows.append([name, (" to ".join(item.ends), "muted"), (ends[0], "plain"), (ends[1], "strong"), (bar, "accent")])
    told = [slate.pen(line, "strong") for line in lines(tornado.title, slate.width)]
    return "\n".join([*told, *_columns(rows, frozenset({2, 3}), slate, ("", "Band", "at low", "at high", ""))])


def _bar(share: float, room: int) -> str:
    eighths = max(1, round(share * room * 8))
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")


def _chart(chart: Chart, slate: _Slate) -> str:
    """Each line as a small trace with its least and greatest value; then what the x axis, bands and limits are."""
    points = [point for series in chart.series for point in series.points]
    up = value_axis([*(y for _, y in points), *(y for y, _ in chart.marks)], chart.y_dimension)
    across = [x for x, _ in points if abs(x) < FURTHEST] or [0.0]
    rows: list[Row] = []
    for series in chart.series:
        values = [y for _, y in series.points if abs(y) < FURTHEST] or [0.0]
        tone: Ink = series.tone if series.tone != "plain" else "accent"
        shown = [said(value, chart.y_dimension) for value in (min(values), max(values))]
        trace = _trace(series, (min(across), max(across)), up, min(40, slate.width // 3))
        rows.append([(series.name, "plain"), (trace, tone), (shown[0], "plain"), (shown[1], "strong")])
    heads = ("", f"{chart.x_label}, {_span(min(across), max(across), chart.x_dimension)}", "least", "most")
    told = [slate.pen(line, "strong") for line in lines(f"{chart.title} ({chart.y_label})", slate.width)]
    told += _columns(rows, frozenset({2, 3}), slate, heads)
    notes = [f"{name}: {_span(start, end, chart.x_dimension)}" for start, end, name in chart.bands]
    notes += [f"{name}: {said(value, chart.y_dimension)}" for value, name in chart.marks]
    return "\n".join([*told, *(slate.pen(line, "muted") for note in notes for line in lines(note, slate.width))])


def _span(start: float, end: float, dimension: str) -> str:
    return f"{said(start, dimension)} to {said(end, dimension)}"


def _trace(series: Series, across: tuple[float, float], up: Axis, room: int) -> str:
    """The greatest value of each of `room` equal parts of the x axis; a part without a point is a dot."""
    start, end = across
    most: dict[int, float] = {}
    for x, y in series.points:
        if abs(x) < FURTHEST and abs(y) < FURTHEST:
            part = min(room - 1, int((x - start) / (end - start) * room)) if end > start else 0
            most[part] = max(y, most.get(part, y))
    levels = {part: _LEVELS[min(7, max(0, int(up.share(y) * 8)))] for part, y in most.items()}
    return "".join(levels.get(part, "·") for part in range(room))


def _picture(picture: Picture, slate: _Slate) -> str:
    diagram = picture.diagram
    size = f"{plural(len(diagram.nodes), 'component')}, {plural(len(diagram.edges), 'flow')}"
    return "\n".join(lines(f"{diagram.title}: {size}; the page shows the drawing.", slate.width))
