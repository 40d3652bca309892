"""Straightens flows: where along its node a flow docks, and how few bends take it from row to row."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from archwright.render.drawing.skeleton import LANE, Skeleton, Stop

CORNER = 16.0
"""How far from a node's corner a flow may dock."""
DOCK_GAP = 16.0
_JOG = 4.0
"""A bend shorter than this is not worth its place; lanes are wide enough to do without it."""


@dataclass(slots=True)
class Dock:
    """Where a flow meets a side of its node. `low` and `high` bound the whole side."""

    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fence:
    """The breadth of a group's frame and the rows that it covers, first and last."""

    group: int
    low: float
    high: float
    first: int
    last: int


@dataclass(slots=True)
class Rail:
    """The stops of a flow with its two docks; the `i`-th channel leads from place i to place i + 1."""

    start: Dock
    stops: list[Stop]
    end: Dock

    @property
    def places(self) -> list[Dock | Stop]:
        """Docks and stops from the upper node to the lower."""
        return [self.start, *self.stops, self.end]


class Rails:
    """All flows of a skeleton, straightened. Reads and moves the `at` of stops; nodes stay."""

    def __init__(self, skeleton: Skeleton, bodies: Sequence[tuple[float, float]], fences: Sequence[Fence]) -> None:
        """`bodies` are the low and high breadth of every node's box, without what is reserved beside it."""
        self._skeleton = skeleton
        self._fences = fences
        self._sides: dict[tuple[int, bool], list[Dock]] = {}
        self._side_of: dict[int, list[Dock]] = {}
        self.rails = self._docked(bodies)

    def straighten(self) -> None:
        """Give every flow as few bends as its neighbours leave room for."""
        for _ in range(2):
            for rail in self.rails:
                self._straighten(rail)
        for rail in self.rails:
            for before, place in pairwise(rail.places):
                if abs(before.at - place.at) <= _JOG:
                    place.at = before.at

    def _docked(self, bodies: Sequence[tuple[float, float]]) -> list[Rail]:
        chains = self._skeleton.chains
        middles = [(low + high) / 2 for low, high in bodies]
        sides: dict[tuple[int, bool], list[tuple[float, int]]] = defaultdict(list)
        for number, chain in enumerate(chains):
            after = chain.stops[0].at if chain.stops else middles[chain.arc.lower]
            before = chain.stops[-1].at if chain.stops else middles[chain.arc.upper]
            sides[chain.arc.upper, True].append((after, number))
            sides[chain.arc.lower, False].append((before, number))
        docks: dict[tuple[int, bool], Dock] = {}
        for (node, lower_side), wanted in sides.items():
            wanted.sort()
            low, high = bodies[node][0] + CORNER, bodies[node][1] - CORNER
            found = [Dock(at, low, high) for at in spread([at for at, _ in wanted], DOCK_GAP, low, high)]
            for (_, number), dock in zip(wanted, found, strict=True):
                docks[number, lower_side] = dock
                self._side_of[id(dock)] = found
            self._sides[node, lower_side] = found
        return [Rail(docks[i, True], chain.stops, docks[i, False]) for i, chain in enumerate(chains)]

    def _straighten(self, rail: Rail) -> None:
        places = rail.places
        first = 0
        while first < len(places):
            low, high = self._room(places[first])
            last = first
            while last + 1 < len(places):
                next_low, next_high = self._room(places[last + 1])
                if max(low, next_low) > min(high, next_high):
                    break
                low, high = max(low, next_low), min(high, next_high)
                last += 1
            run = places[first : last + 1]
            at = min(max(self._wish(run), low), high)
            for place in run:
                place.at = at
            first = last + 1

    def _wish(self, run: Sequence[Dock | Stop]) -> float:
        alone = [place.at for place in run if isinstance(place, Dock) and len(self._side_of[id(place)]) == 1]
        return alone[0] if alone else median(place.at for place in run)

    def _room(self, place: Dock | Stop) -> tuple[float, float]:
        if isinstance(place, Dock):
            return self._room_on_side(place)
        return self._room_in_row(place)

    def _room_on_side(self, dock: Dock) -> tuple[float, float]:
        side = self._side_of[id(dock)]
        i = next(i for i, other in enumerate(side) if other is dock)
        low = side[i - 1].at + DOCK_GAP if i else dock.low
        high = side[i + 1].at - DOCK_GAP if i + 1 < len(side) else dock.high
        return min(low, dock.at), max(high, dock.at)

    def _room_in_row(self, stop: Stop) -> tuple[float, float]:
        row = self._skeleton.rows[stop.row]
        i = next(i for i, other in enumerate(row) if other is stop)
        low = row[i - 1].at + row[i - 1].half + LANE if i else -1e9
        high = row[i + 1].at - row[i + 1].half - LANE if i + 1 < len(row) else 1e9
        for fence in self._fences:
            if not fence.first <= stop.row <= fence.last:
                continue
            if fence.group == stop.group:
                low, high = max(low, fence.low + LANE / 2), min(high, fence.high - LANE / 2)
            elif fence.high <= stop.at:
                low = max(low, fence.high + LANE / 2)
            else:
                high = min(high, fence.low - LANE / 2)
        return min(low + stop.half, stop.at), max(high - stop.half, stop.at)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near to `wanted` (rising) as a distance of `gap` and the bounds allow; least squares.

    Where the bounds are too close for the gap, the gap shrinks.
    """
    count = len(wanted)
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    blocks: list[tuple[float, int]] = []
    for i, value in enumerate(wanted):
        blocks.append((value - i * gap, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (mean, size), (other, more) = blocks[-2:]
            blocks[-2:] = [((mean * size + other * more) / (size + more), size + more)]
    flat = [mean for mean, size in blocks for _ in range(size)]
    top = max(low, high - (count - 1) * gap)
    return [min(max(value, low), top) + i * gap for i, value in enumerate(flat)]


def nearest_free(wanted: float, taken: Sequence[float], clear: float) -> float:
    """The value nearest to `wanted` that keeps `clear` from every value in `taken`."""
    marks = sorted(taken)
    options = [wanted, *(mark + clear for mark in marks), *(mark - clear for mark in marks)]
    free = []
    for option in options:
        i = bisect.bisect_left(marks, option)
        near = marks[max(0, i - 1) : i + 1]
        if all(abs(option - mark) >= clear - 1e-6 for mark in near):
            free.append(option)
    return min(free, key=lambda option: (abs(option - wanted), option))
