"""A cap may be overspent by no more than what calls in flight cost beyond their reservation."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import budget
from archwright.policy.budget import Cap, Spent

CALLS = st.lists(
    st.tuples(st.floats(0, 40), st.integers(0, 100), st.integers(0, 150), st.booleans(), st.integers(0, 10**6)),
    max_size=100,
)


@given(st.integers(1, 500), CALLS)
def test_spending_stays_within_the_cap_and_what_is_in_flight(
    limit: int, calls: list[tuple[float, int, int, bool, int]]
) -> None:
    cap = Cap(limit, 100.0)
    spent = Spent()
    now = 0.0
    in_flight: list[int] = []
    beyond = period = 0
    for pause, amount, actual, ends, pick in calls:
        now += pause
        if ends and in_flight:
            reserved = in_flight.pop(pick % len(in_flight))
            budget.settle(spent, reserved, actual)
            beyond += max(0, actual - reserved)
        else:
            before = replace(spent)
            granted = budget.reserve(cap, spent, now, amount)
            if spent.since != before.since:
                period += 1
                assert spent.since > before.since
                assert now - spent.since < cap.period_s * (1 + 1e-9)
                assert spent.settled == 0
                beyond = 0
            if granted:
                in_flight.append(amount)
                assert spent.settled + spent.reserved <= limit + beyond
            else:
                assert spent.reserved == before.reserved
        assert spent.reserved == sum(in_flight)


def test_no_cap_counts_and_refuses_nothing() -> None:
    spent = Spent()
    assert budget.reserve(Cap(0, 1.0), spent, 0.0, 10**15) == 1
    assert spent.reserved == 10**15
    budget.settle(spent, 10**15, 7)
    assert spent == Spent(7, 0, 0.0)


def test_exactly_the_cap_is_granted() -> None:
    cap = Cap(100, 60.0)
    assert budget.reserve(cap, Spent(), 0.0, 100) == 1
    assert budget.reserve(cap, Spent(), 0.0, 101) == 0
