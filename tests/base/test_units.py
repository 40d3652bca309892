"""Units: what people write is read as what they mean, and what is shown can be read again."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.units import (
    DAY,
    DIMENSIONS,
    DURATIONS,
    MONTH,
    UnitError,
    guess_dimension,
    mend_for,
    parse,
    show,
)

EXAMPLES = [
    (dimension, text.strip(" ."))
    for dimension, words in DIMENSIONS.items()
    for text in re.split(", | or ", words.partition("such as ")[2])
]
MONEY = {"money", "money-rate", "token-price"}
CONVERT = "convert it, and write the dollars as `$…`"
UNITS = {
    "count": ["", "k", " M", " requests", "k tokens"],
    "number": [""],
    "ratio": ["x", "", " ×"],
    "share": [" %"],
    "duration": [f" {unit}" for unit in DURATIONS],
    "rate": [f"/{unit}" for unit in ("s", "min", "h", "day", "month")],
    "size": [" MB", "GB", " B"],
}


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("800 ms", "duration", 0.8),
        ("5min", "duration", 300),
        ("30 d", "duration", 30 * DAY),
        ("1 month", "duration", MONTH),
        ("1.2M/month", "rate", 1.2e6 / MONTH),
        ("1,200 requests/min", "rate", 20),
        ("20 %", "share", 0.2),
        ("0.2", "share", 0.2),
        ("120 %", "share", 1.2),
        ("10x", "ratio", 10),
        ("12k", "count", 12_000),
        ("1_000", "count", 1000),
        ("1,234,567.5", "count", 1_234_567.5),
        ("2e3", "number", 2000),
        ("-4 %", "share", -0.04),
        ("$4.50", "money", 4_500_000_000_000),
        ("$3k", "money", 3 * 10**15),
        ("$4.5k/month", "money-rate", 4.5e15 / MONTH),
        ("$0.25/Mtok", "token-price", 250_000),
        ("50 MB", "size", 50e6),
        (8, "count", 8),
        (0.5, "share", 0.5),
    ],
)
def test_what_people_write(text: str | float, dimension: str, value: float) -> None:
    assert parse(text, dimension) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("dimension", "text"), EXAMPLES)
def test_what_error_messages_show_can_be_read(dimension: str, text: str) -> None:
    assert parse(text, dimension) > 0


def test_every_dimension_shows_examples() -> None:
    assert {dimension for dimension, _ in EXAMPLES} == set(DIMENSIONS)


@pytest.mark.parametrize(
    ("text", "dimension", "message", "mend"),
    [
        ("8", "duration", "'8' has no unit", "write `8 s`"),
        ("1500", "duration", "'1500' has no unit", "write `1500 ms` or `1500 s`"),
        ("5m", "duration", "'5m' has an unclear unit", "write `5 min` or `5 ms`"),
        ("2 hrs", "duration", "'2 hrs' has an unknown unit", "write `2 h`"),
        ("1h30m", "duration", "'1h30m' has more than one part", "write it in one unit, such as `90 min`"),
        ("1,5 s", "duration", "'1,5 s' has a comma for a point", "write `1.5 s`"),
        ("600 rpm", "rate", "'600 rpm' is not how a rate is written", "write `600/min`"),
        ("100k tpm", "rate", "'100k tpm' is not how a rate is written", "write `100k/min`"),
        ("5 rps", "rate", "'5 rps' is not how a rate is written", "write `5/s`"),
        ("600 per minute", "rate", "'600 per minute' is not how a rate is written", "write `600/minute`"),
        ("600", "rate", "'600' does not say over which time", "write `600/month` or `600/s`"),
        ("4500", "money", "'4500' is no amount of money", "write `$4,500`"),
        ("4500 USD", "money", "'4500 USD' is no amount of money", "write `$4,500`"),
        ("€4500", "money", "'€4500' is not in US dollars", CONVERT),
        ("40 EUR/month", "money-rate", "'40 EUR/month' is not in US dollars", CONVERT),
        ("$5/month", "money", "'$5/month' is an amount over time", "write `$5`"),
        ("$4.5k", "money-rate", "'$4.5k' does not say over which time", "write `$4.5k/month`"),
        ("4500", "money-rate", "'4500' is no amount of money", "write `$4,500/month`"),
        ("0.25/Mtok", "token-price", "'0.25/Mtok' is no amount of money", "write `$0.25/Mtok`"),
        ("$0.25/1M", "token-price", "'$0.25/1M' does not say for how many tokens", "write `$0.25/Mtok`"),
        ("20", "share", "'20' is more than the whole", "write `20 %`"),
        ("10 times", "ratio", "'10 times' has an unknown unit", "write `10x`"),
        ("5 million", "count", "'5 million' has an unknown multiple", "write `5M`"),
        ("soon", "duration", "'soon' is not a duration", "write a duration such as 800 ms, 4 s, 5 min or 30 d"),
        ("1e999 s", "duration", "'1e999 s' is too large", "write a duration such as 800 ms, 4 s, 5 min or 30 d"),
        ("$1e999999", "money", "'$1e999999' is too large", "write an amount such as $4.50 or $3k"),
        ("12,34", "count", "'12,34' has a comma for a point", "write `12.34`"),
        ("٣", "count", "'٣' is not a count", "write a count such as 250, 12k or 1.2M"),
        ("5 gpus", "count", "'5 gpus' is not a count", "write a count such as 250, 12k or 1.2M"),
    ],
)  # fmt: skip
def test_a_slip_is_named_and_mended(text: str, dimension: str, message: str, mend: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse(text, dimension)
    assert (caught.value.message, caught.value.mend) == (message, mend)
    assert mend_for(text, dimension) == mend


@pytest.mark.parametrize(
    "text", ["inf", "nan", "", " ", "-", "$", "/", "1//s", "--1", True, "1e9999999", "9" * 5000, "_1"]
)
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_what_is_no_quantity_in_any_dimension(text: str, dimension: str) -> None:
    with pytest.raises(UnitError):
        parse(text, dimension)


@given(st.text(max_size=80), st.sampled_from(sorted(DIMENSIONS)))
def test_any_text_is_read_or_refused(text: str, dimension: str) -> None:
    try:
        value = parse(text, dimension)
    except UnitError:
        assert mend_for(text, dimension)
    else:
        assert math.isfinite(value)


@given(st.text("0123456789.,$€%/ kMxsminhe+-", max_size=14), st.sampled_from(sorted(DIMENSIONS)))
def test_what_is_proposed_can_be_read(text: str, dimension: str) -> None:
    for proposal in re.findall(r"`([^`…]+)`", mend_for(text, dimension)):
        if proposal != "90 min":
            assert math.isfinite(parse(proposal, dimension))


@given(st.sampled_from(sorted(UNITS)), st.data(), st.integers(0, 10**6), st.integers(1, 1000))
def test_reading_is_linear(dimension: str, data: st.DataObject, number: int, times: int) -> None:
    unit = data.draw(st.sampled_from(UNITS[dimension]))
    assert parse(f"{number * times}{unit}", dimension) == pytest.approx(parse(f"{number}{unit}", dimension) * times)


@given(st.sampled_from(sorted(DIMENSIONS)), st.floats(1e-3, 1e12))
def test_what_is_shown_can_be_read_again(dimension: str, value: float) -> None:
    """Within the half of a last figure that showing drops."""
    value = round(value * 10**9) if dimension in MONEY else value
    shown = show(value, dimension)
    least = {"money-rate": 1e10 / MONTH, "token-price": 1, "money": 1, "size": 1}.get(dimension, 0)
    assert parse(shown, dimension) == pytest.approx(value, rel=6e-3, abs=least), shown
    assert "e+" not in shown


@pytest.mark.parametrize(
    ("value", "dimension", "shown"),
    [
        (0.9996, "duration", "1 s"),
        (0.85, "duration", "850 ms"),
        (300, "duration", "5 min"),
        (119, "duration", "119 s"),
        (120, "duration", "2 min"),
        (999_950_000, "count", "1B"),
        (999_999.6, "count", "1M"),
        (30 * DAY, "duration", "30 d"),
        (400 * DAY, "duration", "400 d"),
        (0, "duration", "0 s"),
        (1234.4, "rate", "1,234/s"),
        (5.5, "rate", "5.5/s"),
        (1.2e6 / MONTH, "rate", "0.456/s"),
        (100 / MONTH, "rate", "100/month"),
        (0.2, "share", "20 %"),
        (12.345, "share", "1,234 %"),
        (1_234_567, "count", "1.235M"),
        (2.5e9, "count", "2.5B"),
        (0.45, "number", "0.45"),
        (10, "ratio", "10x"),
        (5e7, "size", "50 MB"),
        (250_000, "token-price", "$0.250/Mtok"),
        (4_500 * 10**12 / MONTH, "money-rate", "$4,500/month"),
    ],
)
def test_how_numbers_look(value: float, dimension: str, shown: str) -> None:
    assert show(value, dimension) == shown


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [("4 s", "duration", 4), ("20 %", "share", 0.2), ("250", "ratio", 250), ("3k", "count", 3000), ("5/s", "rate", 5)],
)
def test_the_unit_tells_the_dimension(text: str, dimension: str, value: float) -> None:
    assert guess_dimension(text) == (dimension, value)
    with pytest.raises(UnitError, match="is not a quantity"):
        guess_dimension("soon")
