"""The five deliverables of a system: what is there, what is lacking, what comes next."""

from __future__ import annotations

import datetime as dt

import pytest

from archwright.analysis.status import next_step, status, status_book, status_document
from archwright.analysis.status.deliverables import DELIVERABLES
from archwright.report.document import Cell, Table
from archwright.spec.load import load, loads
from archwright.spec.model import System
from archwright.spec.starter import starter
from tests.plan.small import EXAMPLE, SMALL

DAY = dt.date(2026, 11, 21)
EMPTY = "system: Nothing\ncomponents: {}\n"


def counts(system: System, day: dt.date = DAY) -> list[tuple[int, int]]:
    """(there, asked for) of each deliverable."""
    return [(one.there, one.asked) for one in status(system, day)]


def lacking(system: System, number: int, day: dt.date = DAY) -> set[str]:
    """Names of what a deliverable lacks."""
    return {item.name for item, _ in status(system, day)[number - 1].lacks}


def test_there_are_five_in_order_and_each_item_says_what_to_do() -> None:
    every = sorted(DELIVERABLES, key=lambda item: item.number)
    assert [one.number for one in every] == [1, 2, 3, 4, 5]
    assert all(item.step and item.name for one in every for item in one.items)
    assert all(one.commands for one in every)


def test_the_example_lacks_only_what_time_will_bring() -> None:
    system = load(EXAMPLE).system
    assert lacking(system, 5) == {"readings after launch"}
    assert all(there == asked for there, asked in counts(system)[:4])


def test_an_empty_file_begins_with_the_journeys() -> None:
    step = next_step(status(loads(EMPTY), DAY))
    assert step is not None
    assert step[0].name == "journeys through the parts"


def test_nothing_is_there_by_accident() -> None:
    """An empty design may have no orphans and no loose parts; it has nothing that somebody would have to write."""
    for one in status(loads(EMPTY), DAY):
        for item, seen in one.items:
            if seen.there:
                assert item.name in ("parts and their owners", "what depends on what", "what is lost when a part fails")


def test_what_a_system_does_not_need_is_not_asked_for() -> None:
    standing = status(loads(SMALL), DAY)[1]
    assert {item.name for item, seen in standing.items if seen.there is None} == {
        "agents that run", "what follows when one fails", "a person who takes over",
    }  # fmt: skip
    assert standing.asked == 3


@pytest.mark.parametrize(
    ("number", "name", "text"),
    [
        (1, "promises that load can break", "objectives: {quick: {measure: p95, at_most: 5 s}}\n"),
        (3, "not building it", ("decisions: {d: {title: T, date: 2026-01-01, question: Q, options: {"
         "a: {}, b: {do_not_build: true, cost: $1/month}}}}\n")),
        (5, "the industry", "context: {industry: retail}\n"),
        (5, "who is called", "operation: {incidents: {contact: us}}\n"),
        (5, "risks with owners", ("risks: {r: {statement: s, likelihood: rare, impact: minor, treatment: accept, "
         "owner: me, review: 2027-01-01}}\n")),
    ],
)  # fmt: skip
def test_writing_it_down_makes_it_there(number: int, name: str, text: str) -> None:
    assert name in lacking(loads(EMPTY), number)
    assert name not in lacking(loads(EMPTY + text), number)


def test_what_was_to_be_looked_at_again_is_lacking_from_that_day_on() -> None:
    system = load(EXAMPLE).system
    assert "risks with owners" not in lacking(system, 5)
    assert "risks with owners" in lacking(system, 5, dt.date(2028, 1, 1))


def test_the_document_shows_every_item_and_its_counts_can_be_asked_why() -> None:
    system = loads(starter("Desk"))
    standings = status(system, DAY)
    book = status_book(standings)
    document = status_document(system, standings)
    assert [section.name for section in document.sections] == ["status-overview", *(f"status-{n}" for n in range(1, 6))]
    for section, one in zip(document.sections[1:], standings, strict=True):
        (table,) = (block for block in section.blocks if isinstance(block, Table))
        assert [row[0] for row in table.rows] == [item.name for item, _ in one.items]
    cells = [cell for block in document.sections[0].blocks if isinstance(block, Table) for row in block.rows
             for cell in row if isinstance(cell, Cell) and cell.figure]  # fmt: skip
    assert len(cells) == 5
    assert all(cell.figure in book for cell in cells)
