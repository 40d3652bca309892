"""How sure a mean over seeds is: Student's interval, and the difference of two designs that met the same luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

LEVEL = 0.95


class Interval(NamedTuple):
    """A mean over `runs` seeds and half the width of its 95 % interval; endless where one seed says nothing of it."""

    mean: float
    half: float
    runs: int

    @property
    def low(self) -> float:
        """The lower end."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """The upper end."""
        return self.mean + self.half

    def clear_of(self, limit: float) -> bool:
        """Whether the whole interval lies on one side of a limit."""
        return self.low > limit or self.high < limit

    def narrow(self, share: float) -> bool:
        """Whether half its width is at most this share of the mean."""
        return self.half <= share * abs(self.mean)


def interval(values: Sequence[float], level: float = LEVEL) -> Interval:
    """The interval of the mean of independent runs: mean +- t(n - 1) * s / sqrt(n).

    Args:
        values: one for each seed, at least one.
        level: how often such an interval holds the true mean, in (0, 1).
    """
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Interval(mean, math.inf, count)
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    return Interval(mean, quantile(0.5 + level / 2, count - 1) * math.sqrt(variance / count), count)


def paired(first: Sequence[float], second: Sequence[float], level: float = LEVEL) -> Interval:
    """The interval of `second - first`, run by run: both met the same luck, so what is common falls out.

    Raises:
        ValueError: they have not the same number of runs.
    """
    return interval([b - a for a, b in zip(first, second, strict=True)], level)


def at_most(count: int, of: int, level: float = LEVEL) -> float:
    """The share that may lie behind `count` seen events of `of`: the upper end of Wilson's interval.

    Nothing seen in 300 still leaves 1.3 %: an interval from the spread between runs would say 0.
    """
    if count >= of:
        return 1.0
    z = quantile(0.5 + level / 2, 10**6)
    share = count / of
    middle = share + z * z / (2 * of)
    return min(1.0, (middle + z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))) / (1 + z * z / of))


@lru_cache(maxsize=256)
def quantile(share: float, freedom: int) -> float:
    """Student's t: the value below which `share` (0.5 to 1) of it lies with so many degrees of freedom; bisected."""
    low, high = 0.0, 1.0
    while below(high, freedom) < share:
        high *= 2.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle, freedom) < share else (low, middle)
    return high


def below(t: float, freedom: int) -> float:
    """The share of Student's t that lies below `t` (at least 0), by the incomplete beta function."""
    x = freedom / (freedom + t * t)
    return 1.0 - 0.5 * _beta(x, freedom / 2, 0.5)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function by its continued fraction (Abramowitz and Stegun 26.5.8)."""
    if x <= 0.0 or x >= 1.0:
        return min(1.0, max(0.0, x))
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta(1.0 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    ) / a  # fmt: skip
    c, d = 1.0, 1.0 / _apart(1.0 - (a + b) * x / (a + 1))
    total = d
    for m in range(1, 300):
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _apart(1.0 + part * d)
            c = _apart(1.0 + part / c)
            total *= c * d
        if abs(c * d - 1.0) < 1e-12:
            break
    return front * total


def _apart(value: float) -> float:
    """A divisor that is not nothing."""
    return value if abs(value) > 1e-300 else 1e-300
