"""Who is let in, who waits behind whom, who is told to come back: priorities, fairness, limits, places that adapt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import machine, route
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap
from archwright.policy.lanes import HIGH, LOW, NORMAL
from archwright.policy.machine import Arrive, Call, Finish, Machine, Order, Reply, Sleep
from archwright.policy.rules import Cost, Gate, Rules, TenantRule
from tests.policy.world import rules

FREE = TenantRule(Cap(0, 1e9), Bucket(0.0, 1.0))
URGENCY = (HIGH, NORMAL, LOW)  # of the journeys 0, 1, 2


def law(gate: Gate, *tenants: TenantRule) -> Rules:
    """One target that never fails, journeys of all urgencies."""
    return rules(gate=gate, hops=1, attempts=1, tenants=tenants or (FREE,), deadline=1e6)._replace(priorities=URGENCY)


def asks(request: int, journey: int = 1, tenant: int = -1, tokens: int = 0) -> Arrive:
    return Arrive(request, 1, tenant, 0, 1, tokens, 0, journey)


def ends(brain: Machine, now: float, request: int, outcome: int = route.OK, first_s: float = -1.0) -> list[Order]:
    return brain.handle(now, Finish(request, outcome, 0, 0.0, 0.0, first_s))


def called(orders: list[Order]) -> list[int]:
    return [order.request for order in orders if isinstance(order, Call)]


def test_the_urgent_go_first_and_those_of_one_urgency_in_turn() -> None:
    brain = Machine(law(Gate(1, 9, 50.0)))
    brain.handle(0.0, asks(0))
    for request, journey in enumerate((2, 1, 0, 1, 0, 7), 1):
        assert isinstance(brain.handle(0.1, asks(request, journey))[0], Sleep)
    order, now = [], 0
    while brain.in_flight:
        now += 1
        (running,) = [request for request in brain.open if brain.slot(request).entered]
        order.append(running)
        ends(brain, now, running)
    assert order == [0, 3, 5, 2, 4, 6, 1], "a journey that nobody knows is of normal urgency"


def test_a_full_queue_makes_room_for_the_more_urgent_only() -> None:
    brain = Machine(law(Gate(1, 2, 50.0)))
    for request, journey in enumerate((1, 2, 2)):
        brain.handle(0.0, asks(request, journey))
    orders = brain.handle(1.0, asks(3, 1))
    assert [type(order) for order in orders] == [Reply, Sleep]
    assert orders[0] == Reply(2, machine.SHED, -1, 0, 50.0), "the last of the least urgent"
    assert brain.handle(1.0, asks(4, 2)) == [Reply(4, machine.SHED, -1, 0, 50.0)]
    assert brain.handle(1.0, asks(5, 0))[0] == Reply(1, machine.SHED, -1, 0, 50.0)
    assert brain.queued == 2


@given(st.lists(st.integers(0, 2), min_size=12, max_size=60))
def test_a_tenant_that_floods_the_queue_does_not_get_all_places(others: list[int]) -> None:
    """Of two who always wait, each gets half of the places, however many requests the other has."""
    brain = Machine(law(Gate(4, 1000, 1e5, fair=True), FREE, FREE))
    for request in range(40):
        brain.handle(0.0, asks(request, tenant=0))
    for request in range(40, 52):
        brain.handle(0.1, asks(request, tenant=1))
    for step, pick in enumerate(others[:12]):
        running = [request for request in brain.open if brain.slot(request).entered]
        ends(brain, 1.0 + step, running[pick])
        held = brain.state.shares
        if step >= 6 and any(brain.slot(request).waiting and request >= 40 for request in brain.open):
            assert min(held[1:]) >= 1
    unfair = Machine(law(Gate(4, 1000, 1e5), FREE, FREE))
    for request in range(52):
        unfair.handle(0.0, asks(request, tenant=int(request >= 40)))
    assert called(ends(unfair, 1.0, 0)) == [4]
    fair = Machine(law(Gate(4, 1000, 1e5, fair=True), FREE, FREE))
    for request in range(52):
        fair.handle(0.0, asks(request, tenant=int(request >= 40)))
    assert called(ends(fair, 1.0, 0)) == [40]


def test_what_is_fair_is_counted_in_tokens() -> None:
    """One long request weighs as much as many short ones."""
    brain = Machine(law(Gate(4, 1000, 1e5, fair=True), FREE, FREE))
    brain.handle(0.0, asks(0, tenant=0, tokens=5000))
    for request in range(1, 4):
        brain.handle(0.0, asks(request, tenant=1, tokens=10))
    brain.handle(0.1, asks(4, tenant=0, tokens=10))
    for request in (5, 6):
        brain.handle(0.2, asks(request, tenant=1, tokens=10))
    assert called(ends(brain, 1.0, 1)) == [5], "it has two places, and the other one fewer with far more tokens"
    assert called(ends(brain, 2.0, 0)) == [4]


def test_who_would_wait_too_long_is_told_at_once_when_to_come_back() -> None:
    brain = Machine(law(Gate(2, 1000, 4.0, early=True)))
    for request in range(2):
        brain.handle(0.0, asks(request))
    for request in range(2):
        ends(brain, 3.0, request)
    for request in range(2, 4):
        brain.handle(3.0, asks(request))
    hows = [brain.handle(3.0, asks(request))[0] for request in range(4, 9)]
    assert [type(order) for order in hows] == [Sleep, Sleep, Reply, Reply, Reply], "places are held for 3 s"
    assert hows[2] == Reply(6, machine.SHED, -1, 0, 4.5)


def test_places_shrink_when_targets_are_slow_and_come_back() -> None:
    brain = Machine(law(Gate(10, 100, 50.0, floor=4)))
    for request in range(25):
        brain.handle(float(request), asks(request))
        ends(brain, request + 0.5, request, first_s=0.5)
    limits = []
    for request in range(25, 60):
        brain.handle(float(request), asks(request))
        ends(brain, request + 0.5, request, first_s=9.0 if request < 40 else 0.1)
        limits.append(brain.state.desk.limit)
    assert limits[0] == 9.0
    assert min(limits) >= 4.0
    assert limits[14] == min(limits) < 6.0
    assert limits[14] < limits[-1] <= 10.0
    brain.state.desk.limit = 4.7
    orders = [brain.handle(100.0, asks(request))[0] for request in range(100, 106)]
    assert [type(order) for order in orders] == [Call] * 4 + [Sleep] * 2


def test_an_overload_shrinks_the_places_once_in_the_usual_time() -> None:
    brain = Machine(law(Gate(10, 100, 50.0, floor=1)))
    for request in range(6):
        brain.handle(0.0, asks(request))
    brain.state.pulses[0].usual_s = 2.0
    for now, limit in ((1.0, 10.0), (2.0, 9.0), (2.5, 9.0), (4.0, 8.1)):
        brain.handle(now, Finish(int(now * 2) - 2 if now != 4.0 else 4, route.OVERLOAD, 0, 0.0, 0.0))
        assert brain.state.desk.limit == pytest.approx(limit)


def test_a_crowded_gateway_goes_to_the_cheapest_first() -> None:
    base = rules(gate=Gate(4, 4, 4.0), hops=2, attempts=1)
    routes = (base.routes[0]._replace(relief=0.5, cache=-1), base.routes[1])
    brain = Machine(base._replace(routes=routes, costs=(Cost(5, 5), Cost(1, 1))))
    first = [brain.handle(0.0, Arrive(number, 0, -1, 0, 1, 10, 10))[0] for number in range(4)]
    assert [order.target for order in first if isinstance(order, Call)] == [0, 0, 1, 1]


def test_a_tenant_s_tokens_and_requests_at_once() -> None:
    limited = TenantRule(Cap(0, 1e9), Bucket(0.0, 1.0), Bucket(10.0, 100.0), 2, 0.5)
    brain = Machine(law(Gate(9, 9, 4.0), limited))
    assert called(brain.handle(0.0, asks(0, tenant=0, tokens=60))) == [0]
    assert brain.handle(0.0, asks(1, tenant=0, tokens=60)) == [Reply(1, machine.OVER_RATE, -1, 0, 2.0)]
    assert called(brain.handle(2.0, asks(2, tenant=0, tokens=60))) == [2]
    assert brain.handle(3.0, asks(3, tenant=0)) == [Reply(3, machine.OVER_RATE, -1, 0, 0.5)]
    ends(brain, 3.0, 0)
    assert called(brain.handle(3.0, asks(4, tenant=0))) == [4]


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 50), st.booleans()), max_size=60))
def test_no_tenant_gets_more_tokens_than_its_rate(steps: list[tuple[float, int, bool]]) -> None:
    limited = TenantRule(Cap(0, 1e9), Bucket(5.0, 5.0), Bucket(10.0, 100.0), 3, 0.5)
    brain = Machine(law(Gate(99, 9, 4.0), limited))
    now, let_in = 0.0, 0
    for request, (pause, tokens, ends_one) in enumerate(steps):
        now += pause
        if called(brain.handle(now, asks(request, tenant=0, tokens=tokens))):
            let_in += tokens
        assert let_in <= 100 + 10 * now + 1e-3
        assert len(brain.open) <= 3
        if ends_one and brain.open:
            ends(brain, now, next(iter(brain.open)))
