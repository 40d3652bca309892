"""What is broken already in the busiest hour has no invented cause, and mass failure is never a kept promise."""

from __future__ import annotations

from msgspec.structs import replace

from archwright.analysis.stress.breaking import SAMPLE, breaking, broken
from archwright.analysis.stress.deciding import NO_FAILURES
from archwright.analysis.stress.diagnosis import NONE, diagnose
from archwright.analysis.stress.engine import simulate
from archwright.plan.model import Gateway, Objective, Scenario
from archwright.plan.trace import Trace
from tests.analysis.stress import designs as d
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


def test_users_who_go_through_recorded_sessions_have_no_rate_but_an_edge() -> None:
    """Their times count from the beginning of each session: how many journeys come follows from the users."""
    trace = Trace("made", (0.0, 4.0, 0.0), (100, 100, 100), (101, 101, 101), (), (0.0, 2.0, 0.0), (0, 2))
    journey = d.journey(rate=1e-6, users=5, think_s=10.0)
    found = breaking(d.plan(journey, gateway=Gateway("gateway", 12, 0, 1.0, 0, 2_629_800.0)), seed=1, trace=trace)
    assert found.edge is not None
    assert found.edge.load > 1.0
    assert found.usual.simulated_s < 2 * SAMPLE / 0.5
    assert found.usual.arrivals > SAMPLE / 2
