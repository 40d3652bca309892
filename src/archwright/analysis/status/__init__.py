"""The five deliverables: what a system has of each, what it lacks, and the next most useful step."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from archwright.analysis.status.deliverable import Deliverable, Item, Seen
from archwright.analysis.status.deliverables import DELIVERABLES
from archwright.report.document import Cell, Document, Section, Table, Text, Tone
from archwright.report.figures import Book
from archwright.spec.model import System


@dataclass(frozen=True, slots=True)
class Standing:
    """How a deliverable stands: each of its items with what was seen."""

    deliverable: Deliverable
    items: tuple[tuple[Item, Seen], ...]

    @property
    def asked(self) -> int:
        """Items that this system needs."""
        return sum(seen.there is not None for _, seen in self.items)

    @property
    def there(self) -> int:
        """Items that it has."""
        return sum(seen.there is True for _, seen in self.items)

    @property
    def lacks(self) -> tuple[tuple[Item, Seen], ...]:
        """What it lacks, the most useful first."""
        missing = [pair for pair in self.items if pair[1].there is False]
        return tuple(sorted(missing, key=lambda pair: pair[0].rank))


def status(system: System, as_of: dt.date) -> tuple[Standing, ...]:
    """How each deliverable stands on a day, in their order."""
    every = sorted(DELIVERABLES, key=lambda item: item.number)
    return tuple(Standing(one, tuple((item, item.look(system, as_of)) for item in one.items)) for one in every)


def next_step(standings: tuple[Standing, ...]) -> tuple[Item, Seen] | None:
    """The most useful thing that is lacking; None where nothing is."""
    missing = [pair for standing in standings for pair in standing.lacks]
    return min(missing, key=lambda pair: pair[0].rank, default=None)


def status_book(standings: tuple[Standing, ...]) -> Book:
    """How many items of each deliverable are there, and are asked for: `status.<number>.there` and `.asked`."""
    book = Book()
    for one in standings:
        base, title = f"status.{one.deliverable.number}", one.deliverable.title
        for name, count, label in (("there", one.there, "things there"), ("asked", one.asked, "things asked for")):
            book.leaf(f"{base}.{name}", count, "count", label=label, origin="fact", note=f"status of {title}")
    return book


def status_document(system: System, standings: tuple[Standing, ...]) -> Document:
    """The deliverables as a document; its figures are those of `status_book`."""
    return Document(
        "Status", (_overview(standings), *(_section(standing) for standing in standings)),
        f"{system.system}: what stands of the five deliverables",
    )  # fmt: skip


def _overview(standings: tuple[Standing, ...]) -> Section:
    rows = tuple(
        (
            f"{one.deliverable.number}. {one.deliverable.title}",
            Cell(
                f"{one.there} of {one.asked}",
                "good" if one.there == one.asked else "plain",
                f"status.{one.deliverable.number}.there",
            ),
            one.lacks[0][0].name if one.lacks else Cell("nothing", "good"),
            ", ".join(one.deliverable.commands),
        )
        for one in standings
    )
    step = next_step(standings)
    said = f"Next, {step[0].name} ({step[1].words}): {step[0].step}." if step else "Every deliverable is there."
    table = Table(("Deliverable", "Has", "Lacks most", "See it with"), rows, numeric=frozenset({1}))
    return Section("status-overview", "The five deliverables", (table, Text(said, "plain" if step else "good")))


def _section(standing: Standing) -> Section:
    rows = tuple((item.name, Cell(*_told(seen)), seen.words, *_step(item, seen)) for item, seen in standing.items)
    one = standing.deliverable
    table = Table(("", "", "Seen", "Step"), rows)
    return Section(f"status-{one.number}", f"{one.number}. {one.title}", (table,), one.question)


def _told(seen: Seen) -> tuple[str, Tone]:
    if seen.there is None:
        return "not needed", "muted"
    return ("there", "good") if seen.there else ("lacking", "bad")


def _step(item: Item, seen: Seen) -> tuple[str | Cell, ...]:
    return (item.step,) if seen.there is False else (Cell("", "muted"),)
