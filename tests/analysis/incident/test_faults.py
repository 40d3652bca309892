"""Faults told from attempts: what was planted is found, at its time, and luck is not taken for trouble."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.incident.faults import FEWEST, Call, Fault, calls_of, faults, stretches
from archwright.ledger.rows import Attempt
from tests.analysis.stress import designs as d

PLAN = d.plan(targets=(d.target("first"), d.target("second", request_rate=10.0)))


def called(*parts: tuple[float, float, str, float]) -> list[Call]:
    """One call a second: from, until, outcome, how many times as long as usual."""
    return [
        Call(float(at), at + stretch, outcome, stretch)
        for begin, end, outcome, stretch in parts
        for at in range(int(begin), int(end))
    ]


def found(calls: list[Call], target: str = "first") -> list[Fault]:
    return list(faults(PLAN, {target: calls}))


def test_an_outage_is_down_from_its_first_to_its_last_bad_call() -> None:
    (one,) = found(called((0, 60, "ok", 1), (60, 120, "transient", 0.1), (120, 200, "ok", 1)))
    assert (one.what, one.begins_s, one.ends_s, one.calls, one.bad) == ("down", 60.0, 120.0, 60, 60)
    assert one.change.lasts_s == 60.0


def test_errors_now_and_then_are_a_share() -> None:
    luck = random.Random(3)
    shaky = [
        Call(float(at), at + 1.0, "transient" if 100 <= at < 300 and luck.random() < 0.4 else "ok", 1.0)
        for at in range(400)
    ]
    (one,) = found(shaky)
    assert one.what == "errors"
    assert one.share == pytest.approx(0.4, abs=0.1)
    assert one.begins_s == pytest.approx(100, abs=15)
    assert one.ends_s == pytest.approx(300, abs=15)


def test_slow_answers_and_calls_that_were_given_up() -> None:
    (slow,) = found(called((0, 50, "ok", 1), (50, 90, "ok", 6), (90, 150, "ok", 1)))
    assert (slow.what, slow.factor) == ("slow", 6.0)
    (late,) = found(called((0, 50, "ok", 1), (50, 90, "timeout", 10), (90, 150, "ok", 1)))
    assert (late.what, late.factor) == ("slow", 15.0)


def test_a_limit_that_was_cut_and_one_that_is_the_design_s_own() -> None:
    calls = [Call(at / 20, at / 20 + 1, "ok" if at % 10 == 0 else "overload", 1.0) for at in range(2000)]
    (one,) = found(calls, "second")
    assert one.what == "limit"
    assert one.factor == pytest.approx(0.2, abs=0.03)
    own = [Call(at / 20, at / 20 + 1, "ok" if at % 2 == 0 else "overload", 1.0) for at in range(2000)]
    assert found(own, "second") == []


def test_a_few_errors_are_bad_luck() -> None:
    luck = random.Random(5)
    calls = [Call(float(at), at + 1.0, "transient" if luck.random() < 0.01 else "ok", 1.0) for at in range(3000)]
    assert found(calls) == []


def test_times_are_those_of_the_design_and_searches_do_not_count() -> None:
    row = Attempt("r", 1, "", "way", "first", "m", 4.0, "", "ok", total_s=0.3, tokens_in=100, tokens_out=101)
    other = Attempt("r", 0, "", "way", "first", "m", 4.0, "", "ok")
    (call,) = calls_of(PLAN, [row, other], 10.0, 5.0)["first"]
    assert (call.began, call.ended) == (35.0, 38.0)
    assert call.stretch == pytest.approx(3.0 / 1.6)


@given(st.lists(st.booleans(), max_size=200))
def test_stretches_are_in_order_apart_and_bad_at_both_ends(bad: list[bool]) -> None:
    last = -1
    for first, end in stretches(bad):
        assert last < first <= end < len(bad)
        assert bad[first]
        assert bad[end]
        assert sum(bad[first : end + 1]) >= FEWEST
        last = end


@given(st.integers(20, 100), st.integers(6, 60), st.integers(20, 100))
def test_a_planted_stretch_is_found_exactly(before: int, inside: int, after: int) -> None:
    bad = [False] * before + [True] * inside + [False] * after
    assert stretches(bad) == [(before, before + inside - 1)]
