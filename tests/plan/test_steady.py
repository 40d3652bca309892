"""The roofline: monotone, within its limits, and what the replicas themselves say in a steady state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.capacity.replay import Asked, replay
from archwright.plan.steady import Request, first_token_s, fits, replicas_for, steady, widest
from archwright.policy.batching import step_s
from tests.policy.replicas import LAW

LARGE = LAW._replace(kv_tokens=200_000, sequences=64, batched_tokens=2048)
REQUEST = Request(500.0, 200.0)


@given(st.floats(1, 63), st.floats(0.01, 1))
def test_more_at_work_is_slower_for_each_and_faster_for_all(batch: float, more: float) -> None:
    fewer, all_ = steady(LARGE, REQUEST, batch), steady(LARGE, REQUEST, batch + 1 + more)
    assert all_.per_token_s >= fewer.per_token_s
    assert all_.tokens > fewer.tokens


def test_no_more_work_than_fits() -> None:
    assert fits(LARGE, REQUEST) == 64
    assert fits(LARGE._replace(kv_tokens=6000), REQUEST) == 10
    assert steady(LARGE, REQUEST, 1000.0) == steady(LARGE, REQUEST, 64.0)


def test_the_widest_batch_keeps_the_pace() -> None:
    pace = steady(LARGE, REQUEST, 20.0).per_token_s
    found = widest(LARGE, REQUEST, pace)
    assert found.batch == 20
    assert widest(LARGE, REQUEST, 1e-9).batch == 1
    assert widest(LARGE, REQUEST, 10.0).batch == 64


def test_a_prompt_is_read_in_chunks() -> None:
    assert first_token_s(LARGE, Request(3000.0, 10.0)) == step_s(LARGE, 2048, 1, 2048) + step_s(LARGE, 952, 1, 3000)
    assert first_token_s(LARGE, Request(3000.0, 10.0, 2900.0)) == step_s(LARGE, 100, 1, 3000)


def test_the_replicas_themselves_are_as_fast_when_they_are_always_full() -> None:
    """Far more requests than fit, so that the batch stays full: the middle of the run is the steady state."""
    law = LARGE._replace(sequences=32, waiting=10_000)
    took = replay(law, 1, 0, [Asked(0.0, 500, 100 + 37 * number % 201) for number in range(1200)])
    ends = sorted(one.last_s for one in took)
    served = (len(ends) // 2) / (ends[len(ends) * 3 // 4] - ends[len(ends) // 4])
    assert served == pytest.approx(steady(law, REQUEST, 32.0).requests, rel=0.1)


def test_replicas_are_whole_and_nothing_needs_none() -> None:
    assert replicas_for(10.0, 3.0, 1.0) == 4
    assert replicas_for(9.0, 3.0, 1.0) == 3
    assert replicas_for(9.0, 3.0, 0.7) == 5
    assert replicas_for(0.0, 3.0, 1.0) == 0
