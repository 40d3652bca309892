"""The load of a journey over a scenario: what its rate is multiplied by, piece by piece of time, straight in each.

In the busiest hour it is the given load times the scenario's changes. In the calendar it follows the shape of the week
and grows month by month; there the mean rate is the stated one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from archwright.base.units import HOUR, MONTH
from archwright.plan.model import Change, Journey, Scenario

WEEK_H = 168


class Piece(NamedTuple):
    """Up to `end` (seconds) the factor runs straight from `first` to `last`."""

    end: float
    first: float
    last: float

    def area(self, begin: float) -> float:
        """The factor's integral over the piece, which began at `begin`."""
        return (self.end - begin) * ((self.first + self.last) / 2)

    def after(self, begin: float, passed: float) -> float:
        """The time at which so much of the area has passed."""
        if self.first == self.last:
            return begin + passed / self.first
        slope = (self.last - self.first) / (self.end - begin)
        return begin + 2 * passed / (self.first + math.sqrt(max(0.0, self.first * self.first + 2 * slope * passed)))

    def at(self, begin: float, now: float) -> float:
        """The factor at a time within the piece."""
        return self.first + (self.last - self.first) * (now - begin) / (self.end - begin)


def pieces(journey: Journey, scenario: Scenario, load: float) -> list[Piece]:
    """Consecutive pieces over the scenario; their factors are multiples of the busiest hour's rate."""
    changes = [item for item in scenario.changes if item.what == "load" and item.journey in ("", journey.name)]
    inner = {edge for c in changes for edge in (c.at_s, c.at_s + c.lasts_s) if edge < scenario.lasts_s}
    if scenario.begins_s >= 0.0:
        inner.update(_hours(scenario))
    found = []
    for begin, end in pairwise(sorted({0.0, scenario.lasts_s, *inner})):
        first = last = usual(journey, scenario, load, begin)
        for change in changes:
            if change.at_s <= begin < change.at_s + change.lasts_s:
                first *= _factor(change, begin)
                last *= _factor(change, end)
        found.append(Piece(end, first, last))
    return found


def factor_at(found: Sequence[Piece], now: float) -> float:
    """The factor at a time; that of the last piece after its end."""
    begin = 0.0
    for piece in found:
        if now < piece.end:
            return piece.at(begin, now)
        begin = piece.end
    return found[-1].last


def total(found: Sequence[Piece]) -> float:
    """The integral of the factor over all pieces, in seconds of the busiest hour."""
    begins = (0.0, *(piece.end for piece in found))
    return sum(piece.area(begin) for begin, piece in zip(begins, found, strict=False))


def between(found: Sequence[Piece], since: float, until: float) -> float:
    """The integral of the factor from one time to another, as far as there are pieces; seconds of the busiest hour."""
    begin = area = 0.0
    for piece in found:
        low, high = max(begin, since), min(piece.end, until)
        if high > low:
            area += (high - low) * (piece.at(begin, low) + piece.at(begin, high)) / 2
        begin = piece.end
    return area


def _hours(scenario: Scenario) -> list[float]:
    """The full hours of the calendar within a scenario."""
    first = math.floor(scenario.begins_s / HOUR) + 1
    last = math.ceil((scenario.begins_s + scenario.lasts_s) / HOUR)
    return [hour * HOUR - scenario.begins_s for hour in range(first, last)]


def usual(journey: Journey, scenario: Scenario, load: float, now: float) -> float:
    """The factor at `now` seconds, also before the scenario, without its changes."""
    if scenario.begins_s < 0.0:
        return load * (1.0 + journey.growth) ** scenario.months if scenario.months else load
    hour = int((scenario.begins_s + now) / HOUR + 1e-9) % WEEK_H
    shape = journey.shape[hour] if journey.shape else 1.0
    return float(load * shape / journey.peak * (1.0 + journey.growth) ** (scenario.months + now / MONTH))


def _factor(change: Change, now: float) -> float:
    return 1.0 + (change.factor - 1.0) * (now - change.at_s) / change.lasts_s if change.ramp else change.factor
