"""What is said of several seeds is true of them."""

from __future__ import annotations

from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.points import Reading, reading
from archwright.analysis.stress.sure import enough, estimates
from archwright.analysis.stress.sure_report import sure_section
from archwright.plan.model import Plan
from archwright.report.document import Text
from archwright.report.figures import Book
from tests.analysis.stress import designs as d


def test_objectives_are_called_settled_only_where_all_are() -> None:
    plan = d.plan(d.journey(rate=0.2), objectives=(d.objective("p95", 4.0),))
    one = reading(plan, simulate(plan, d.scenario(30.0), seed=1))
    held = one.objectives["promise"]

    def read(*values: float) -> list[Reading]:
        return [replace(one, objectives={"promise": replace(held, value=value)}) for value in values]

    near, far = read(1.0, 2.0, 9.0), read(1.0, 1.0, 1.0)
    assert [item.settled for found in (near, far) for item in estimates(plan, found)] == [False, True]
    assert "3 seeds, as many as were allowed" in _said(plan, near)
    assert "within 5 % of its mean" in _said(plan, far)
    assert "which settle every objective" in _said(plan, read(1.0, 1.2, 1.4))
    assert "as many as were allowed" in _said(plan, read(1.0, 1.2, 1.4), 0.02)
    assert "more are over 100,000 journeys" in _said(plan, near, 0.0, 30)
    assert "1 seed, which says nothing of luck" in _said(plan, read(1.0), 0.0, 30)


def test_what_no_seed_can_measure_asks_for_no_more_of_them() -> None:
    plan = d.plan(d.journey(rate=0.2), objectives=(d.objective("p95", 4.0),))
    one = reading(plan, simulate(plan, d.scenario(30.0), seed=1))
    held = replace(one.objectives["promise"], value=None, kept=False)
    assert enough(plan, [replace(one, objectives={"promise": held})] * 3, 0.02)


def _said(plan: Plan, readings: list[Reading], within: float = 0.0, most: int = 3) -> str:
    blocks = sure_section(Book(), plan, {"calm": readings}, within, most).blocks
    return " ".join(block.words for block in blocks if isinstance(block, Text))
