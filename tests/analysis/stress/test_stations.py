"""What a station does with more work than it can do: queues with a bound, patience, ranks, sharing, scaling, hours."""

from __future__ import annotations

from typing import Any

import pytest

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.outcome import Outcome, StationOutcome
from archwright.plan.model import Change, Journey, Plan, Scaling, Scenario
from tests.analysis.stress import designs as d

HOUR = 3600.0


def busy(*journeys: Journey, **given: Any) -> Plan:
    """Two a second at one server that needs a second, unless told."""
    made: dict[str, Any] = {"servers": 1, "median_s": 1.0, "law": "constant"}
    return d.plan(*(journeys or (d.journey(d.work(), rate=2.0),)), stations=(d.station(**(made | given)),))


def run(plan: Plan, lasts_s: float = 600.0, *changes: Change) -> tuple[Outcome, StationOutcome]:
    outcome = simulate(plan, d.scenario(lasts_s, *changes), seed=5)
    return outcome, outcome.stations[0]


def test_patience_that_is_exponential_lets_some_wait_longer() -> None:
    """One after the other for a second: who comes first is served, and the others leave at times of their own."""
    outcome, station = run(busy(patience_s=0.5, patience_law="exponential"))
    assert station.given_up == outcome.failed > 0
    assert station.longest_wait_s > 0.6
    _, endless = run(busy(patience_s=1e6, patience_law="exponential"))
    assert endless.given_up < station.given_up / 10


def test_a_bounded_queue_turns_the_others_away() -> None:
    outcome, station = run(busy(queue=3))
    assert station.deepest == 3
    assert station.refused == outcome.failed > 0
    assert station.longest_wait_s <= 3.0 + 1e-9
    _, endless = run(busy())
    assert endless.refused == 0
    assert endless.deepest > 100


def test_a_queue_of_none_lets_nobody_wait() -> None:
    outcome, station = run(busy(queue=0))
    assert station.waited_s == 0.0
    assert station.jobs == outcome.arrivals == outcome.answered + station.refused


def test_patience_bounds_the_wait_and_not_the_work() -> None:
    outcome, station = run(busy(patience_s=0.5))
    assert station.longest_wait_s <= 0.5 + 1e-9
    assert station.given_up == outcome.failed > 0
    assert station.failed == 0
    assert outcome.latencies.most <= 1.5 + 1e-9


def test_the_urgent_go_first() -> None:
    ranked = [d.journey(d.work(), name=name, rate=0.7, rank=rank) for rank, name in enumerate(("high", "none", "low"))]
    outcome, _ = run(busy(*ranked))
    high, none, low = (journey.latencies.mean for journey in outcome.journeys)
    assert high < 4.0 < none < low
    even, _ = run(busy(*(d.journey(d.work(), name=str(number), rate=0.7) for number in range(3))))
    assert max(item.latencies.mean for item in even.journeys) < 1.1 * min(item.latencies.mean for item in even.journeys)


def test_alone_at_a_shared_station_nothing_is_slower() -> None:
    _, station = run(busy(d.journey(d.work(), rate=0.01), shared=True), 20_000.0)
    assert station.waited_s == pytest.approx(0.0, abs=2.0)
    assert station.utilisation == pytest.approx(0.01, rel=0.3)


def test_shared_work_slows_down_together_and_a_bound_keeps_it_quick() -> None:
    _, station = run(busy(shared=True, queue=4))
    assert station.deepest == 4
    assert station.refused > 0
    assert 0.95 < station.utilisation <= 1.0 + 1e-9
    _, short = run(busy(shared=True, queue=1))
    assert short.longest_wait_s < station.longest_wait_s


def test_a_fault_takes_servers_away_from_those_who_share() -> None:
    plan = busy(d.journey(d.work(), rate=2.0), shared=True, servers=4)
    _, calm = run(plan)
    _, cut = run(plan, 600.0, d.change("limit", "work", 100.0, 200.0, factor=0.25))
    assert cut.waited_s > 10 * calm.waited_s


def test_replicas_follow_the_load_late_and_cost_only_what_they_ran() -> None:
    law = Scaling(2, 8, 0.7, 30.0, 60.0, 300.0)
    plan = busy(d.journey(d.work(), rate=1.0), replicas=2, servers=2, scale=law)
    spike = d.change("load", "", 1200.0, 900.0, factor=4.0)
    _, fixed = run(busy(d.journey(d.work(), rate=1.0), replicas=2, servers=2), 5400.0, spike)
    _, scaled = run(plan, 5400.0, spike)
    assert fixed.mean_replicas == 2.0
    assert scaled.waited_s < 0.2 * fixed.waited_s
    assert 6 <= scaled.most_replicas <= 8
    assert 2.0 < scaled.mean_replicas < 5.0
    assert scaled.longest_wait_s > 20.0  # nobody is served by a replica that is still starting
    cold = busy(d.journey(d.work(), rate=1.0), replicas=2, servers=2, scale=Scaling(2, 8, 0.7, 30.0, 0.0, 300.0))
    _, instant = run(cold, 5400.0, spike)
    assert instant.waited_s < scaled.waited_s


def test_people_work_in_their_hours() -> None:
    hours = tuple(int(hour % 24 in range(8, 18)) for hour in range(168))
    plan = busy(d.journey(d.work(), rate=0.05), hours=hours)
    night = simulate(plan, Scenario("night", "", 4 * HOUR, (), begins_s=5 * HOUR), seed=5)
    assert night.stations[0].longest_wait_s == pytest.approx(3 * HOUR, rel=0.02)
    assert night.answered == night.arrivals
    assert night.stations[0].asked == pytest.approx(0.05 * 4, rel=0.2)
    assert night.stations[0].mean_replicas == pytest.approx(0.25)
    day = simulate(plan, Scenario("day", "", 4 * HOUR, (), begins_s=9 * HOUR), seed=5)
    assert day.stations[0].longest_wait_s < 60.0
    whenever = simulate(plan, d.scenario(4 * HOUR), seed=5)
    assert whenever.stations[0].longest_wait_s < 60.0
