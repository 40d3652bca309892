"""Copies of requests, a smaller model and sessions that stay together, as a simulation shows them."""

from __future__ import annotations

from typing import Any

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.outcome import Outcome
from archwright.plan.model import Plan, Price
from archwright.plan.rules import luck_of
from archwright.plan.shadow import Shadow
from tests.analysis.stress import designs as d

LASTS_S = 200.0


def design(**route: Any) -> Plan:
    """A route to the first of two models; a call of the second costs less."""
    second = d.target("second", price=Price(1, 1, 2, "made up", "2026-01-01"))
    return d.plan(routes=(d.route(d.hop(), **route),), targets=(d.target(), second))


def run(plan: Plan, *changes: Any) -> Outcome:
    """What a simulation says."""
    return simulate(plan, d.scenario(LASTS_S, *changes), seed=7)


def cost_at(outcome: Outcome, target: str) -> int:
    """What the calls of a target cost."""
    return sum(item.cost for item in outcome.tokens if item.target == target)


def test_a_shadow_gets_what_its_route_s_models_get_and_nobody_waits_for_it() -> None:
    alone, beside = run(design()), run(design(shadow=Shadow(1, 1.0, 10**6, 60.0)))
    first, second = beside.targets
    assert first.asked == second.asked == beside.requests > 100
    assert beside.latencies == alone.latencies
    assert cost_at(beside, "first") == alone.cost
    assert cost_at(beside, "second") == second.asked * (100 * 1 + 101 * 2)
    assert beside.journeys[0].cost == beside.cost


def test_a_share_and_its_places_bound_the_copies() -> None:
    some = run(design(shadow=Shadow(1, 0.3, 10**6, 60.0)))
    assert 0.2 < some.targets[1].asked / some.requests < 0.4
    # One copy of 1.6 s at a time, of one request a second: at most one begins in so long.
    assert run(design(shadow=Shadow(1, 1.0, 1, 60.0))).targets[1].asked <= LASTS_S / 1.6 + 1


def test_a_shadow_that_is_down_harms_nobody() -> None:
    down = d.change("down", "second", 0.0, LASTS_S)
    outcome = run(design(shadow=Shadow(1, 1.0, 10**6, 60.0)), down)
    assert outcome.failed == 0
    assert outcome.targets[1].asked == outcome.requests
    assert cost_at(outcome, "second") == 0


def test_the_smaller_model_answers_where_canned_words_would_have() -> None:
    down = d.change("down", "first", 0.0, LASTS_S)
    canned, answered = run(design(degraded="later"), down), run(design(degraded="later", smaller=d.hop(1)), down)
    assert canned.degraded == canned.arrivals
    assert answered.answered == answered.arrivals
    assert answered.fallbacks == answered.requests


def test_a_session_or_a_tenant_has_one_luck() -> None:
    way = d.route(choose="weight", sticky="session")
    assert luck_of(way, 3, 11, 5, 0) == luck_of(way, 3, 12, 5, 1) != luck_of(way, 3, 11, 6, 0)
    way = d.route(choose="weight", sticky="tenant")
    assert luck_of(way, 3, 11, 5, 0) == luck_of(way, 3, 12, 6, 0) != luck_of(way, 3, 11, 5, 1)
    assert luck_of(way, 3, 11, 5, -1) != luck_of(way, 3, 12, 5, -1), "without a tenant each request has its own"
