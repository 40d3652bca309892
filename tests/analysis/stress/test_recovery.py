"""What a system does after a shock: back at once, back later, or down by its own retries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.analysis.stress.answer import recovery_words
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.points import Slot
from archwright.analysis.stress.recovery import Recovery, added, recovery, shock
from tests.analysis.stress import designs as d

SPIKE = d.scenario(600.0, d.change("load", "", 100.0, 100.0, factor=10.0))
WIDTH = 10.0


def slots(made: Callable[[float], tuple[int, int, int]], p50: float = 1.0) -> list[Slot]:
    """Sixty intervals from (arrivals, answered, calls) by their beginning."""
    found = []
    for place in range(60):
        arrivals, answered, calls = made(place * WIDTH)
        found.append(Slot(place * WIDTH, arrivals, answered, 0, arrivals - answered, 0, p50, p50, (calls,)))
    return found


def seen(made: Callable[[float], tuple[int, int, int]]) -> Recovery:
    found = recovery(SPIKE, slots(made), WIDTH)
    assert found is not None
    return found


def test_a_shock_that_nobody_feels() -> None:
    found = seen(lambda at: (1000 if 100 <= at < 200 else 100, 1000 if 100 <= at < 200 else 100, 100))
    assert (found.recovered_s, found.worst, found.lasts) == (0.0, 1.0, False)


def test_the_time_until_all_is_as_before() -> None:
    found = seen(lambda at: (100, 40 if 100 <= at < 290 else 100, 100))
    assert found.recovered_s == pytest.approx(90.0, abs=2 * WIDTH)
    assert found.worst == pytest.approx(0.4)
    assert not found.sustained


def test_down_by_its_own_retries() -> None:
    found = seen(lambda at: (100, 100, 100) if at < 100 else (100, 30, 400))
    assert found.recovered_s is None
    assert found.sustained
    outcome = simulate(d.plan(), d.scenario(20.0), seed=1)
    words, tone = recovery_words("spike", found, outcome)
    assert "metastable" in words
    assert "4.0 times the calls" in words
    assert tone == "bad"


def test_down_for_another_reason_is_not_called_metastable() -> None:
    broken = seen(lambda at: (100, 100, 100) if at < 100 else (100, 30, 100))
    assert (broken.recovered_s, broken.lasts, broken.sustained) == (None, True, False)
    loaded = seen(lambda at: (100, 100, 100) if at < 100 else (500, 150, 2000))
    assert not loaded.sustained


def test_slowness_counts_as_well() -> None:
    found = recovery(
        SPIKE,
        [replace(slot, p50=9.0) if 100 <= slot.begin < 300 else slot for slot in slots(lambda _: (100, 100, 100))],
        WIDTH,
    )
    assert found is not None
    assert found.recovered_s is not None
    assert found.recovered_s > 50.0


def test_without_an_end_or_a_beginning_there_is_nothing_to_say() -> None:
    assert shock(d.scenario(60.0)) is None
    assert shock(d.scenario(60.0, d.change("down", "x", 10.0, 100.0))) is None
    assert recovery(d.scenario(600.0), slots(lambda _: (1, 1, 1)), WIDTH) is None
    at_once = d.scenario(600.0, d.change("down", "x", 0.0, 100.0))
    assert recovery(at_once, slots(lambda _: (1, 1, 1)), WIDTH) is None


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 200)), min_size=60, max_size=60))
def test_whatever_happens_shares_are_shares(rows: list[tuple[int, int, int]]) -> None:
    found = recovery(SPIKE, slots(lambda at: (rows[int(at / WIDTH)][0], min(rows[int(at / WIDTH)][:2]), 3)), WIDTH)
    if found is not None:
        assert 0.0 <= found.worst <= 1.0
        assert 0.0 <= found.before <= 1.0
        assert found.recovered_s is None or 0.0 <= found.recovered_s <= 400.0
        assert not (found.sustained and found.recovered_s is not None)


def test_seeds_add_up() -> None:
    one = slots(lambda at: (10, 8, 12))
    both = added([one, one])
    assert (both[3].arrivals, both[3].answered, both[3].calls, both[3].p50) == (20, 16, (24,), 1.0)
