"""Bands of numbers: their ends are where they say, shares stay shares, and the same key meets the same luck."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.plan.bands import FACTOR, Band, band, bands, drawn, luck, quantile
from archwright.plan.draws import Again
from archwright.report.figures import Book, Figure
from tests.plan.small import example, small


def guess(value: float, dimension: str = "count", key: str = "a.b") -> Figure:
    return Figure(key, value, dimension, origin="guessed")


def test_a_guess_is_off_by_a_factor_either_way() -> None:
    found = band(guess(300.0))
    assert found is not None
    assert [found.low, found.high] == pytest.approx([300 / FACTOR, 300 * FACTOR])


def test_a_share_stays_a_share() -> None:
    found = band(guess(0.9, "share"))
    assert found is not None
    assert 0.85 < found.low < 0.9 < found.high < 0.95


def test_what_cannot_be_below_one_is_not() -> None:
    found = band(guess(1.4, "number", "journeys.a.b.repeats.mean"))
    assert found is not None
    assert found.low == pytest.approx(1 + 0.4 / FACTOR)


@pytest.mark.parametrize("origin", ["measured", "sourced", "set", "fact", "default"])
def test_what_is_no_guess_is_taken_at_its_word(origin: str) -> None:
    assert band(Figure("a.b", 300.0, "count", origin=origin)) is None


def test_a_stated_band_holds_for_what_is_measured_too() -> None:
    found = band(Figure("a.b", 300.0, "count", origin="measured", low=250.0, high=420.0))
    assert found is not None
    assert (found.low, found.high, found.words) == (250.0, 420.0, "as stated")


POSITIVE = st.floats(0.01, 1e9)


@given(POSITIVE, st.floats(1.01, 50), st.floats(1.01, 50), st.floats(0.001, 0.999))
def test_ends_are_percentiles_and_quantiles_rise(value: float, below: float, above: float, u: float) -> None:
    item = Band(value / below, value, value * above, False, 0.0, "")
    assert quantile(item, 0.1) == pytest.approx(item.low, rel=1e-6)
    assert quantile(item, 0.5) == pytest.approx(value, rel=1e-6)
    assert quantile(item, 0.9) == pytest.approx(item.high, rel=1e-6)
    assert 0 < quantile(item, u) <= quantile(item, min(0.9995, u + 0.0001)) * (1 + 1e-9)


@given(st.floats(0.02, 0.98), st.floats(0.001, 0.999))
def test_a_drawn_share_is_one(value: float, u: float) -> None:
    item = band(guess(value, "share"))
    assert item is not None
    assert 0 < quantile(item, u) < 1


def test_a_band_may_lie_across_zero() -> None:
    item = Band(-0.02, 0.01, 0.05, True, 0.0, "")
    assert quantile(item, 0.1) == pytest.approx(-0.02)
    assert quantile(item, 0.9) == pytest.approx(0.05)


def test_the_same_key_meets_the_same_luck() -> None:
    assert luck("journeys.a.volume", 50, 1) == luck("journeys.a.volume", 50, 1)
    assert luck("journeys.a.volume", 50, 1) != luck("journeys.a.volume", 50, 2)
    assert luck("journeys.a.volume", 50, 1) != luck("journeys.b.volume", 50, 1)
    assert sorted(luck("a", 50, 1)) == pytest.approx([(n + 0.5) / 50 for n in range(50)])


def test_again_is_what_the_book_would_say() -> None:
    from archwright.analysis.price import price

    book = price(example().plan, example().book).book
    keys = ["price.month", "price.models.month"]
    found = bands(book, keys)
    assert found
    draws = drawn(found, 5, 1)
    again = Again(book, keys, found)
    assert again([item.value for item in found.values()]) == pytest.approx([book[key].value for key in keys])
    for values in zip(*draws.values(), strict=True):
        changed = dict(zip(found, values, strict=True))
        assert again(values) == pytest.approx([book.what_if(key, changed) for key in keys])


def test_nothing_varied_is_a_constant() -> None:
    book = Book()
    book.leaf("a", 2.0, "number")
    book.derive("b", "a * a", "number", a="a")
    assert Again(book, ["b"], [])([]) == (4.0,)


def test_a_stated_band_reaches_the_book() -> None:
    compiled = small(
        ("volume: 1M/month", "volume: {value: 1M/month, low: 800k/month, high: 2M/month, guess: last year}")
    )
    leaf = compiled.book["journeys.ask.volume"]
    assert leaf.low is not None
    assert leaf.high is not None
    assert leaf.low / leaf.value == pytest.approx(0.8)
    assert leaf.high / leaf.value == pytest.approx(2.0)
