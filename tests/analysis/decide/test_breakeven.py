"""Where costs cross: at the break-even both are equal, and with more replicas it is counted anew."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.decide.breakeven import BreakEven
from archwright.analysis.decide.report import EVEN_HEADINGS, even_rows, even_words
from archwright.analysis.decide.result import Result, decide
from archwright.report.document import Cell
from archwright.report.figures import Book
from archwright.spec.decisions import Option
from tests.analysis.decide.options import criterion, decision, paying


def pair(low: float, high: float, fleet: tuple[float, float, float]) -> tuple[BreakEven, Book, Result]:
    """A managed option at `low` a journey, and one of our own at `high` with a fleet; 1,000 journeys a month."""
    book = Book()
    made = decision({"c": criterion(1.0)}, {"ours": Option(), "managed": Option()})
    items = [paying(book, "ours", high, fleet), paying(book, "managed", low)]
    result = decide("d", made, items, book)
    (even,) = result.break_evens
    return even, book, result


def test_at_the_break_even_both_cost_the_same() -> None:
    even, book, _ = pair(5.0, 1.0, (8000.0, 2.0, 0.5))
    assert (even.low, even.high) == ("managed", "ours")
    assert book[even.at].value == 2000.0
    assert even.more == ""
    assert "extra / saved" in book.explain(even.at)


def test_who_is_dearer_by_the_journey_too_never_pays() -> None:
    even, _, _ = pair(1.0, 1.0, (8000.0, 2.0, 0.5))
    assert even.at == ""
    assert even.words.startswith("never")


def test_a_fleet_that_is_too_small_there_moves_it() -> None:
    """Two replicas of $4,000 carry 2,000 journeys; each journey saves $5, so 1,600 pay for two."""
    even, book, _ = pair(6.0, 1.0, (8000.0, 2.0, 1.0))
    assert book[even.at].value == 1600.0
    assert even.more == ""
    even, book, _ = pair(4.0, 1.0, (4000.0, 2.0, 2.0))
    assert book[even.at].value == pytest.approx(4000 / 3)
    assert book[even.more].value == 1
    # One replica costs 2,000 and carries 500: it never earns its 3 * 500.
    assert even.grown == ""
    assert even.words.startswith("never, however many journeys")


def test_what_the_numbers_leave_open_stands_below_their_table() -> None:
    _, book, result = pair(4.0, 1.0, (4000.0, 2.0, 2.0))
    (row,) = even_rows(result, book)
    assert len(row) == len(EVEN_HEADINGS)
    assert row[-1] == Cell("never", "muted")
    (words,) = even_words(result)
    assert words.words.startswith(f"{row[0]}: never, however many journeys")
    _, book, result = pair(5.0, 1.0, (8000.0, 2.0, 0.5))
    assert even_words(result) == []
    (row,) = even_rows(result, book)
    assert row[-1] == Cell("–", "muted")


def test_options_that_are_paid_alike_have_none() -> None:
    book = Book()
    made = decision({"c": criterion(1.0)}, {"a": Option(), "b": Option()})
    assert decide("d", made, [paying(book, "a", 1.0), paying(book, "b", 2.0)], book).break_evens == ()


@given(
    st.floats(0.1, 10), st.floats(0.1, 10), st.floats(10, 1e5), st.integers(1, 20), st.floats(0.01, 20),
)  # fmt: skip
def test_what_is_said_is_what_counting_says(
    low: float, high: float, month: float, replicas: int, needed: float
) -> None:
    even, book, _ = pair(low, high, (month, float(replicas), needed))
    one = month / replicas

    def dearer(journeys: float, count: int) -> float:
        return one * count + high * journeys - low * journeys

    if low - high <= 1e-9 * low:
        assert even.at == even.grown == ""
        return
    at = book[even.at].value
    assert dearer(at, replicas) == pytest.approx(0, abs=1e-6 * month)
    if even.more:
        extra = book[even.more].value
        assert replicas + extra == math.ceil(needed * at / 1000)
    if even.grown:
        grown = book[even.grown].value
        count = int(book[f"{even.at}.replicas"].value)
        assert dearer(grown, count) == pytest.approx(0, abs=1e-6 * one * count)
        assert needed * grown / 1000 <= count * (1 + 1e-9)
        if count > replicas:  # one replica fewer would not carry what it would need to pay
            fewer = one * (count - 1) / (low - high)
            assert needed * fewer / 1000 > (count - 1) * (1 - 1e-9)


def test_small_hardware_that_has_to_be_added_makes_larger_hardware_pay() -> None:
    """A replica of $1,000 carries 800 journeys, one of $1,500 all of them: two of the small ones are dearer."""
    book = Book()
    made = decision({"c": criterion(1.0)}, {"small": Option(), "big": Option()})
    items = [paying(book, "small", 0.0, (1000.0, 1.0, 1.25)), paying(book, "big", 0.0, (1500.0, 1.0, 0.25))]
    (even,) = decide("d", made, items, book).break_evens
    assert "pays from 800 journeys a month" in even.words
    assert book["decide.d.even.small.big.outgrown"].value == 800
