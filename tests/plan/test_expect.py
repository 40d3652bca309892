"""Closed forms against what they are the means of, simulated or summed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archwright.plan.expect import (
    FUNCTIONS,
    mean_log_normal,
    mean_runs,
    once_more,
    repeated,
    repeated_roughly,
    runs_before,
)
from archwright.policy.chance import geometric, mean_geometric


@pytest.mark.parametrize(("median", "spread"), [(700, 0.985), (14, 0.3), (50, 0.0)])
def test_the_mean_of_a_log_normal_law(median: float, spread: float) -> None:
    luck = random.Random(1)
    drawn = [median * math.exp(luck.gauss(0, spread)) for _ in range(200_000)]
    assert mean_log_normal(median, spread) == pytest.approx(sum(drawn) / len(drawn), rel=0.01)


RUNS = [(1.0, 8), (1.4, 4), (2.0, 3), (5.0, 20), (3.0, 1), (5.0, 5), (4.9, 5)]


@pytest.mark.parametrize(("mean", "most"), RUNS)
def test_runs_and_runs_before_as_they_are_drawn(mean: float, most: int) -> None:
    luck = random.Random(2)
    drawn = [geometric(once_more(mean, most), most, luck.random()) for _ in range(100_000)]
    assert mean_runs(mean, most) == pytest.approx(sum(drawn) / len(drawn), rel=0.01)
    before = sum(run for runs in drawn for run in range(runs)) / sum(drawn)
    assert runs_before(mean, most) == pytest.approx(before, rel=0.02, abs=1e-9)


@example(99.99999999999999, 100)
@given(st.floats(1, 100), st.integers(1, 100))
def test_runs_stay_within_their_bounds(mean: float, most: int) -> None:
    assert 1 <= mean_runs(mean, most) <= min(mean, most) + 1e-9
    assert mean_geometric(once_more(mean, most), most) == pytest.approx(mean_runs(mean, most), rel=1e-9)
    assert 0 <= runs_before(mean, most) <= (most - 1) / 2 + 1e-9


def hit_share(rate: float, answers: int, skew: float, wordings: int, ttl: float, hours: float) -> float:
    """A cache that keeps an answer for `ttl` after it was stored, asked at random times."""
    luck = random.Random(3)
    weights = [rank**-skew for rank in range(1, answers + 1)]
    arrivals = round(rate * hours * 3600)
    questions = luck.choices(range(answers), weights, k=arrivals)
    stored: dict[tuple[int, int], float] = {}
    now, hits, calls = 0.0, 0, 0
    for question in questions:
        now += luck.expovariate(rate)
        key = (question, luck.randrange(wordings))
        fresh = now - stored.get(key, -math.inf) < ttl
        if not fresh:
            stored[key] = now
        if now > ttl:
            calls += 1
            hits += fresh
    return hits / calls


@pytest.mark.parametrize(
    ("rate", "answers", "skew", "wordings", "ttl"),
    [(0.5, 600, 1.0, 4, 3600.0), (2.0, 50, 0.0, 1, 60.0), (0.2, 1000, 1.4, 2, 600.0), (1.0, 10, 0.8, 1, 5.0)],
)
def test_the_share_that_a_cache_answers(rate: float, answers: int, skew: float, wordings: int, ttl: float) -> None:
    seen = hit_share(rate, answers, skew, wordings, ttl, 100_000 / rate / 3600)
    assert repeated(rate, answers, skew, wordings, ttl, 1, 8) == pytest.approx(seen, rel=0.03)


def test_repeats_of_a_step_are_cached_run_by_run() -> None:
    """With a mean of 1.5 and at most 2 runs, half of the visits run again: two streams, the second half as fast."""
    first, second = (repeated(rate, 50, 1.0, 1, 60, 1, 1) for rate in (1.0, 0.5))
    assert repeated(1.0, 50, 1.0, 1, 60, 1.5, 2) == pytest.approx((first + second / 2) / 1.5)


@pytest.mark.parametrize("law", [repeated, repeated_roughly])
def test_a_step_that_always_runs_again_is_cached_like_its_first_run(law: Callable[..., float]) -> None:
    """As many visits reach the fifth run as the first: five equal streams."""
    assert law(1.0, 50, 1.0, 1, 60, 5, 5) == pytest.approx(law(1.0, 50, 1.0, 1, 60, 1, 1))


SHARES = st.tuples(st.floats(1e-3, 100), st.integers(1, 200), st.floats(0, 2), st.integers(1, 5), st.floats(1, 1e5))


@given(SHARES)
def test_a_share_grows_with_traffic_and_with_age_and_stays_a_share(
    one: tuple[float, int, float, int, float],
) -> None:
    rate, answers, skew, wordings, ttl = one
    share = repeated(rate, answers, skew, wordings, ttl, 1.5, 3)
    assert 0 <= share < 1
    assert repeated(rate * 2, answers, skew, wordings, ttl, 1.5, 3) > share
    assert repeated(rate, answers, skew, wordings, ttl * 2, 1.5, 3) > share
    assert repeated(rate, answers, skew, wordings + 1, ttl, 1.5, 3) < share


@pytest.mark.parametrize("skew", [0.0, 0.7, 1.0, 1.3, 4.0])
def test_many_questions_are_summed_in_blocks_as_one_by_one(skew: float) -> None:
    rate, answers, wordings, ttl = 30.0, 200_000, 2, 1800.0
    weights = [rank**-skew for rank in range(1, answers + 1)]
    total = sum(weights)
    loads = [rate * ttl / wordings * weight / total for weight in weights]
    exact = sum(load * load / (1 + load) for load in loads) / sum(loads)
    assert repeated(rate, answers, skew, wordings, ttl, 1, 1) == pytest.approx(exact, rel=1e-3)


def test_nothing_repeats_without_questions_or_traffic() -> None:
    assert repeated(1.0, 0, 1.0, 1, 60, 1, 1) == 0
    assert repeated(0.0, 10, 1.0, 1, 60, 1, 1) == 0


def test_formulas_may_call_each_by_its_name() -> None:
    assert all(function.__name__ == name for name, function in FUNCTIONS.items())
