"""Counters of a running gateway, read at two moments."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.measure.live import now, quantile, read

BEFORE = """# HELP archwright_requests_total Requests.
archwright_requests_total{route="a",how="answered"} 10
archwright_requests_total{route="a",how="shed"} 5
archwright_attempts_total{target="first",outcome="ok"} 10
archwright_attempt_seconds_bucket{target="first",le="0.1"} 10
archwright_attempt_seconds_bucket{target="first",le="+Inf"} 10
archwright_breaker_open{target="first"} 0
"""
AFTER = """archwright_requests_total{route="a",how="answered"} 30
archwright_requests_total{route="a",how="shed"} 2
archwright_attempts_total{target="first",outcome="ok"} 25
archwright_attempts_total{target="first",outcome="transient"} 5
archwright_attempt_seconds_bucket{target="first",le="0.1"} 20
archwright_attempt_seconds_bucket{target="first",le="0.2"} 10
archwright_attempt_seconds_bucket{target="first",le="+Inf"} 20
archwright_cost_picodollars_total{target="first"} 2000000000000
archwright_in_flight{lane="realtime"} 3
archwright_in_flight{lane="batch"} 1
archwright_waiting{lane="realtime"} 2
archwright_breaker_open{target="first"} 1
archwright_breaker_open{target="od\\"d"} 0
"""


def test_what_happened_between_two_readings() -> None:
    seen = now(read(BEFORE), read(AFTER), 10.0)
    assert seen.ways == {"answered": 2.0, "shed": 0.2}  # a counter that became less was started anew
    assert (seen.per_s, seen.in_flight, seen.waiting, seen.spent) == (2.2, 4.0, 2.0, 2.0)
    first, odd = seen.targets
    assert (first.calls_per_s, first.errors, first.open, first.spent) == (2.0, 0.25, True, 2.0)
    assert first.p50_s == pytest.approx(0.05)
    assert (odd.name, odd.calls_per_s, odd.errors) == ('od"d', 0.0, 0.0)
    assert math.isnan(odd.p95_s)


def test_what_is_no_counter_is_left_out() -> None:
    assert read("<html>\n# x\nname nothing\nx 1\n") == {("x", ()): 1.0}
    assert now({}, {}, 1.0).targets == ()


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8), st.floats(0.01, 0.99))
def test_a_quantile_lies_within_the_bounds_and_grows_with_its_share(counts: list[int], share: float) -> None:
    bounds, total = [], 0
    for place, count in enumerate(counts):
        total += count
        bounds.append((float(place + 1), float(total)))
    found = quantile(bounds, share)
    assert math.isnan(found) if not total else 0.0 <= found <= len(counts)
    assert not found > quantile(bounds, 0.995)
