"""How sure a stress report is: every objective over several seeds, scenario by scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archwright.analysis.stress.objectives import DIMENSIONS
from archwright.analysis.stress.points import Reading
from archwright.analysis.stress.sure import LEAST, estimates, stopped
from archwright.analysis.stress.sweep import TONES
from archwright.base.text import plural
from archwright.base.units import show
from archwright.plan.model import Plan
from archwright.report.document import Cell, Section, Table, Text
from archwright.report.figures import Book


def sure_section(
    book: Book, plan: Plan, readings: Mapping[str, Sequence[Reading]], within: float = 0.0, most: int = LEAST
) -> Section:
    """The objectives of each scenario with their intervals; figures are entered under `sure.<scenario>.`.

    `within` and `most` are how sure it had to be, and with how many seeds at most.
    """
    rows = []
    for name, found in readings.items():
        for item in estimates(plan, found):
            dimension = DIMENSIONS[item.objective.measure]
            key = f"sure.{name}.{item.objective.name}"
            note = f"scenario {name}, {plural(len(found), 'seed')}"
            book.leaf(key, item.interval.mean, dimension, label=item.shown, origin="simulated", note=note)
            promised = f"{'≤' if item.objective.at_most else '≥'} {show(item.objective.limit, dimension)}"
            rows.append(
                (
                    name, item.objective.name, item.objective.measure, promised,
                    Cell(item.shown, figure=key), Cell(item.standing, TONES[item.standing]), str(len(found)),
                )
            )  # fmt: skip
    headings = ("Scenario", "Objective", "Measure", "Promised", "Mean", "", "Seeds")
    caption = "± is the 95 % interval over seeds; unsure: the limit lies inside it"
    table = Table(headings, tuple(rows), caption, frozenset({3, 4, 6}))
    said = [Text(f"{name}: {stopped(plan, found, within, most)}.") for name, found in readings.items()]
    lead = "The same simulations with other luck, as much of it as it takes; scenarios meet the same."
    return Section("stress-sure", "How sure this is", (*([table] if rows else []), *said), lead)
