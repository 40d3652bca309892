"""What breaks first in designs of which one knows."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from archwright.analysis.stress import breaking as subject
from archwright.analysis.stress.answer import to_do
from archwright.analysis.stress.breaking import Breaking, breaking
from archwright.analysis.stress.scaling import needs
from archwright.plan.model import Plan, Scaling, Tenant
from archwright.plan.trace import Trace
from tests.analysis.stress import designs as d


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "SAMPLE", 400)
    monkeypatch.setattr(subject, "ENOUGH", 2400)


def found(plan: Plan) -> Breaking:
    return breaking(plan, seed=1)


def test_servers_that_are_saturated() -> None:
    plan = d.plan(
        d.journey(d.work(), d.step(stage=1, station=1), rate=0.1),
        stations=(d.station("desk", servers=1, median_s=1.0), d.station("rest")),
        objectives=(d.objective("p95", 8.0),),
    )
    edge = found(plan).edge
    assert edge is not None
    assert edge.held is not None
    # One server does one a second: ten times the rate. A p95 of 8 s comes somewhat before that.
    assert 6.0 < edge.load < 10.0
    assert edge.load / edge.held.load <= 1.05 + 1e-9
    assert edge.rate == pytest.approx(edge.load * 0.1, rel=0.15)
    assert (edge.cause.component, edge.cause.mechanism) == ("desk", "servers saturated")
    assert "Desk" in edge.cause.chain[0]


def test_replicas_that_start_too_late() -> None:
    """Twenty replicas would do four times the load that breaks; two are there when it comes."""
    law = Scaling(2, 20, 0.7, 30.0, 90.0, 300.0)
    desk = d.station("desk", servers=2, replicas=2, median_s=1.0, law="constant", scale=law)
    plan = d.plan(d.journey(d.work(), rate=1.0), stations=(desk,), objectives=(d.objective("p95", 30.0),))
    edge = found(plan).edge
    assert edge is not None
    assert edge.broke.stations[0].asked < 1.0
    assert edge.cause.mechanism == "servers saturated"
    assert edge.cause.chain[0].startswith("The load comes sooner than Desk starts replicas, ")


def test_a_gateway_that_is_full() -> None:
    base = d.plan(d.journey(rate=0.2), objectives=(d.objective("availability", 0.99, at_most=False),))
    plan = replace(base, gateway=replace(base.gateway, concurrency=4, queue=0))
    edge = found(plan).edge
    assert edge is not None
    # Erlang's loss of four places is 1 % at an offered load of 0.87, which is 0.54 calls of 1.6 s a second.
    assert 1.7 < edge.load < 4.5
    assert edge.cause.mechanism == "gateway full"
    assert edge.cause.component == "gateway"


def test_a_batch_lane_whose_queue_is_worked_off_long_after_the_load() -> None:
    """A desk lets two a second through, the place behind it less than one: there it waits, after the load too."""
    night = d.journey(d.work(), d.step(stage=1, station=1), rate=0.2, batch=True)
    stations = (d.station("desk", servers=2, median_s=1.0), d.station("rest"))
    base = d.plan(night, stations=stations, objectives=(d.objective("p95", 700.0),))
    lane = replace(base.gateway, concurrency=4, batch_places=1, batch_queue=10_000, batch_wait_s=7200.0)
    edge = found(replace(base, gateway=lane)).edge
    assert edge is not None
    assert (edge.cause.component, edge.cause.mechanism) == ("gateway", "gateway queue")
    assert f"of {base.gateway.queue + 10_000:,}" in edge.cause.chain[1]


@pytest.mark.parametrize(
    ("limit", "mechanism"),
    [({"request_rate": 2.0}, "the supplier's request limit"), ({"token_rate": 402.0}, "the supplier's token limit")],
)
def test_a_supplier_that_refuses(limit: dict[str, Any], mechanism: str) -> None:
    edge = found(d.plan(d.journey(rate=0.2), targets=(d.target(**limit),))).edge
    assert edge is not None
    assert 4.0 < edge.load < 12.0
    assert (edge.cause.component, edge.cause.mechanism) == ("first", mechanism)
    assert "refuses" in edge.cause.chain[0]


def test_what_a_limit_saves_up_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In trials of two minutes a burst of ten seconds would count for 8 %; in the long run it counts for nothing."""
    monkeypatch.setattr(subject, "SAMPLE", 1500)
    plan = d.plan(
        d.journey(rate=10.0),
        targets=(d.target(request_rate=20.0),),
        objectives=(d.objective("availability", 0.99, at_most=False),),
    )
    edge = found(plan).edge
    assert edge is not None
    assert edge.held is not None
    assert edge.broke.simulated_s == subject.SHORTEST_S
    least = 20.0 / 0.99 / 10.0  # the load of which just so many come through
    assert edge.held.load <= least * 1.02
    assert edge.load <= least * 1.07


