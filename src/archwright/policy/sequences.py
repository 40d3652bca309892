"""The state of replicas with continuous batching in columns, and the lists in it: queues, and a heap of who ends first.

Columns are Python lists here and in the emulated provider, arrays in compiled code. `replica` says what is done.
"""

from __future__ import annotations

from collections.abc import MutableSequence
from typing import Any, NamedTuple

Ints = MutableSequence[int]
Floats = MutableSequence[float]

# What a call does.
NOTHING = 0
WAITING = 1
READING = 2
WRITING = 3


class Calls(NamedTuple):
    """Columns by slot.

    `need` are tokens to read, `held` those in the cache (of a sequence that is being written: when it began at the
    step `mark`), `shared` those of a common prefix, which take no place and are not read. `left` are tokens to write,
    `ends` the step after which all are written, `place` its place among those that end soonest, `promised` the tokens
    of the whole call. `leaves` and `began` are 0 or 1. `before` and `after` link queues (-1: none).
    """

    doing: Ints
    need: Ints
    held: Ints
    shared: Ints
    left: Ints
    mark: Ints
    ends: Ints
    place: Ints
    promised: Ints
    leaves: Ints
    began: Ints
    before: Ints
    after: Ints
    next_leaving: Ints


class Replicas(NamedTuple):
    """Columns by replica, but for `soonest`: slots that are being written, as heaps by their end, each from `row` on.

    `step` counts all steps; `writing` and `running` count sequences (`running`: those being read, too); `held` is the
    cache in use, `context` what those being written look at; `reading` is the first that is still read (-1: none).
    The run under way began at `since` and has `steps` steps (0: idle), the first of `first_s`, each further one
    `slope_s` longer. `owed` are the tokens of all calls, `deepest` the longest queue and `most_held` the fullest cache
    there was. Sums over time are in seconds, up to the horizon.
    """

    step: Ints
    writing: Ints
    running: Ints
    held: Ints
    context: Ints
    reading: Ints
    waits: Ints
    first_waiting: Ints
    last_waiting: Ints
    first_running: Ints
    last_running: Ints
    leaving: Ints
    owed: Ints
    deepest: Ints
    most_held: Ints
    row: Ints
    steps: Ints
    thrown_out: Ints
    wrote: Ints
    read: Ints
    since: Floats
    first_s: Floats
    slope_s: Floats
    busy_s: Floats
    running_s: Floats
    held_s: Floats
    soonest: Ints


def no_calls(slots: int) -> Calls:
    """Columns for so many calls, none of which is there yet."""
    return Calls(*([0] * slots for _ in Calls._fields))


def idle(number: int, sequences: int) -> Replicas:
    """Columns for `number` replicas of so many sequences that have nothing to do."""
    none = ("reading", "first_waiting", "last_waiting", "first_running", "last_running", "leaving")
    timed = ("since", "first_s", "slope_s", "busy_s", "running_s", "held_s")
    columns: dict[str, Any] = {name: [-1 if name in none else 0] * number for name in Replicas._fields}
    columns |= {name: [0.0] * number for name in timed}
    columns["soonest"] = [0] * (number * sequences)
    columns["row"] = [at * sequences for at in range(number)]
    return Replicas(**columns)


def entered(calls: Calls, replicas: Replicas, at: int, slot: int) -> None:
    """The first that waits joins those at work."""
    unqueued(calls, replicas, at, slot)
    last = replicas.last_running[at]
    calls.before[slot] = last
    calls.after[slot] = -1
    if last >= 0:
        calls.after[last] = slot
    else:
        replicas.first_running[at] = slot
    replicas.last_running[at] = slot
    replicas.running[at] += 1
    calls.doing[slot] = READING
    if replicas.reading[at] < 0:
        replicas.reading[at] = slot


def appended(calls: Calls, replicas: Replicas, at: int, slot: int) -> None:
    """A call waits behind all others."""
    last = replicas.last_waiting[at]
    calls.before[slot] = last
    calls.after[slot] = -1
    if last >= 0:
        calls.after[last] = slot
    else:
        replicas.first_waiting[at] = slot
    replicas.last_waiting[at] = slot
    replicas.waits[at] += 1
    replicas.deepest[at] = max(replicas.deepest[at], replicas.waits[at])


def put_back(calls: Calls, replicas: Replicas, at: int, slot: int) -> None:
    """A call waits in front of all others."""
    following = replicas.first_waiting[at]
    calls.before[slot] = -1
    calls.after[slot] = following
    if following >= 0:
        calls.before[following] = slot
    else:
        replicas.last_waiting[at] = slot
    replicas.first_waiting[at] = slot
    replicas.waits[at] += 1


def unqueued(calls: Calls, replicas: Replicas, at: int, slot: int) -> None:
    """A call no longer waits."""
    before, after = calls.before[slot], calls.after[slot]
    if before >= 0:
        calls.after[before] = after
    else:
        replicas.first_waiting[at] = after
    if after >= 0:
        calls.before[after] = before
    else:
        replicas.last_waiting[at] = before
    replicas.waits[at] -= 1


def removed(calls: Calls, replicas: Replicas, at: int, slot: int) -> int:
    """Take a sequence from those at work, and its tokens from the cache; how many."""
    before, after = calls.before[slot], calls.after[slot]
    if before >= 0:
        calls.after[before] = after
    else:
        replicas.first_running[at] = after
    if after >= 0:
        calls.before[after] = before
    else:
        replicas.last_running[at] = before
    held = calls.held[slot]
    if calls.doing[slot] == WRITING:
        held += replicas.step[at] - calls.mark[slot]
        replicas.context[at] -= calls.shared[slot] + held
        replicas.writing[at] -= 1
        _pop(calls, replicas, replicas.row[at], replicas.writing[at], calls.place[slot])
    elif replicas.reading[at] == slot:
        replicas.reading[at] = after
    replicas.running[at] -= 1
    replicas.held[at] -= held
    return held


def pushed(calls: Calls, replicas: Replicas, base: int, size: int, slot: int) -> None:
    """Add a slot to a heap of so many."""
    heap = replicas.soonest
    at = size
    while at > 0:
        above = (at - 1) // 2
        if calls.ends[heap[base + above]] <= calls.ends[slot]:
            break
        heap[base + at] = heap[base + above]
        calls.place[heap[base + at]] = at
        at = above
    heap[base + at] = slot
    calls.place[slot] = at


def _pop(calls: Calls, replicas: Replicas, base: int, size: int, at: int) -> None:
    """Take the slot at place `at` out of a heap that has `size` slots afterwards."""
    heap = replicas.soonest
    moved = heap[base + size]
    if at == size:
        return
    while True:
        below = 2 * at + 1
        if below + 1 < size and calls.ends[heap[base + below + 1]] < calls.ends[heap[base + below]]:
            below += 1
        if below >= size or calls.ends[moved] <= calls.ends[heap[base + below]]:
            break
        heap[base + at] = heap[base + below]
        calls.place[heap[base + at]] = at
        at = below
    heap[base + at] = moved
    calls.place[moved] = at
    _rise(calls, replicas, base, at)


def _rise(calls: Calls, replicas: Replicas, base: int, at: int) -> None:
    """Move a slot of a heap towards its top until none above it ends later."""
    heap = replicas.soonest
    slot = heap[base + at]
    while at > 0:
        above = (at - 1) // 2
        if calls.ends[heap[base + above]] <= calls.ends[slot]:
            break
        heap[base + at] = heap[base + above]
        calls.place[heap[base + at]] = at
        at = above
    heap[base + at] = slot
    calls.place[slot] = at
