"""The step after an attempt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import route
from archwright.policy.route import AGAIN, CALLER, CUT, DONE, KEY, NEXT, OK, OVERLOAD, STOP, TIMEOUT, TRANSIENT, Hop

HOP = Hop(0, 3, 10.0, 1.0, 4.0)


@pytest.mark.parametrize(
    ("outcome", "tries", "left_s", "retry_after", "may_retry", "action"),
    [
        (OK, 1, 10.0, 0.0, 1, DONE),
        (CALLER, 1, 10.0, 0.0, 1, STOP),
        (CUT, 1, 10.0, 0.0, 1, STOP),
        (KEY, 1, 10.0, 0.0, 1, NEXT),
        (TRANSIENT, 1, 10.0, 0.0, 1, AGAIN),
        (TRANSIENT, 3, 10.0, 0.0, 1, NEXT),
        (TRANSIENT, 1, 10.0, 0.0, 0, NEXT),
        (TRANSIENT, 1, 0.4, 0.0, 1, NEXT),
        (TIMEOUT, 1, 10.0, 0.0, 1, AGAIN),
        (OVERLOAD, 1, 10.0, 3.0, 1, AGAIN),
        (OVERLOAD, 1, 10.0, 4.1, 1, NEXT),
        (OVERLOAD, 1, 2.9, 3.0, 1, NEXT),
    ],
)
def test_the_way(outcome: int, tries: int, left_s: float, retry_after: float, may_retry: int, action: int) -> None:
    assert route.after(HOP, tries, outcome, left_s, retry_after, may_retry, 0.5).action == action


def test_overload_waits_as_long_as_the_target_asks() -> None:
    assert route.after(HOP, 1, OVERLOAD, 10.0, 3.0, 1, 0.5).pause == 3.0


@given(
    st.sampled_from((KEY, TRANSIENT, OVERLOAD, TIMEOUT)),
    st.integers(1, 5),
    st.floats(0, 20),
    st.floats(0, 20),
    st.integers(0, 1),
    st.floats(0, 1, exclude_max=True),
)
def test_a_pause_ends_before_the_deadline(
    outcome: int, tries: int, left_s: float, retry_after: float, may_retry: int, u: float
) -> None:
    step = route.after(HOP, tries, outcome, left_s, retry_after, may_retry, u)
    if step.action == AGAIN:
        assert step.pause < left_s
        assert step.pause <= HOP.longest_s
        assert tries < HOP.attempts
