"""A bucket gives no more than its rate and its burst."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.policy import bucket
from archwright.policy.bucket import Bucket

TAKES = st.lists(st.tuples(st.floats(0, 5), st.floats(0, 30)), max_size=100)
BUCKETS = st.builds(Bucket, st.floats(0.01, 50), st.floats(1, 20))


@given(BUCKETS, TAKES)
def test_never_more_than_rate_and_burst(law: Bucket, takes: list[tuple[float, float]]) -> None:
    level = bucket.full(law, 0.0)
    now = taken = 0.0
    for pause, amount in takes:
        now += pause
        result = bucket.take(law, level, now, amount)
        level = result.level
        if result.wait == 0.0:
            taken += min(amount, law.burst)
        assert taken <= law.rate * now + law.burst + 1e-6
        assert -1e-6 <= level.held <= law.burst


@given(BUCKETS, TAKES, st.floats(0, 30))
def test_it_says_when_to_come_back(law: Bucket, takes: list[tuple[float, float]], amount: float) -> None:
    level = bucket.full(law, 0.0)
    now = 0.0
    for pause, part in takes:
        now += pause
        level = bucket.take(law, level, now, part).level
    refused = bucket.take(law, level, now, amount)
    if refused.wait > 0.0:
        assert bucket.take(law, refused.level, now + refused.wait * 1.000001 + 1e-9, amount).wait == 0.0
        assert bucket.take(law, refused.level, now + refused.wait * 0.99 - 1e-6, amount).wait > 0.0


def test_no_rate_is_no_limit() -> None:
    law = Bucket(0.0, 1.0)
    assert bucket.take(law, bucket.full(law, 0.0), 0.0, 1e9).wait == 0.0


def test_a_refusal_takes_nothing() -> None:
    law = Bucket(1.0, 10.0)
    level = bucket.take(law, bucket.full(law, 0.0), 0.0, 8.0).level
    assert bucket.take(law, level, 0.0, 5.0).wait == 3.0
    assert bucket.take(law, level, 0.0, 2.0).wait == 0.0
