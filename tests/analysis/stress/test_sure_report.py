"""What is said of several seeds is true of them."""

from __future__ import annotations

from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.points import Reading, reading
from archwright.analysis.stress.sure import estimates
from archwright.analysis.stress.sure_report import sure_section
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
    assert "as long as `--seeds` allows" in sure_section(Book(), plan, {"calm": near}).lead
    assert "until every objective was settled" in sure_section(Book(), plan, {"calm": far}).lead