def test_the_first_call_of_a_short_recording_finds_its_place() -> None:
    """One call a second against 1.1 a second, for half a minute: only what ten seconds save up is spent beyond 1.1x."""
    trace = Trace("short", tuple(float(second) for second in range(30)), (10,) * 30, (10,) * 30)
    plan = d.plan(
        d.journey(rate=10.0),
        targets=(d.target(request_rate=1.1),),
        objectives=(d.objective("availability", 0.99, at_most=False),),
    )
    result = breaking(plan, 1, trace)
    assert result.edge is not None
    assert 1.1 < result.edge.load < 2.0
    assert result.edge.cause.mechanism == "the supplier's request limit"
    calls = next(need for need in needs(plan, result.usual, result.edge) if need.what == "requests a minute")
    assert calls.used == pytest.approx(60.0, rel=0.05)
    assert calls.least(result.edge.load) > calls.limit


def test_a_queue_that_fills_slowly_breaks_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten servers do ten a second; at 11.5 a second it takes seven minutes until somebody waits for one."""
    monkeypatch.setattr(subject, "ENOUGH", 6000)
    plan = d.plan(
        d.journey(d.work(), rate=5.0),
        stations=(d.station("desk", servers=10, median_s=1.0, law="constant"),),
        objectives=(d.objective("p95", 60.0),),
    )
    edge = found(plan).edge
    assert edge is not None
    assert 2.0 < edge.load < 2.5  # within two minutes nobody waits so long up to 3.2 times the load


def test_nothing_breaks_where_nothing_is_limited() -> None:
    result = found(d.plan())
    assert result.edge is None
    assert result.verdict is None
    assert result.degrading is None
    assert result.tried == subject.MOST


def test_what_is_broken_from_the_start_is_said_so() -> None:
    result = found(d.plan(objectives=(d.objective("p50", 0.1),)))
    assert result.edge is not None
    assert result.edge.held is None
    assert result.edge.load == 1.0


def test_canned_answers_that_keep_a_promise_are_found() -> None:
    plan = d.plan(
        d.journey(rate=0.2),
        targets=(d.target(request_rate=2.0),),
        routes=(d.route(degraded="later"),),
        objectives=(d.objective("availability", 0.99, at_most=False),),
    )
    result = found(plan)
    assert result.edge is None
    assert result.degrading is not None
    assert result.degrading.cause.component == "first"
    assert 4.0 < result.degrading.load < 12.0


def test_more_places_do_not_help_against_a_limit_that_is_meant() -> None:
    base = d.plan(
        d.journey(rate=0.2),
        tenants=(Tenant("shop", 1.0, 0, request_rate=1.0),),
        objectives=(d.objective("availability", 0.99, at_most=False),),
    )
    plan = replace(base, gateway=replace(base.gateway, concurrency=8))
    result = found(plan)
    assert result.edge is not None
    assert result.edge.cause.mechanism == "tenants' limits"
    said = to_do(plan, result)
    assert said[0] == "raise what the file allows (tenants' limits), if that load is to be let in."
    assert not any("would carry" in words for words in said)


def test_a_quick_search_takes_fewer_journeys_and_says_how_far_it_may_be_off() -> None:
    plan = d.plan(
        d.journey(d.work(), d.step(stage=1, station=1), rate=0.1),
        stations=(d.station("desk", servers=1, median_s=1.0), d.station("rest")),
        objectives=(d.objective("p95", 8.0),),
    )
    fine, rough = breaking(plan, 1), breaking(plan, 1, quick=True)
    assert (fine.quick, rough.quick) == (False, True)
    assert rough.edge is not None
    assert fine.edge is not None
    assert rough.edge.held is not None
    assert 1.05 < rough.edge.load / rough.edge.held.load <= 1.2
    assert rough.edge.load == pytest.approx(fine.edge.load, rel=0.3)
    assert sum(item.arrivals for item in rough.trials) < 0.6 * sum(item.arrivals for item in fine.trials)


def test_what_fails_at_any_load_is_told_with_how_it_ends() -> None:
    found_ = found(d.plan(d.journey(rate=0.5), targets=(d.target(error_rate=0.2),)))
    assert found_.edge is not None
    assert found_.edge.held is None
    assert "by its own errors" in found_.edge.cause.chain[0]
