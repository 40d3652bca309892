"""Many durations in little memory: how many fell into each of a fixed set of bins that widen with the value.

A bin is a 64th of an octave, so a value read back from it is wrong by 0.8 % at most. Count, mean, smallest and largest
are exact. Histograms of several runs add up to the histogram of all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

LOWEST = 2.0**-20  # below a microsecond all values share the first bin
PARTS = 64  # bins in each octave
OCTAVES = 45  # up to more than a year; what is longer falls into the last bin
BINS = 1 + OCTAVES * PARTS
ERROR = 1 / (2 * PARTS)  # the largest relative error of a value read back


def bin_of(value: float) -> int:
    """The bin of a value, from 0 to BINS - 1. In the dialect of the policies, so that it can be compiled."""
    if value < LOWEST:
        return 0
    fraction, exponent = math.frexp(value)
    place = 1 + (exponent + 19) * PARTS + int((fraction - 0.5) * (2.0 * PARTS))
    return min(place, BINS - 1)


def middle(place: int) -> float:
    """The value in the middle of a bin; of the first one 0.0."""
    if place == 0:
        return 0.0
    octave, part = divmod(place - 1, PARTS)
    return math.ldexp(0.5 + (part + 0.5) / (2 * PARTS), octave - 19)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of consecutive bins from `first` on, and what is exact: count, sum, smallest and largest value.

    It is true if it holds any value. `least` and `most` of an empty one are 0.0.
    """

    count: int = 0
    total: float = 0.0
    least: float = 0.0
    most: float = 0.0
    first: int = 0
    counts: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return self.count > 0

    @property
    def mean(self) -> float:
        """The exact mean.

        Raises:
            ValueError: there are no values.
        """
        if not self.count:
            raise ValueError("no values have no mean")
        return self.total / self.count

    def percentile(self, share: float) -> float:
        """The nearest-rank percentile, to ERROR: the smallest value that at least `share` (0 to 1) do not exceed.

        Raises:
            ValueError: there are no values, or `share` is no share.
        """
        if not self.count:
            raise ValueError("no values have no percentile")
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"a share runs from 0 to 1, not {share}")
        rank = max(1, math.ceil(share * self.count - 1e-9))
        if rank in (1, self.count):
            return self.least if rank == 1 else self.most
        passed = 0
        for place, count in enumerate(self.counts, self.first):
            passed += count
            if passed >= rank:
                return min(max(middle(place), self.least), self.most)
        return self.most

    def above(self, value: float) -> int:
        """How many exceed `value`, to ERROR, as `percentile` would say it."""
        if value >= self.most:
            return 0
        return sum(count for place, count in enumerate(self.counts, self.first) if middle(place) > value)


class Counting:
    """A histogram while it is being filled."""

    __slots__ = ("bins", "count", "least", "most", "total")

    def __init__(self) -> None:
        self.bins: dict[int, int] = {}
        self.count = 0
        self.total = 0.0
        self.least = math.inf
        self.most = 0.0

    def add(self, value: float) -> None:
        """One more value, at least 0.0."""
        place = bin_of(value)
        self.bins[place] = self.bins.get(place, 0) + 1
        self.count += 1
        self.total += value
        self.least = min(self.least, value)
        self.most = max(self.most, value)

    def histogram(self) -> Histogram:
        """What was counted so far."""
        if not self.count:
            return Histogram()
        first = min(self.bins)
        counts = tuple(self.bins.get(place, 0) for place in range(first, max(self.bins) + 1))
        return Histogram(self.count, self.total, self.least, self.most, first, counts)


def merged(histograms: Iterable[Histogram]) -> Histogram:
    """The histogram of all values of several ones."""
    parts = [item for item in histograms if item]
    if len(parts) <= 1:
        return parts[0] if parts else Histogram()
    first = min(item.first for item in parts)
    counts = [0] * (max(item.first + len(item.counts) for item in parts) - first)
    for item in parts:
        for place, count in enumerate(item.counts, item.first - first):
            counts[place] += count
    return Histogram(
        sum(item.count for item in parts),
        sum(item.total for item in parts),
        min(item.least for item in parts),
        max(item.most for item in parts),
        first,
        tuple(counts),
    )
