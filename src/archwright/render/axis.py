"""Axes: round ticks over a range of values in base units, and their labels.

Labels follow `archwright.base.units.show` but share one unit and as many decimals as the step needs: rounding
each to three figures would call two neighbouring ticks of an availability axis both `99.9 %`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from archwright.base.money import PICO
from archwright.base.units import DAY, HOUR, MINUTE, MONTH, show

_CLOCK_STEPS: Final = (
    *(MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(HOUR * n for n in (1, 2, 3, 6, 12)),
    *(DAY * n for n in (1, 2, 7, 14)),
)
_CLOCK_UNITS: Final = ((1e-3, "µs", 1e-6), (1, "ms", 1e-3), (120, "s", 1), (7200, "min", MINUTE), (2 * DAY, "h", HOUR))
FURTHEST: Final = 1e200
_FINEST: Final = 1e-12


class Unit(NamedTuple):
    """How an axis writes numbers: base units in one of it, what goes before and after, and what is said once."""

    scale: float
    prefix: str = ""
    suffix: str = ""
    said_once: str = ""


class Tick(NamedTuple):
    """A mark on an axis: value in base units and label."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A range in base units (`low` < `high`), its ticks (all inside), and the unit that its title should name."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    unit: str = ""

    def share(self, value: float) -> float:
        """Where `value` lies from `low` (0) to `high` (1)."""
        return (value - self.low) / (self.high - self.low)


def value_axis(values: Iterable[float], dimension: str, count: int = 5) -> Axis:
    """An axis that ends on ticks and begins at zero, unless every value lies in a narrow range far from it.

    Args:
        values: in base units of `dimension`; what is not finite, or beyond 1e200, is left out; may be empty.
        dimension: a key of `archwright.base.units.DIMENSIONS`.
        count: about how many steps.
    """
    low, high = _range(values, dimension)
    if 0 < low <= 0.7 * high:
        low = 0.0
    elif 0.7 * low <= high < 0:
        high = 0.0
    step = _step((high - low) / count, dimension, high)
    low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return _axis(low, high, step, dimension)


def range_axis(values: Iterable[float], dimension: str, count: int = 6) -> Axis:
    """An axis over exactly the range of `values`, with round ticks inside it."""
    low, high = _range(values, dimension)
    return _axis(low, high, _step((high - low) / count, dimension, high), dimension)


def _axis(low: float, high: float, step: float, dimension: str) -> Axis:
    unit = unit_of(dimension, max(abs(low), abs(high)))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    values = [min(high, max(low, k * step)) for k in range(first, last + 1)]
    return Axis(low, high, tuple(Tick(v, _label(v, step, unit)) for v in values), unit.said_once)


def _range(values: Iterable[float], dimension: str) -> tuple[float, float]:
    """The least and the greatest value, apart from each other and large enough to be written."""
    kept = [v for v in values if abs(v) < FURTHEST]
    low, high = (min(kept), max(kept)) if kept else (0.0, 0.0)
    size = max(abs(low), abs(high))
    scale = unit_of(dimension, size).scale
    if size < _FINEST * scale:
        return 0.0, scale
    if high - low > _FINEST * max(size, scale):
        return low, high
    return (0.0, high * 1.25) if high > 0 else (low * 1.25, 0.0)


def _step(rough: float, dimension: str, high: float) -> float:
    """The first round step of at least `rough`, round in the unit that is shown."""
    if dimension == "duration" and rough > MINUTE / 2:
        clock = next((step for step in _CLOCK_STEPS if step >= rough), None)
        if clock is not None:
            return clock
    scale = unit_of(dimension, abs(high)).scale
    size = 10 ** math.floor(math.log10(rough / scale))
    return float(next(n * size for n in (1, 2, 5, 10) if n * size >= rough / scale * 0.999) * scale)


def said(value: float, dimension: str) -> str:
    """`archwright.base.units.show`, and a word for what is no number or beyond all bounds."""
    if math.isnan(value):
        return "unknown"
    if abs(value) < FURTHEST:
        return show(value, dimension)
    return "∞" if value > 0 else "-∞"


def unit_of(dimension: str, size: float) -> Unit:
    """The unit in which values of up to `size` (base units) are written on one axis."""
    if dimension == "duration":
        return _duration_unit(size)
    if dimension == "rate":
        return Unit(1.0, said_once="per second") if size >= 0.1 else _large(size, 1 / MONTH, "", "per month")
    if dimension in ("money", "money-rate", "token-price"):
        scale, per = {
            "money": (float(PICO), ""),
            "money-rate": (PICO / MONTH, "per month"),
            "token-price": (PICO / 1e6, "per Mtok"),
        }[dimension]
        return _large(size, scale, "$", per)
    if dimension == "share":
        return Unit(0.01, suffix=" %")
    if dimension == "ratio":
        return Unit(1.0, suffix="x")
    if dimension == "size":
        return Unit(1e6, suffix=" MB")
    return _large(size, 1.0, "", "")


def _large(size: float, scale: float, prefix: str, per: str) -> Unit:
    if size >= 1e6 * scale:
        return Unit(1e6 * scale, prefix, "M", per)
    return Unit(scale, prefix, "", per)


def _duration_unit(size: float) -> Unit:
    for limit, suffix, scale in _CLOCK_UNITS:
        if size < limit:
            return Unit(scale, suffix=f" {suffix}")
    return Unit(DAY, suffix=" d")


def _label(value: float, step: float, unit: Unit) -> str:
    number, each = value / unit.scale, step / unit.scale
    places = max(0, -math.floor(math.log10(each) + 1e-9))
    if abs(each * 10**places - round(each * 10**places)) > 1e-6:
        places += 1
    if unit.prefix == "$" and places == 1 and unit.suffix == "":
        places = 2
    text = f"{abs(number):,.{places}f}"
    if not any(digit in text for digit in "123456789"):
        return f"{unit.prefix}0{unit.suffix if unit.suffix == ' %' else ''}"
    return f"{'-' if number < 0 else ''}{unit.prefix}{text}{unit.suffix}"
