"""Three numbers say how far two engines are apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.measure.agreement import COUNTS, FEW, LATENCIES, Agreement, agreement

SAME = {**dict.fromkeys(COUNTS, 100.0), **dict.fromkeys(LATENCIES, 1.0), "cost": 5.0}


def test_the_same_figures_agree() -> None:
    assert agreement(SAME, SAME) == Agreement(0.0, 0.0, 0.0)
    assert agreement(SAME, SAME).holds


@pytest.mark.parametrize(
    ("key", "value", "holds"),
    [
        ("fallbacks", 105, True),
        ("fallbacks", 94, False),
        ("openings", 106, False),
        ("p95", 1.15, True),
        ("p50", 0.84, False),
        ("cost", 5.1, True),
        ("cost", 4.8, False),
    ],
)
def test_each_measure_has_its_bound(key: str, value: float, holds: bool) -> None:
    assert agreement(SAME, {**SAME, key: value}).holds is holds


@given(st.integers(0, FEW), st.integers(-FEW, FEW), st.sampled_from(COUNTS))
def test_a_count_of_at_most_twenty_may_be_one_apart(expected: int, more: int, key: str) -> None:
    found = agreement({**SAME, key: expected}, {**SAME, key: max(0, expected + more)})
    assert found.holds == (abs(max(0, expected + more) - expected) <= 1)


def test_something_where_nothing_was_expected_is_a_difference() -> None:
    assert agreement({**SAME, "cost": 0.0}, SAME).cost == 1.0
    assert agreement({**SAME, "cost": 0.0}, {**SAME, "cost": 0.0}).cost == 0.0


def test_a_side_that_lacks_a_measure_is_no_agreement() -> None:
    with pytest.raises(KeyError):
        agreement(SAME, {key: value for key, value in SAME.items() if key != "openings"})
