"""The fast engine says what the plain one says, to the last bit."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.engines import unfit
from archwright.analysis.stress.kernel import engine
from archwright.plan.faults import struck
from archwright.plan.model import Plan, Scenario, Tenant
from archwright.plan.trace import Trace
from tests.analysis.stress import designs as d
from tests.analysis.stress.kernel.any_design import SCENARIOS, TRACE, designs
from tests.analysis.stress.test_engine import busy

SEEDS = st.sampled_from((0, 3, 2**40))
LOADS = st.sampled_from((0.5, 1.0, 4.0))
TRACES = st.sampled_from((None, None, TRACE))
ONCE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ONCE
@given(designs(), SCENARIOS, SEEDS, LOADS, TRACES)
def test_on_any_small_design(
    loop: engine.Run, plan: Plan, scenario: Scenario, seed: int, load: float, trace: Trace | None
) -> None:
    trace = None if plan.journeys[0].users else trace  # recorded arrivals are for a journey that has arrivals
    assert not list(unfit(plan, trace))
    plain = simulate(plan, scenario, seed=seed, load=load, trace=trace)
    assert engine.simulate(plan, struck(plan, scenario, seed), seed, load, trace, loop) == plain


@pytest.mark.parametrize("entries", [8, 1000])
@pytest.mark.parametrize("tenants", [(), (Tenant("one", 1.0, 0, 1.0), Tenant("two", 2.0, 0, 0.0))])
def test_what_comes_once_and_is_found_by_meaning(loop: engine.Run, tenants: tuple[Tenant, ...], entries: int) -> None:
    once = d.journey(d.step(seen=0.3, repeat_mean=2.0, repeat_most=3), rate=0.5, wordings=2)
    plan = d.plan(
        once, d.journey(name="again", answers=10, rate=0.5),
        routes=(d.route(cache=0, stale_s=30.0),), caches=(d.cache(20.0, entries),), tenants=tenants,
    )  # fmt: skip
    scenario = replace(d.scenario(40.0, d.change("down", "first", 0.0, 30.0)), cold=False)
    plain = simulate(plan, scenario, seed=0)
    assert plain.degraded > 0
    assert engine.simulate(plan, scenario, 0, 1.0, None, loop) == plain


def test_on_a_busy_one(loop: engine.Run) -> None:
    plain = simulate(busy(), d.scenario(300.0), seed=5)
    assert plain.requests > 1000
    assert engine.simulate(busy(), d.scenario(300.0), 5, 1.0, None, loop) == plain


def test_tables_grow_when_everybody_waits(loop: engine.Run) -> None:
    plan = d.plan(d.journey(d.work(), rate=200.0), stations=(d.station(servers=1, median_s=1.0),))
    plain = simulate(plan, d.scenario(60.0), seed=1)
    assert plain.stations[0].deepest > 4 * 1024
    assert engine.simulate(plan, d.scenario(60.0), 1, 1.0, None, loop) == plain


def test_as_it_stands_in_python() -> None:
    """The kernel's functions called from Python: what they do does not hang on how they are compiled."""
    plain = simulate(busy(), d.scenario(30.0), seed=5)
    assert engine.simulate(busy(), d.scenario(30.0), 5, 1.0, None) == plain


@pytest.mark.parametrize("entries", [1, 2000])
def test_a_cache_that_fills_and_forgets(loop: engine.Run, entries: int) -> None:
    plan = d.plan(
        d.journey(answers=3000, wordings=2, rate=100.0), routes=(d.route(cache=0),), caches=(d.cache(20.0, entries),)
    )
    plain = simulate(plan, d.scenario(60.0), seed=4)
    assert plain.cached > 0
    assert engine.simulate(plan, d.scenario(60.0), 4, 1.0, None, loop) == plain


@pytest.mark.parametrize("cold", [True, False])
@pytest.mark.parametrize(("ttl_s", "entries"), [(40.0, 10_000), (1e6, 3000), (1e6, 100_000)])
def test_more_answers_than_the_tables_begin_with(loop: engine.Run, cold: bool, ttl_s: float, entries: int) -> None:
    journey = d.journey(answers=20_000, wordings=2, skew=0.6, rate=150.0)
    plan = d.plan(journey, routes=(d.route(cache=0),), caches=(d.cache(ttl_s, entries),))
    scenario = replace(d.scenario(40.0), cold=cold)
    plain = simulate(plan, scenario, seed=4)
    assert plain.cached > 0
    assert engine.simulate(plan, scenario, 4, 1.0, None, loop) == plain
