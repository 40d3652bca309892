"""Tracks between two rows: which flow turns above which, so that no two of them ever share a stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from archwright.render.drawing.rails import nearest_free

CLEAR = 10.0
"""Lines closer than this, in pixels, count as one line."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A flow runs along `track` (0 is the uppermost) from breadth `start` to breadth `end`."""

    track: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Channel:
    """How every flow crosses the space between two rows; no turn means straight through."""

    turns: tuple[tuple[Turn, ...], ...]
    tracks: int


@dataclass(slots=True)
class _Wire:
    flow: int
    start: float
    end: float
    top: bool = True
    bottom: bool = True
    level: int = 0
    low: float = field(init=False)
    high: float = field(init=False)

    def __post_init__(self) -> None:
        self.low, self.high = min(self.start, self.end), max(self.start, self.end)


def channel(flows: Sequence[tuple[float, float]], barriers: Sequence[float] = ()) -> Channel:
    """Tracks for flows that enter at the first breadth and leave at the second.

    Entries must differ from each other by `CLEAR`, and so must exits. `barriers` are breadths at which lines of
    frames run; an extra bend keeps away from them.
    """
    wires = [_Wire(i, a, b) for i, (a, b) in enumerate(flows) if a != b]
    taken = [*barriers, *(a for a, _ in flows), *(b for _, b in flows)]
    ordered: list[_Wire] = []
    while wires:
        free = [wire for wire in wires if not any(_must_precede(other, wire) for other in wires)]
        if not free:
            _split(wires, taken)
            continue
        chosen = min(free, key=lambda wire: (_crossings_above(wire, wires), wire.flow))
        wires.remove(chosen)
        chosen.level = 1 + max((other.level for other in ordered if _touch(other, chosen)), default=-1)
        ordered.append(chosen)
    turns: list[list[Turn]] = [[] for _ in flows]
    for wire in ordered:
        turns[wire.flow].append(Turn(wire.level, wire.start, wire.end))
    return Channel(tuple(tuple(turn) for turn in turns), 1 + max((wire.level for wire in ordered), default=-1))


def _must_precede(first: _Wire, second: _Wire) -> bool:
    if first is second:
        return False
    if first.flow == second.flow:
        return first.top
    return first.top and second.bottom and abs(first.start - second.end) < CLEAR


def _touch(first: _Wire, second: _Wire) -> bool:
    return first.low - CLEAR < second.high and second.low - CLEAR < first.high


def _crossings_above(wire: _Wire, others: Sequence[_Wire]) -> int:
    """Crossings that `wire` makes when it turns above all others, less those that it makes when below."""
    total = 0
    for other in others:
        if other is wire:
            continue
        total += (other.low < wire.end < other.high) + (wire.low < other.start < wire.high)
        total -= (other.low < wire.start < other.high) + (wire.low < other.end < wire.high)
    return total


def _split(wires: list[_Wire], taken: list[float]) -> None:
    """Break a circle of flows that each must turn above the next, by giving one of them a second bend."""
    wire = min((w for w in wires if w.top and w.bottom), key=lambda w: (w.high - w.low, w.flow))
    middle = nearest_free((wire.start + wire.end) / 2, taken, CLEAR)
    taken.append(middle)
    wires.remove(wire)
    wires.append(_Wire(wire.flow, wire.start, middle, top=True, bottom=False))
    wires.append(_Wire(wire.flow, middle, wire.end, top=False, bottom=True))
