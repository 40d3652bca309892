"""Intervals and tails."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.learn.bounds import at_least, wilson


def test_wilson_of_a_known_case() -> None:
    found = wilson(10, 100)
    assert (found.low, found.value, found.high) == pytest.approx((0.0552, 0.1, 0.1744), abs=1e-4)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share(found: int, more: int) -> None:
    share = wilson(found, found + more)
    assert 0.0 <= share.low <= share.value <= share.high <= 1.0


@given(st.integers(0, 20), st.floats(0.0, 20.0))
def test_a_poisson_tail_is_the_rest_of_its_terms(count: int, mean: float) -> None:
    below = sum(math.exp(-mean) * mean**term / math.factorial(term) for term in range(count))
    assert at_least(count, mean) == pytest.approx(1.0 - below, abs=1e-9)
