"""How sure a share is that was counted, and how likely a count is that was foreseen."""

from __future__ import annotations

import math
from collections.abc import Iterable
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


def joined(parts: Iterable[tuple[float, Share]]) -> Share:
    """The share of a whole from shares of its parts, each with the part's size; of what was not counted, nothing.

    Source: the stratified estimator (Cochran, Sampling Techniques, 1977, chapter 5); `of` is how many counted at random
    among the whole would be as sure.
    """
    counted = [(size, share) for size, share in parts if size > 0.0 and share.of > 0.0]
    whole = sum(size for size, _ in counted)
    if not counted:
        return wilson(0.0, 0.0)
    of = 1.0 / sum((size / whole) ** 2 / share.of for size, share in counted)
    return wilson(of * sum(size / whole * share.value for size, share in counted), of)


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
