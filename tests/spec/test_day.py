"""Days of the calendar in a file."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.units import UnitError
from archwright.spec.day import day


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_a_day_is_what_it_says(date: dt.date) -> None:
    assert day(date.isoformat()).date == date


@given(st.dates(min_value=dt.date(1000, 1, 1)), st.dates(min_value=dt.date(1000, 1, 1)))
def test_days_sort_by_time(one: dt.date, other: dt.date) -> None:
    assert (day(one.isoformat()) < day(other.isoformat())) == (one < other)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13-01", "2026-02-30", "21.11.2026", "2026-11-21T00:00", "20261121", "٢٠٢٦-١١-٢١"]
)
def test_what_is_no_day_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UnitError) as caught:
        day(text)
    assert "2026-11-21" in caught.value.mend
