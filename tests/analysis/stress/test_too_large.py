"""What does not fit into the fast engine's whole numbers is simulated by the plain one, and that is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from archwright.analysis.stress import engines
from archwright.analysis.stress.at_hand import put_at_hand
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.kernel import engine
from archwright.plan.model import Plan, TokenLaw
from tests.analysis.stress import designs as d


@pytest.fixture
def said() -> Iterator[list[str]]:
    told: list[str] = []
    put_at_hand(lambda: engine.simulate, told.append)
    yield told
    put_at_hand(None)


def priced(output: int) -> Plan:
    """A plan whose gateway has a place for one request at once."""
    plan = d.plan(d.journey(rate=5.0), targets=(d.target(price=replace(d.PRICE, output=output)),))
    return replace(plan, gateway=replace(plan.gateway, concurrency=1, queue=1))


@pytest.mark.filterwarnings("ignore:overflow encountered")  # NumPy says it in plain Python; compiled code wraps around
def test_a_run_that_costs_too_much_is_run_again(said: list[str]) -> None:
    plan = priced(engines.MOST_MONEY // 1000)  # one call is counted, a hundred are not
    outcome = simulate(plan, d.scenario(400.0), seed=1)
    assert said == ["the plain engine simulates, because a run costs more than the fast one can count"]
    assert outcome.cost > engines.MOST_MONEY
    assert outcome.cost == sum(sum(item.by_kind(plan.targets[0].price).values()) for item in outcome.tokens)


def test_a_call_that_costs_too_much_is_not_tried(said: list[str]) -> None:
    simulate(priced(engines.MOST_MONEY // 100), d.scenario(20.0), seed=1)
    assert said == ["the plain engine simulates, because a call may cost more than the fast one can count"]


def test_more_tokens_than_fit(said: list[str]) -> None:
    plan = d.plan(d.journey(d.step(tokens_out=TokenLaw(3e9, 0.0))))
    simulate(plan, d.scenario(2.0), seed=1)
    assert said[:1] == [
        "the plain engine simulates, because a step may ask for more tokens than the fast one can count"
    ]


def test_what_fits_is_left_to_the_fast_engine(said: list[str]) -> None:
    simulate(d.plan(), d.scenario(20.0), seed=1)
    assert said == []
