"""Units the way people write them, parsed once: `1.2M/month`, `800 ms`, `$4.5k/month`, `20 %`, `30 d`.

Everything inside the program is in base units: seconds, events a second, shares from 0 to 1, pico-dollars
(integer), bytes, plain counts. A month is a twelfth of 365.25 days, 2,629,800 s; a year is twelve of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from archwright.base.money import pico, show_money
from archwright.base.unit_slips import meant

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
ENERGIES: Final = {"Wh": 1.0, "kWh": 1e3, "MWh": 1e6}
MASSES: Final = {"g": 1.0, "kg": 1e3, "t": 1e6}
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
    "energy": "an energy such as 12 kWh",
    "mass": "a mass such as 3.5 kg",
}

_LONGEST: Final = 64
_LARGEST: Final = 24  # digits before the point; a longer number is no quantity of anything here
_QUANTITY: Final = re.compile(
    r"""\s*(?P<sign>[-+]?)\s*(?P<dollar>\$?)\s*
        (?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9][0-9_]*)(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,6})?|\.[0-9]+)\s*
        (?P<unit>[^\s/0-9]*)\s*(?P<noun>[A-Za-z]*)\s*
        (?:/\s*(?P<per>[A-Za-z]+))?\s*""",
    re.VERBOSE,
)
_PER_TOKENS: Final = {"Mtok": 10**6, "MTok": 10**6, "ktok": 10**3, "token": 1}


class UnitError(ValueError):
    """A text is no quantity of the dimension that was asked for. `mend` says what to write instead."""

    def __init__(self, message: str, mend: str) -> None:
        self.message = message
        self.mend = mend
        super().__init__(f"{message}; {mend}")


class Measure(NamedTuple):
    """A parsed quantity: its dimension and its value in base units."""

    dimension: str
    value: float


class _Parts(NamedTuple):
    number: Decimal
    dollar: bool
    unit: str
    noun: str
    per: str

    @property
    def multiple(self) -> int | None:
        """What a count or an amount is multiplied by; None where its unit is no such thing."""
        if self.noun and self.noun not in COUNTED:
            return None
        return 1 if self.unit in COUNTED and not self.noun else MULTIPLES.get(self.unit)


def parse(text: str | int | float, dimension: str) -> float:
    """The value of `text` in the base unit of `dimension` (a key of DIMENSIONS).

    Amounts of money come back as whole pico-dollars; a money rate as pico-dollars a second.

    Raises:
        UnitError: `text` is not such a quantity, or is too large to be one.
    """
    parts = _parts(text)
    value = _READERS[dimension](parts) if parts is not None else None
    if value is not None and math.isfinite(value):
        return value
    shown = repr(_shortened(str(text)))
    if parts is not None and parts.number.adjusted() >= _LARGEST:
        raise UnitError(f"{shown} is too large", f"write {DIMENSIONS[dimension]}")
    wanted = DIMENSIONS[dimension]
    message, mend = meant(str(text)[: _LONGEST + 1], dimension, lambda other: _fits(other, dimension))
    raise UnitError(f"{shown} {message or 'is not ' + wanted.partition(' such as')[0]}", mend or f"write {wanted}")


def mend_for(text: str, dimension: str) -> str:
    """What to write instead of `text` where a quantity of `dimension` is wanted."""
    try:
        parse(text, dimension)
    except UnitError as error:
        return error.mend
    return ""


def guess_dimension(text: str | int | float) -> Measure:
    """Parse a quantity whose dimension is read from its own unit.

    Raises:
        UnitError: it is no quantity at all.
    """
    parts = _parts(text)
    for dimension in ("duration", "money-rate", "money", "rate", "share", "ratio", "count") if parts else ():
        if dimension == "share" and "%" not in str(text):
            continue
        value = _READERS[dimension](parts) if parts else None
        if value is not None:
            return Measure(dimension, value)
    raise UnitError(f"{_shortened(str(text))!r} is not a quantity", "write one such as 4 s, 20 %, $3k/month or 250")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:40] + "…"


def _fits(text: str, dimension: str) -> bool:
    parts = _parts(text)
    return parts is not None and _READERS[dimension](parts) is not None


def _parts(text: str | int | float) -> _Parts | None:
    written = str(text)
    if isinstance(text, bool) or len(written) > _LONGEST:
        return None
    match = _QUANTITY.fullmatch(written)
    if match is None:
        return None
    try:
        number = Decimal(match["sign"] + match["number"].replace(",", "").replace("_", ""))
    except InvalidOperation:
        return None
    return _Parts(number, bool(match["dollar"]), match["unit"], match["noun"], match["per"] or "")


def _amount(parts: _Parts) -> int | None:
    """Whole pico-dollars of the amount before any `/`."""
    if not parts.dollar or parts.multiple is None or parts.number.adjusted() >= _LARGEST:
        return None
    return pico(parts.number * parts.multiple)


def _money(parts: _Parts) -> float | None:
    return _amount(parts) if not parts.per else None


def _money_rate(parts: _Parts) -> float | None:
    amount = _amount(parts)
    return amount / DURATIONS[parts.per] if amount is not None and parts.per in DURATIONS else None


def _token_price(parts: _Parts) -> float | None:
    amount = _amount(parts)
    fits = amount is not None and parts.per in _PER_TOKENS
    return float(Decimal(amount or 0) / _PER_TOKENS[parts.per]) if fits else None


def _number(parts: _Parts) -> float | None:
    """The number before the unit, where there is no dollar and no `/`."""
    plain = not parts.dollar and not parts.per and parts.number.adjusted() < _LARGEST
    return float(parts.number) if plain else None


def _scaled(units: dict[str, float]) -> Callable[[_Parts], float | None]:
    def read(parts: _Parts) -> float | None:
        number = _number(parts)
        return number * units[parts.unit] if number is not None and parts.unit in units and not parts.noun else None

    return read


def _share(parts: _Parts) -> float | None:
    number = _number(parts)
    if number is None or parts.noun or parts.unit not in ("", "%"):
        return None
    if parts.unit:
        return number / 100
    return number if 0 <= number <= 1 else None


def _count(parts: _Parts) -> float | None:
    number, multiple = _number(parts), parts.multiple
    return number * multiple if number is not None and multiple is not None else None


def _rate(parts: _Parts) -> float | None:
    count = _count(parts._replace(per=""))
    return count / DURATIONS[parts.per] if count is not None and parts.per in DURATIONS else None


_READERS: Final[dict[str, Callable[[_Parts], float | None]]] = {
    "count": _count,
    "number": _count,
    "ratio": _scaled({"": 1.0, "x": 1.0, "×": 1.0}),
    "share": _share,
    "duration": _scaled(DURATIONS),
    "rate": _rate,
    "money": _money,
    "money-rate": _money_rate,
    "token-price": _token_price,
    "size": _scaled({unit: float(size) for unit, size in SIZES.items()}),
    "energy": _scaled(ENERGIES),
    "mass": _scaled(MASSES),
}


def show(value: float, dimension: str) -> str:
    """A value in base units as people read it, with about three figures; it can be parsed again."""
    return _SHOWN[dimension](value)


def show_duration(seconds: float) -> str:
    """`850 ms`, `4.2 s`, `5 min`, `3.5 h`, `30 d`."""
    size = abs(seconds)
    if size == 0:
        return "0 s"
    for limit, unit, scale in (
        (0.9995e-3, "µs", 1e-6),
        (0.9995, "ms", 1e-3),
        (120, "s", 1),
        (2 * HOUR, "min", MINUTE),
        (2 * DAY, "h", HOUR),
    ):
        if size < limit:
            return f"{_figures(seconds / scale)} {unit}"
    return f"{_figures(seconds / DAY)} d"


def show_rate(per_second: float) -> str:
    """`5.5/s`, or by the month where that is fewer than one in ten seconds."""
    return f"{_figures(per_second)}/s" if abs(per_second) >= 0.1 else f"{show_count(per_second * MONTH)}/month"


def show_count(value: float) -> str:
    """`1,234`, `1.2M`, `0.45`."""
    size = abs(value)
    if round(size / 1e6, 1) >= 1000:
        return f"{value / 1e9:,.3f}".rstrip("0").rstrip(".") + "B"
    if round(size) >= 10**6:
        return f"{value / 1e6:.4g}M"
    return f"{value:,.0f}" if value == int(value) else _figures(value)


def _figures(value: float) -> str:
    """Three figures, all digits before the point, no exponent but for what is very small."""
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.3g}"


def _nines(share: float) -> str:
    """A share near 1 in per cent, with as many digits as tell it from 1 and from its neighbours."""
    digits = min(9, 1 - math.floor(math.log10(100 - share * 100)))
    return f"{share * 100:.{digits}f}".rstrip("0").rstrip(".")


def _in(units: dict[str, float]) -> Callable[[float], str]:
    """Shows a value in the largest of its units that leaves a number of at least 1."""

    def shown(value: float) -> str:
        unit = next((u for u in reversed(units) if abs(value) >= 0.9995 * units[u]), next(iter(units)))
        return f"{_figures(value / units[unit])} {unit}"

    return shown


_SHOWN: Final[dict[str, Callable[[float], str]]] = {
    "count": show_count,
    "number": show_count,
    "ratio": lambda value: f"{_figures(value)}x",
    "share": lambda value: f"{_nines(value) if 0.99 < value < 1 else _figures(value * 100)} %",
    "duration": show_duration,
    "rate": show_rate,
    "money": show_money,
    "money-rate": lambda value: f"{show_money(value * MONTH)}/month",
    "token-price": lambda value: f"{show_money(value * 10**6)}/Mtok",
    "size": lambda value: f"{_figures(value / 10**6)} MB",
    "energy": _in(ENERGIES),
    "mass": _in(MASSES),
}
