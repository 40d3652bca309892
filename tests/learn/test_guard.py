"""The guard tightens the target where audits are worse than foreseen, says so, and loosens it where they are not."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from archwright.learn.guard import ENOUGH, HALVINGS, Guard

BUDGET = 0.02


def watched(guard: Guard, many: int, every: int) -> None:
    """So many audits, foreseen at half the budget; each `every`-th is wrong."""
    for at in range(1, many + 1):
        guard.watch(BUDGET / 2, at % every == 0, BUDGET)


def test_more_errors_than_chance_brings_are_an_alarm_and_halve_the_target() -> None:
    guard = Guard()
    watched(guard, 40, every=10)
    assert guard.alarms > 0
    assert guard.factor() == 0.5**guard.steps < 1.0


def test_errors_that_were_foreseen_are_none() -> None:
    guard = Guard()
    watched(guard, 1_000, every=100)
    assert (guard.alarms, guard.factor()) == (0, 1.0)


def test_where_it_goes_on_nothing_is_served() -> None:
    guard = Guard()
    watched(guard, 400, every=2)
    assert guard.steps == HALVINGS + 1
    assert guard.factor() == 0.0


@given(st.integers(1, HALVINGS + 1))
def test_audits_without_an_excess_loosen_it_step_by_step(steps: int) -> None:
    guard = Guard(steps=steps)
    watched(guard, ENOUGH * steps, every=ENOUGH * steps + 1)
    assert guard.steps == 0


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), max_size=50))
def test_one_that_is_restored_is_the_same(audits: list[tuple[float, bool]]) -> None:
    guard = Guard()
    for foreseen, wrong in audits:
        guard.watch(foreseen, wrong, BUDGET)
    assert Guard.restore(json.loads(json.dumps(guard.state()))) == guard
