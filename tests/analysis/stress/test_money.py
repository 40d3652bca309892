"""Objectives of cost: what a month costs by a simulation, with what models cost without being called."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from archwright.analysis.price import price
from archwright.analysis.stress import breaking as breaks
from archwright.analysis.stress.answer import edge_words, to_do
from archwright.analysis.stress.aside import as_text
from archwright.analysis.stress.breaking import breaking
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.objectives import verdicts
from archwright.plan.model import Objective, Plan
from archwright.verbs.project import open_project
from tests.analysis.stress import designs as d

EXAMPLES = Path(__file__).parents[3] / "examples" / "chat-platform"
STANDING = 5 * 10**12


def promised(limit: float, journey: str = "") -> Plan:
    """A plan whose models cost five dollars a month before anybody calls, with an objective of cost."""
    cost = Objective("affordable", "cost", journey, at_most=True, limit=limit)
    return replace(d.plan(), standing=STANDING, objectives=(cost,))


@pytest.mark.parametrize("name", ["1-self-managed-gpus.yaml", "3-provisioned.yaml"])
def test_hardware_and_bought_units_are_those_of_the_forecast(name: str) -> None:
    compiled = open_project(EXAMPLES / name).compiled
    book = price(compiled.plan, compiled.book).book
    ends = (".hours", ".units")
    billed = sum(book[key].value for key in book if key.startswith("price.component.") and key.endswith(ends))
    assert compiled.plan.standing == pytest.approx(billed)
    assert billed > 0


def test_a_month_has_what_models_cost_without_being_called() -> None:
    outcome = simulate(promised(1.0), d.scenario(100.0), seed=1)
    (whole,) = verdicts(promised(1.0), outcome)
    (calls,) = verdicts(replace(promised(1.0), standing=0), outcome)
    (one,) = verdicts(promised(1.0, "ask"), outcome)
    assert whole.value is not None
    assert calls.value is not None
    assert whole.value == calls.value + STANDING
    assert one.value == calls.value, "no journey alone has them"


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_calls_that_bought_units_carry_cost_no_tokens(share: float) -> None:
    plain = d.plan()
    bought = replace(plain, targets=tuple(replace(item, covers=share) for item in plain.targets))
    usual, less = (simulate(plan, d.scenario(100.0), seed=1) for plan in (plain, bought))
    assert usual.cost > 0
    assert less.cost == pytest.approx(usual.cost * (1 - share), abs=2)
    assert sum(item.cost for item in less.journeys) == less.cost
    assert simulate(as_text(bought), d.scenario(100.0), seed=1).cost == usual.cost, "a supplier's bill has all tokens"


def test_a_cost_that_is_too_high_at_any_load_is_no_edge() -> None:
    found = breaking(promised(1.0), seed=1)
    assert found.verdict is None or found.verdict.objective.measure != "cost"


def test_a_cost_that_is_too_high_at_any_load_is_not_said_to_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaks, "MOST", 1.0)
    dear, fine = promised(1.0), promised(1e18)
    ((said, _),) = edge_words(dear, breaking(dear, seed=1))
    assert said == (
        "Nothing breaks up to 1 times the busiest hour: too dear already (affordable), no other objective breaks."
    )
    ((said, _),) = edge_words(fine, breaking(fine, seed=1))
    assert said == "Nothing breaks up to 1 times the busiest hour: every objective is kept."


def test_no_limit_is_raised_where_the_cost_breaks() -> None:
    """Under load the second model answers, which is dearer: more requests at it would cost more."""
    dear = replace(d.PRICE, input=50, output=50)
    plan = d.plan(
        targets=(d.target(request_rate=1.2), d.target("second", price=dear)), routes=(d.route(d.hop(0), d.hop(1)),)
    )
    usual = simulate(plan, d.scenario(1500.0), seed=1)
    month = usual.cost / usual.arrivals * plan.journeys[0].rate * plan.gateway.month_s
    plan = replace(plan, objectives=(Objective("affordable", "cost", "", at_most=True, limit=2 * month),))
    found = breaking(plan, seed=1)
    assert found.verdict is not None
    assert found.verdict.objective.measure == "cost"
    assert not any("would carry" in words for words in to_do(plan, found))
