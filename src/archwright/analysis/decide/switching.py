"""Lock-in as the cost of switching: what in the file differs between two options, and the time and money of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from archwright.report.document import Cell, Section, Table, Text
from archwright.report.figures import Book, Figure
from archwright.spec.decisions import Decision
from archwright.spec.given import Given

Row = tuple[str | Cell, ...]
LEAD = (
    "Parts of the file that change when one option is left for another. What the file cannot show, such as contracts, "
    "data that has to be moved and people who have to learn, is not in it."
)


class Change(NamedTuple):
    """What differs between two designs: the parts in words, and how many they are."""

    parts: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Switch:
    """From one option to another: the parts that change, and keys of hours and money (empty where none are stated)."""

    leave: str
    take: str
    parts: tuple[str, ...]
    hours: str = ""
    cost: str = ""


def switches(
    name: str, decision: Decision, moves: Mapping[tuple[str, str], Change], book: Book, wage: Given | None
) -> tuple[Switch, ...]:
    """Every move that changes something. `wage` is that of the system's engineers, where the decision states none."""
    return tuple(_switch(name, decision, pair, change, book, wage) for pair, change in moves.items() if change.size)


def _switch(
    name: str, decision: Decision, pair: tuple[str, str], change: Change, book: Book, wage: Given | None
) -> Switch:
    stated, changed = decision.switching, change.parts
    if stated is None:
        return Switch(*pair, changed)
    base = f"decide.{name}.switch.{pair[0]}.{pair[1]}"
    count = book.leaf(
        f"{base}.parts", change.size, "count", label="parts of the file that change", origin="computed",
        note=", ".join(changed),
    )  # fmt: skip
    each = _given(book, f"decide.{name}.switch.hours", stated.hours, "engineers' time for each part")
    hours = book.derive(f"{base}.hours", "parts * each", "duration", "engineers' time", parts=count, each=each)
    hourly = stated.hourly or wage
    if hourly is None:
        return Switch(*pair, changed, hours.key)
    price = _given(book, f"decide.{name}.switch.hourly", hourly, "one hour of one engineer")
    hour = book.leaf("hour", 3600.0, "duration", label="an hour", origin="fact", note="definition")
    cost = book.derive(
        f"{base}.cost", "time / hour * price", "money", "what the move costs", time=hours, hour=hour, price=price
    )
    return Switch(*pair, changed, hours.key, cost.key)


def _given(book: Book, key: str, given: Given, label: str) -> Figure:
    return book.add(
        Figure(key, given.value, given.dimension, label, origin="set" if given.origin == "chosen" else given.origin,
               note=given.note, written=given.text, where=given.where, low=given.low.value if given.low else None,
               high=given.high.value if given.high else None)
    )  # fmt: skip


def switch_rows(found: tuple[Switch, ...], decision: Decision, book: Book) -> list[Row]:
    """One line a move."""
    return [
        (
            decision.titled(item.leave), decision.titled(item.take), ", ".join(item.parts),
            Cell(book[item.hours].shown, figure=item.hours) if item.hours else Cell("not stated", "muted"),
            Cell(book[item.cost].shown, figure=item.cost) if item.cost else Cell("not stated", "muted"),
        )
        for item in found
    ]  # fmt: skip


def switching(name: str, found: tuple[Switch, ...], decision: Decision, book: Book) -> list[Section]:
    """What lock-in costs; nothing where no option changes the file."""
    rows = switch_rows(found, decision, book)
    if not rows:
        return []
    table = Table(("From", "To", "What changes", "Time", "Cost"), tuple(rows), numeric=frozenset({3, 4}))
    blocks: tuple[Table | Text, ...] = (table,)
    if decision.switching is None:
        words = "Time and money: say `switching: {hours: 8 h, hourly: $95}` at the decision, for each changed part."
        blocks = (table, Text(words, "muted"))
    return [Section(f"decide-{name}-switching", "What it takes to switch", blocks, LEAD)]
