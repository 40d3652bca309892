"""The weather of a component follows the changes of its scenario."""

from __future__ import annotations

from typing import Literal

import pytest

from archwright.plan.faults import CALM, Faults, Weather, faults_of
from archwright.plan.model import Change, Scenario

What = Literal["load", "down", "slow", "errors", "limit"]


def change(what: What, at_s: float, lasts_s: float, factor: float = 1.0, share: float = 1.0) -> Change:
    return Change(what, "model", factor, share, at_s, lasts_s)


def test_a_change_holds_from_its_start_to_before_its_end() -> None:
    faults = Faults([change("down", 10.0, 5.0)])
    assert [faults.at(now).down for now in (0.0, 9.999, 10.0, 14.999, 15.0, 99.0)] == [
        False, False, True, True, False, False,
    ]  # fmt: skip


def test_changes_at_once_add_up() -> None:
    faults = Faults(
        [
            change("slow", 0.0, 20.0, factor=2.0), change("slow", 10.0, 20.0, factor=3.0),
            change("errors", 10.0, 20.0, share=0.5), change("errors", 10.0, 5.0, share=0.2),
            change("limit", 0.0, 30.0, factor=0.5),
        ]
    )  # fmt: skip
    assert faults.at(0.0) == Weather(False, 2.0, 0.0, 0.5)
    now = faults.at(10.0)
    assert (now.slow, now.limit) == (6.0, 0.5)
    assert now.errors == pytest.approx(0.6)
    assert faults.at(15.0).errors == pytest.approx(0.5)
    assert faults.at(20.0).slow == 3.0
    assert faults.at(30.0) == CALM


def test_a_limit_of_nothing_is_not_no_limit() -> None:
    assert 0 < Faults([change("limit", 0.0, 1.0, factor=0.0)]).at(0.0).limit < 1e-6


def test_only_what_concerns_the_component() -> None:
    other = Change("down", "other", 1.0, 1.0, 0.0, 1.0)
    load = Change("load", "", 9.0, 1.0, 0.0, 1.0)
    scenario = Scenario("trial", "", 10.0, (other, load, change("down", 2.0, 1.0)))
    assert faults_of(scenario, "model").at(0.0) == CALM
    assert faults_of(scenario, "other").at(0.0).down
    assert faults_of(scenario, "").changes == ()
