"""Axes: ticks that are round, inside, and told apart."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.money import PICO
from archwright.base.units import DIMENSIONS, MONTH, show
from archwright.render.axis import range_axis, value_axis

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e18, max_value=1e18)


@given(st.lists(FINITE, max_size=6), st.sampled_from(sorted(DIMENSIONS)), st.booleans())
def test_ticks_lie_on_the_axis_in_order_with_labels_that_differ(
    values: list[float], dimension: str, ends_on_ticks: bool
) -> None:
    axis = value_axis(values, dimension) if ends_on_ticks else range_axis(values, dimension)
    places = [tick.value for tick in axis.ticks]
    labels = [tick.label for tick in axis.ticks]
    assert axis.low < axis.high
    near = (axis.high - axis.low) * 1e-8
    assert all(axis.low - near <= value <= axis.high + near for value in values)
    assert all(axis.low <= place <= axis.high for place in places)
    assert places == sorted(set(places))
    assert len(set(labels)) == len(labels)
    assert (2 if ends_on_ticks else 1) <= len(labels) <= 20


@pytest.mark.parametrize(
    ("dimension", "values", "labels", "unit"),
    [
        ("duration", [0.2, 14.0], ["0", "5 s", "10 s", "15 s"], ""),
        ("duration", [0, 1500.0], ["0", "5 min", "10 min", "15 min", "20 min", "25 min"], ""),
        ("share", [0.9991, 0.9998], ["99.90 %", "99.92 %", "99.94 %", "99.96 %", "99.98 %"], ""),
        (
            "money-rate",
            [0.0, 2.1e3 * PICO / MONTH],
            ["$0", "$500", "$1,000", "$1,500", "$2,000", "$2,500"],
            "per month",
        ),
        ("money", [0.0, PICO // 2], ["$0", "$0.10", "$0.20", "$0.30", "$0.40", "$0.50"], ""),
        ("count", [0.0, 3.1e6], ["0", "1M", "2M", "3M", "4M"], ""),
        ("rate", [0.0, 30.0], ["0", "10", "20", "30"], "per second"),
        ("ratio", [1.0, 10.0], ["0", "2x", "4x", "6x", "8x", "10x"], ""),
        ("count", [-3.0, 5.0], ["-4", "-2", "0", "2", "4", "6"], ""),
    ],
)
def test_labels_are_round_in_the_unit_that_is_shown(
    dimension: str, values: list[float], labels: list[str], unit: str
) -> None:
    axis = value_axis(values, dimension)
    assert [tick.label for tick in axis.ticks] == labels
    assert axis.unit == unit


@pytest.mark.parametrize(
    ("dimension", "high"), [("duration", 9.0), ("share", 0.8), ("ratio", 10.0), ("size", 4e8), ("count", 80.0)]
)
def test_round_labels_read_as_elsewhere(dimension: str, high: float) -> None:
    for tick in value_axis([0.0, high], dimension).ticks[1:]:
        assert tick.label == show(tick.value, dimension)


@pytest.mark.parametrize("values", [[], [0.0], [math.nan, math.inf], [1e-310], [1e308], [5.0, 5.0], [-5.0]])
def test_an_axis_stands_without_a_range(values: list[float]) -> None:
    for axis in (value_axis(values, "duration"), range_axis(values, "duration")):
        assert axis.low < axis.high
        assert axis.ticks
