"""Sweeps: what every value of a range does, beside the file as it is, as a table and as pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from archwright.analysis.stress.designs import Seen
from archwright.analysis.stress.objectives import DIMENSIONS
from archwright.analysis.stress.points import Reading
from archwright.analysis.stress.sure import Estimate, apart, said, spread_of
from archwright.base.text import plural
from archwright.base.units import UnitError, guess_dimension, show
from archwright.plan.model import Scenario
from archwright.report.document import Block, Cell, Chart, Section, Series, Table, Tone
from archwright.report.figures import Book

TONES: Final[dict[str, Tone]] = {"kept": "good", "broken": "bad", "unsure": "plain"}
MOST_LINES: Final = 6  # of a chart
Row = tuple[str | Cell, ...]
Marks = tuple[tuple[float, str], ...]


class Axis(NamedTuple):
    """A path that was varied, its values as written, and as numbers where all of them are of one dimension."""

    path: str
    values: tuple[str, ...]
    numbers: tuple[float, ...]
    dimension: str


def axis(path: str, values: Sequence[str]) -> Axis:
    """The axis of one range."""
    try:
        found = [guess_dimension(value) for value in values]
    except UnitError:
        found = []
    dimensions = {item.dimension for item in found}
    if len(dimensions) != 1:
        return Axis(path, tuple(values), (), "")
    dimension = "number" if dimensions == {"ratio"} and not any("x" in value for value in values) else dimensions.pop()
    return Axis(path, tuple(values), tuple(item.value for item in found), dimension)


def sweep_sections(
    book: Book, axes: Sequence[Axis], base: Seen, seen: Sequence[Seen], scenario: Scenario
) -> tuple[Section, ...]:
    """What was swept, as sections of a document; every number is entered in `book` under `sweep.`."""
    rows = [_row(book, "sweep.as-it-is", axes, base, base)]
    rows += [_row(book, f"sweep.{number}", axes, base, item) for number, item in enumerate(seen, 1)]
    heads = tuple(_short(item.path, axes) for item in axes)
    costs = Table(
        (*heads, "A month", "Models", "p95", "Against the file", "Kept"), tuple(row for row, _ in rows),
        "a month is the forecast of everything, models its model calls as simulated; ± is the 95 % interval over "
        "seeds; against the file: the change of p95, each seed against the same seed",
        frozenset(range(len(axes), len(axes) + 4)),
    )  # fmt: skip
    blocks: list[Block] = [costs]
    names = tuple(item.objective.name for item in base.estimates)
    if names:
        promised = Table(
            (*heads, *names, "Seeds"), tuple(row for _, row in rows), "what each objective measures",
            frozenset(range(len(axes), len(axes) + len(names) + 1)),
        )  # fmt: skip
        blocks.append(promised)
    if axes[0].numbers:
        blocks += _charts(axes, base, seen)
    lead = f"{plural(len(seen), 'variant')} beside the file as it is, scenario {scenario.name}."
    return (Section("stress-sweep", "What if", tuple(blocks), lead),)


def _short(path: str, axes: Sequence[Axis]) -> str:
    """The end of a path, as long as it must be to be told from the others."""
    parts = path.split(".")
    for length in range(2, len(parts) + 1):
        end = ".".join(parts[-length:])
        if sum(item.path.endswith(end) for item in axes) == 1:
            return end
    return path


def _row(book: Book, key: str, axes: Sequence[Axis], base: Seen, item: Seen) -> tuple[Row, Row]:
    """A variant in the table of costs and in that of the objectives."""
    given = dict(item.design.values)
    values: list[str | Cell] = [given.get(each.path, "as it is") for each in axes]
    if not item.readings:
        why = Cell(item.design.why or "it cannot be computed", "bad")
        return (*values, "–", "–", "–", "–", why), (*values, *["–"] * (len(base.estimates) + 1))
    note = f"{item.design.name}: scenario {item.readings[0].scenario}, {plural(len(item.readings), 'seed')}"
    month = book.leaf(
        f"{key}.month", item.design.price, "money", label="everything, a month", origin="computed", note=note
    )

    def mean(name: str, value: Callable[[Reading], float | None], dimension: str) -> Cell:
        spread = spread_of(item.readings, value)
        if not spread.runs:
            return Cell("–", "muted")
        label = f"mean of {plural(spread.runs, 'seed')}, {said(spread, dimension)}"
        figure = book.leaf(f"{key}.{name}", spread.mean, dimension, label=label, origin="simulated", note=note)
        return Cell(said(spread, dimension), figure=figure.key)

    kept = sum(each.standing == "kept" for each in item.estimates)
    tone: Tone = "good" if kept == len(item.estimates) else "bad"
    costs: Row = (
        *values,
        Cell(month.shown, figure=month.key),
        mean("models", lambda one: one.month, "money"),
        mean("p95", lambda one: one.p95, "duration"),
        _against(base, item),
        Cell(f"{kept} of {len(item.estimates)}", tone) if item.estimates else Cell("none", "muted"),
    )
    return costs, (*values, *(_objective(book, key, each, note) for each in item.estimates), str(len(item.readings)))


def _objective(book: Book, key: str, item: Estimate, note: str) -> Cell:
    name, dimension = f"{key}.objective.{item.objective.name}", DIMENSIONS[item.objective.measure]
    book.leaf(
        name, item.interval.mean, dimension, label=f"{item.shown}, {item.standing}", origin="simulated", note=note
    )
    words = item.shown if item.standing != "unsure" else f"{item.shown}, unsure"
    return Cell(words, TONES[item.standing], name)


def _against(base: Seen, item: Seen) -> Cell:
    """The change of the 95th percentile, seed against the same seed."""
    if item is base:
        return Cell("–", "muted")
    gap = apart(base.readings, item.readings, lambda one: one.p95)
    if gap is None:
        return Cell("–", "muted")
    if not gap.clear_of(0.0):
        return Cell("the same" if gap.mean == 0.0 else "lost in luck", "muted")
    tone: Tone = "bad" if gap.mean > 0 else "good"
    sign = "+" if gap.mean > 0 else "−"
    return Cell(f"{sign}{show(abs(gap.mean), 'duration')} ± {show(gap.half, 'duration')}", tone)


def _charts(axes: Sequence[Axis], base: Seen, seen: Sequence[Seen]) -> list[Block]:
    """The swept values across; one line for each value of a second range."""
    first = axes[0]
    lines = axes[1].values[:MOST_LINES] if len(axes) > 1 else ("",)
    limits = [item.objective for item in base.estimates if item.objective.measure == "p95"]
    marks = tuple((item.limit, f"{item.name}: {show(item.limit, 'duration')}") for item in limits)
    places = dict(zip(first.values, first.numbers, strict=True))

    def chart(title: str, label: str, dimension: str, value: Callable[[Seen], float], marks: Marks = ()) -> Chart:
        series = []
        for line in lines:
            own = [item for item in seen if item.readings and line in ("", dict(item.design.values).get(_second(axes)))]
            points = sorted((places[dict(item.design.values)[first.path]], value(item)) for item in own)
            series.append(Series(f"{_short(_second(axes), axes)} {line}" if line else label, tuple(points)))
        return Chart(title, _short(first.path, axes), first.dimension, label, dimension, tuple(series), (), marks)

    def full(item: Seen) -> float:
        return sum(one.answered for one in item.readings) / max(1, sum(one.arrivals for one in item.readings))

    return [
        chart("Latency", "p95", "duration", lambda item: spread_of(item.readings, lambda one: one.p95).mean, marks),
        chart("Answered in full", "share of the journeys", "share", full),
        chart("Cost", "a month", "money", lambda item: float(item.design.price)),
    ]


def _second(axes: Sequence[Axis]) -> str:
    return axes[1].path if len(axes) > 1 else ""
