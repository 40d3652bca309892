"""What caches hold when a scenario begins: the law by itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.base.units import HOUR
from archwright.plan.load import Piece
from archwright.plan.model import Journey, Scenario
from archwright.plan.warm import ago, given_before, kept_before, past, share_of, skipped, streams
from tests.analysis.stress import designs as d

EVEN = [(number + 0.5) / 2000 for number in range(2000)]
WARM = Scenario("trial", "", 600.0, ())


@given(st.floats(1e-4, 10.0), st.floats(1.0, 1e5))
def test_an_answer_that_is_never_dropped_is_found_as_often_as_the_forecast_says(rate: float, ttl_s: float) -> None:
    found = sum(kept_before(rate, ttl_s, luck, 0.5) > 0.0 for luck in EVEN) / len(EVEN)
    assert found == pytest.approx(rate * ttl_s / (1.0 + rate * ttl_s), abs=1e-3)


def test_ages_are_even_up_to_the_time_to_live() -> None:
    ages = sorted(kept_before(2.0, 50.0, 0.999, luck) for luck in EVEN)
    assert ages[len(ages) // 2] == pytest.approx(25.0, rel=0.01)
    assert 49.0 < ages[-1] <= 50.0


def test_an_answer_was_given_while_it_was_new() -> None:
    assert [given_before(0.5, 60.0), given_before(0.5, 1.0), given_before(1e9, 1e9)] == [30, 0, 10**9]


def test_time_is_found_again_through_the_pieces() -> None:
    rows = [Piece(10.0, 2.0, 2.0), Piece(30.0, 0.0, 0.0), Piece(math.inf, 0.5, 0.5)]
    assert [ago(rows, 0, 3, due) for due in (4.0, 20.0, 21.0)] == [2.0, 30.0, 32.0]


def test_wordings_share_a_question() -> None:
    shares = [share_of(0.4, 4, wording, 0.2) for wording in range(4)]
    assert sum(shares) == pytest.approx(0.4)
    assert shares[0] > shares[1] == shares[3]


def test_as_many_are_passed_over_as_there_should_be() -> None:
    kept = sum(skipped(0.05, luck) + 1 for luck in EVEN) / len(EVEN)
    assert kept == pytest.approx(1.0 / -math.expm1(-0.05), rel=0.01)


def test_before_the_busiest_hour_there_was_the_mean() -> None:
    plan = d.plan(d.journey(answers=10, peak=4.0, growth=0.1))
    before = past(plan, replace(WARM, months=12), 2.0)
    grown = 2.0 * 1.1**12
    assert before.passed(0, HOUR) == pytest.approx(HOUR * grown)
    assert before.passed(0, 3 * HOUR) == pytest.approx(HOUR * grown * 1.5)


def test_the_calendar_has_the_nights_before() -> None:
    shape = tuple(2.0 if 8 <= hour % 24 < 20 else 0.0 for hour in range(168))
    plan = d.plan(d.journey(answers=10, peak=2.0, shape=shape))
    before = past(plan, replace(WARM, begins_s=32 * HOUR), 1.0)
    assert before.passed(0, 12 * HOUR) == 0.0
    assert before.passed(0, 14 * HOUR) == pytest.approx(2 * HOUR)


@pytest.mark.parametrize("journey", [d.journey(), d.journey(answers=9, growth=-1.0)])
def test_nothing_to_keep(journey: Journey) -> None:
    plan = d.plan(journey, routes=(d.route(cache=0),), caches=(d.cache(60.0, 10),))
    scenario = replace(WARM, months=1)
    assert streams(plan, scenario, 1)[0] == ()


def test_no_further_back_than_there_is_room() -> None:
    journey = d.journey(answers=10**7, rate=100.0)
    plan = d.plan(journey, routes=(d.route(cache=0),), caches=(d.cache(1e7, 1000),))
    (stream,), kept = streams(plan, WARM, 1)
    assert 2000 < kept < 2200
    assert stream.due < 100.0
