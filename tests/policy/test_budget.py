"""A cap may be overspent by no more than what calls in flight cost beyond their reservation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import budget
from archwright.policy.budget import Cap

CALLS = st.lists(
    st.tuples(st.floats(0, 40), st.integers(0, 100), st.integers(0, 150), st.booleans(), st.integers(0, 10**6)),
    max_size=100,
)


@given(st.integers(1, 500), CALLS)
def test_spending_stays_within_the_cap_and_what_is_in_flight(
    limit: int, calls: list[tuple[float, int, int, bool, int]]
) -> None:
    cap = Cap(limit, 100.0)
    spent = budget.fresh(0.0)
    now = 0.0
    in_flight: list[int] = []
    beyond = period = 0
    for pause, amount, actual, ends, pick in calls:
        now += pause
        if ends and in_flight:
            reserved = in_flight.pop(pick % len(in_flight))
            spent = budget.settle(spent, reserved, actual)
            beyond += max(0, actual - reserved)
        else:
            before = spent
            result = budget.reserve(cap, spent, now, amount)
            spent = result.spent
            if spent.since != before.since:
                period += 1
                assert spent.since > before.since
                assert now - spent.since < cap.period_s * (1 + 1e-9)
                assert spent.settled == 0
                beyond = 0
            if result.granted:
                in_flight.append(amount)
                assert spent.settled + spent.reserved <= limit + beyond
            else:
                assert spent.reserved == before.reserved
        assert spent.reserved == sum(in_flight)


def test_no_cap_counts_and_refuses_nothing() -> None:
    spent = budget.reserve(Cap(0, 1.0), budget.fresh(0.0), 0.0, 10**15).spent
    assert spent.reserved == 10**15
    assert budget.settle(spent, 10**15, 7) == budget.Spent(7, 0, 0.0)


def test_exactly_the_cap_is_granted() -> None:
    cap = Cap(100, 60.0)
    assert budget.reserve(cap, budget.fresh(0.0), 0.0, 100).granted == 1
    assert budget.reserve(cap, budget.fresh(0.0), 0.0, 101).granted == 0
