"""Who gets a place in the gateway and who waits: real time before batch, and batch never in all places.

Within a lane the more urgent go first; among those the tenant whose requests in places have the fewest tokens, where
places are shared fairly; among those whoever has waited for longest.
"""

from __future__ import annotations

from typing import Final, Literal

from archwright.policy.state import NOBODY, PRIORITIES, State

REALTIME = 0
BATCH = 1
LANES: Final[tuple[Literal["realtime", "batch"], ...]] = ("realtime", "batch")

HIGH = 0
NORMAL = 1
LOW = 2
URGENCIES: Final[tuple[Literal["high", "normal", "low"], ...]] = ("high", "normal", "low")


def free(m: State, lane: int) -> int:
    """1 if a request of `lane` may have a place now. Nobody overtakes those who wait in it or before it."""
    if m.desk.in_flight >= int(m.desk.limit) or m.lanes[lane].held >= m.law.lanes[lane].places:
        return 0
    if m.desk.waiting > 0:
        for ahead in range(lane + 1):
            if m.lanes[ahead].waiting > 0:
                return 0
    return 1


def room(m: State, lane: int) -> int:
    """1 if one more may wait."""
    return 1 if m.lanes[lane].waiting < m.law.lanes[lane].queue else 0


def join(m: State, slot: int) -> None:
    """Wait behind the others of its line."""
    item = m.slots[slot]
    line = m.lines[_line(m, item.lane, item.priority, item.group)]
    m.desk.turn += 1
    item.turn = m.desk.turn
    item.waiting = 1
    item.before = line.last
    item.behind = NOBODY
    if line.last == NOBODY:
        line.first = slot
    else:
        m.slots[line.last].behind = slot
    line.last = slot
    m.lanes[item.lane].waiting += 1
    m.desk.waiting += 1


def part(m: State, slot: int) -> None:
    """Leave the queue, from wherever in it."""
    item = m.slots[slot]
    line = m.lines[_line(m, item.lane, item.priority, item.group)]
    item.waiting = 0
    if item.before == NOBODY:
        line.first = item.behind
    else:
        m.slots[item.before].behind = item.behind
    if item.behind == NOBODY:
        line.last = item.before
    else:
        m.slots[item.behind].before = item.before
    m.lanes[item.lane].waiting -= 1
    m.desk.waiting -= 1


def next_in_line(m: State) -> int:
    """The waiting request that gets the next free place; -1: there is none of them, or no place."""
    if m.desk.waiting == 0 or m.desk.in_flight >= int(m.desk.limit):
        return NOBODY
    for lane in range(len(m.lanes)):
        item = m.lanes[lane]
        if item.waiting > 0 and item.held < m.law.lanes[lane].places:
            return _first(m, lane)
    return NOBODY


def last_below(m: State, lane: int, priority: int) -> int:
    """Of those who wait in a lane and are less urgent than `priority`: the last of the least urgent; -1: nobody."""
    for behind in range(PRIORITIES - 1, priority, -1):
        found = NOBODY
        for group in range(m.law.groups):
            slot = m.lines[_line(m, lane, behind, group)].last
            if slot != NOBODY and (found == NOBODY or m.slots[slot].turn > m.slots[found].turn):
                found = slot
        if found != NOBODY:
            return found
    return NOBODY


def seat(m: State, slot: int, now: float) -> None:
    """Give a request a place."""
    item = m.slots[slot]
    item.entered = 1
    item.entered_at = now
    m.lanes[item.lane].held += 1
    if m.law.groups > 1:
        m.shares[item.group] += weight(m, slot)
    m.desk.in_flight += 1


def rise(m: State, slot: int) -> None:
    """Take its place back."""
    item = m.slots[slot]
    item.entered = 0
    m.lanes[item.lane].held -= 1
    if m.law.groups > 1:
        m.shares[item.group] -= weight(m, slot)
    m.desk.in_flight -= 1


def weight(m: State, slot: int) -> int:
    """What a request weighs: the tokens that are expected of it, and one more, for nobody may know them."""
    item = m.slots[slot]
    return item.tokens_in + item.tokens_out + 1


def _line(m: State, lane: int, priority: int, group: int) -> int:
    return (lane * PRIORITIES + priority) * m.law.groups + group


def _first(m: State, lane: int) -> int:
    for priority in range(PRIORITIES):
        found = NOBODY
        fewest = 0
        for group in range(m.law.groups):
            slot = m.lines[_line(m, lane, priority, group)].first
            if slot == NOBODY:
                continue
            held = m.shares[group]
            if found == NOBODY or held < fewest or (held == fewest and m.slots[slot].turn < m.slots[found].turn):
                found = slot
                fewest = held
        if found != NOBODY:
            return found
    return NOBODY
