"""Which target comes first, and which is slow now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import choose
from archwright.policy.choose import COST, LATENCY, LOAD, ORDER, Pulse


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 60)), min_size=1), st.floats(0.1, 100))
def test_a_pulse_lies_among_what_was_felt(answers: list[tuple[float, float]], half_life: float) -> None:
    pulse, now = Pulse(), 0.0
    for pause, first in answers:
        now += pause
        choose.felt(pulse, now, first, half_life)
    seen = [first for _, first in answers]
    assert min(seen) - 1e-9 <= pulse.first_s <= max(seen) + 1e-9
    assert pulse.at == now


def test_half_of_what_was_known_is_forgotten_in_a_half_life() -> None:
    pulse = Pulse(4.0, 0.0)
    choose.felt(pulse, 30.0, 2.0, 30.0)
    assert pulse.first_s == pytest.approx(3.0)


def test_one_answer_of_many_in_an_instant_weighs_a_tenth() -> None:
    pulse = Pulse(4.0, 0.0)
    choose.felt(pulse, 0.0, 14.0, 30.0)
    assert pulse.first_s == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("pulse", "now", "limit", "slow"),
    [
        (Pulse(), 5.0, 1.0, 0),
        (Pulse(3.0, 0.0), 5.0, 2.0, 1),
        (Pulse(3.0, 0.0), 5.0, 3.0, 0),
        (Pulse(3.0, 0.0), 5.0, 0.0, 0),
        (Pulse(3.0, 0.0), 60.0, 2.0, 0),  # too long ago to be held against it
    ],
)
def test_slow_is_what_is_known_to_be_above_the_limit(pulse: Pulse, now: float, limit: float, slow: int) -> None:
    assert choose.slow(pulse, now, limit, 30.0) == slow


def test_ranks_are_of_what_was_asked_for() -> None:
    known, quick = Pulse(2.0, 9.0), Pulse(1.0, 10.0)
    assert choose.rank(COST, 3.0, known, 0, 1.0, 0) < choose.rank(COST, 4.0, quick, 0, 1.0, 0)
    assert choose.rank(LATENCY, 0.0, quick, 0, 1.0, 0) < choose.rank(LATENCY, 0.0, known, 0, 1.0, 0)
    assert choose.rank(LATENCY, 0.0, Pulse(), 0, 1.0, 0) < choose.rank(LATENCY, 0.0, quick, 0, 1.0, 0)
    assert choose.rank(LATENCY, 0.0, known, 0, 1.0, 1) < choose.rank(LATENCY, 0.0, quick, 0, 1.0, 1)
    assert choose.rank(LOAD, 0.0, known, 4, 0.8, 0) < choose.rank(LOAD, 0.0, quick, 2, 0.2, 0)
    assert choose.rank(ORDER, 9.0, known, 9, 0.1, 0) == choose.rank(ORDER, 1.0, quick, 0, 0.9, 0)
