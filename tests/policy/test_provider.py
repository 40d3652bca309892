"""The law of an emulated provider."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import provider
from archwright.policy.provider import Pace, Timing

PACES = st.builds(Pace, st.floats(0.01, 5), st.floats(0.001, 0.2), st.floats(100, 1e5), st.floats(0, 1.5))
UNIT = st.floats(0, 1, exclude_max=True)


@given(PACES, st.integers(0, 10**5), st.integers(0, 10**4), st.floats(0.1, 10), UNIT, UNIT)
def test_the_last_token_comes_after_the_first(
    pace: Pace, tokens_in: int, tokens_out: int, slow: float, u: float, v: float
) -> None:
    timing = provider.timing(pace, float(tokens_in), float(tokens_out), slow, u, v)
    assert 0.0 < timing.first_s <= timing.last_s
    if tokens_out <= 1:
        assert timing.first_s == timing.last_s
    assert provider.failure_s(pace, slow, u) < timing.first_s


def test_the_median_of_a_timing() -> None:
    timing = provider.timing(Pace(0.5, 0.01, 1000.0, 0.4), 200.0, 101.0, 2.0, 0.5, 0.5)
    assert abs(timing.first_s - 2 * (0.5 + 0.2)) < 1e-9
    assert abs(timing.last_s - 2 * (0.5 + 0.2 + 1.0)) < 1e-9


@given(st.floats(0.01, 5), st.floats(0, 50), st.integers(0, 5000), st.floats(0, 60), st.floats(0, 60))
def test_tokens_are_written_in_order(first: float, more: float, tokens: int, one: float, two: float) -> None:
    timing = Timing(first, first + more)
    early, late = (provider.written(timing, tokens, at) for at in sorted((one, two)))
    assert 0 <= early <= late <= tokens
    assert provider.written(timing, tokens, timing.last_s) == tokens
    assert provider.written(timing, tokens, first * 0.999) == 0


CALLS = st.lists(st.tuples(st.floats(0, 3), st.integers(1, 500), st.booleans()), max_size=100)


@given(st.floats(0.1, 20), st.floats(1, 2000), st.integers(0, 5), CALLS)
def test_nothing_beyond_the_limits_is_let_in(
    requests: float, tokens: float, concurrent: int, calls: list[tuple[float, int, bool]]
) -> None:
    limit = provider.limits(requests, tokens, concurrent, 1.0)
    meter = provider.idle(limit, 0.0)
    now = 0.0
    inside = 0
    let_in = 0
    asked = 0.0
    for pause, amount, ends in calls:
        now += pause
        if ends and inside:
            meter = provider.leave(meter)
            inside -= 1
        before = meter
        entry = provider.enter(limit, meter, now, float(amount))
        meter = entry.meter
        if entry.retry_after == 0.0:
            inside += 1
            let_in += 1
            asked += min(float(amount), limit.tokens.burst)
        else:
            assert meter.working == before.working
        assert meter.working == inside
        assert concurrent == 0 or inside <= concurrent
        assert let_in <= requests * now + limit.requests.burst + 1e-6
        assert asked <= tokens * now + limit.tokens.burst + 1e-6


def test_no_limits_refuse_nothing() -> None:
    limit = provider.limits(0.0, 0.0, 0, 1.0)
    meter = provider.idle(limit, 0.0)
    for _ in range(1000):
        entry = provider.enter(limit, meter, 0.0, 1e6)
        assert entry.retry_after == 0.0
        meter = entry.meter
