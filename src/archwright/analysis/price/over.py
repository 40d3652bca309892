"""What the forecast says of the budget, as findings: over it, on the way there, an alert that will be told."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.price.economy import broken_in
from archwright.base.errors import NOWHERE, Location
from archwright.base.money import show_money
from archwright.base.text import slug
from archwright.plan.model import Objective, Plan
from archwright.report.document import Finding, Severity, Text
from archwright.report.figures import Book, Figure

WHY = "A budget that is broken is found out from the invoice; here it is still a choice."
MEND = "spend less (a cache, a smaller model, the batch lane), or raise the budget where it is agreed"
SOON = 12  # months; what comes later is a note


def over_budget(book: Book, plan: Plan, where: Location = NOWHERE) -> tuple[Finding, ...]:
    """Findings about the budget and about objectives of cost; `where` is the budget in the file.

    The growing forecast must have been entered (see `enter_growth`) where there is a budget.
    """
    found = [*_budget(book, where)] if "price.budget.limit" in book else []
    for objective, spent, kept in promised(book, plan):
        if not kept:
            limit = f"{'at most' if objective.at_most else 'at least'} {show_money(objective.limit)}"
            message = f"models{of(objective)} cost {spent.shown} a month, and objective {objective.name} says {limit}"
            found.append(Finding("PRI04", "error", message, NOWHERE, WHY, MEND, objective.name))
    return tuple(found)


def promised(book: Book, plan: Plan) -> Iterator[tuple[Objective, Figure, bool]]:
    """Objectives of cost, what the models of their journey (or all of them) cost a month, and whether that keeps it.

    Of one journey these are its calls: hardware is shared by all.
    """
    for objective in plan.objectives:
        if objective.measure == "cost":
            spent = _models(book, plan, objective.journey)
            kept = spent.value <= objective.limit if objective.at_most else spent.value >= objective.limit
            yield objective, spent, kept


def of(objective: Objective) -> str:
    """Of which journey, in words; nothing where all are meant."""
    return f" of {objective.journey}" if objective.journey else ""


def _models(book: Book, plan: Plan, name: str) -> Figure:
    key = f"price.{name}.models.month" if name else "price.models.month"
    if key in book:
        return book[key]
    steps = [step for journey in plan.journeys if journey.name == name for step in journey.steps if step.route >= 0]
    parts = [book[f"price.{name}.{slug(step.name)}.month"] for step in steps]
    return book.total(key, parts, "money", "its model calls, a month")


def _budget(book: Book, where: Location) -> list[Finding]:
    limit, spent, use = book["price.budget.limit"], book["price.month"], book["price.budget.use"]
    if use.value > 1:
        message = f"the forecast spends {spent.shown} a month, {use.shown} of the budget of {limit.shown}"
        return [Finding("PRI01", "error", message, where, WHY, MEND, "budget")]
    found = []
    number = 1
    passed = []
    while f"budget.alert.{number}" in book:
        share = book[f"budget.alert.{number}"]
        passed += [share.shown] if share.value <= use.value else []
        number += 1
    if passed:
        message = f"the forecast spends {use.shown} of the budget, beyond the alert at {', '.join(passed)}"
        found.append(Finding("PRI02", "warning", message, where, WHY, MEND, "budget"))
    month = broken_in(book)
    if month:
        severity: Severity = "warning" if month <= SOON else "note"
        message = f"as journeys grow, month {month} is the first above the budget of {limit.shown}"
        found.append(Finding("PRI03", severity, message, where, WHY, MEND, "budget"))
    return found


def headline(book: Book, findings: tuple[Finding, ...]) -> Text:
    """The first line of a forecast: what the month costs, and how that stands to the budget."""
    month = f"{book['price.month'].shown} a month"
    worst = next((item for item in findings if item.severity == "error"), None)
    if worst is not None:
        return Text(f"{'Over budget' if worst.code == 'PRI01' else 'Too dear'}: {worst.message}.", "bad")
    if "price.budget.limit" not in book:
        return Text(f"{month}; no budget is stated.")
    within = f"{month}, {book['price.budget.use'].shown} of the budget of {book['price.budget.limit'].shown}"
    if findings:
        return Text(f"{within}; {findings[-1].message}.", "bad" if findings[-1].severity == "warning" else "plain")
    return Text(f"{within}.", "good")
