"""Copies of requests, for models beside the ones that answer: each is a walk of its visit for which nobody waits."""

from __future__ import annotations

from archwright.analysis.stress.kernel import counts, pools, suppliers
from archwright.analysis.stress.kernel.heap import CALL_ENDS, schedule
from archwright.analysis.stress.kernel.tables import NOBODY, State
from archwright.policy import decide
from archwright.policy.state import COPIED


def begin(s: State, now: float, place: int) -> None:
    """Call a model with a copy, as the machine's order at `place` says."""
    order = s.machine.orders[place]
    desk = s.desk[0]
    walk = s.walks[s.of_slot[order.slot]]
    at = desk.walks
    double = s.walks[at]
    desk.walks = double.next
    desk.used_walks += 1
    s.trips[walk.trip].walks += 1
    double.trip = walk.trip
    double.step = walk.step
    double.request = walk.request
    double.tokens_in = walk.tokens_in
    double.tokens_out = walk.tokens_out
    double.cached = walk.cached
    double.key = order.key
    counts.called(s, order.target, now, walk.tokens_in + walk.tokens_out, 0)
    number = desk.calls
    call = s.calls[number]
    desk.calls = call.next
    desk.used_calls += 1
    call.walk = at
    call.target = order.target
    call.attempt = COPIED
    if s.targets[order.target].pool != NOBODY:
        pools.call(s, now, number, order.seconds)
        return
    suppliers.begin(s, now, number, order.seconds)
    schedule(s, now + call.after_s, CALL_ENDS, number, at)


def end(s: State, number: int, cost: int) -> None:
    """A call that was a copy has ended, and cost so much (pico-dollars)."""
    desk = s.desk[0]
    call = s.calls[number]
    double = s.walks[call.walk]
    trip = s.trips[double.trip]
    decide.copied(s.machine, int(s.steps[double.step].route), int(trip.tenant), int(double.key), cost)
    double.next = desk.walks
    desk.walks = call.walk
    desk.used_walks -= 1
    call.next = desk.calls
    desk.calls = number
    desk.used_calls -= 1
    trip.walks -= 1
    if trip.ended == 1 and trip.walks == 0:
        trip.ended = 0
        trip.next = desk.trips
        desk.trips = double.trip
        desk.used_trips -= 1
