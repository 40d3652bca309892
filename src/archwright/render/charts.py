"""Line charts as SVG: shaded bands, limits, and names that stand beside their lines and never on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from archwright.render.axis import FURTHEST, Axis, range_axis, said, value_axis
from archwright.render.marks import LINE, block, breadth, fitted, number, sheet, stroke, words
from archwright.render.safe_text import safe
from archwright.render.theme import SERIES_COLOURS
from archwright.report.document import Chart, Series

_PLOT_HEIGHT: Final = 220.0
_NARROW: Final = 520
_BAND_ROW: Final = 22.0
_DASHES: Final = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 4")


class _Plot(NamedTuple):
    """The rectangle that lines are drawn in, and its two axes."""

    left: float
    top: float
    right: float
    bottom: float
    across: Axis
    up: Axis

    def x(self, value: float) -> float:
        return self.left + min(1.0, max(0.0, self.across.share(value))) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - min(1.0, max(0.0, self.up.share(value))) * (self.bottom - self.top)


class _Name(NamedTuple):
    """A name at the right edge: what it says, its class, and the height of what it names."""

    text: str
    css: str
    x: float
    y: float


def chart_svg(chart: Chart, *, width: int = 760, standalone: bool = True) -> str:
    """`chart` as one SVG element of `width` user units, at least 240.

    A wide chart names each line at its end; a narrow one, or one with more lines than fit there, has a legend on top.
    Points that are not finite leave a gap. A standalone picture carries its own colours and title; one that goes
    inside a page takes the page's colours, and the page writes the title.
    """
    chart = replace(chart, marks=tuple(mark for mark in chart.marks if abs(mark[0]) < FURTHEST))
    across, up = _axes(chart, width)
    beside = width >= _NARROW and (len(chart.series) + len(chart.marks)) * LINE <= _PLOT_HEIGHT
    body: list[str] = []
    top = 0.0
    if standalone:
        top = 26.0
        body.append(words(0, 17, chart.title, "title"))
    if not beside:
        legend, top = _legend(chart, width, top)
        body += legend
    body.append(fitted(0, top + 13, _titled(chart.y_label, up.unit), width, ""))
    top += 22
    left = min(max((breadth(tick.label) for tick in up.ticks), default=0) + 8, width / 2)
    right = width - (_names_room(chart, width) if beside else 10)
    rows = _band_rows(chart, left, right, across)
    plot = _Plot(left, top + _BAND_ROW * (max(rows, default=-1) + 1), right, 0, across, up)
    plot = plot._replace(bottom=plot.top + _PLOT_HEIGHT)
    body += _bands(chart, plot, rows, top)
    body += _grid(plot)
    body += _lines(chart, plot, dashed=not beside)
    body += _limits(chart, plot)
    if beside:
        body += _names(chart, plot, width)
    body.append(words(plot.right, plot.bottom + 36, _titled(chart.x_label, across.unit), "end"))
    return sheet(width, plot.bottom + 42, _summary(chart), body, standalone=standalone)


def _axes(chart: Chart, width: int) -> tuple[Axis, Axis]:
    points = [point for series in chart.series for point in series.points if _drawable(point)]
    bands = [edge for start, end, _ in chart.bands for edge in (start, end) if abs(edge) < FURTHEST]
    across = range_axis([x for x, _ in points] or bands, chart.x_dimension, 8 if width >= _NARROW else 4)
    return across, value_axis([*(y for _, y in points), *(y for y, _ in chart.marks)], chart.y_dimension)


def _drawable(point: tuple[float, float]) -> bool:
    return abs(point[0]) < FURTHEST and abs(point[1]) < FURTHEST


def _titled(label: str, unit: str) -> str:
    """An axis title that names its unit, unless the label's own words do."""
    return label if not unit or unit.rsplit(maxsplit=1)[-1].lower() in label.lower() else f"{label}, {unit}"


def _css(index: int, series: Series) -> str:
    return series.tone if series.tone != "plain" else f"s{index % SERIES_COLOURS + 1}"


def _grid(plot: _Plot) -> list[str]:
    body = []
    for tick in plot.up.ticks:
        y = plot.y(tick.value)
        body.append(stroke(plot.left, y, plot.right, y, "base" if tick.value == plot.up.low else "grid"))
        body.append(words(plot.left - 8, y + 4, tick.label, "end"))
    free = -1.0
    for tick in plot.across.ticks:
        x, half = plot.x(tick.value), breadth(tick.label) / 2
        body.append(stroke(x, plot.bottom, x, plot.bottom + 4, "base"))
        middle = min(max(x, half), plot.right - half)
        if middle - half >= free:
            body.append(words(middle, plot.bottom + 18, tick.label, "middle"))
            free = middle + half + 6
    return body


def _lines(chart: Chart, plot: _Plot, *, dashed: bool) -> list[str]:
    body = []
    for index, series in enumerate(chart.series):
        marks = [f"<title>{safe(series.name)}</title>"]
        for run in _runs(series):
            way = "L".join(f"{number(plot.x(x))} {number(plot.y(y))}" for x, y in run)
            if len(chart.series) == 1 and plot.up.low == 0:
                foot = number(plot.bottom)
                ends = f"L{number(plot.x(run[-1][0]))} {foot}L{number(plot.x(run[0][0]))} {foot}Z"
                marks.append(f'<path class="area" d="M{way}{ends}"/>')
            dash = _DASHES[index % len(_DASHES)] if dashed else ""
            style = f' stroke-dasharray="{dash}"' if dash else ""
            marks.append(f'<path class="line" d="M{way}"{style}/>')
        last = next((point for point in reversed(series.points) if _drawable(point)), None)
        if last is not None:
            marks.append(f'<circle class="dot" cx="{number(plot.x(last[0]))}" cy="{number(plot.y(last[1]))}" r="3.5"/>')
        body.append(f'<g class="{_css(index, series)}">{"".join(marks)}</g>')
    return body


