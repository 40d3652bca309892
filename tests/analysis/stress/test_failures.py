"""The failure table's words: what nobody noticed, and what hardly anybody did."""

from __future__ import annotations

import pytest
from msgspec import structs

from archwright.analysis.stress.failures import Case, Felt, failure_section, felt, scenario_of
from archwright.analysis.stress.points import Reading, Slot
from archwright.report.document import Cell, Table
from archwright.report.figures import Book
from tests.analysis.stress import designs as d
from tests.analysis.stress.test_choosing import reading


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


NEVER = (None,) * len(d.plan().targets)


def read(answered: list[int]) -> Reading:
    """A hundred journeys in each half minute, of which so many are answered in full; the others fail."""
    slots = tuple(Slot(30.0 * n, 100, full, 0, 100 - full, 0, 1.0, 1.0, ()) for n, full in enumerate(answered))
    return structs.replace(reading(1, 1.0), width_s=30.0, slots=slots, noticed_s=NEVER, opened_s=NEVER)


def test_what_goes_wrong_anyhow_is_nobody_s_failure() -> None:
    """Away from 60 to 180 s of 300; replicas that are still starting cost journeys from 60 to 120 s anyhow."""
    plan = d.plan()
    case = Case("first", "First", plan, scenario_of(plan, "first", ["first"]), ("first",))
    assert case.scenario.lasts_s == 300.0
    usual = [100, 100, 40, 60, 100, 100, 100, 100, 100, 100]
    nothing = Case("nothing", "nothing", plan, case.scenario, ())
    harmless = felt(nothing, [read(usual)] * 2, [read(usual)] * 2)
    assert (harmless.full, harmless.usual, harmless.felt_s, harmless.back_s) == (0.75, 0.75, None, 0.0)
    worse = felt(case, [read([100, 100, 40, 60, 100, 50, 90, 100, 100, 100])] * 2, [read(usual)] * 2)
    assert (worse.full, worse.felt_s, worse.good_s) == (0.625, 90.0, None)
    assert worse.back_s == pytest.approx(30.0)
    table = failure_section(Book(), [worse], (), usual=harmless).blocks[0]
    assert isinstance(table, Table)
    assert [getattr(cell, "text", cell) for cell in table.rows[-1]] == ["nothing", "75 %", "0 %", "25 %", *"–––––"]
