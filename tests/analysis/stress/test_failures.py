"""The failure table's words: what nobody noticed, and what hardly anybody did."""

from __future__ import annotations

import pytest

from archwright.analysis.stress.failures import Case, Felt, failure_section, scenario_of
from archwright.report.document import Cell, Table
from archwright.report.figures import Book
from tests.analysis.stress import designs as d


@pytest.mark.parametrize(("full", "words"), [(1.0, "never"), (0.99, "hardly")])
def test_a_failure_that_some_felt_is_not_called_unfelt(full: float, words: str) -> None:
    plan = d.plan()
    case = Case("first", "First", plan, scenario_of(plan, "first", ["first"]), ("first",))
    felt = Felt(case, 100, full, 1.0 - full, 0.0, 1.0, None, None, None, 0.0, 0.0)
    table = failure_section(Book(), [felt], ()).blocks[0]
    assert isinstance(table, Table)
    cell = table.rows[0][table.headings.index("First felt")]
    assert isinstance(cell, Cell)
    assert cell.text == words
