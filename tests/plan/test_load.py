"""The load over a scenario: the calendar, ramps, journeys, growth; users who come back; failures by the seed."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.base.units import DAY, HOUR, MONTH
from archwright.plan.faults import struck
from archwright.plan.load import factor_at, pieces, total
from archwright.plan.model import Failing, Scenario
from archwright.plan.workload import Visit, cached_prefix, expected_visits, path, returning, visits
from archwright.spec.shape import USUAL, WeekShape
from tests.analysis.stress import designs as d

EVENING = WeekShape(like="evening").week


def calendar(lasts_s: float, begins_s: float = 0.0, **given: Any) -> Scenario:
    return replace(Scenario("calendar", "", lasts_s, (), begins_s=begins_s), **given)


def test_usual_shapes_are_weeks_of_mean_one() -> None:
    for name in USUAL:
        week = WeekShape(like=name).week
        assert len(week) == 168
        assert math.isclose(sum(week), 168.0)


def test_a_week_of_the_calendar_brings_the_mean_rate() -> None:
    journey = d.journey(rate=0.01, peak=max(EVENING), shape=EVENING)
    week = calendar(7 * DAY)
    assert total(pieces(journey, week, 1.0)) * journey.peak == pytest.approx(7 * DAY)
    found = list(visits(d.plan(journey), week, 1))
    assert len(found) == pytest.approx(0.01 * 7 * DAY, rel=0.04)
    hours = Counter(int(visit.at // HOUR) % 24 for visit in found)
    assert hours[20] > 4 * hours[4]


def test_the_calendar_begins_where_it_is_told() -> None:
    journey = d.journey(rate=1.0, peak=max(EVENING), shape=EVENING)
    whole = pieces(journey, calendar(2 * DAY), 1.0)
    part = pieces(journey, calendar(HOUR, 20 * HOUR), 1.0)
    assert [piece.first for piece in part] == [factor_at(whole, 20.5 * HOUR)]
    assert pieces(journey, calendar(HOUR, 20.5 * HOUR), 1.0)[0].end == 0.5 * HOUR


def test_a_journey_grows_by_the_month() -> None:
    journey = d.journey(growth=0.1)
    later = replace(d.scenario(60.0), months=12)
    assert pieces(journey, later, 2.0)[0].first == pytest.approx(2 * 1.1**12)
    year = pieces(journey, calendar(12 * MONTH), 1.0)
    assert year[-1].last / year[0].first == pytest.approx(1.1**12, rel=0.01)


def test_a_ramp_grows_evenly_and_ends() -> None:
    ramp = d.change("load", "", 100.0, 200.0, factor=5.0, ramp=True)
    found = pieces(d.journey(), d.scenario(400.0, ramp), 1.0)
    assert [factor_at(found, at) for at in (50.0, 100.0, 200.0, 299.999, 300.0)] == pytest.approx(
        [1, 1, 3, 5, 1], abs=1e-3
    )
    assert total(found) == pytest.approx(200 + 3 * 200)
    many = list(visits(d.plan(d.journey(rate=20.0)), d.scenario(400.0, ramp), 3))
    slices = Counter(int(visit.at // 50) for visit in many)
    assert [slices[at] / 1000 for at in range(8)] == pytest.approx([1, 1, 1.5, 2.5, 3.5, 4.5, 1, 1], rel=0.15)
    assert [visit.at for visit in many] == sorted(visit.at for visit in many)


def test_a_change_of_load_may_be_one_of_a_journey() -> None:
    plan = d.plan(d.journey(name="one", rate=5.0), d.journey(name="two", rate=5.0))
    plain = list(visits(plan, d.scenario(200.0), 1))
    more = list(visits(plan, d.scenario(200.0, d.change("load", "", 0.0, 200.0, factor=3.0, journey="two")), 1))
    assert [item for item in plain if item.journey == 0] == [item for item in more if item.journey == 0]
    assert sum(item.journey for item in more) > 2.5 * sum(item.journey for item in plain)


# ------------------------------------------------------------------------------------ users who come back


def test_users_come_back_after_they_thought() -> None:
    journey = d.journey(d.work(), users=10, think_s=4.0)
    plan = d.plan(journey, stations=(d.station(servers=10, median_s=1.0, law="constant"),))
    outcome = simulate(plan, d.scenario(1000.0), seed=1)
    assert outcome.arrivals == pytest.approx(10 * 1000 / 5, rel=0.01)
    assert expected_visits(plan, d.scenario(1000.0)) == pytest.approx(2500)
    slow = replace(plan, stations=(d.station(servers=1, median_s=1.0, law="constant"),))
    assert simulate(slow, d.scenario(1000.0), seed=1).arrivals == pytest.approx(1000, rel=0.02)


def test_more_load_is_more_users_and_a_spike_brings_them_sooner() -> None:
    plan = d.plan(d.journey(d.work(), users=10, think_s=5.0), stations=(d.station(),))
    usual = simulate(plan, d.scenario(500.0), seed=1).arrivals
    assert simulate(plan, d.scenario(500.0), seed=1, load=3.0).arrivals == pytest.approx(3 * usual, rel=0.02)
    spike = d.scenario(500.0, d.change("load", "", 0.0, 500.0, factor=2.0))
    assert simulate(plan, spike, seed=1).arrivals == pytest.approx(2 * usual, rel=0.02)


def test_every_visit_of_a_user_has_luck_of_its_own() -> None:
    plan = d.plan(d.journey(users=3, think_s=5.0), d.journey(name="other"))
    users = returning(plan, d.scenario(100.0), 1)[0]
    first = sorted(number for _, number, _ in users.first())
    assert first == [0, 2, 4]
    found = users.after(2, 50.0)
    assert found is not None
    assert found[1] == 8
    assert users.after(2, 99.9999) is None


# ------------------------------------------------------------------------------- loops, caches and failures


def test_a_loop_finds_what_the_run_before_had() -> None:
    step = d.step(growth=40, repeat_mean=3.0, repeat_most=4, prefix=True)
    plan = d.plan(d.journey(step))
    works = [
        branch for number in range(50) for (branch,) in path(plan, Visit(0.0, number, 0, -1, number, 0, -1, -1), 1)
    ]
    longest = max(works, key=len)
    assert [work.cached for work in longest] == [0, *(work.tokens_in - 40 for work in longest[1:])]
    assert [cached_prefix(plan, work.request, work.tokens_in) for work in longest] == [w.cached for w in longest]
    plain = d.plan(d.journey(replace(step, prefix=False)))
    runs = d.scenario(300.0)
    dear, cheap = simulate(plain, runs, seed=1), simulate(plan, runs, seed=1)
    assert sum(item.input for item in dear.tokens) == sum(item.input for item in cheap.tokens)
    assert cheap.cost < dear.cost


def test_a_pause_between_two_runs_lengthens_the_journey_and_nothing_else() -> None:
    step = d.step(repeat_mean=3.0, repeat_most=4)
    plain, paused = (d.plan(d.journey(replace(step, pause_s=seconds))) for seconds in (0.0, 7.0))
    before, after = (simulate(plan, d.scenario(300.0), seed=1) for plan in (plain, paused))
    assert before.requests == after.requests
    runs = before.requests / before.arrivals
    assert after.latencies.mean - before.latencies.mean == pytest.approx(7.0 * (runs - 1))


def test_a_semantic_cache_sees_through_wordings() -> None:
    def hits(semantic: float) -> int:
        journey = d.journey(answers=20, wordings=10, semantic=semantic, rate=2.0)
        plan = d.plan(journey, routes=(d.route(cache=0),), caches=(d.cache(1e6, 10_000),))
        return simulate(plan, d.scenario(400.0), seed=1).cached

    none, some, every = hits(0.0), hits(0.5), hits(1.0)
    assert none < some < every
    assert every > 700


def test_failures_are_drawn_by_the_seed_and_only_where_they_are_wanted() -> None:
    plan = d.plan(failing=(Failing("first", 2 * HOUR, 0.1 * HOUR), Failing("work", 50 * HOUR, HOUR)))
    wanted = replace(d.scenario(30 * DAY), failures=True)
    found = struck(plan, wanted, 1)
    assert struck(plan, d.scenario(30 * DAY), 1).changes == ()
    assert struck(plan, wanted, 1) == found == struck(plan, found, 1)
    assert struck(plan, wanted, 2) != found
    first = [change for change in found.changes if change.component == "first"]
    assert len(first) == pytest.approx(30 * DAY / (2.1 * HOUR), rel=0.15)
    assert sum(change.lasts_s for change in first) / len(first) == pytest.approx(0.1 * HOUR, rel=0.15)
    assert all(change.what == "down" for change in found.changes)


def test_what_fails_by_itself_fails_in_a_run() -> None:
    plan = d.plan(d.journey(rate=0.2), failing=(Failing("first", 600.0, 300.0),))
    calm = simulate(plan, d.scenario(6000.0), seed=1)
    hit = simulate(plan, replace(d.scenario(6000.0), failures=True), seed=1)
    assert calm.failed == 0
    assert 0.1 < hit.failed / hit.arrivals < 0.6
