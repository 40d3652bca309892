"""One complete try at a drawing in depth and breadth: frames, titles of frames, tracks, and how good it came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from archwright.render.drawing.boxes import Point
from archwright.render.drawing.channels import Channel, channel
from archwright.render.drawing.measures import Sizes
from archwright.render.drawing.rails import Dock, Fence, Rail, Rails
from archwright.render.drawing.skeleton import LANE, Skeleton, Stop

PAD = 16.0
"""From a card to the frame around it."""
STRIP = 24.0
"""The height of the strip of a frame that holds its title."""
TITLE_HEIGHT = 16.0
_TITLE_GAP = 7.0
_CORNER = 12.0
_TRACK = 14.0
_LEAD_NODE, _LEAD_LABEL = 22.0, 9.0
_OPEN_NODE, _OPEN_LABEL = 40.0, 18.0

Span = tuple[float, float]


@dataclass(slots=True)
class Arrangement:
    """Boxes as ((low, high) of breadth, (low, high) of depth); ways as points (breadth, depth), upper node first.

    `homeless` are groups whose title found no free place.
    """

    cards: list[tuple[Span, Span]]
    frames: dict[int, tuple[Span, Span]]
    titles: dict[int, tuple[Span, Span]]
    ways: list[list[Point]]
    labels: dict[int, tuple[Span, Span]]
    homeless: list[int] = field(default_factory=list)


def arrange(skeleton: Skeleton, sizes: Sizes, *, downwards: bool) -> Arrangement:
    """Turn a skeleton into boxes and ways. Moves stops of `skeleton`.

    `downwards` says that depth is y: titles of frames then take depth, and otherwise breadth. Reading downwards every
    title gets a place; reading to the right `homeless` may name groups for which there is none.
    """
    room: dict[int, float] = {}
    while True:
        work = _Work(skeleton, sizes, downwards, room)
        done = work.arrangement()
        if not downwards or not done.homeless:
            return done
        group = done.homeless[0]
        extra = sizes.titles[group] + _TITLE_GAP
        work.cut(work.fence(group).low + room.get(group, 0.0) + 1, extra)
        room[group] = room.get(group, 0.0) + extra


class _Work:
    def __init__(self, skeleton: Skeleton, sizes: Sizes, downwards: bool, room: dict[int, float]) -> None:
        self.skeleton, self.sizes, self.downwards, self.room = skeleton, sizes, downwards, room
        self.bodies = [self._body(i) for i in range(len(skeleton.nodes))]
        self.fences = list(self._fences())
        self.rails: list[Rail] = []
        self.channels: list[Channel] = []
        self.bottom_titles: set[int] = set()
        self.title_spans: dict[int, Span] = {}

    def arrangement(self) -> Arrangement:
        rails = Rails(self.skeleton, self.bodies, self.fences)
        rails.straighten()
        self.rails = rails.rails
        self.channels = [
            channel([(a.at, b.at) for _, a, b in self._crossing(i)], self._barriers(i))
            for i in range(len(self.skeleton.rows) - 1)
        ]
        homeless = self._title_columns() if self.downwards else []
        tops, bottoms = self._depths()
        done = Arrangement(
            cards=[(self.bodies[i], (tops[s.row], bottoms[s.row])) for i, s in enumerate(self.skeleton.nodes)],
            frames={f.group: ((f.low, f.high), self._frame_depth(f, tops, bottoms)) for f in self.fences},
            titles={},
            ways=[self._way(number, tops, bottoms) for number in range(len(self.rails))],
            labels=self._labels(tops, bottoms),
            homeless=homeless,
        )
        self._place_titles(done)
        return done

    def fence(self, group: int) -> Fence:
        return next(fence for fence in self.fences if fence.group == group)

    def cut(self, at: float, extra: float) -> None:
        """Move everything beyond breadth `at` by `extra`."""
        for row in self.skeleton.rows:
            for stop in row:
                if stop.at > at:
                    stop.at += extra

    def _body(self, node: int) -> Span:
        stop = self.skeleton.nodes[node]
        low = stop.at - stop.half + self.sizes.offsets[node]
        return low, low + self.sizes.cards[node][0]

    def _fences(self) -> Iterator[Fence]:
        members: dict[int, list[Stop]] = {}
        for row in self.skeleton.rows:
            for stop in row:
                if stop.group >= 0:
                    members.setdefault(stop.group, []).append(stop)
        for group, stops in sorted(members.items()):
            low = min(stop.at - stop.half for stop in stops) - PAD - self.room.get(group, 0.0)
            high = max(stop.at + stop.half for stop in stops) + PAD
            rows = [stop.row for stop in stops]
            yield Fence(group, low - (0 if self.downwards else STRIP), high, min(rows), max(rows))

    def _crossing(self, row: int) -> list[tuple[int, Dock | Stop, Dock | Stop]]:
        """The flows that go from `row` to the next one, with the places where they leave and arrive."""
        found = []
        for number, rail in enumerate(self.rails):
            first = self.skeleton.nodes[self.skeleton.chains[number].arc.upper].row
            places = rail.places
            if first <= row < first + len(places) - 1:
                found.append((number, places[row - first], places[row - first + 1]))
        return found

    def _barriers(self, row: int) -> list[float]:
        return [side for f in self.fences if f.first <= row + 1 and f.last >= row for side in (f.low, f.high)]

    def _title_columns(self) -> list[int]:
        """Find for each title a stretch along its frame's upper or lower side through which no flow passes.

        A corner on the left is tried first, above and then below; then anywhere along the two sides.
        """
        homeless = []
        for fence in self.fences:
            upper, lower = self._free_columns(fence, entering=True), self._free_columns(fence, entering=False)
            corner = fence.low + _CORNER
            found = [(span, span is lower) for span in (upper, lower) if span]
            if not found:
                homeless.append(fence.group)
                continue
            span, below = next((one for one in found if one[0][0] == corner), found[0])
            self.title_spans[fence.group] = span
            if below:
                self.bottom_titles.add(fence.group)
        return homeless

    def _free_columns(self, fence: Fence, *, entering: bool) -> Span | None:
        row = fence.first - 1 if entering else fence.last
        passing = [(b if entering else a).at for _, a, b in self._crossing(row)] if row >= 0 else []
        return _free(fence.low + _CORNER, fence.high - _CORNER, self.sizes.titles[fence.group], passing)

    def _depths(self) -> tuple[list[float], list[float]]:
        heights = [0.0] * len(self.skeleton.rows)
        for i, stop in enumerate(self.skeleton.nodes):
            heights[stop.row] = max(heights[stop.row], self.sizes.cards[i][1])
        for chain in self.skeleton.chains:
            for stop in chain.stops:
                if stop.label:
                    heights[stop.row] = max(heights[stop.row], self.sizes.labels[chain.arc.edge][1])
        tops, bottoms = [], []
        at = self._head(0)
        for row, height in enumerate(heights):
            tops.append(at)
            bottoms.append(at + height)
            if row + 1 < len(heights):
                at += height + self._between(row)
        return tops, bottoms

    def _between(self, row: int) -> float:
        tracks = self.channels[row].tracks
        tail, head = self._tail(row), self._head(row + 1)
        if not tracks:
            open_space = _OPEN_NODE if self._has_nodes(row) and self._has_nodes(row + 1) else _OPEN_LABEL
            return max(tail + head + LANE / 2, open_space)
        return self._lead(row, tail) + (tracks - 1) * _TRACK + self._lead(row + 1, head)

    def _lead(self, row: int, zone: float) -> float:
        return max(zone + _LEAD_LABEL, _LEAD_NODE if self._has_nodes(row) else _LEAD_LABEL)

    def _has_nodes(self, row: int) -> bool:
        return any(stop.row == row for stop in self.skeleton.nodes)

    def _head(self, row: int) -> float:
        starts = [fence for fence in self.fences if fence.first == row]
        if not starts:
            return 0.0
        titled = self.downwards and any(fence.group not in self.bottom_titles for fence in starts)
        return PAD + (STRIP - 6 if titled else 0)

    def _tail(self, row: int) -> float:
        ends = [fence for fence in self.fences if fence.last == row]
        if not ends:
            return 0.0
        return PAD + (STRIP - 6 if any(fence.group in self.bottom_titles for fence in ends) else 0)

    def _frame_depth(self, fence: Fence, tops: Sequence[float], bottoms: Sequence[float]) -> Span:
        return tops[fence.first] - self._head(fence.first), bottoms[fence.last] + self._tail(fence.last)

    def _way(self, number: int, tops: Sequence[float], bottoms: Sequence[float]) -> list[Point]:
        rail = self.rails[number]
        arc = self.skeleton.chains[number].arc
        first, last = self.skeleton.nodes[arc.upper].row, self.skeleton.nodes[arc.lower].row
        points: list[Point] = [(rail.start.at, bottoms[first])]
        for row in range(first, last):
            flows = [flow for flow, _, _ in self._crossing(row)]
            begin = bottoms[row] + self._lead(row, self._tail(row))
            for turn in self.channels[row].turns[flows.index(number)]:
                depth = begin + turn.track * _TRACK
                points.extend(((turn.start, depth), (turn.end, depth)))
        points.append((rail.end.at, tops[last]))
        return points

    def _labels(self, tops: Sequence[float], bottoms: Sequence[float]) -> dict[int, tuple[Span, Span]]:
        found = {}
        for chain in self.skeleton.chains:
            breadth, depth = self.sizes.labels[chain.arc.edge]
            for stop in chain.stops:
                if stop.label:
                    middle = (tops[stop.row] + bottoms[stop.row]) / 2
                    found[chain.arc.edge] = (
                        (stop.at - breadth / 2, stop.at + breadth / 2),
                        (middle - depth / 2, middle + depth / 2),
                    )
        return found

    def _place_titles(self, done: Arrangement) -> None:
        for fence in self.fences:
            if not self.downwards:
                self._place_title_across(fence, done)
            elif fence.group in self.title_spans:
                _, (top, bottom) = done.frames[fence.group]
                below = fence.group in self.bottom_titles
                start = bottom - _TITLE_GAP - TITLE_HEIGHT if below else top + _TITLE_GAP
                done.titles[fence.group] = (self.title_spans[fence.group], (start, start + TITLE_HEIGHT))

    def _place_title_across(self, fence: Fence, done: Arrangement) -> None:
        """Reading to the right, the title's strip is crossed by the tracks of flows that leave the frame sideways."""
        (low, _), (near, far) = done.frames[fence.group]
        strip = (low + _TITLE_GAP, low + _TITLE_GAP + TITLE_HEIGHT)
        crossing = [
            a[1]
            for way in done.ways
            for a, b in pairwise(way)
            if a[1] == b[1] and min(a[0], b[0]) < strip[1] + 4 and max(a[0], b[0]) > strip[0] - 4
        ]
        span = _free(near + _CORNER, far - _CORNER, self.sizes.titles[fence.group], crossing)
        if span is None:
            done.homeless.append(fence.group)
        else:
            done.titles[fence.group] = (strip, span)


def _free(low: float, high: float, length: float, passing: Sequence[float]) -> Span | None:
    """The first stretch of this length between the bounds that keeps away from all that pass."""
    for start in (low, *sorted(at + _TITLE_GAP for at in passing)):
        inside = low <= start and start + length <= high
        if inside and not any(start - _TITLE_GAP < at < start + length + _TITLE_GAP for at in passing):
            return start, start + length
    return None
