"""What the bill becomes: each month of three years as journeys grow, and the years.

A line of a journey grows with its volume; the others stay as they are. The share that caches answer stays that of
today, which is on the safe side: more traffic is caught better. Hardware that has to be added is a decision, and is
looked at by `decide` and `stress`.
"""

from __future__ import annotations

from typing import Final

from archwright.analysis.price.lines import Line
from archwright.plan.model import Plan
from archwright.report.figures import Book, Figure

MONTHS: Final = 36
YEAR: Final = 12


def enter_growth(book: Book, plan: Plan, lines: tuple[Line, ...]) -> None:
    """Enter `price.growth.<month>` for 36 months, the first being today's, and `price.year.<n>` for three years."""
    grows = {journey.name for journey in plan.journeys}
    parts = {
        journey.name: [book[line.key] for line in lines if line.journey == journey.name] for journey in plan.journeys
    }
    inputs: dict[str, str | Figure] = {}
    terms = []
    for number, (name, costs) in enumerate(parts.items(), 1):
        if costs:
            inputs[f"part{number}"] = book.total(f"price.growth.{name}.now", costs, "money", f"{name}, a month")
            inputs[f"growth{number}"] = f"journeys.{name}.growth"
            terms.append(f"part{number} * (1 + growth{number}) ** {{months}}")
    fixed = [book[line.key] for line in lines if line.journey not in grows]
    if fixed:
        inputs["fixed"] = book.total("price.growth.fixed", fixed, "money", "the same in every month")
        terms.append("fixed")
    months = [
        book.derive(
            f"price.growth.{month}", (" + ".join(terms) or "0").format(months=month - 1), "money",
            f"month {month}, as journeys grow", **inputs,
        )
        for month in range(1, MONTHS + 1)
    ]  # fmt: skip
    for year in range(1, MONTHS // YEAR + 1):
        book.total(
            f"price.year.{year}", months[(year - 1) * YEAR : year * YEAR], "money", f"year {year}, as journeys grow"
        )
    book.derive("price.year.flat", "month * 12", "money", "a year at the stated volume", month="price.month")
