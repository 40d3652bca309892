"""Calls beside each other in the fast engine: what the plain one says, to the last bit."""

from __future__ import annotations

import pytest

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.engines import unfit
from archwright.analysis.stress.kernel import engine
from archwright.analysis.stress.outcome import Outcome
from archwright.plan.model import Plan, TokenLaw
from archwright.policy import route
from tests.analysis.stress import designs as d


def hedged(tokens: float, **given: float) -> Plan:
    """Two targets that are slow now and then, and a route that calls the second beside a slow first."""
    step = d.step(tokens_out=TokenLaw(tokens, 0.5))
    first = d.target(spread=0.9, error_rate=0.05, concurrent=60)
    second = d.target("second", spread=0.9, error_rate=0.05)
    way = d.route(d.hop(0, attempts=2, timeout_s=4.0), d.hop(1, timeout_s=4.0), hedge_s=0.8, retry_ratio=0.5, **given)
    return d.plan(d.journey(step, rate=20.0), targets=(first, second), routes=(way,))


def called_off(outcome: Outcome) -> int:
    """Calls that ended because another one answered, or broke off."""
    return sum(target.calls[route.CUT] for target in outcome.targets)


@pytest.mark.parametrize("tokens", [20.0, 150.0], ids=["whole", "streamed"])
@pytest.mark.parametrize("seed", range(3))
def test_on_a_slow_route(loop: engine.Run, tokens: float, seed: int) -> None:
    plan = hedged(tokens)
    assert not list(unfit(plan))
    scenario = d.scenario(
        120.0, d.change("slow", "first", 30.0, 30.0, factor=5.0), d.change("down", "second", 80.0, 9.0)
    )
    plain = simulate(plan, scenario, seed=seed)
    assert called_off(plain) > 100
    assert engine.simulate(plan, scenario, seed, 1.0, None, loop) == plain


def test_as_it_stands_in_python() -> None:
    plain = simulate(hedged(150.0), d.scenario(20.0), seed=5)
    assert called_off(plain) > 10
    assert engine.simulate(hedged(150.0), d.scenario(20.0), 5, 1.0, None) == plain


def test_the_tables_grow_when_many_are_called_off(loop: engine.Run) -> None:
    """A call that is called off keeps its row until its end would have come: here half a minute later."""
    plan = hedged(150.0)
    slow = d.target(per_token_s=0.2, first_token_s=20.0)
    plan = d.plan(d.journey(d.step(), rate=300.0), targets=(slow, plan.targets[1]), routes=plan.routes)
    plain = simulate(plan, d.scenario(40.0), seed=1)
    assert called_off(plain) > 4 * 1024
    assert engine.simulate(plan, d.scenario(40.0), 1, 1.0, None, loop) == plain
