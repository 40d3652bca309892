"""What the system brings: its outcomes in money, against what it costs, as promised and as measured.

A metric moves from its baseline to its target. What that brings in a month follows from its unit: a share of journeys
at the worth of one, a duration of journeys at the worth of an hour, money a month as it is. A reading brings its part
of the way. The return is (benefit - cost) / cost, of a month; nothing is taken as reached that was not measured.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from archwright.base.units import HOUR, MONTH
from archwright.report.document import Block, Cell, Section, Table, Text, Tiles
from archwright.report.figures import Book, Figure
from archwright.spec.given import Given
from archwright.spec.metrics import Metric
from archwright.spec.model import System

BENEFIT = {
    "share": "change * volume * month * worth",
    "duration": "change / hour * volume * month * worth",
    "money-rate": "change * month",
}
NOT_YET = "not measured yet"


@dataclass(frozen=True, slots=True)
class Value:
    """The book with every figure under `value.`, and the metrics that nobody has measured by the day asked for."""

    book: Book
    unmeasured: tuple[str, ...]


def value(system: System, priced: Book, as_of: dt.date) -> Value:
    """What the metrics of a system bring; `priced` is the book of its price."""
    book = Book(priced)
    book.leaf("month", MONTH, "duration", label="a twelfth of 365.25 days", origin="fact", note="definition")
    book.leaf("hour", HOUR, "duration", label="an hour", origin="fact", note="definition")
    promised: list[Figure] = []
    reached: list[Figure] = []
    unmeasured = []
    for name, metric in system.metrics.items():
        base = f"value.{name}"
        enter(book, f"{base}.baseline", metric.baseline, "where it stood")
        enter(book, f"{base}.target", metric.target, "where it shall stand")
        last = metric.last(as_of)
        if last is None:
            unmeasured.append(name)
        else:
            enter(book, f"{base}.reading", last.value, f"measured on {last.on}")
            book.derive(
                f"{base}.progress", "(reading - baseline) / (target - baseline)", "share", "of the way to the target",
                reading=f"{base}.reading", baseline=f"{base}.baseline", target=f"{base}.target",
            )  # fmt: skip
        benefit = _benefit(book, base, metric)
        if benefit is None:
            continue
        promised.append(benefit)
        if last is not None:
            reached.append(
                book.derive(
                    f"{base}.reached",
                    "progress * benefit",
                    "money",
                    "what it brings a month, as measured",
                    progress=f"{base}.progress",
                    benefit=benefit,
                )
            )
    if promised:
        _return(book, system, "promised", promised)
        if len(reached) == len(promised):
            _return(book, system, "measured", reached)
    return Value(book, tuple(unmeasured))


def enter(book: Book, key: str, given: Given, label: str) -> Figure:
    """Enter a number of the file as it was written."""
    origin = "set" if given.origin == "chosen" else given.origin
    return book.add(
        Figure(key, given.value, given.dimension, label, origin=origin, note=given.note, written=given.text,
               where=given.where)
    )  # fmt: skip


def _benefit(book: Book, base: str, metric: Metric) -> Figure | None:
    """What reaching the target brings a month, where it can be counted."""
    formula = BENEFIT.get(metric.target.dimension)
    if formula is None or (metric.target.dimension != "money-rate" and (metric.worth is None or not metric.journey)):
        return None
    change = book.derive(
        f"{base}.change", "max(target - baseline, baseline - target)", metric.target.dimension, "the change promised",
        target=f"{base}.target", baseline=f"{base}.baseline",
    )  # fmt: skip
    inputs: dict[str, str | Figure] = {"change": change, "month": "month"}
    if metric.worth is not None:
        inputs["worth"] = enter(book, f"{base}.worth", metric.worth, "what one brings")
        inputs["volume"] = f"journeys.{metric.journey}.volume"
    if metric.target.dimension == "duration":
        inputs["hour"] = "hour"
    return book.derive(f"{base}.benefit", formula, "money", "what it brings a month at its target", **inputs)


def _return(book: Book, system: System, word: str, parts: list[Figure]) -> None:
    """Benefit, net benefit, return and payback, `promised` or `measured`."""
    benefit = book.total(f"value.benefit.{word}", parts, "money", f"all outcomes a month, as {word}")
    net = book.derive(
        f"value.net.{word}", "benefit - cost", "money", f"after running cost, a month, as {word}",
        benefit=benefit, cost="price.month",
    )  # fmt: skip
    if book["price.month"].value > 0:
        book.derive(
            f"value.return.{word}", "net / cost", "share", f"return on running cost, as {word}",
            net=net, cost="price.month",
        )  # fmt: skip
    if system.investment is not None and system.investment.value > 0 and net.value > 0:
        enter(book, "value.investment", system.investment, "what building it costs, once")
        book.derive(
            f"value.payback.{word}", "investment / net * month", "duration", f"until it is paid back, as {word}",
            investment="value.investment", net=net, month="month",
        )  # fmt: skip


def value_section(system: System, found: Value, as_of: dt.date) -> Section:
    """The outcomes as a section: tiles for the return, and a table of the metrics."""
    book = found.book
    tiles = [
        ("Brings a month", "value.benefit.promised"),
        ("After running cost", "value.net.promised"),
        ("Return, as promised", "value.return.promised"),
        ("Paid back after", "value.payback.promised"),
        ("Return, as measured", "value.return.measured"),
    ]
    shown = tuple((label, book[key].shown, book[key].label, key) for label, key in tiles if key in book)
    blocks: list[Block] = [Tiles(shown)] if shown else []
    if "value.return.promised" in book and "value.return.measured" not in book:
        names = ", ".join(found.unmeasured)
        blocks.append(
            Text(f"The return is a promise: {names} {'is' if len(found.unmeasured) == 1 else 'are'} {NOT_YET}.")
        )
    rows = tuple(_row(book, name, metric, system.owner, as_of) for name, metric in system.metrics.items())
    headings = (
        "Outcome",
        "Before",
        "Target",
        "Measured",
        "Of the way",
        "Brings a month",
        "Owner",
        "How it is measured",
    )
    if rows:
        blocks.append(Table(headings, rows, numeric=frozenset({1, 2, 3, 4, 5})))
    else:
        blocks.append(Text("No outcome is stated, so nobody can say later whether it was worth it.", "bad"))
    return Section("value-outcomes", "What it brings", tuple(blocks), "Outcomes that can be measured, and their worth.")


def _row(book: Book, name: str, metric: Metric, owner: str, as_of: dt.date) -> tuple[str | Cell, ...]:
    base = f"value.{name}"
    last = metric.last(as_of)
    benefit = f"{base}.benefit"
    seen = (
        (Cell(f"{last.value} on {last.on}", figure=f"{base}.reading"), Cell(book[f"{base}.progress"].shown,
         figure=f"{base}.progress"))
        if last is not None
        else (Cell(NOT_YET, "muted"), Cell("–", "muted"))
    )  # fmt: skip
    return (
        str(metric.title or name),
        Cell(str(metric.baseline), figure=f"{base}.baseline"),
        Cell(str(metric.target), figure=f"{base}.target"),
        *seen,
        Cell(book[benefit].shown, figure=benefit) if benefit in book else Cell("not counted", "muted"),
        str(metric.owner or owner),
        str(metric.measured),
    )
