"""What the technologies of an option cost: amounts that the file states, at the prices of the catalogue."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from archwright.analysis.decide.candidate import Candidate
from archwright.analysis.decide.matrix import option_key
from archwright.base.money import pico
from archwright.base.units import HOUR, MONTH
from archwright.facts.technologies import Cost, Technology, technology
from archwright.report.figures import Book, Figure
from archwright.spec.decisions import Amount, Decision


class Used(NamedTuple):
    """An amount of an option with its price; `month` is the key of what it costs a month."""

    entry: Technology
    cost: Cost
    month: str


def used(name: str, decision: Decision, option: str) -> tuple[Used, ...]:
    """The amounts of an option that the catalogue has a price for, with the keys under which they are entered."""
    found = []
    for number, item in enumerate(decision.options[option].amounts, 1):
        entry = technology(item.of)
        cost = entry.priced(str(item.what)) if entry is not None else None
        if entry is not None and cost is not None and cost.amount is not None:
            found.append(Used(entry, cost, f"{option_key(name, option)}.uses.{number}"))
    return tuple(found)


def with_uses(name: str, decision: Decision, candidate: Candidate, book: Book) -> Candidate:
    """The candidate with what its technologies cost, every month the same; its cells of cost hold it too."""
    items = used(name, decision, candidate.name)
    if not items or not (candidate.each or candidate.stated):
        return candidate
    parts = [
        _month(book, item, amount) for item, amount in zip(items, decision.options[candidate.name].amounts, strict=True)
    ]
    cells = dict(candidate.cells)
    for title, criterion in decision.criteria.items():
        if criterion.measure == "cost" and title in cells:
            key = f"{option_key(name, candidate.name)}.month.{title}"
            cells[title] = book.total(key, [book[cells[title]], *parts], "money", "with its technologies, a month").key
    return replace(candidate, cells=cells, fixed=(*candidate.fixed, *(part.key for part in parts)))


def _month(book: Book, item: Used, amount: Amount) -> Figure:
    """What one of them costs a month; what is paid by the hour runs through."""
    cost, given = item.cost, amount.units
    note = f"catalogue, {cost.source.title}, {_trust(cost)} on {item.entry.checked_on}: {cost.source.place}"
    price = book.leaf(
        f"catalogue.{item.entry.name}.{cost.what.replace(' ', '-')}", pico(cost.amount or Decimal(0)), "money",
        label=f"{item.entry.title}: {cost.what}, {cost.unit}", origin="fact", note=note,
    )  # fmt: skip
    units = book.add(
        Figure(f"{item.month}.units", given.value, "number", f"{cost.what} of {item.entry.title}, {cost.unit}",
               origin="set" if given.origin == "chosen" else given.origin, note=given.note, written=given.text,
               where=given.where, low=given.low.value if given.low else None,
               high=given.high.value if given.high else None)
    )  # fmt: skip
    label = f"{item.entry.title}: {cost.what}, a month"
    if not cost.hourly:
        return book.derive(item.month, "units * price", "money", label, units=units, price=price)
    book.leaf("month", MONTH, "duration", label="a twelfth of 365.25 days", origin="fact", note="definition")
    book.leaf("hour", HOUR, "duration", label="an hour", origin="fact", note="definition")
    return book.derive(
        item.month, "units * price * month / hour", "money", label, units=units, price=price, month="month", hour="hour"
    )


def _trust(cost: Cost) -> str:
    return "seen" if cost.confidence == "seen" else "from memory"
