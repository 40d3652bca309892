"""Who gets a place in the gateway and who waits: real time before batch, and batch never in all places."""

from __future__ import annotations

from typing import Final, Literal

from archwright.policy.state import NOBODY, State

REALTIME = 0
BATCH = 1
LANES: Final[tuple[Literal["realtime", "batch"], ...]] = ("realtime", "batch")


def free(m: State, lane: int) -> int:
    """1 if a request of `lane` may have a place now. Nobody overtakes those who wait in it or before it."""
    if m.desk.in_flight >= m.law.concurrency or m.lines[lane].held >= m.law.lanes[lane].places:
        return 0
    if m.desk.waiting > 0:
        for ahead in range(lane + 1):
            if m.lines[ahead].waiting > 0:
                return 0
    return 1


def room(m: State, lane: int) -> int:
    """1 if one more may wait."""
    return 1 if m.lines[lane].waiting < m.law.lanes[lane].queue else 0


def join(m: State, slot: int) -> None:
    """Wait behind the others of its lane."""
    item = m.slots[slot]
    line = m.lines[item.lane]
    item.waiting = 1
    item.before = line.last
    item.behind = NOBODY
    if line.last == NOBODY:
        line.first = slot
    else:
        m.slots[line.last].behind = slot
    line.last = slot
    line.waiting += 1
    m.desk.waiting += 1


def part(m: State, slot: int) -> None:
    """Leave the queue, from wherever in it."""
    item = m.slots[slot]
    line = m.lines[item.lane]
    item.waiting = 0
    if item.before == NOBODY:
        line.first = item.behind
    else:
        m.slots[item.before].behind = item.behind
    if item.behind == NOBODY:
        line.last = item.before
    else:
        m.slots[item.behind].before = item.before
    line.waiting -= 1
    m.desk.waiting -= 1


def next_in_line(m: State) -> int:
    """The waiting request that gets the next free place; -1: there is none of them, or no place."""
    if m.desk.waiting == 0 or m.desk.in_flight >= m.law.concurrency:
        return NOBODY
    for lane in range(len(m.lines)):
        line = m.lines[lane]
        if line.waiting > 0 and line.held < m.law.lanes[lane].places:
            return line.first
    return NOBODY


def seat(m: State, slot: int) -> None:
    """Give a request a place."""
    item = m.slots[slot]
    item.entered = 1
    m.lines[item.lane].held += 1
    m.desk.in_flight += 1


def rise(m: State, slot: int) -> None:
    """Take its place back."""
    item = m.slots[slot]
    item.entered = 0
    m.lines[item.lane].held -= 1
    m.desk.in_flight -= 1
