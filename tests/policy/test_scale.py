"""Replicas follow what is asked of them, late by a cold start, and go after a while of calm."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import scale
from archwright.policy.scale import Scale

LAW = Scale(2, 10, 0.7, 30.0, 90.0, 300.0)


def test_as_many_as_bring_the_use_to_its_target() -> None:
    found = scale.look(LAW, scale.begin(2), 30.0, 28.0, 10.0)
    assert (found.starts, found.stops) == (2, 0)
    assert (found.fleet.running, found.fleet.starting) == (2, 2)
    assert scale.ready(found.fleet, 2).running == 4


def test_what_starts_is_not_started_again() -> None:
    first = scale.look(LAW, scale.begin(2), 30.0, 28.0, 10.0)
    again = scale.look(LAW, first.fleet, 60.0, 28.0, 10.0)
    assert (again.starts, again.stops) == (0, 0)


def test_a_use_near_the_target_changes_nothing() -> None:
    fleet = scale.begin(4)
    assert scale.look(LAW, fleet, 30.0, 4 * 7.0 * 1.09, 10.0).starts == 0
    assert scale.look(LAW, fleet, 30.0, 4 * 7.0 * 1.11, 10.0).starts == 1


def test_replicas_go_after_a_calm_time_and_as_many_stay_as_it_wanted_at_most() -> None:
    fleet = scale.begin(8)
    for now, demand in ((0.0, 14.0), (100.0, 28.0), (299.0, 14.0)):
        found = scale.look(LAW, fleet, now, demand, 10.0)
        assert found.stops == 0
        fleet = found.fleet
    found = scale.look(LAW, fleet, 300.0, 14.0, 10.0)
    assert (found.stops, found.fleet.running) == (4, 4)


def test_one_look_that_wants_them_begins_the_calm_anew() -> None:
    fleet = scale.look(LAW, scale.begin(8), 0.0, 14.0, 10.0).fleet
    fleet = scale.look(LAW, fleet, 299.0, 56.0, 10.0).fleet
    assert fleet.calm_at < 0.0
    assert scale.look(LAW, fleet, 301.0, 14.0, 10.0).stops == 0


@given(
    st.lists(st.tuples(st.floats(1, 200), st.floats(0, 1e6), st.booleans()), max_size=60),
    st.integers(1, 5),
    st.integers(0, 20),
    st.floats(0.05, 1),
)
def test_the_fleet_stays_within_its_bounds(
    looks: list[tuple[float, float, bool]], least: int, more: int, target: float
) -> None:
    law = Scale(least, least + more, target, 30.0, 60.0, 300.0)
    fleet, now = scale.begin(least), 0.0
    for pause, demand, comes in looks:
        now += pause
        found = scale.look(law, fleet, now, demand, 4.0)
        assert found.starts == 0 or found.stops == 0
        assert found.fleet.running + found.fleet.starting == fleet.running + fleet.starting + found.starts - found.stops
        fleet = scale.ready(found.fleet, found.fleet.starting) if comes else found.fleet
        assert law.least <= fleet.running <= fleet.running + fleet.starting <= law.most
