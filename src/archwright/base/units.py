"""Units the way people write them, parsed once: `1.2M/month`, `800 ms`, `$4.5k/month`, `20 %`, `30 d`.

Everything inside the program is in base units: seconds, events a second, shares from 0 to 1, pico-dollars
(integer), bytes, plain counts. A month is a twelfth of 365.25 days, 2,629,800 s; a year is twelve of them.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from archwright.base.money import pico, show_money

MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 86400.0
MONTH: Final = 365.25 * DAY / 12

DURATIONS: Final = {
    "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0,
    "min": MINUTE, "minute": MINUTE, "minutes": MINUTE, "h": HOUR, "hour": HOUR, "hours": HOUR,
    "d": DAY, "day": DAY, "days": DAY, "week": 7 * DAY, "weeks": 7 * DAY,
    "month": MONTH, "months": MONTH, "year": 12 * MONTH, "years": 12 * MONTH,
}  # fmt: skip
MULTIPLES: Final = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "B": 10**9}
SIZES: Final = {"B": 1, "KB": 10**3, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
COUNTED: Final = frozenset(
    {"request", "requests", "token", "tokens", "call", "calls", "user", "users", "item", "items", "conversation",
     "conversations", "entry", "entries", "document", "documents", "people", "hit", "hits"}
)  # fmt: skip

# What a quantity is; the right column is how one writes it, shown in error messages.
DIMENSIONS: Final = {
    "count": "a count such as 250, 12k or 1.2M",
    "number": "a plain number such as 0.8 or 2.5",
    "ratio": "a multiple such as 10x or 2.5",
    "share": "a share such as 20 % or 0.2",
    "duration": "a duration such as 800 ms, 4 s, 5 min or 30 d",
    "rate": "a rate such as 1.2M/month, 600/min or 5/s",
    "money": "an amount such as $4.50 or $3k",
    "money-rate": "an amount over time such as $4.5k/month",
    "token-price": "a price of tokens such as $0.25/Mtok",
    "size": "a size such as 50 MB",
}

_QUANTITY: Final = re.compile(
    r"""^\s*(?P<sign>[-+]?)\s*(?P<dollar>\$?)\s*
        (?P<number>\d[\d_,]*(?:\.\d+)?(?:e[-+]?\d+)?|\.\d+)\s*
        (?P<unit>[^\s/\d]*)\s*(?P<noun>[A-Za-z]*)\s*
        (?:/\s*(?P<per>[A-Za-z]+))?\s*$""",
    re.VERBOSE,
)
_PER_TOKENS: Final = {"Mtok": 10**6, "MTok": 10**6, "ktok": 10**3, "token": 1}


class UnitError(ValueError):
    """A text is no quantity of the dimension that was asked for; the text says what would be."""


class Measure(NamedTuple):
    """A parsed quantity: its dimension and its value in base units."""

    dimension: str
    value: float


def parse(text: str | int | float, dimension: str) -> float:
    """The value of `text` in the base unit of `dimension` (a key of DIMENSIONS).

    Amounts of money come back as whole pico-dollars; a money rate as pico-dollars a second.

    Raises:
        UnitError: `text` is not such a quantity, or is not finite.
    """
    measure = _measure(text, dimension)
    if measure is None:
        raise UnitError(f"{str(text)!r} is not {DIMENSIONS[dimension]}")
    if not math.isfinite(measure):
        raise UnitError(f"{str(text)!r} is too large to be {DIMENSIONS[dimension]}")
    return measure


def guess_dimension(text: str | int | float) -> Measure:
    """Parse a quantity whose dimension is read from its own unit.

    Raises:
        UnitError: it is no quantity at all.
    """
    for dimension in ("duration", "money-rate", "money", "rate", "share", "ratio", "count"):
        if dimension == "share" and "%" not in str(text):
            continue
        value = _measure(text, dimension)
        if value is not None and math.isfinite(value):
            return Measure(dimension, value)
    raise UnitError(f"{str(text)!r} is not a quantity (such as 4 s, 20 %, $3k/month or 250)")


def _measure(text: str | int | float, dimension: str) -> float | None:  # noqa: C901, PLR0911
    """One branch a dimension: a table of parsers would say the same in more lines."""
    if isinstance(text, bool):
        return None
    match = _QUANTITY.match(str(text))
    if match is None:
        return None
    try:
        number = Decimal(match["sign"] + match["number"].replace(",", "").replace("_", ""))
    except InvalidOperation:
        return None
    unit, noun, per = match["unit"], match["noun"], match["per"]
    multiple = MULTIPLES.get(unit)
    if unit in COUNTED and not noun:
        multiple, unit = 1, ""
    noun_fits = not noun or noun in COUNTED
    if match["dollar"]:
        if multiple is None or not noun_fits:
            return None
        if dimension == "money" and per is None:
            return pico(number * multiple)
        if dimension == "money-rate" and per in DURATIONS:
            return pico(number * multiple) / DURATIONS[per]
        if dimension == "token-price" and per in _PER_TOKENS:
            return float(Decimal(pico(number * multiple)) / _PER_TOKENS[per])
        return None
    value = float(number)
    if per is not None:
        fits = dimension == "rate" and multiple is not None and noun_fits and per in DURATIONS
        return value * (multiple or 0) / DURATIONS[per] if fits else None
    if dimension == "duration":
        return value * DURATIONS[unit] if unit in DURATIONS and not noun else None
    if dimension == "share":
        return (
            value / 100 if unit == "%" and not noun else (value if not unit and not noun and 0 <= value <= 1 else None)
        )
    if dimension == "ratio":
        return value if unit in ("", "x", "×") and not noun else None
    if dimension == "size":
        return value * SIZES[unit] if unit in SIZES and not noun else None
    if dimension in ("count", "number"):
        return value * multiple if multiple is not None and noun_fits else None
    return None


def show(value: float, dimension: str) -> str:
    """A value in base units as people read it, with about three figures."""
    if dimension == "duration":
        return show_duration(value)
    if dimension == "share":
        return f"{value * 100:.3g} %"
    if dimension == "money":
        return show_money(value)
    if dimension == "money-rate":
        return f"{show_money(value * MONTH)}/month"
    if dimension == "token-price":
        return f"{show_money(value * 10**6)}/Mtok"
    if dimension == "rate":
        return show_rate(value)
    if dimension == "ratio":
        return f"{value:.3g}x"
    if dimension == "size":
        return f"{value / 10**6:.3g} MB"
    return show_count(value)


def show_duration(seconds: float) -> str:
    """`850 ms`, `4.2 s`, `5 min`, `3.5 h`, `30 d`."""
    size = abs(seconds)
    if size == 0:
        return "0 s"
    for limit, unit, scale in (
        (1e-3, "µs", 1e-6),
        (1, "ms", 1e-3),
        (120, "s", 1),
        (7200, "min", 60),
        (172800, "h", 3600),
    ):
        if size < limit:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / DAY:.3g} d"


def show_rate(per_second: float) -> str:
    """`5.5/s`, or by the month where that is fewer than one in ten seconds."""
    return f"{per_second:.3g}/s" if per_second >= 0.1 else f"{show_count(per_second * MONTH)}/month"


def show_count(value: float) -> str:
    """`1,234`, `1.2M`, `0.45`."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:.4g}M"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
