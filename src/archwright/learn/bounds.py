"""How sure a share is that was counted, and how likely a count is that was foreseen."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

Z95: Final = 1.959963984540054


class Share(NamedTuple):
    """A share with its 95 % interval, each 0 to 1; `of` is how many it was counted over."""

    low: float
    value: float
    high: float
    of: float


def wilson(found: float, of: float, z: float = Z95) -> Share:
    """The share `found / of` with its interval; over nothing, anything is possible.

    Source: Wilson, Journal of the American Statistical Association 22 (1927), 209-212.
    """
    if of <= 0.0:
        return Share(0.0, 0.0, 1.0, 0.0)
    share = found / of
    middle = (share + z * z / (2.0 * of)) / (1.0 + z * z / of)
    reach = z / (1.0 + z * z / of) * math.sqrt(share * (1.0 - share) / of + z * z / (4.0 * of * of))
    return Share(max(0.0, min(share, middle - reach)), share, min(1.0, max(share, middle + reach)), of)


def at_least(count: int, expected: float) -> float:
    """The probability that a Poisson number with mean `expected` is `count` or more.

    Of rare errors, each with a chance of its own, this is an upper bound for counts above the mean (Hoeffding, 1956).
    """
    if count <= 0:
        return 1.0
    term = below = math.exp(-expected)
    for step in range(1, count):
        term *= expected / step
        below += term
    return max(0.0, 1.0 - below)
