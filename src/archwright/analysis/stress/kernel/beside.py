"""Calls of one request beside each other: which there are, and what becomes of one that is called off.

Only designs in which a route hedges have these tables; to the others they cost nothing.
"""

from __future__ import annotations

from archwright.analysis.stress.kernel import pools, suppliers
from archwright.analysis.stress.kernel.heap import BEGINS, CANCELS, schedule
from archwright.analysis.stress.kernel.tables import NOBODY, State
from archwright.analysis.stress.kernel.weather import weather_of
from archwright.policy import route
from archwright.policy.lanes import BATCH


def noted(s: State, now: float, number: int, slot: int) -> None:
    """A call of a slot's request is about to begin."""
    side = s.sides[number]
    side.slot = slot
    side.seat = NOBODY
    side.off = 0
    side.at = now
    pair = s.pairs[slot]
    if pair.first == NOBODY:
        pair.first = number
    else:
        pair.second = number


def under_way(s: State, now: float, number: int) -> None:
    """A supplier has begun a call: whether its answer has begun decides something where another may run beside it."""
    call = s.calls[number]
    walk = s.walks[call.walk]
    target = s.targets[call.target]
    slower = target.batch_slower if s.journeys[s.trips[walk.trip].journey].lane == BATCH else 1.0
    s.sides[number].slow = slower * weather_of(s, now, s.meters[call.target]).slow
    if call.begins_s >= 0.0 and s.routes[s.steps[walk.step].route].hedges == 1:
        schedule(s, now + call.begins_s, BEGINS, number, 0)


def over(s: State, number: int) -> None:
    """A call has ended."""
    side = s.sides[number]
    side.off = 0
    pair = s.pairs[side.slot]
    if pair.first == number:
        pair.first = pair.second
    pair.second = NOBODY


def ordered_off(s: State, now: float, slot: int, attempt: int) -> None:
    """A call is to be called off, later in this instant; it may end before."""
    pair = s.pairs[slot]
    number = pair.first
    if number == NOBODY or s.calls[number].attempt != attempt:
        number = pair.second
    s.sides[number].off = 1
    schedule(s, now, CANCELS, number, 0)


def cut(s: State, now: float, number: int) -> int:
    """How a call ends that is called off now; 1 if something is still to come of it: the end that it would have had."""
    side = s.sides[number]
    call = s.calls[number]
    if s.targets[call.target].pool == NOBODY:
        suppliers.called_off(s, now, number, side.at, side.slow)
        return 1
    if side.seat != NOBODY:
        pools.called_off(s, now, int(side.seat))
        return 0
    suppliers.fresh(call)  # it fails, and would have said so later
    call.outcome = route.CUT
    call.let_in = 1
    return 1
