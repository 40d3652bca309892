"""A system that does not come back by itself: replicas work for callers who have gone, and callers try again."""

from __future__ import annotations

from functools import cache

import pytest
from msgspec.structs import replace

from archwright.analysis.stress import breaking as subject
from archwright.analysis.stress.breaking import breaking
from archwright.analysis.stress.points import Point, measure
from archwright.analysis.stress.recovery import Recovery, recovery
from archwright.plan.model import Change, Plan, Scenario, TokenLaw
from tests.analysis.stress import designs as d
from tests.plan.small import small
from tests.plan.test_pool import OURS, WAS

SPIKE = Scenario("spike", "", 300.0, (Change("load", "", 8.0, 1.0, 60.0, 30.0),))


@cache
def plan(retry_ratio: float) -> Plan:
    """One replica that answers sixteen calls at once, asked for about half of what it can do."""
    ours = small((WAS, f"{OURS}    batching: bf16\n")).plan.targets[0]
    assert ours.pool is not None
    pool = replace(ours.pool, replicas=1, sequences=16, waiting=1000)
    target = replace(
        ours, name="first", pool=pool, breaker_failures=0, error_rate=0.0, request_rate=0.0, token_rate=0.0
    )
    hop = d.hop(attempts=10, timeout_s=3.0, backoff_s=0.1, longest_s=0.5)
    call = d.step(tokens_in=TokenLaw(1000.0, 0.0), tokens_out=TokenLaw(60.0, 0.0))
    return d.plan(
        d.journey(call, rate=4.0), targets=(target,), routes=(d.route(hop, deadline_s=60.0, retry_ratio=retry_ratio),)
    )


def after(retry_ratio: float) -> Recovery:
    found = measure(Point(plan(retry_ratio), SPIKE, 1))
    seen = recovery(SPIKE, found.slots, found.width_s)
    assert seen is not None
    return seen


def test_unbounded_retries_keep_it_down_after_the_spike_has_passed() -> None:
    seen = after(-1.0)
    assert seen.before > 0.95
    assert seen.recovered_s is None
    assert seen.after < 0.5
    assert seen.calls_after > 3 * seen.calls_before
    assert seen.sustained


def test_a_retry_budget_lets_it_come_back() -> None:
    seen = after(0.1)
    assert seen.before > 0.95
    assert seen.after > 0.95
    assert seen.recovered_s is not None
    assert seen.recovered_s < 60.0
    assert not seen.sustained


def test_overrun_replicas_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "SAMPLE", 300)
    monkeypatch.setattr(subject, "ENOUGH", 1800)
    monkeypatch.setattr(subject, "MOST", 8.0)
    slow = replace(plan(0.1), objectives=(d.objective("p95", 2.5),))
    edge = breaking(slow, 1).edge
    assert edge is not None
    assert (edge.cause.component, edge.cause.mechanism) == ("first", "replicas saturated")
    pool = slow.targets[0].pool
    assert pool is not None
    tight = replace(slow, targets=(replace(slow.targets[0], pool=replace(pool, kv_tokens=8_000, sequences=256)),))
    edge = breaking(tight, 1).edge
    assert edge is not None
    assert edge.cause.mechanism == "KV cache full"
    late = replace(plan(-1.0), objectives=(d.objective("availability", 0.99, at_most=False),))
    edge = breaking(late, 1).edge
    assert edge is not None
    assert "a storm of retries" in edge.cause.mechanism
    assert any("of the calls of first end without an answer within the timeout" in words for words in edge.cause.chain)
