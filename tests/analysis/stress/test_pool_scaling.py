"""Replicas of our own models that follow the load: how many there are when, what they cost, what is lost."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.outcome import Outcome, PoolOutcome
from archwright.plan.model import Change, Plan, Scaling
from archwright.policy import route
from tests.analysis.stress import designs as d
from tests.analysis.stress.test_pool import plan, pool, run

SPIKE = d.change("load", "", 100.0, 200.0, factor=10.0)
LASTS = 700.0
LAW = Scaling(1, 6, 0.6, 15.0, 45.0, 90.0)
HOURLY = 2 * 2_950_000_000_000  # of the two accelerators of a replica
FEW = "{precision: bf16, max_seqs: 4}"


def scaled(law: Scaling | None = LAW, batching: str = FEW) -> Plan:
    """The small system, its model with one replica that scales."""
    made = plan(batching)
    stated = made.targets[0].pool
    assert stated is not None
    ours = replace(made.targets[0], pool=replace(stated, replicas=1, scale=law))
    return replace(made, targets=(ours, *made.targets[1:]))


def seen(law: Scaling | None = LAW, *changes: Change, batching: str = FEW) -> tuple[Outcome, PoolOutcome]:
    outcome = run(scaled(law, batching), 1.0, (SPIKE, *changes), LASTS)
    return outcome, pool(outcome)


def test_they_follow_a_spike_and_go_again() -> None:
    fixed, one = seen(None)
    outcome, ours = seen()
    assert (one.least_replicas, one.mean_replicas, one.most_replicas) == (1, 1.0, 1)
    assert ours.least_replicas == 1
    assert 3 <= ours.most_replicas <= 6
    assert 1.0 < ours.mean_replicas < ours.most_replicas
    assert outcome.request_latencies.mean < 0.5 * fixed.request_latencies.mean
    assert ours.hardware == pytest.approx(ours.mean_replicas * HOURLY * LASTS / 3600.0)


def test_a_cold_start_is_waited_and_paid_for() -> None:
    quick, at_once = seen(replace(LAW, cold_start_s=0.0))
    late, ours = seen()
    assert at_once.most_replicas > 1
    assert quick.request_latencies.mean < late.request_latencies.mean
    never, paid = seen(replace(LAW, cold_start_s=10 * LASTS))
    assert never.request_latencies.mean > late.request_latencies.mean
    assert paid.mean_replicas > ours.mean_replicas  # those that start are paid for, and none goes while one starts


def test_a_full_cache_asks_for_replicas_too() -> None:
    _, ours = seen(batching="{precision: bf16, kv_tokens: 2000}")
    assert ours.most_replicas > 1
    _, roomy = seen(batching="{precision: bf16, kv_tokens: 300k}")
    assert roomy.most_replicas == 1


def test_who_is_served_by_a_replica_that_stops_is_served_to_the_end() -> None:
    made = scaled(replace(LAW, settle_s=0.0, every_s=1.0, cold_start_s=1.0))
    routes = tuple(
        replace(item, deadline_s=900.0, hops=tuple(replace(hop, timeout_s=900.0) for hop in item.hops))
        for item in made.routes
    )
    outcome = run(replace(made, routes=routes), 1.0, (SPIKE,), LASTS)
    calls, ours = outcome.targets[0], pool(outcome)
    assert ours.most_replicas > ours.least_replicas == 1
    assert calls.calls[route.OK] == calls.asked > 500
    assert ours.wrote == sum(row.output for row in outcome.tokens if row.target == "model")


def test_what_goes_down_is_lost_also_while_it_scales() -> None:
    down = Change("down", "model", 1.0, 0.0, 200.0, 40.0)
    outcome, ours = seen(LAW, down)
    assert outcome.targets[0].calls[route.TRANSIENT] > 50
    assert ours.least_replicas < ours.most_replicas
    assert outcome.targets[0].calls[route.OK] > 500
