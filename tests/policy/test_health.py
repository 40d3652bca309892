"""A target that fails more often than it usually does, by its own long baseline."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.analysis import compiled
from archwright.policy import choose, health, route
from archwright.policy.health import Health
from archwright.policy.machine import Arrive, Machine
from tests.policy.test_router import order, routed, told

FAST = compiled.compile_policies()
HALF_LIFE_S = 30.0
CALLS = st.lists(st.tuples(st.floats(0, 20), st.sampled_from((0.0, 0.0, 0.0, 1.0))), max_size=80)


def seen(calls: int, every: int, pause: float = 1.0, item: Health | None = None) -> Health:
    """So many more calls, of which every so-many-th fails (0: none)."""
    item = item or Health()
    for number in range(1, calls + 1):
        health.noted(item, item.at + pause, float(every > 0 and number % every == 0), HALF_LIFE_S)
    return item


def ill(item: Health, after: float = 0.0) -> int:
    """Whether it fails too often, so many seconds after its last call."""
    return health.ill(item, item.at + after, HALF_LIFE_S)


@pytest.mark.parametrize(("before", "every", "found"), [(0, 2, 1), (0, 0, 0), (5, 5, 0), (5, 1, 1), (2, 2, 0)])
def test_what_counts_is_a_target_s_own_baseline(before: int, every: int, found: int) -> None:
    assert ill(seen(40, every, item=seen(2000, before))) == found


def test_neither_a_single_failure_nor_a_target_that_is_hardly_known_says_anything() -> None:
    assert ill(seen(1, 1, item=seen(500, 0))) == 0
    assert ill(seen(19, 1)) == 0


def test_it_is_well_again_when_it_recovers_or_nothing_is_heard_of_it_for_long() -> None:
    item = seen(40, 2, item=seen(2000, 0))
    assert ill(item, 1.0) == 1
    assert ill(item, 40 * HALF_LIFE_S) == 0
    assert ill(seen(200, 0, item=item)) == 0


@given(CALLS, st.floats(0.0, 100.0), st.floats(0, 500))
@settings(deadline=None)
def test_compiled_it_says_the_same(calls: list[tuple[float, float]], half_life: float, after: float) -> None:
    slow, now = Health(), 0.0
    fast = compiled.tables(Health, [slow])[0]
    for pause, fault in calls:
        now += pause
        health.noted(slow, now, fault, half_life)
        FAST.health.noted(fast, now, fault, half_life)
        assert fast.item() == astuple(slow)
        assert 0.0 <= slow.usual <= 1.0
    assert FAST.health.ill(fast, now + after, half_life) == health.ill(slow, now + after, half_life)


def test_a_target_that_fails_unusually_often_comes_last_until_it_recovers() -> None:
    law = routed(choose=choose.ERRORS)
    law = law._replace(breakers=tuple(item._replace(failures=0) for item in law.breakers))
    brain = Machine(law)
    for now in range(300):
        _asked(brain, float(now), route.OK)
    assert order(law, brain, 300.0) == (0, 1, 2)
    for now in range(300, 310):
        _asked(brain, float(now), route.TRANSIENT)
    assert order(law, brain, 310.0) == (1, 2, 0)
    assert order(law, brain, 310.0, luck=0.01) == (0, 1, 2), "one in twenty looks whether it is well again"
    for now in range(310, 900):
        _asked(brain, float(now), route.OK, luck=0.01)
    assert order(law, brain, 900.0) == (0, 1, 2)


def test_a_caller_s_mistake_is_nobody_s_failure() -> None:
    brain = Machine(routed(choose=choose.ERRORS))
    _asked(brain, 0.0, route.CALLER)
    assert brain.state.healths[0].seen == 0


def test_where_no_route_asks_for_it_nothing_is_noted() -> None:
    brain = Machine(routed())
    _asked(brain, 0.0, route.TRANSIENT)
    assert all(item.seen == 0 for item in brain.state.healths)


def _asked(brain: Machine, now: float, outcome: int, luck: float = 0.5) -> None:
    """A request whose first call ends so, and whose others go well."""
    brain.handle(now, Arrive(0, 0, -1, 0, 1, 10, 10, luck=luck))
    told(brain, now, outcome)
    if 0 in brain.open:
        told(brain, now, route.OK)
