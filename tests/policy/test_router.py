"""The order of targets for a request, and the machine that follows it down the ladder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import choose, machine, route, router
from archwright.policy.budget import Cap
from archwright.policy.machine import Arrive, Call, Finish, Machine, Order, Reply
from archwright.policy.rules import Cost, RouteRule, Rules, Way
from archwright.policy.state import Arrival
from tests.policy.world import rules

FREE = Cost(0, 0)


def routed(hops: int = 3, **changed: object) -> Rules:
    """Rules whose first route is changed; costs fall with the target's number."""
    base = rules(hops=hops, attempts=1, cap=Cap(0, 1000.0))
    first = base.routes[0]._replace(**changed)  # type: ignore[arg-type]
    costs = tuple(Cost(hops - target, 10 * (hops - target)) for target in range(hops))
    return base._replace(routes=(first, *base.routes[1:]), costs=costs)


def order(law: Rules, brain: Machine | None = None, now: float = 0.0, **asked: float) -> tuple[int, ...]:
    """The order for a request that is like any other but for `asked`."""
    given = {"tokens_in": 100, "tokens_out": 50, "tenant": -1, "journey": -1, "luck": 0.5} | asked
    state = (brain or Machine(law)).state
    hops = router.line_up(state, now, Arrival(slot=3, route=0, key=0, cost=0, lane=0, age=-1.0, **given))  # type: ignore[arg-type]
    return tuple(state.turns[3 * state.law.width :][:hops])


def ended(brain: Machine, target: int, now: float, first_s: float) -> None:
    """A call of a target ended, of which nobody saw the begin."""
    router.called(brain.state, target, 0)
    router.returned(brain.state, target, 0, now, first_s)


def test_the_file_s_order_is_kept_unless_something_else_is_asked_for() -> None:
    assert order(routed()) == (0, 1, 2)


def test_the_cheapest_for_this_request_comes_first() -> None:
    law = routed(choose=choose.COST)
    assert order(law) == (2, 1, 0)
    long_in = law._replace(costs=(Cost(1, 100), Cost(5, 10), FREE._replace(input=3, output=50)))
    assert order(long_in, tokens_in=1000, tokens_out=1) == (0, 2, 1)
    assert order(long_in, tokens_in=1, tokens_out=1000) == (1, 2, 0)


def test_the_quickest_as_measured_comes_first_and_the_unknown_before_it() -> None:
    law = routed(choose=choose.LATENCY)
    brain = Machine(law)
    for target, first in ((0, 2.0), (2, 0.5)):
        ended(brain, target, 1.0, first)
    assert order(law, brain, 2.0) == (1, 2, 0)
    assert order(law, brain, 2.0, luck=0.01)[0] == 1


def test_the_one_with_the_fewest_tokens_under_way_comes_first_by_its_size() -> None:
    law = routed(choose=choose.LOAD, weights=(0.6, 0.2, 0.2))
    brain = Machine(law)
    brain.state.slots[0].tokens_in, brain.state.slots[0].tokens_out = 700, 200
    brain.state.slots[1].tokens_in = 100
    for target, slot in ((0, 0), (1, 1), (1, 1)):
        router.called(brain.state, target, slot)
    assert order(law, brain) == (2, 1, 0)  # one long call weighs more than two short ones
    router.returned(brain.state, 0, 0, 0.0, -1.0)
    assert order(law, brain) == (0, 2, 1)
    router.called(brain.state, 0, 2)  # nobody knows its tokens
    assert order(law, brain) == (2, 0, 1)


@pytest.mark.parametrize(("luck", "first"), [(0.0, 0), (0.69, 0), (0.71, 1), (0.89, 1), (0.91, 2), (0.999, 2)])
def test_weights_share_the_requests(luck: float, first: int) -> None:
    assert order(routed(choose=choose.WEIGHT, weights=(0.7, 0.2, 0.1)), luck=luck)[0] == first


def test_the_first_way_that_fits_decides_which_targets_there_are() -> None:
    ways = (Way(1001, 2**62, -1, -1, (2,)), Way(0, 2**62, 1, -1, (1, 0)), Way(0, 2**62, -1, 3, (2, 1)))
    law = routed(ways=ways)
    assert order(law, tokens_in=1001) == (2,)
    assert order(law, tokens_in=1000) == (0, 1, 2)
    assert order(law, tenant=1, journey=3) == (1, 0)
    assert order(law, tenant=0, journey=3) == (2, 1)


