"""Caches that are warm when a scenario begins: as they would be had it begun long before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate as plain
from archwright.analysis.stress.kernel import engine
from archwright.analysis.stress.outcome import Outcome
from archwright.plan.expect import repeated
from archwright.plan.model import Cache, Plan, Scenario, Tenant
from archwright.plan.semantic import Semantic
from archwright.plan.trace import Trace
from tests.analysis.stress import designs as d

WARM = Scenario("trial", "", 600.0, ())
COLD = replace(WARM, cold=True)


def kept(ttl_s: float, entries: int = 10**6, **journey: Any) -> Plan:
    """Two questions a second out of two hundred, and a cache."""
    given = {"answers": 200, "rate": 2.0, **journey}
    return d.plan(d.journey(**given), routes=(d.route(cache=0),), caches=(d.cache(ttl_s, entries),))


def simulate(loop: engine.Run, plan: Plan, scenario: Scenario, seed: int, trace: Trace | None = None) -> Outcome:
    """On the fast engine; `test_same` holds the plain one beside it."""
    return engine.simulate(plan, scenario, seed, 1.0, trace, loop)


def hits(outcome: Outcome) -> float:
    """The share of the requests that a cache answered."""
    return outcome.cached / outcome.requests


def mean_hits(loop: engine.Run, plan: Plan, scenario: Scenario, seeds: int = 8) -> float:
    """The same in the mean over some seeds."""
    return sum(hits(simulate(loop, plan, scenario, seed)) for seed in range(seeds)) / seeds


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from((60.0, 600.0, 1e4, 1e6)), st.sampled_from((0.5, 1.0)), st.integers(1, 3))
def test_a_long_time_to_live_counts_as_much_as_the_forecast_says(
    loop: engine.Run, ttl_s: float, skew: float, wordings: int
) -> None:
    plan = kept(ttl_s, skew=skew, wordings=wordings)
    law = repeated(2.0, 200, skew, wordings, ttl_s, 1, 1)
    assert mean_hits(loop, plan, WARM) == pytest.approx(law, abs=0.025)


def test_empty_caches_know_nothing_of_it(loop: engine.Run) -> None:
    assert mean_hits(loop, kept(1e6), COLD) < 0.9 < 0.999 < mean_hits(loop, kept(1e6), WARM)


@pytest.mark.parametrize(("ttl_s", "entries"), [(2000.0, 20), (100.0, 30), (40.0, 30), (1000.0, 100)])
def test_no_more_than_there_is_room_for(loop: engine.Run, ttl_s: float, entries: int) -> None:
    """As in a run that has gone on for hours."""
    long = simulate(loop, kept(ttl_s, entries), replace(COLD, lasts_s=20_000.0), 99)
    assert mean_hits(loop, kept(ttl_s, entries), WARM) == pytest.approx(hits(long), abs=0.04)


def test_a_full_cache_holds_what_its_clock_left_there(loop: engine.Run) -> None:
    """What was given often and long ago has left already: the first minute finds no more than the hours after it."""
    plan = kept(2000.0, 20)
    long = simulate(loop, plan, replace(COLD, lasts_s=20_000.0), 99)
    assert mean_hits(loop, plan, replace(WARM, lasts_s=60.0), 100) == pytest.approx(hits(long), abs=0.03)
    assert simulate(loop, plan, WARM, 3) == plain(plan, WARM, seed=3)


def test_what_is_never_asked_twice_takes_its_room(loop: engine.Run) -> None:
    """As in a run of hours, though the first minutes still find more: what came once has not yet pushed them out."""
    once = d.journey(name="once", rate=1.0)
    plan = d.plan(d.journey(answers=50, rate=1.0), once, routes=(d.route(cache=0),), caches=(d.cache(1000.0, 40),))
    long = simulate(loop, plan, replace(COLD, lasts_s=20_000.0), 99)
    assert mean_hits(loop, plan, replace(WARM, lasts_s=6000.0), 4) == pytest.approx(hits(long), abs=0.03)
    assert mean_hits(loop, plan, replace(WARM, lasts_s=60.0), 40) < hits(long) + 0.1


def test_hits_do_not_drift_while_it_lasts(loop: engine.Run) -> None:
    first = mean_hits(loop, kept(600.0), replace(WARM, lasts_s=100.0), 20)
    assert first == pytest.approx(repeated(2.0, 200, 1.0, 1, 600.0, 1, 1), abs=0.025)


def test_tenants_and_runs_have_their_own_answers(loop: engine.Run) -> None:
    tenants = (Tenant("one", 1.0, 0, 0.0), Tenant("two", 3.0, 0, 0.0))
    plan = replace(kept(1000.0), tenants=tenants)
    plan = replace(plan, journeys=(d.journey(d.step(repeat_mean=2.0, repeat_most=4), answers=200, rate=2.0),))
    long = simulate(loop, plan, replace(COLD, lasts_s=20_000.0), 99)
    assert mean_hits(loop, plan, WARM) == pytest.approx(hits(long), abs=0.02)


def test_answers_found_by_meaning(loop: engine.Run) -> None:
    semantic = Semantic(mode="on", wrong=0.01, saved=0.3)
    cache = Cache("kept", 1e5, 1000, semantic)
    asked = d.journey(d.step(seen=0.3), answers=10_000, skew=0.0, rate=0.02)
    plan = replace(kept(1.0), caches=(cache,), journeys=(asked,))
    found = [simulate(loop, plan, replace(WARM, lasts_s=300.0), seed) for seed in range(80)]
    share = sum(item.cached for item in found) / sum(item.requests for item in found)
    assert share == pytest.approx(0.3 + 0.7 * repeated(0.02, 10_000, 0.0, 1, 1e5, 1, 1), abs=0.08)
    cold = [simulate(loop, plan, replace(COLD, lasts_s=300.0), seed) for seed in range(80)]
    assert sum(item.cached for item in cold) / sum(item.requests for item in cold) < 0.25


def test_what_is_never_asked_twice_is_found_by_meaning(loop: engine.Run) -> None:
    cache = Cache("kept", 1e5, 1000, Semantic(mode="on", wrong=0.01, saved=0.3))
    plan = replace(kept(1.0), caches=(cache,), journeys=(d.journey(d.step(seen=0.3), rate=0.02),))
    found = [simulate(loop, plan, replace(WARM, lasts_s=300.0), seed) for seed in range(80)]
    assert sum(item.cached for item in found) / sum(item.requests for item in found) == pytest.approx(0.3, abs=0.05)
    assert found[:3] == [plain(plan, replace(WARM, lasts_s=300.0), seed=seed) for seed in range(3)]


def test_recorded_questions_come_again_as_often_as_the_file_says(loop: engine.Run) -> None:
    """How long a recorded one is does not make it another."""
    times = tuple(map(float, range(600)))
    alike = Trace("alike", times, (100,) * 600, (50,) * 600)
    each = Trace("each", times, tuple(range(1, 601)), tuple(range(601, 1, -1)))
    for scenario, least, most in ((COLD, 0.7, 0.9), (WARM, 0.999, 1.0)):
        first, second = (simulate(loop, kept(1e6, rate=1.0), scenario, 1, trace) for trace in (alike, each))
        assert first.cached == pytest.approx(second.cached, abs=8)  # a long answer is kept later
        assert least <= hits(first) <= most
        assert second == plain(kept(1e6, rate=1.0), scenario, seed=1, trace=each)


def test_the_same_luck_begins_with_the_same_answers(loop: engine.Run) -> None:
    assert simulate(loop, kept(600.0), WARM, 7) == simulate(loop, kept(600.0), WARM, 7)
    assert simulate(loop, kept(600.0), WARM, 7) != simulate(loop, kept(600.0), WARM, 8)


def test_an_old_answer_of_before_helps_in_an_outage(loop: engine.Run) -> None:
    down = replace(WARM, changes=(d.change("down", "first", 0.0, 600.0),))
    plan = replace(kept(30.0), routes=(d.route(cache=0, stale_s=3600.0),))
    assert simulate(loop, plan, down, 1).degraded > 900
    assert simulate(loop, plan, replace(down, cold=True), 1).degraded == 0
