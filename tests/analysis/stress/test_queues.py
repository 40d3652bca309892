"""The simulation against queueing theory: each mean within its 99.9 % interval over independent runs."""

from __future__ import annotations

import math
from statistics import mean, stdev

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.plan.model import Plan
from tests.analysis.stress import designs as d

SEEDS = range(1, 11)
STUDENT = 4.781  # 99.95 % quantile with 9 degrees of freedom


def within(values: list[float], expected: float) -> bool:
    half = STUDENT * stdev(values) / math.sqrt(len(values))
    return half < 0.2 * expected and abs(mean(values) - expected) <= half


def queue(rate: float, spread: float, servers: int = 1) -> Plan:
    """Poisson arrivals at a station whose mean time of work is one second."""
    median = math.exp(-spread * spread / 2)
    return d.plan(
        d.journey(d.work(), rate=rate), stations=(d.station(servers=servers, median_s=median, spread=spread),)
    )


@pytest.mark.parametrize(("rate", "spread"), [(0.5, 0.0), (0.6, 0.5), (0.5, 0.9)])
def test_one_server_waits_as_pollaczek_and_khinchine_say(rate: float, spread: float) -> None:
    outcomes = [simulate(queue(rate, spread), d.scenario(2500 / rate), seed=seed) for seed in SEEDS]
    expected = rate * math.exp(spread * spread) / (2 * (1 - rate))
    assert within([outcome.stations[0].mean_wait_s for outcome in outcomes], expected)
    assert within([outcome.latencies.mean for outcome in outcomes], expected + 1)
    assert within([outcome.stations[0].utilisation for outcome in outcomes], rate)


def test_the_interval_would_see_a_server_too_many() -> None:
    outcomes = [simulate(queue(0.6, 0.5, servers=2), d.scenario(2500 / 0.6), seed=seed) for seed in SEEDS]
    expected = 0.6 * math.exp(0.25) / (2 * (1 - 0.6))
    assert not within([outcome.stations[0].mean_wait_s for outcome in outcomes], expected)


def test_nobody_waits_where_servers_are_unlimited() -> None:
    outcomes = [simulate(queue(5.0, 0.5, servers=0), d.scenario(400.0), seed=seed) for seed in SEEDS]
    assert all(outcome.stations[0].mean_wait_s == 0 for outcome in outcomes)
    assert within([outcome.latencies.mean for outcome in outcomes], 1.0)


def test_a_full_gateway_turns_away_as_erlang_says() -> None:
    """Four places, no queue, calls of exactly 1.6 s: loss depends on the mean time alone (insensitivity)."""
    rate, places = 2.0, 4
    offered = rate * 1.6
    loss = (offered**places / math.factorial(places)) / sum(offered**k / math.factorial(k) for k in range(places + 1))
    base = d.plan(d.journey(rate=rate))
    gateway = replace(base.gateway, concurrency=places)
    outcomes = [
        simulate(replace(base, gateway=gateway), d.scenario(1200.0), seed=seed) for seed in SEEDS
    ]  # fmt: skip
    assert within([outcome.shed / outcome.requests for outcome in outcomes], loss)
    assert all(outcome.gateway.most_in_flight == places for outcome in outcomes)


def test_little_s_law_holds_in_the_gateway() -> None:
    base = d.plan(d.journey(rate=2.0), targets=(d.target(spread=0.5),))
    gateway = replace(base.gateway, concurrency=4, queue=10**6, queue_timeout_s=1e6)
    outcome = simulate(replace(base, gateway=gateway), d.scenario(3000.0), seed=3)
    assert outcome.shed == 0
    assert outcome.gateway.mean_waiting > 0.1
    inside = outcome.gateway.mean_in_flight + outcome.gateway.mean_waiting
    assert math.isclose(inside, outcome.request_latencies.total / outcome.lasts_s, rel_tol=0.01)
