"""Batch beside real time: real time goes first and never finds all places taken by batch."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import decide, ending, lanes, machine, route
from archwright.policy.lanes import BATCH, REALTIME
from archwright.policy.machine import Arrive, Call, Finish, Machine, Reply, Sleep, Wake
from archwright.policy.rules import Gate
from tests.policy.world import rules

GATE = Gate(3, 2, 4.0, batch_places=2, batch_queue=3, batch_wait_s=100.0)


def brain(slower: tuple[float, ...] = (3.0, 1.0)) -> Machine:
    """A machine with three places, two of them for batch."""
    return Machine(rules(gate=GATE, attempts=1)._replace(slower=slower))


def asks(request: int, lane: int) -> Arrive:
    return Arrive(request, 1, -1, 0, 1, lane=lane)


def test_batch_never_has_all_places() -> None:
    one = brain()
    orders = [one.handle(0.0, asks(request, BATCH))[0] for request in range(3)]
    assert [type(order) for order in orders] == [Call, Call, Sleep]
    assert isinstance(one.handle(0.0, asks(9, REALTIME))[0], Call)
    assert (one.in_flight, one.queued) == (3, 1)


def test_real_time_gets_the_place_that_comes_free_before_batch_that_waited_longer() -> None:
    one = brain()
    for request, lane in enumerate((BATCH, REALTIME, REALTIME, BATCH, REALTIME)):
        one.handle(0.0, asks(request, lane))
    orders = one.handle(1.0, Finish(1, route.OK, 0, 0.0, 0.0))
    assert [order.request for order in orders if isinstance(order, Call)] == [4]
    orders = one.handle(2.0, Finish(4, route.OK, 0, 0.0, 0.0))
    assert [order.request for order in orders if isinstance(order, Call)] == [3]


def test_batch_is_patient_and_has_a_queue_of_its_own() -> None:
    one = brain()
    for request in range(2):
        one.handle(0.0, asks(request, BATCH))
    sleeps = [one.handle(0.0, asks(request, BATCH))[0] for request in (2, 3, 4)]
    assert [order.until for order in sleeps if isinstance(order, Sleep)] == [100.0, 100.0, 100.0]
    assert one.handle(0.0, asks(5, BATCH)) == [Reply(5, machine.SHED, -1, 0, 100.0)]
    first = sleeps[0]
    assert isinstance(first, Sleep)
    assert one.handle(100.0, Wake(2, first.ticket)) == [Reply(2, machine.SHED, -1, 0, 100.0)]
    assert one.queued == 2


def test_a_slow_lane_is_waited_for_as_many_times_as_long() -> None:
    call = brain().handle(0.0, asks(0, BATCH))[0]
    assert isinstance(call, Call)
    assert (call.target, call.timeout_s) == (1, 5.0)
    call = brain((1.0, 3.0)).handle(0.0, asks(0, BATCH))[0]
    assert isinstance(call, Call)
    assert call.timeout_s == 15.0
    call = brain((1.0, 3.0)).handle(0.0, asks(0, REALTIME))[0]
    assert isinstance(call, Call)
    assert call.timeout_s == 5.0


@given(st.lists(st.tuples(st.sampled_from((REALTIME, BATCH)), st.sampled_from("aapl")), max_size=60))
def test_places_and_queues_are_never_more_than_they_may_be(steps: list[tuple[int, str]]) -> None:
    """`a`: one arrives; `p`: the one that has its place for longest goes; `l`: one leaves the middle of the queue."""
    brain = Machine(rules(gate=GATE))
    state = brain.state
    waiting: tuple[list[int], list[int]] = ([], [])
    for lane, what in steps:
        held = [slot for slot, item in enumerate(state.slots) if item.entered and item.lane == lane]
        if what == "p" and held:
            lanes.rise(state, held[0])
            ending.give_back(state, held[0])
        elif what == "l" and waiting[lane]:
            slot = waiting[lane].pop(len(waiting[lane]) // 2)
            lanes.part(state, slot)
            ending.give_back(state, slot)
        elif what == "a" and (lanes.free(state, lane) or lanes.room(state, lane)):
            slot = decide.take(state)
            state.slots[slot].lane = lane
            if lanes.free(state, lane):
                lanes.seat(state, slot, 0.0)
            else:
                lanes.join(state, slot)
                waiting[lane].append(slot)
        while (taken := lanes.next_in_line(state)) >= 0:
            of = state.slots[taken].lane
            assert waiting[of].pop(0) == taken
            assert of == REALTIME or not waiting[REALTIME]
            lanes.part(state, taken)
            lanes.seat(state, taken, 0.0)
        assert brain.waiting == [len(queue) for queue in waiting]
        assert brain.in_flight == sum(brain.held) <= GATE.concurrency
        assert brain.held[BATCH] <= GATE.batch_places
        assert len(waiting[REALTIME]) <= GATE.queue
        assert len(waiting[BATCH]) <= GATE.batch_queue
        assert not waiting[REALTIME] or brain.in_flight == GATE.concurrency
