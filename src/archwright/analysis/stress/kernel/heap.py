"""What happens next: a heap of events by time, four below each; those of one time in the order of scheduling.

What stands behind the last one happens never, so that there are always four to choose from.
"""

from __future__ import annotations

import math

from archwright.analysis.stress.kernel.tables import Record, State

# Kinds of events, and what `a` and `b` are.
WORKED = 0  # a station's work is done: walk
GIVES_UP = 1  # a job has waited too long at a station: walk, job
CALL_ENDS = 2  # call, its walk
WAKES = 3  # a request's sleep is over: slot, ticket
SILENT = 4  # nothing has come of a call at a replica by its deadline: seat, its serial number
REFUSED = 5  # a station was full: walk
LOOKS = 6  # a station scales: station
READY = 7  # replicas are at work: station, how many
OPENS = 8  # working hours begin or end: station
GOES_ON = 9  # a pause between two runs is over: walk
COMES = 10  # a user comes back: the number of the visit
TURNS = 11  # the run of a replica ends: replica
LEAVES = 12  # the caller of a call at a replica gives up: seat, its serial number
CHANGES = 13  # the weather of a model with replicas changes: target
SIZES = 14  # a model's replicas scale: pool
STARTED = 15  # replicas of a model are at work: pool, how many
BEGINS = 16  # an answer begins, where another call may run beside it: call
CANCELS = 17  # a call is called off: call
EACH = 4  # below each
KINDS = 32  # the order of an event carries its kind: its number times so many, plus the kind


def schedule(s: State, at: float, kind: int, a: int, b: int) -> None:
    """Something will happen at `at`."""
    desk = s.desk[0]
    heap = s.heap
    order = desk.order
    desk.order = order + KINDS
    place = desk.pending
    desk.pending = place + 1
    while place > 0:
        above = (place - 1) // EACH
        if heap[above].at <= at:
            break
        heap[place] = heap[above]
        place = above
    event = heap[place]
    event.at = at
    event.order = order + kind
    event.a = a
    event.b = b


def reply(s: State, now: float, a: int, b: int) -> None:
    """The gateway's answer `b` will reach the walk `a` later in this instant. Time stands still until the last one has.

    So they need no heap: they stand in a row, and go before what the heap has for a later time.
    """
    desk = s.desk[0]
    event = s.soon[desk.soon_end]
    desk.soon_end += 1
    event.at = now
    event.order = desk.order
    desk.order += KINDS
    event.a = a
    event.b = b


def soon_first(s: State) -> bool:
    """Whether the next event is one of this instant, and not of the heap."""
    desk = s.desk[0]
    if desk.soon == desk.soon_end:
        return False
    event = s.soon[desk.soon]
    return bool(desk.pending == 0 or _before(event, s.heap[0].at, s.heap[0].order))


def next_at(s: State) -> float:
    """When the next event is; infinite where there is none."""
    desk = s.desk[0]
    if desk.soon < desk.soon_end:
        return float(s.soon[desk.soon].at)
    return float(s.heap[0].at) if desk.pending > 0 else math.inf


def drop(s: State) -> None:
    """Take the first event out."""
    desk = s.desk[0]
    heap = s.heap
    last = desk.pending - 1
    desk.pending = last
    at = heap[last].at
    order = heap[last].order
    place = 0
    while True:
        one = EACH * place + 1
        if one >= last:
            break
        below = one + 1 if _earlier(heap[one + 1], heap[one]) else one
        other = one + 3 if _earlier(heap[one + 3], heap[one + 2]) else one + 2
        below = other if _earlier(heap[other], heap[below]) else below
        if not _before(heap[below], at, order):
            break
        heap[place] = heap[below]
        place = below
    heap[place] = heap[last]
    heap[last].at = math.inf


def _earlier(one: Record, other: Record) -> bool:
    """No branch: which of two is earlier the processor would guess wrong half the time."""
    return bool((one.at < other.at) | ((one.at == other.at) & (one.order < other.order)))


def _before(event: Record, at: float, order: int) -> bool:
    return bool(event.at < at or (event.at == at and event.order < order))
