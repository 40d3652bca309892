"""What was spent, day by day, held against the budget of the month: on which day each alert was due."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable

from archwright.base.money import show_money
from archwright.base.units import MONTH
from archwright.report.document import Block, Cell, Chart, Section, Series, Table, Text
from archwright.report.figures import Book

DAY = 86400.0


def days_of(costs: Iterable[tuple[str, int]]) -> dict[dt.date, int]:
    """Pico-dollars by day, in order, from (time in ISO form, cost) pairs."""
    found: dict[dt.date, int] = {}
    for at, cost in costs:
        day = dt.date.fromisoformat(at[:10])
        found[day] = found.get(day, 0) + cost
    return dict(sorted(found.items()))


def spent_section(book: Book, days: dict[dt.date, int]) -> Section:
    """The last month of a ledger against the budget; every number is entered in `book` under `spent.`."""
    if not days:
        return Section("price-spent", "What was spent", (Text("The ledger holds no cost.", "muted"),))
    last = max(days)
    mine = {day: cost for day, cost in days.items() if (day.year, day.month) == (last.year, last.month)}
    total = 0
    running: dict[dt.date, int] = {}
    for day, cost in mine.items():
        total += cost
        running[day] = total
    month = f"{last:%Y-%m}"
    book.leaf(f"spent.{month}", total, "money", label=f"spent in {month}", origin="measured", note="the ledger")
    length = calendar.monthrange(last.year, last.month)[1]
    rate = book.leaf("spent.days", last.day, "number", label="days of the month so far", origin="measured", note=month)
    book.leaf("spent.length", length, "number", label="days of the month", origin="fact", note=f"definition: {month}")
    book.derive(f"spent.{month}.end", "spent / days * length", "money", "the whole month at this rate",
                spent=f"spent.{month}", days=rate, length="spent.length")  # fmt: skip
    words = f"{show_money(total)} in {month} until {last}; {book[f'spent.{month}.end'].shown} at this rate by its end."
    blocks: list[Block] = [Text(words)]
    if "price.budget.limit" in book:
        blocks += _against(book, running, month)
    return Section("price-spent", "What was spent", tuple(blocks), "Model calls of the ledger, by day.")


def _against(book: Book, running: dict[dt.date, int], month: str) -> list[Block]:
    limit = book["price.budget.limit"].value
    rows: list[tuple[str | Cell, ...]] = []
    number = 1
    while f"budget.alert.{number}" in book:
        share = book[f"budget.alert.{number}"]
        day = next((day for day, spent in running.items() if spent >= share.value * limit), None)
        tone = "bad" if day is not None and share.value >= 1 else "plain"
        words = day.isoformat() if day is not None else "not reached"
        rows.append((Cell(share.shown, figure=share.key), Cell(words, tone)))  # type: ignore[arg-type]
        number += 1
    book.derive("spent.use", "spent / limit", "share", "of the budget, so far", spent=f"spent.{month}",
                limit="price.budget.limit")  # fmt: skip
    points = tuple(((day.day - 1) * DAY, float(spent)) for day, spent in running.items())
    even = ((0.0, 0.0), (MONTH, limit))
    chart = Chart(
        "Spent against the budget", "day of the month", "duration", "spent", "money",
        (Series("spent", points), Series("evenly", even, "muted")), (), ((limit, "budget"),),
    )  # fmt: skip
    use = Text(f"{book['spent.use'].shown} of the budget is spent.", "bad" if book["spent.use"].value >= 1 else "plain")
    return [use, *([Table(("Told at", "Reached on"), tuple(rows))] if rows else []), chart]
