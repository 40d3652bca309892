"""Usage by the day, the hour or the minute: rows of an export, and the laws of traffic that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from archwright.base.units import DAY, HOUR, MONTH

MOST: Final = 1e15  # tokens or requests of one row; more is no count of anything
_LEAST_FOR_GROWTH: Final = 100  # requests of half the time


class Bucket(NamedTuple):
    """What one model was asked from `start` to `end` (seconds since 1970), and the line it was read in."""

    line: int
    start: float
    end: float
    model: str
    requests: float
    tokens_in: float
    tokens_out: float
    cached: float


class Traffic(NamedTuple):
    """Traffic over some time: events a month, their growth a month (None: not to be seen), the busiest part.

    `peak` is the busiest hour, or the busiest day where `hourly` is false, over the mean; `covered` is the share of
    the time that rows stand for.
    """

    a_month: float
    growth: float | None
    peak: float
    hourly: bool
    covered: float


def traffic(rows: Sequence[Bucket], begin: float, end: float) -> Traffic:
    """The traffic in these rows, which stand for the time from `begin` to `end`."""
    total = sum(row.requests for row in rows)
    length = end - begin
    hourly = all(row.end - row.start <= HOUR for row in rows)
    step = HOUR if hourly else DAY
    slots: dict[int, float] = {}
    for row in rows:
        slot = int((row.start - begin) // step)
        slots[slot] = slots.get(slot, 0.0) + row.requests
    mean = total * step / length
    peak = max(slots.values(), default=0.0) / mean if length >= DAY and total else 1.0
    times = {(row.start, row.end) for row in rows}
    covered = sum(last - first for first, last in times) / length
    return Traffic(total * MONTH / length, _growth(rows, begin, end), max(1.0, peak), hourly, min(1.0, covered))


def _growth(rows: Sequence[Bucket], begin: float, end: float) -> float | None:
    """The growth a month between the middles of two halves; None for less than two weeks or too few requests."""
    middle = (begin + end) / 2
    first = sum(row.requests for row in rows if row.start < middle)
    second = sum(row.requests for row in rows) - first
    if end - begin < 14 * DAY or min(first, second) < _LEAST_FOR_GROWTH:
        return None
    return float(min(10.0, max(-0.9, (second / first) ** (MONTH / (middle - begin)) - 1.0)))


def overlapping(rows: Sequence[Bucket]) -> tuple[Bucket, Bucket] | None:
    """Two rows that stand for times of which one begins within the other; None where all are beside each other."""
    times: dict[tuple[float, float], Bucket] = {}
    for row in rows:
        times.setdefault((row.start, row.end), row)
    ordered = [times[key] for key in sorted(times)]
    for one, other in pairwise(ordered):
        if other.start < one.end:
            return one, other
    return None
