"""Hedges, ramps, bounds of cost, tokens paid for and deadlines of a stream, as a simulation shows them."""

from __future__ import annotations

from typing import Any

import pytest

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.outcome import Outcome
from archwright.plan.model import Hop, Plan, Target, TokenLaw
from archwright.policy import machine, route
from tests.analysis.stress import designs as d

CALL_S = 0.5 + 0.1 + 1.0  # what one call of the plain target takes
SLOW: Any = {"first_token_s": 30.0}


def two(first: Target, second: Target, *hops: Hop, **given: Any) -> Plan:
    """A route over two targets."""
    return d.plan(targets=(first, second), routes=(d.route(*(hops or (d.hop(0), d.hop(1))), **given),))


def calls(outcome: Outcome, target: int, how: int) -> int:
    return outcome.targets[target].calls[how]


def test_a_hedge_takes_over_from_a_slow_target_and_both_are_accounted_for() -> None:
    plan = two(d.target(**SLOW), d.target("second"), hedge_s=0.8)
    outcome = simulate(plan, d.scenario(200.0), seed=1)
    assert outcome.answered == outcome.arrivals > 100
    assert outcome.latencies.least == pytest.approx(0.8 + CALL_S)
    assert outcome.latencies.most == pytest.approx(0.8 + CALL_S)
    assert calls(outcome, 0, route.CUT) == calls(outcome, 1, route.OK) == outcome.arrivals
    assert outcome.fallbacks == outcome.arrivals
    plain = simulate(two(d.target(**SLOW), d.target("second")), d.scenario(200.0), seed=1)
    assert plain.latencies.least > 30.0
    assert outcome.cost == plain.cost, "the first had written nothing that could be billed"


def test_a_whole_answer_that_loses_is_billed_as_far_as_it_was_written() -> None:
    """A client that asks for no stream: nothing has begun for it until one of them is whole."""
    short = d.journey(d.step(tokens_out=TokenLaw(6.0, 0.0)))
    slow = d.target(per_token_s=5.0)  # its first token comes after 0.6 s, its last after 25.6 s
    targets = (slow, d.target("second"))
    plan = d.plan(short, targets=targets, routes=(d.route(d.hop(0), d.hop(1), hedge_s=0.2),))
    outcome = simulate(plan, d.scenario(100.0), seed=1)
    assert calls(outcome, 0, route.CUT) == calls(outcome, 1, route.OK) == outcome.arrivals
    tokens = {item.target: item for item in outcome.tokens}
    assert tokens["first"].output == outcome.arrivals
    assert tokens["second"].output == 6 * outcome.arrivals


def test_no_hedge_where_the_first_is_quick_enough() -> None:
    outcome = simulate(two(d.target(), d.target("second"), hedge_s=0.8), d.scenario(200.0), seed=1)
    assert sum(outcome.targets[1].calls) == 0


def test_the_first_content_is_waited_for_no_longer_than_the_flow_says() -> None:
    plan = two(d.target(first_content_s=2.0, **SLOW), d.target("second"))
    outcome = simulate(plan, d.scenario(200.0), seed=1)
    assert calls(outcome, 0, route.TIMEOUT) == outcome.arrivals
    assert outcome.latencies.most == pytest.approx(2.0 + CALL_S)


def test_what_is_paid_for_is_used_up_first() -> None:
    """One request a second takes 201 tokens, and 100 a second are paid for, with ten seconds' worth at once."""
    outcome = simulate(two(d.target(provisioned_rate=100.0), d.target("second")), d.scenario(400.0), seed=1)
    first, second = (calls(outcome, target, route.OK) for target in (0, 1))
    assert first + second == outcome.arrivals
    assert first == pytest.approx((100.0 * 400 + 1000) / 201, rel=0.03)


def test_a_target_that_comes_back_gets_its_share_bit_by_bit() -> None:
    def seen(ramp_s: float) -> Outcome:
        first = d.target(breaker_failures=2, breaker_open_s=10.0, breaker_ramp_s=ramp_s)
        fault = d.change("down", "first", 50.0, 60.0)
        return simulate(two(first, d.target("second")), d.scenario(200.0, fault), seed=1)

    plain, ramped = seen(0.0), seen(80.0)
    assert plain.answered == ramped.answered == plain.arrivals
    more = calls(ramped, 1, route.OK) - calls(plain, 1, route.OK)
    assert 20 < more < 60, "about 45 % of the calls of 80 s"


def test_a_chain_costs_no_more_than_it_may() -> None:
    def seen(most_cost: int) -> Outcome:
        targets = (d.target(error_rate=1.0), d.target("second"))
        plan = d.plan(targets=targets, routes=(d.route(d.hop(0), d.hop(1), most_cost=most_cost),))
        return simulate(plan, d.scenario(100.0), seed=1)

    free, bound = seen(0), seen(1)
    assert free.answered == free.arrivals
    assert bound.hows[machine.FAILED] == bound.arrivals
    assert sum(bound.targets[1].calls) == 0
