"""A histogram against the values that it stands for."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.histogram import BINS, ERROR, LOWEST, Counting, Histogram, bin_of, merged, middle
from archwright.base.numbers import percentile

VALUES = st.lists(st.floats(LOWEST, 1e7), min_size=1, max_size=200)
SHARES = st.floats(0.0, 1.0)


def of(values: list[float]) -> Histogram:
    counting = Counting()
    for value in values:
        counting.add(value)
    return counting.histogram()


@given(VALUES, SHARES)
def test_a_percentile_is_right_to_its_error(values: list[float], share: float) -> None:
    exact = percentile(sorted(values), share)
    assert of(values).percentile(share) == pytest.approx(exact, rel=ERROR + 1e-12)


@given(VALUES)
def test_count_mean_and_ends_are_exact(values: list[float]) -> None:
    found = of(values)
    assert (found.count, found.least, found.most) == (len(values), min(values), max(values))
    assert found.mean == pytest.approx(math.fsum(values) / len(values))
    assert sum(found.counts) == len(values)
    assert found.percentile(0.0) == min(values)
    assert found.percentile(1.0) == max(values)


@given(VALUES, VALUES, VALUES)
def test_parts_add_up_to_the_whole(first: list[float], second: list[float], third: list[float]) -> None:
    together, apart = of(first + second + third), merged((of(first), Histogram(), of(second), of(third)))
    assert (together.count, together.least, together.most) == (apart.count, apart.least, apart.most)
    assert (together.first, together.counts) == (apart.first, apart.counts)
    assert together.total == pytest.approx(apart.total)


@given(st.integers(1, BINS - 2), st.floats(0.0, 1.0))
def test_the_middle_of_a_bin_lies_in_it_and_bins_follow_each_other(place: int, share: float) -> None:
    here, following = middle(place), middle(place + 1)
    assert bin_of(here) == place
    assert bin_of(here + share * (following - here)) in (place, place + 1)


@pytest.mark.parametrize(("value", "place"), [(0.0, 0), (1e-9, 0), (LOWEST, 1), (1e300, BINS - 1)])
def test_what_is_beyond_the_bins_falls_into_the_last_one(value: float, place: int) -> None:
    assert bin_of(value) == place


def test_values_shorter_than_the_first_bin_stay_within_what_was_seen() -> None:
    assert of([2e-7, 2e-7, 3e-7, 3e-7]).percentile(0.5) == 2e-7


def test_nothing_has_neither_percentile_nor_mean() -> None:
    assert not Histogram()
    assert merged(()) == Histogram()
    with pytest.raises(ValueError, match="no percentile"):
        Histogram().percentile(0.5)
    with pytest.raises(ValueError, match="no mean"):
        _ = Histogram().mean
    with pytest.raises(ValueError, match="from 0 to 1"):
        of([1.0]).percentile(1.5)
