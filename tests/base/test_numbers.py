"""Percentiles by nearest rank."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.numbers import percentile


@pytest.mark.parametrize(
    ("count", "share", "rank"),
    [(1, 0.0, 1), (1, 1.0, 1), (20, 0.95, 19), (20, 0.951, 20), (100, 0.07, 7), (100, 0.99, 99), (3, 0.5, 2)],
)  # fmt: skip
def test_rank(count: int, share: float, rank: int) -> None:
    assert percentile([float(value) for value in range(1, count + 1)], share) == rank


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(0, 1))
def test_at_least_the_share_does_not_exceed_it(values: list[float], share: float) -> None:
    values.sort()
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    assert sum(value < found for value in values) <= share * len(values) + 1e-6


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 1.1), ([1.0], -0.1)])
def test_what_has_no_percentile(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match=r"percentile|share"):
        percentile(values, share)
