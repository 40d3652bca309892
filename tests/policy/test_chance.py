"""Luck is spread evenly and is the same for the same question."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import chance

BIG = st.integers(0, 2**62 - 1)


@given(BIG, BIG, st.integers(0, 100), st.integers(1, 20))
def test_a_number_in_the_unit_interval(seed: int, request: int, attempt: int, purpose: int) -> None:
    value = chance.uniform(seed, request, attempt, purpose)
    assert 0.0 <= value < 1.0
    assert value == chance.uniform(seed, request, attempt, purpose)


@given(BIG, BIG, st.integers(0, 100), st.integers(1, 30))
def test_what_a_stem_gives_off_is_the_number_itself(seed: int, request: int, attempt: int, purpose: int) -> None:
    shared = chance.stem(seed, request, attempt)
    assert chance.off(shared, purpose) == chance.uniform(seed, request, attempt, purpose)


def test_numbers_are_even_and_unlike_for_unlike_questions() -> None:
    values = [chance.uniform(1, request, attempt, 9) for request in range(4000) for attempt in (1, 2)]
    count = len(values)
    assert len(set(values)) == count
    cells = [0] * 20
    for value in values:
        cells[int(value * 20)] += 1
    expected = count / 20
    # Chi-square with 19 degrees of freedom: 43.8 is exceeded once in a thousand; these numbers are fixed.
    assert sum((cell - expected) ** 2 / expected for cell in cells) < 43.8
    mean = sum(values) / count
    products = sum((a - mean) * (b - mean) for a, b in zip(values[::2], values[1::2], strict=True))
    assert abs(products / (count / 2) * 12) < 4 / math.sqrt(count / 2)


@given(st.floats(1e-9, 1 - 1e-9))
def test_normal_is_the_inverse_of_its_distribution(u: float) -> None:
    x = chance.normal(u)
    back = 0.5 * math.erfc(-x / math.sqrt(2.0))
    assert math.isclose(back, u, rel_tol=5e-8, abs_tol=1e-12)


@given(st.floats(0, 1), st.integers(1, 30), st.floats(0, 1, exclude_max=True))
def test_runs_stay_within_their_bounds(again: float, most: int, u: float) -> None:
    assert 1 <= chance.geometric(again, most, u) <= most


def test_the_mean_of_runs_is_the_one_that_is_told() -> None:
    steps = 20_000
    for again, most in ((0.3, 4), (0.7, 6), (0.0, 5), (1.0, 5)):
        runs = sum(chance.geometric(again, most, (i + 0.5) / steps) for i in range(steps)) / steps
        assert math.isclose(runs, chance.mean_geometric(again, most), rel_tol=1e-3)
