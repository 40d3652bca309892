"""Intervals hold what they say: Student's quantiles as printed in tables, and differences with the same luck."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.stress.interval import at_most, below, interval, paired, quantile

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20)


# Two-sided 95 % and 99 % points of Student's t, as in every printed table.
@pytest.mark.parametrize(
    ("share", "freedom", "printed"),
    [
        (0.975, 1, 12.706), (0.975, 2, 4.303), (0.975, 4, 2.776), (0.975, 9, 2.262), (0.975, 30, 2.042),
        (0.995, 1, 63.657), (0.995, 9, 3.250), (0.9, 5, 1.476), (0.975, 10**6, 1.960),
    ],
)  # fmt: skip
def test_quantiles_are_those_of_the_tables(share: float, freedom: int, printed: float) -> None:
    assert quantile(share, freedom) == pytest.approx(printed, abs=6e-4)
    assert below(quantile(share, freedom), freedom) == pytest.approx(share, abs=1e-9)


def test_an_interval_by_hand() -> None:
    found = interval([1.0, 2.0, 3.0])
    assert (found.mean, found.runs) == (2.0, 3)
    assert found.half == pytest.approx(4.303 / math.sqrt(3), rel=1e-3)


def test_one_run_says_nothing_of_luck() -> None:
    found = interval([5.0])
    assert found.half == math.inf
    assert not found.clear_of(100.0)
    assert not found.narrow(0.5)


def test_the_interval_holds_the_mean_as_often_as_it_says() -> None:
    luck = random.Random(7)
    held = sum(abs((found := interval([luck.gauss(3.0, 2.0) for _ in range(5)])).mean - 3.0) <= found.half
               for _ in range(2000))  # fmt: skip
    assert 0.93 <= held / 2000 <= 0.97


@given(NUMBERS, st.floats(-100, 100))
def test_what_is_common_falls_out_of_a_difference(values: list[float], shift: float) -> None:
    found = paired(values, [value + shift for value in values])
    assert found.mean == pytest.approx(shift, abs=1e-6)
    assert found.half == pytest.approx(0.0, abs=1e-5)


@given(NUMBERS)
def test_an_interval_lies_around_its_mean(values: list[float]) -> None:
    found = interval(values)
    assert found.low <= found.mean <= found.high
    assert min(values) - 1e-6 <= found.mean <= max(values) + 1e-6
    assert not found.clear_of(found.mean)


def test_nothing_seen_is_not_nothing() -> None:
    assert at_most(0, 0) == 1.0
    assert at_most(0, 300) == pytest.approx(0.0126, abs=1e-3)
    assert at_most(300, 300) == 1.0


@given(st.integers(1, 10_000), st.data())
def test_the_bound_lies_above_what_was_seen_and_falls_with_more_of_it(of: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of))
    assert count / of <= at_most(count, of) <= 1.0
    assert at_most(10 * count, 10 * of) <= at_most(count, of) + 1e-12