def _runs(series: Series) -> list[list[tuple[float, float]]]:
    """The points in unbroken runs; a point that cannot be drawn ends one."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in series.points:
        if _drawable(point):
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _band_rows(chart: Chart, left: float, right: float, across: Axis) -> list[int]:
    """For each band the row above the plot that holds its name and its reach, so that no two bands meet there."""
    taken: list[list[tuple[float, float]]] = []
    rows = []
    for start, end, name in chart.bands:
        x, until = (left + min(1.0, max(0.0, across.share(edge))) * (right - left) for edge in (start, end))
        x = _band_name_x(x, name, left, right)
        until = max(until, x + breadth(name) + 12)
        row = next((n for n, row in enumerate(taken) if all(until <= a or b <= x for a, b in row)), len(taken))
        if row == len(taken):
            taken.append([])
        taken[row].append((x, until))
        rows.append(row)
    return rows


def _band_name_x(x: float, name: str, left: float, right: float) -> float:
    return max(left, min(x, right - breadth(name)))


def _bands(chart: Chart, plot: _Plot, rows: Sequence[int], top: float) -> list[str]:
    body = []
    for (start, end, name), row in zip(chart.bands, rows, strict=True):
        x, y = plot.x(start), top + row * _BAND_ROW
        reach = max(1.0, plot.x(end) - x)
        body.append(block(x, y + LINE, reach, plot.bottom - y - LINE, "band"))
        body.append(stroke(x, y + LINE, x + reach, y + LINE, "reach"))
        place = _band_name_x(x, name, plot.left, plot.right)
        body.append(fitted(place, y + 10, name, plot.right - place + 1, "said"))
    return body


def _limits(chart: Chart, plot: _Plot) -> list[str]:
    return [stroke(plot.left, plot.y(y), plot.right, plot.y(y), "limit") for y, _ in chart.marks]


def _names_room(chart: Chart, width: int) -> float:
    names = (*(series.name for series in chart.series), *(name for _, name in chart.marks))
    return min(max((breadth(name) for name in names), default=0) + 24, 0.3 * width)


def _names(chart: Chart, plot: _Plot, width: int) -> list[str]:
    """Names at the right edge, each as near to its line as the others let it be, tied to it where it had to move."""
    names = [_Name(text, "limit", plot.right, plot.y(y)) for y, text in chart.marks]
    for index, series in enumerate(chart.series):
        last = next((point for point in reversed(series.points) if _drawable(point)), None)
        if last is not None:
            names.append(_Name(series.name, _css(index, series), plot.x(last[0]), plot.y(last[1])))
    names.sort(key=lambda name: (name.y, name.text))
    body = []
    for name, y in zip(names, spread([name.y for name in names], LINE, plot.top, plot.bottom), strict=True):
        if abs(y - name.y) > 3 or name.x < plot.right - 6:
            body.append(stroke(name.x + 6, name.y, plot.right + 14, y, "lead"))
        text = fitted(plot.right + 18, y + 4, name.text, width - plot.right - 18, "own")
        body.append(f'<g class="{name.css}">{text}</g>')
    return body


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places at least `gap` apart, near `wanted` (rising), inside `low` to `high` where they all fit."""
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + gap) if places else max(place, low))
    ceiling = high
    for index in range(len(places) - 1, -1, -1):
        places[index] = min(places[index], ceiling)
        ceiling = places[index] - gap
    return places


def _legend(chart: Chart, width: int, top: float) -> tuple[list[str], float]:
    """Samples and names in rows above the plot, and where they end."""
    entries = [(series.name, _css(n, series), _DASHES[n % len(_DASHES)]) for n, series in enumerate(chart.series)]
    entries += [(name, "limit", "") for _, name in chart.marks]
    if len(entries) < 2:
        entries = [entry for entry in entries if entry[1] == "limit"]
    body, x, y = [], 0.0, top
    for name, css, dash in entries:
        room = min(breadth(name), width - 30.0)
        if x and x + 26 + room > width:
            x, y = 0.0, y + LINE + 2
        style = f' stroke-dasharray="{dash}"' if dash else ""
        kind = "limit" if css == "limit" else "line"
        sample = f'<path class="{kind}" d="M{number(x)} {number(y + 9)}h20"{style}/>'
        body.append(f'<g class="{css}">{sample}</g>{fitted(x + 26, y + 13, name, room, "said")}')
        x += 26 + room + 16
    return body, y + LINE + 8 if entries else top


def _summary(chart: Chart) -> str:
    """What a reader who does not see the chart is told."""
    told = [chart.title]
    for series in chart.series:
        values = [y for x, y in series.points if _drawable((x, y))]
        if values:
            first, least, most = (said(v, chart.y_dimension) for v in (values[0], min(values), max(values)))
            told.append(f"{series.name}: starts at {first}, between {least} and {most}")
    told += [f"{name}: {said(y, chart.y_dimension)}" for y, name in chart.marks]
    told += [f"{name} from {said(a, chart.x_dimension)} to {said(b, chart.x_dimension)}" for a, b, name in chart.bands]
    return ". ".join(told)
