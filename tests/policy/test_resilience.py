"""Hedges, ramps, what is usual, what a chain may cost, tokens that are paid for: the machine's orders, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import breaker, machine, route
from archwright.policy.breaker import ADMITTED, CLOSED, FIRST_SHARE, OPEN, REFUSED, Breaker, Circuit
from archwright.policy.bucket import Bucket, Held, draw, put_back
from archwright.policy.choose import ENOUGH, Pulse, felt, learn, unusual
from archwright.policy.machine import Arrive, Begin, Call, Cancel, Finish, Leave, Machine, Reply, Sleep, Wake
from archwright.policy.retry import RetryBudget
from archwright.policy.rules import Cost, Gate, Rules
from tests.policy.world import rules


def routed(hops: int = 2, **changed: object) -> Rules:
    """Rules whose first route is changed; no cache."""
    base = rules(gate=Gate(1000, 10, 4.0), hops=hops, attempts=1)
    first = base.routes[0]._replace(**{"cache": -1, "retries": RetryBudget(-1.0, 10.0), **changed})  # type: ignore[arg-type]
    return base._replace(routes=(first, *base.routes[1:]))


def asks(request: int, luck: float = 0.0) -> Arrive:
    return Arrive(request, 0, -1, 0, 100, 50, 50, -1, luck)


def hedged(law: Rules | None = None) -> Machine:
    """A machine that has called a second target for request 0 beside the first, at 0.8 s."""
    brain = Machine(law or routed(hedge_s=0.8))
    call, sleep = brain.handle(0.0, asks(0))
    assert isinstance(call, Call)
    assert isinstance(sleep, Sleep)
    assert sleep.until == 0.8
    (second,) = brain.handle(0.8, Wake(0, sleep.ticket))
    assert isinstance(second, Call)
    assert (second.target, second.attempt, second.hop) == (1, 2, 1)
    return brain


def empty(brain: Machine, cost: int) -> None:
    """Nothing is under way and so much was spent."""
    assert not brain.open
    assert (brain.in_flight, brain.spent.reserved, brain.spent.settled) == (0, 0, cost)
    assert sum(brain.state.loads) == 0


# ------------------------------------------------------------------------------------------------- hedges


@pytest.mark.parametrize(("first", "hop"), [(1, 0), (2, 1)])
def test_the_first_to_begin_wins_and_the_other_is_called_off_and_billed(first: int, hop: int) -> None:
    brain = hedged()
    assert brain.handle(1.0, Begin(0, first)) == [Cancel(0, 3 - first)]
    assert brain.handle(1.1, Finish(0, route.CUT, 7, 0.0, 0.0, -1.0, 3 - first)) == []
    assert brain.handle(2.0, Finish(0, route.OK, 30, 0.0, 0.0, 1.0, first)) == [Reply(0, machine.ANSWERED, hop, 2, 0.0)]
    empty(brain, 37)


def test_a_whole_answer_wins_when_it_is_there_and_what_the_other_cost_is_settled_afterwards() -> None:
    brain = hedged()
    orders = brain.handle(1.0, Finish(0, route.OK, 30, 0.0, 0.0, -1.0, 2))
    assert orders == [Cancel(0, 1), Reply(0, machine.ANSWERED, 1, 2, 0.0)]
    assert (brain.in_flight, brain.spent.reserved, list(brain.open)) == (0, 100, [0])
    assert brain.handle(1.2, Finish(0, route.CUT, 9, 0.0, 0.0, -1.0, 1)) == []
    empty(brain, 39)


@pytest.mark.parametrize("failing", [1, 2])
def test_where_one_fails_the_other_goes_on_alone(failing: int) -> None:
    brain = hedged()
    assert brain.handle(1.0, Finish(0, route.TRANSIENT, 1, 0.0, 0.0, -1.0, failing)) == []
    assert brain.handle(1.1, Begin(0, 3 - failing)) == []
    (reply,) = brain.handle(2.0, Finish(0, route.OK, 30, 0.0, 0.0, -1.0, 3 - failing))
    assert reply == Reply(0, machine.ANSWERED, 2 - failing, 2, 0.0)
    empty(brain, 31)


def test_where_both_fail_the_ladder_goes_on() -> None:
    brain = hedged(routed(3, hedge_s=0.8))
    brain.handle(1.0, Finish(0, route.TRANSIENT, 0, 0.0, 0.0, -1.0, 1))
    (third,) = brain.handle(1.1, Finish(0, route.TRANSIENT, 0, 0.0, 0.0, -1.0, 2))
    assert isinstance(third, Call)
    assert (third.target, third.attempt) == (2, 3)


def test_no_hedge_once_the_answer_has_begun_nor_without_a_retry_to_pay_it_nor_without_another_target() -> None:
    brain = Machine(routed(hedge_s=0.8))
    _, sleep = brain.handle(0.0, asks(0))
    assert isinstance(sleep, Sleep)
    assert brain.handle(0.5, Begin(0, 1)) == []
    assert brain.handle(0.8, Wake(0, sleep.ticket)) == []
    poor = Machine(routed(hedge_s=0.8, retries=RetryBudget(0.0, 1.0)))
    for request, calls in ((0, 1), (1, 0)):
        _, sleep = poor.handle(0.0, asks(request))
        assert isinstance(sleep, Sleep)
        assert len(poor.handle(0.8, Wake(request, sleep.ticket))) == calls
    assert [type(order) for order in Machine(routed(1, hedge_s=0.8)).handle(0.0, asks(0))] == [Call]


def test_a_client_that_leaves_ends_both_calls() -> None:
    brain = hedged()
    assert brain.handle(1.0, Leave(0, 12)) == []
    empty(brain, 12)
    assert brain.handle(1.5, Finish(0, route.OK, 30, 0.0, 0.0, -1.0, 1)) == []


# ------------------------------------------------------------------------------------- ramp, what is usual


@given(st.floats(0, 40), st.floats(0, 1, exclude_max=True))
def test_the_share_grows_from_a_tenth_to_all(after: float, luck: float) -> None:
    law, circuit = Breaker(1, 5.0, 1, ramp_s=30.0), Circuit()
    assert breaker.share(law, circuit, after) == 1.0
    breaker.record(law, circuit, 0.0, ADMITTED, 0)
    breaker.record(law, circuit, 6.0, breaker.admit(law, circuit, 6.0, luck), 1)
    assert (circuit.phase, circuit.closed_at) == (CLOSED, 6.0)
    share = breaker.share(law, circuit, 6.0 + after)
    assert FIRST_SHARE <= share <= 1.0
    assert share == pytest.approx(min(1.0, 0.1 + 0.9 * after / 30.0))
    assert breaker.admit(law, circuit, 6.0 + after, luck) == (ADMITTED if luck < share else REFUSED)
    assert breaker.admit(law, circuit, 6.0 + after) == ADMITTED


def test_a_ramp_passes_the_rest_on_but_never_leaves_a_request_without_a_target() -> None:
    law = routed()
    law = law._replace(breakers=(Breaker(1, 5.0, 1, 30.0),) * 2)
    brain = Machine(law)
    for circuit in brain.circuits:
        circuit.era, circuit.closed_at = 1, 10.0
    first = [brain.handle(10.0, asks(number, number / 100 + 0.00001234567))[0] for number in range(100)]
    targets = [order.target for order in first if isinstance(order, Call)]
    assert 0 < targets.count(0) < 50


def test_an_answer_that_is_unusually_slow_counts_as_a_failure() -> None:
    law = routed(1)
    brain = Machine(law._replace(breakers=(Breaker(2, 5.0, 1, 0.0, 3.0),)))
    for number in range(ENOUGH + 2):
        brain.handle(float(number), asks(number))
        slow = number >= ENOUGH
        assert brain.circuits[0].phase == CLOSED
        brain.handle(number + 0.5, Finish(number, route.OK, 1, 0.0, 0.0, 1.6 if slow else 0.5))
    assert brain.circuits[0].phase == OPEN


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0.01, 9)), min_size=1, max_size=60))
def test_what_is_usual_lies_among_what_was_seen_and_moves_slowly(seen: list[tuple[float, float]]) -> None:
    pulse, now = Pulse(), 0.0
    for pause, first in seen:
        now += pause
        before, known = pulse.usual_s, pulse.seen
        learn(pulse, now, first, 30.0)
        felt(pulse, now, first, 30.0)
        if known >= ENOUGH:
            assert abs(pulse.usual_s - before) <= abs(first - before) * (1 - 2 ** (-pause / 600.0)) + 1e-9
    firsts = [first for _, first in seen]
    assert min(firsts) - 1e-9 <= pulse.usual_s <= max(firsts) + 1e-9
    assert unusual(pulse, 1e9, 0.0) == 0
    assert unusual(pulse, 1e9, 3.0) == int(len(seen) >= ENOUGH)


# -------------------------------------------------------------------------------- money, tokens paid for


def test_no_attempt_is_made_that_costs_more_than_the_chain_may() -> None:
    law = routed(3, most_cost=120)._replace(costs=(Cost(1, 1), Cost(2, 2), Cost(0, 1)))
    brain = Machine(law)
    brain.handle(0.0, asks(0))
    (call,) = brain.handle(1.0, Finish(0, route.TRANSIENT, 60, 0.0, 0.0))
    assert isinstance(call, Call)
    assert call.target == 2, "the second would cost 200, the third 50"
    (reply,) = brain.handle(2.0, Finish(0, route.TRANSIENT, 30, 0.0, 0.0))
    assert isinstance(reply, Reply)
    assert (reply.how, reply.attempts) == (machine.FAILED, 2)
    dear = Machine(law._replace(routes=(law.routes[0]._replace(most_cost=1), law.routes[1])))
    assert isinstance(dear.handle(0.0, asks(0))[0], Call), "the first attempt is always made"


def test_what_is_paid_for_is_used_first_and_the_rest_goes_on() -> None:
    law = routed()._replace(provisioned=(Bucket(100.0, 250.0), Bucket(0.0, 1.0)))
    brain = Machine(law)
    targets = [order.target for n in range(4) for order in brain.handle(0.0, asks(n)) if isinstance(order, Call)]
    assert targets == [0, 0, 1, 1], "each takes 100 of 250 tokens"
    (later,) = brain.handle(0.5, asks(9))
    assert isinstance(later, Call)
    assert later.target == 0
    alone = Machine(routed(1)._replace(provisioned=(Bucket(100.0, 250.0),)))
    assert all(isinstance(alone.handle(0.0, asks(n))[0], Call) for n in range(2)), "the last target is always asked"


@given(st.floats(0.1, 50), st.floats(1, 20), st.lists(st.tuples(st.floats(0, 5), st.floats(0, 30)), max_size=40))
def test_what_is_put_back_is_there_again(rate: float, burst: float, steps: list[tuple[float, float]]) -> None:
    bucket, held, now = Bucket(rate, burst), Held(burst, 0.0), 0.0
    for pause, amount in steps:
        now += pause
        assert draw(bucket, held, now, 0.0) == 0.0
        before = held.held
        if draw(bucket, held, now, amount) == 0.0:
            put_back(bucket, held, amount)
        assert held.held == pytest.approx(before, abs=1e-4)
        assert -1e-4 * rate <= held.held <= burst
