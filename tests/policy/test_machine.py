"""The machine in a world that does what it likes."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.policy import machine, route
from archwright.policy.breaker import Breaker
from archwright.policy.bucket import Bucket
from archwright.policy.budget import Cap
from archwright.policy.machine import Arrive, Call, Finish, Forget, Keep, Leave, Machine, Reply, Sleep, Wake
from archwright.policy.rules import CacheRule, Gate, Rules, TenantRule
from tests.policy.world import Answer, Client, World, rules

CLIENTS = st.lists(
    st.builds(
        Client,
        pause=st.sampled_from((0.0, 0.1, 0.5, 3.0)),
        route=st.integers(0, 1),
        tenant=st.integers(-1, 0),
        key=st.integers(0, 6),
        cost=st.integers(0, 50),
        patience=st.sampled_from((0.0, 0.0, 0.3, 2.0, 9.0)),
    ),
    min_size=1,
    max_size=60,
)
ANSWERS = st.lists(
    st.builds(
        Answer,
        outcome=st.sampled_from((route.OK, *range(7))),
        after=st.sampled_from((0.0, 0.2, 1.0, 4.0, 20.0)),
        cost=st.integers(0, 60),
        retry_after=st.sampled_from((0.0, 0.4, 5.0)),
        luck=st.floats(0, 1, exclude_max=True),
    ),
    min_size=1,
    max_size=30,
)
LAWS = st.builds(
    rules,
    gate=st.builds(Gate, st.integers(1, 4), st.integers(0, 5), st.sampled_from((0.5, 4.0, 30.0))),
    hops=st.integers(1, 3),
    attempts=st.integers(1, 3),
    breaker=st.builds(Breaker, st.integers(0, 3), st.sampled_from((0.5, 5.0)), st.integers(1, 2)),
    ratio=st.sampled_from((-1.0, 0.0, 0.3)),
    cap=st.builds(Cap, st.sampled_from((0, 100, 400)), st.just(20.0)),
    tenants=st.tuples(
        st.builds(
            TenantRule,
            st.builds(Cap, st.sampled_from((0, 90)), st.just(20.0)),
            st.sampled_from((Bucket(0, 1), Bucket(1, 3))),
        )
    ),
    cache=st.builds(CacheRule, st.sampled_from((1.0, 30.0)), st.integers(1, 3)),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(LAWS, CLIENTS, ANSWERS)
def test_every_request_ends_once(law: Rules, clients: list[Client], answers: list[Answer]) -> None:
    world = World(law, clients, answers).run()
    assert world.ended == set(range(len(clients)))
    replies = Counter(order.request for _, order in world.said if isinstance(order, Reply))
    assert set(replies.values()) <= {1}
    assert world.machine.in_flight == 0
    assert not world.machine.open
    assert not world.machine.queued
    assert world.machine.spent.reserved == 0
    assert all(spent.reserved == 0 for spent in world.machine.tenant_spent)


@settings(max_examples=100, deadline=None)
@given(LAWS, CLIENTS, ANSWERS)
def test_the_same_events_give_the_same_orders(law: Rules, clients: list[Client], answers: list[Answer]) -> None:
    world = World(law, clients, answers).run()
    again = Machine(law)
    orders = [order for now, event in world.told for order in again.handle(now, event)]
    assert orders == [order for _, order in world.said]


@settings(max_examples=100, deadline=None)
@given(LAWS, CLIENTS, ANSWERS)
def test_attempts_and_hops_stay_within_the_route(law: Rules, clients: list[Client], answers: list[Answer]) -> None:
    world = World(law, clients, answers).run()
    calls: dict[int, list[Call]] = {}
    for _, order in world.said:
        if isinstance(order, Call):
            calls.setdefault(order.request, []).append(order)
    for request, made in calls.items():
        hops = law.routes[clients[request].route].hops
        assert [call.attempt for call in made] == list(range(1, len(made) + 1))
        places = [[hop.target for hop in hops].index(call.target) for call in made]
        assert places == sorted(places)
        for place, times in Counter(places).items():
            assert times <= hops[place].attempts
    for _, order in world.said:
        if isinstance(order, Reply):
            assert order.attempts == len(calls.get(order.request, []))
            if order.how == machine.ANSWERED:
                hops = law.routes[clients[order.request].route].hops
                assert hops[order.hop].target == calls[order.request][-1].target


def test_everything_open_and_a_deep_queue_do_not_recurse() -> None:
    depth = 20_000
    law = rules(gate=Gate(1, depth, 1e6), hops=1, attempts=1, breaker=Breaker(1, 1e6, 1), deadline=1e7, timeout=1e7)
    brain = Machine(law)
    assert isinstance(brain.handle(0.0, Arrive(0, 0, -1, 0, 0))[0], Call)
    for request in range(1, depth + 1):
        assert isinstance(brain.handle(0.0, Arrive(request, 0, -1, 0, 0))[0], Sleep)
    orders = brain.handle(1.0, Finish(0, route.TRANSIENT, 0, 0.0, 0.5))
    assert [order.how for order in orders if isinstance(order, Reply)] == [machine.FAILED] * (depth + 1)
    assert not brain.open


def test_a_request_does_not_wait_for_a_place_beyond_its_deadline() -> None:
    brain = Machine(rules(gate=Gate(1, 5, 60.0), deadline=3.0))
    brain.handle(0.0, Arrive(0, 0, -1, 0, 0))
    (sleep,) = brain.handle(1.0, Arrive(1, 0, -1, 0, 0))
    assert isinstance(sleep, Sleep)
    assert sleep.until == 4.0
    (reply,) = brain.handle(4.0, Wake(1, sleep.ticket))
    assert isinstance(reply, Reply)
    assert reply.how == machine.SHED


def answer(brain: Machine, now: float, request: int, key: int, *, tenant: int = -1, cost: int = 0) -> list[object]:
    """Let a request be answered at once; everything that was said."""
    said: list[object] = [*brain.handle(now, Arrive(request, 0, tenant, key, cost))]
    if isinstance(said[-1], Call):
        said += brain.handle(now, Finish(request, route.OK, cost, 0.0, 0.0))
    return said


def test_a_cache_answers_until_its_time_and_forgets_the_one_used_longest_ago() -> None:
    brain = Machine(rules(cache=CacheRule(10.0, 2)))
    assert Keep(0, 0, 7) in answer(brain, 0.0, 0, 7)
    answer(brain, 1.0, 1, 8)
    assert answer(brain, 2.0, 2, 7) == [Reply(2, machine.CACHED, -1, 0, 0.0)]
    assert Forget(0, 8) in answer(brain, 3.0, 3, 9)
    assert answer(brain, 9.9, 4, 7) == [Reply(4, machine.CACHED, -1, 0, 0.0)]
    assert isinstance(answer(brain, 10.0, 5, 7)[0], Call)


def test_a_request_without_a_key_is_never_kept() -> None:
    brain = Machine(rules())
    assert not [order for order in answer(brain, 0.0, 0, 0) if isinstance(order, Keep)]
    assert isinstance(answer(brain, 0.0, 1, 0)[0], Call)


@pytest.mark.parametrize(("cap", "tenant"), [(100, 0), (0, 100)])
def test_a_spent_budget_refuses(cap: int, tenant: int) -> None:
    limits = (TenantRule(Cap(tenant, 1000.0), Bucket(0.0, 1.0)),)
    brain = Machine(rules(cap=Cap(cap, 1000.0), tenants=limits))
    assert isinstance(answer(brain, 0.0, 0, 0, tenant=0, cost=60)[0], Call)
    assert answer(brain, 1.0, 1, 0, tenant=0, cost=60) == [Reply(1, machine.OVER_BUDGET, -1, 0, 0.0)]
    assert isinstance(answer(brain, 1.0, 2, 0, tenant=0, cost=40)[0], Call)
    assert isinstance(answer(brain, 1001.0, 3, 0, tenant=0, cost=60)[0], Call)


def test_a_tenant_that_asks_too_often_is_told_when_to_come_back() -> None:
    limits = (TenantRule(Cap(0, 1000.0), Bucket(0.5, 2.0)),)
    brain = Machine(rules(tenants=limits))
    hows = [answer(brain, 0.0, request, 0, tenant=0)[-1] for request in range(3)]
    assert hows[2] == Reply(2, machine.OVER_RATE, -1, 0, 2.0)
    assert isinstance(answer(brain, 2.0, 3, 0, tenant=0)[0], Call)


def test_a_target_that_is_left_alone_is_passed_over() -> None:
    brain = Machine(rules(attempts=1, breaker=Breaker(1, 10.0, 1)))
    brain.handle(0.0, Arrive(0, 0, -1, 0, 0))
    (second,) = brain.handle(0.1, Finish(0, route.TRANSIENT, 0, 0.0, 0.0))
    assert isinstance(second, Call)
    assert second.target == 1
    (direct,) = brain.handle(0.2, Arrive(1, 0, -1, 0, 0))
    assert isinstance(direct, Call)
    assert (direct.target, direct.attempt) == (1, 1)


def test_a_client_that_leaves_gives_its_place_to_the_next() -> None:
    brain = Machine(rules(gate=Gate(1, 5, 60.0)))
    brain.handle(0.0, Arrive(0, 0, -1, 0, 30))
    brain.handle(0.0, Arrive(1, 0, -1, 0, 10))
    (call,) = brain.handle(1.0, Leave(0, 4))
    assert isinstance(call, Call)
    assert call.request == 1
    assert (brain.spent.settled, brain.spent.reserved) == (4, 10)


def test_each_target_has_its_own_tries() -> None:
    answers = [Answer(route.TRANSIENT, 0.1, 0, 0.0, 0.1)]
    world = World(rules(attempts=2, breaker=Breaker(0, 1.0, 1), ratio=-1.0), [Client(0.0, 0, -1, 0, 0, 0.0)], answers)
    world.run()
    assert [order.target for _, order in world.said if isinstance(order, Call)] == [0, 0, 1, 1]


def test_retries_are_paid_from_their_budget() -> None:
    answers = [Answer(route.TRANSIENT, 0.1, 0, 0.0, 0.1)]
    clients = [Client(5.0, 0, -1, 0, 0, 0.0) for _ in range(20)]
    law = rules(hops=1, attempts=2, breaker=Breaker(0, 1.0, 1), ratio=0.25)
    world = World(law, clients, answers).run()
    calls = sum(isinstance(order, Call) for _, order in world.said)
    assert calls == 20 + 1 + 20 // 4


def test_a_probe_whose_client_left_gives_its_place_back() -> None:
    brain = Machine(rules(hops=1, attempts=1, breaker=Breaker(1, 10.0, 1)))
    brain.handle(0.0, Arrive(0, 0, -1, 0, 0))
    brain.handle(0.0, Finish(0, route.TRANSIENT, 0, 0.0, 0.0))
    assert isinstance(brain.handle(10.0, Arrive(1, 0, -1, 0, 0))[0], Call)
    assert isinstance(brain.handle(10.0, Arrive(2, 0, -1, 0, 0))[0], Reply)
    brain.handle(11.0, Leave(1, 0))
    assert isinstance(brain.handle(11.0, Arrive(3, 0, -1, 0, 0))[0], Call)


def test_a_canned_answer_stands_in_only_where_there_is_one() -> None:
    for way, how in ((0, machine.FAILED), (1, machine.DEGRADED)):
        brain = Machine(rules(hops=1, attempts=1))
        brain.handle(0.0, Arrive(0, way, -1, 0, 0))
        assert brain.handle(1.0, Finish(0, route.TIMEOUT, 0, 0.0, 0.0)) == [Reply(0, how, -1, 1, 0.0)]


def test_a_wrong_request_fails_even_where_there_is_a_canned_answer() -> None:
    brain = Machine(rules())
    brain.handle(0.0, Arrive(0, 1, -1, 0, 0))
    assert brain.handle(1.0, Finish(0, route.CALLER, 0, 0.0, 0.0)) == [Reply(0, machine.FAILED, -1, 1, 0.0)]
