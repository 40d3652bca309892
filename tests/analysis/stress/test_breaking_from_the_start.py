"""What is broken already in the busiest hour has no invented cause, and mass failure is never a kept promise."""

from __future__ import annotations

from msgspec.structs import replace

from archwright.analysis.stress.breaking import broken
from archwright.analysis.stress.deciding import NO_FAILURES
from archwright.analysis.stress.diagnosis import NONE, diagnose
from archwright.analysis.stress.engine import simulate
from archwright.plan.model import Objective, Scenario
from tests.plan.small import example

HOUR = Scenario("hour", "", 600.0, ())


def test_nothing_grew_so_nothing_is_blamed() -> None:
    plan = example().plan
    usual = simulate(plan, HOUR, seed=1)
    for measure in ("p95", "availability"):
        assert diagnose(plan, measure, usual, usual) == NONE


def test_where_no_promise_speaks_of_failures_hardly_any_may_happen() -> None:
    plan = example().plan
    narrow = replace(
        plan,
        gateway=replace(plan.gateway, concurrency=1, queue=0),
        objectives=(Objective("quick", "p95", "", True, 1e6),),
    )
    (verdict,) = broken(narrow, simulate(narrow, HOUR, seed=1, load=20.0))
    assert verdict.objective == NO_FAILURES
    promised = replace(narrow, objectives=(Objective("there", "availability", "", False, 0.0),))
    assert broken(promised, simulate(promised, HOUR, seed=1, load=20.0)) == ()