def test_a_slow_target_comes_last_until_it_is_forgotten_or_all_are_slow() -> None:
    law = routed(slow_s=1.0)
    brain = Machine(law)
    ended(brain, 0, 0.0, 3.0)
    assert order(law, brain, 10.0) == (1, 2, 0)
    assert order(law, brain, 100.0) == (0, 1, 2)
    for target in (1, 2):
        ended(brain, target, 10.0, 3.0)
    assert order(law, brain, 11.0) == (0, 1, 2)


@given(
    st.sampled_from(range(len(choose.CHOICES))),
    st.floats(0, 1, exclude_max=True),
    st.lists(st.tuples(st.integers(0, 2), st.floats(-1, 9)), max_size=20),
    st.floats(0, 3),
)
def test_every_target_is_in_the_order_once(how: int, luck: float, seen: list[tuple[int, float]], slow: float) -> None:
    law = routed(choose=how, weights=(0.5, 0.3, 0.2), slow_s=slow)
    brain = Machine(law)
    for now, (target, first) in enumerate(seen):
        ended(brain, target, float(now), first)
    assert sorted(order(law, brain, 20.0, luck=luck)) == [0, 1, 2]


def told(brain: Machine, now: float, outcome: int, first_s: float = -1.0) -> list[Order]:
    """The orders after the call under way ended."""
    return brain.handle(now, Finish(0, outcome, 0, 0.0, 0.0, first_s))


def test_a_machine_calls_in_the_order_of_the_request_and_says_how_far_down_it_is() -> None:
    brain = Machine(routed(choose=choose.COST))
    (first,) = brain.handle(0.0, Arrive(0, 0, -1, 0, 1, 100, 50))
    assert isinstance(first, Call)
    assert (first.target, first.hop) == (2, 0)
    (second,) = told(brain, 1.0, route.TRANSIENT)
    assert isinstance(second, Call)
    assert (second.target, second.hop) == (1, 1)
    reply = told(brain, 2.0, route.OK, 0.4)[-1]
    assert isinstance(reply, Reply)
    assert (reply.how, reply.hop) == (machine.ANSWERED, 1)
    assert brain.state.loads == [0, 0, 0]
    assert brain.state.pulses[1].first_s == 0.4


def test_an_answer_that_is_too_old_is_given_before_none() -> None:
    brain = Machine(routed(hops=1, stale_s=100.0))
    brain.handle(0.0, Arrive(0, 0, -1, 7, 1))
    told(brain, 1.0, route.OK)
    for at, how in ((40.0, machine.STALE), (130.9, machine.STALE), (131.1, machine.FAILED)):
        brain.handle(at, Arrive(0, 0, -1, 7, 1))
        (reply,) = told(brain, at, route.TRANSIENT)
        assert isinstance(reply, Reply)
        assert reply.how == how, at


def test_an_old_answer_wins_over_the_canned_one() -> None:
    law = rules(hops=1, attempts=1)
    both = law.routes[0]._replace(stale_s=100.0, degrades=True)
    assert isinstance(both, RouteRule)
    brain = Machine(law._replace(routes=(both,)))
    brain.handle(0.0, Arrive(0, 0, -1, 7, 1))
    told(brain, 0.5, route.OK)
    brain.handle(50.0, Arrive(0, 0, -1, 8, 1))
    assert told(brain, 50.0, route.TRANSIENT) == [Reply(0, machine.DEGRADED, -1, 1, 0.0)]
    brain.handle(50.0, Arrive(0, 0, -1, 7, 1))
    assert told(brain, 50.0, route.TRANSIENT) == [Reply(0, machine.STALE, -1, 1, 0.0)]


def test_where_every_target_is_slow_an_old_answer_is_given_at_once() -> None:
    brain = Machine(routed(hops=2, stale_s=100.0, slow_s=1.0))
    brain.handle(0.0, Arrive(0, 0, -1, 7, 1))
    told(brain, 3.0, route.OK, 3.0)
    for key, at in ((8, 40.0), (9, 41.0)):
        (call,) = brain.handle(at, Arrive(0, 0, -1, key, 1))
        assert isinstance(call, Call)
        told(brain, at, route.OK, 3.0)
    assert brain.handle(42.0, Arrive(0, 0, -1, 7, 1)) == [Reply(0, machine.STALE, -1, 0, 0.0)]
    assert isinstance(brain.handle(42.0, Arrive(1, 0, -1, 99, 1))[0], Call), "what was never kept is asked for"
