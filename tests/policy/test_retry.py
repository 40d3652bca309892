"""Retries are a share of the traffic."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import retry
from archwright.policy.retry import RetryBudget


@given(st.floats(0, 2), st.floats(1, 20), st.lists(st.booleans(), max_size=300))
def test_no_more_retries_than_earned(ratio: float, most: float, asks: list[bool]) -> None:
    law = RetryBudget(ratio, most)
    saved, requests, retries = 1.0, 0, 0
    for again in asks:
        if not again:
            saved = retry.earn(law, saved)
            requests += 1
        elif retry.allowed(law, saved):
            saved = retry.spend(law, saved)
            retries += 1
        assert 0.0 <= saved <= most
        assert retries <= 1.0 + ratio * requests + 1e-6


def test_a_negative_ratio_bounds_nothing() -> None:
    law = RetryBudget(-1.0, 10.0)
    assert retry.allowed(law, 0.0) == 1
    assert retry.spend(law, 0.0) == 0.0


@given(st.floats(0, 5), st.floats(0, 60), st.integers(1, 10**6), st.floats(0, 1, exclude_max=True))
def test_a_pause_doubles_up_to_its_bound(first: float, longest: float, tries: int, u: float) -> None:
    pause = retry.pause(first, longest, tries, u)
    assert 0.0 <= pause <= longest
    assert pause <= first * 2.0 ** min(tries - 1, 60)


def test_the_second_bound_is_twice_the_first() -> None:
    assert [retry.pause(1.0, 5.0, tries, 0.5) for tries in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 2.5]
