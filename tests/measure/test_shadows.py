"""Models that got copies of requests beside those that answered."""

from __future__ import annotations

from archwright.ledger.rows import Attempt, Run
from archwright.ledger.tally import tally
from archwright.measure.shadows import shadows
from archwright.report.document import Cell, Table
from archwright.report.figures import Book


def row(number: int, target: str, outcome: str = "ok", cost: int = 10, shadow: bool = False) -> Attempt:
    """A call of a request, a second long for each of its numbers."""
    return Attempt(
        f"r{number}", 1, "plan", "answer", target, target, 0.0, "", outcome, total_s=float(number), cost=cost,
        shadow=shadow, journey="ask",
    )  # fmt: skip


RUN = Run("plan", "small", "none", "serve", "2026-11-01T00:00:00+00:00", scale=2.0)


def test_a_route_without_copies_says_nothing() -> None:
    assert not list(shadows(tally([RUN, row(1, "large")]), Book(), "here"))


def test_each_side_has_its_calls_failures_cost_and_times() -> None:
    rows = [row(n, "large") for n in (1, 2, 3, 4)] + [row(5, "spare", "timeout")]
    copies = [row(1, "new", cost=4, shadow=True), row(2, "new", "transient", cost=0, shadow=True)]
    book = Book()
    total = tally([RUN, *rows, *copies])
    (section,) = shadows(total, book, "here")
    (table,) = section.blocks
    assert isinstance(table, Table)
    said = [tuple(cell.text if isinstance(cell, Cell) else cell for cell in line) for line in table.rows]
    assert [line[:4] for line in said] == [
        ("answer", "large", "served", "4"), ("answer", "spare", "served", "1"), ("answer", "new", "copies", "2"),
    ]  # fmt: skip
    assert book["shadow.answer.new.copies.errors"].value == 0.5
    assert book["shadow.answer.new.copies.each"].value == 2.0
    assert book["shadow.answer.large.served.each"].value == 10.0
    assert book["shadow.answer.new.copies.p50"].value == 2.0, "in the time of the design"
    assert said[1][6] == "-"
    assert total.parts["ask"].cost == 4, "that of requests stands in their own rows"
    assert total.cost == 54
