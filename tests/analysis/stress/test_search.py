"""A route that answers from documents: its search is waited for, and its passages are read and paid for."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.outcome import Outcome
from archwright.plan.model import Plan
from tests.analysis.stress import designs as d


def searching(median_s: float = 0.0, passages: int = 0, servers: int = 0, errors: float = 0.0) -> Plan:
    """A call after a search at a station of its own."""
    found = d.station("find", median_s=median_s, servers=servers, error_rate=errors)
    call = replace(d.step(), search=1, passages=passages)
    return d.plan(d.journey(call, rate=0.2), stations=(d.station(), found))


def later(slow: Outcome, plain: Outcome, by_s: float) -> None:
    """All latencies are larger by so much."""
    assert slow.latencies.count == plain.latencies.count > 0
    for name in ("least", "mean", "most"):
        assert getattr(slow.latencies, name) == pytest.approx(getattr(plain.latencies, name) + by_s)


def test_a_search_takes_its_time_before_the_call() -> None:
    plain = simulate(searching(), d.scenario(200.0), seed=3)
    slow = simulate(searching(median_s=0.4), d.scenario(200.0), seed=3)
    later(slow, plain, 0.4)
    assert slow.stations[1].jobs == slow.arrivals
    assert slow.cost == plain.cost


def test_a_search_waits_for_its_workers() -> None:
    busy = simulate(searching(median_s=2.0, servers=1), d.scenario(2000.0), seed=3)
    assert busy.stations[1].mean_wait_s > 0.1


def test_a_search_that_fails_fails_the_journey_and_calls_nobody() -> None:
    outcome = simulate(searching(errors=1.0), d.scenario(200.0), seed=3)
    assert outcome.arrivals > 0
    assert (outcome.failed, outcome.calls) == (outcome.arrivals, 0)


def test_passages_are_read_and_paid_for() -> None:
    plain = simulate(searching(), d.scenario(200.0), seed=3)
    more = simulate(searching(passages=300), d.scenario(200.0), seed=3)
    assert more.cost - plain.cost == more.calls * 300 * d.PRICE.input
    later(more, plain, 0.3)


def test_a_step_at_its_station_and_its_search_have_luck_of_their_own() -> None:
    plan = searching(median_s=1.0)
    spread = tuple(replace(station, median_s=1.0, spread=1.0) for station in plan.stations)
    outcome = simulate(replace(plan, stations=spread), d.scenario(3000.0), seed=3)
    once = simulate(replace(plan, stations=(d.station(), spread[1])), d.scenario(3000.0), seed=3)
    # Two independent times of one law: the ends of their sum lie nearer to its middle than those of twice one time.
    assert outcome.latencies.most - 1.6 < 2 * (once.latencies.most - 1.6)
