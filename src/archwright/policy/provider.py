"""How an emulated provider behaves: when it answers, when it says 429, when it fails.

The emulated provider asks these functions over real sockets, the simulator asks them with virtual time.
"""

from __future__ import annotations

from typing import NamedTuple

from archwright.policy.bucket import Bucket, Level, full, take
from archwright.policy.chance import log_normal

BURST_S = 10.0  # a limit written by the minute is enforced over ten seconds, as suppliers do over short windows
FAIL_SHARE = 0.2  # an error answer takes this share of the time to the first token


class Pace(NamedTuple):
    """Median seconds to the first token and for each further one, input tokens read a second, spread (sigma)."""

    first_token_s: float
    per_token_s: float
    prefill_rate: float
    spread: float


class Limits(NamedTuple):
    """Buckets of requests and of tokens, requests at once (0: no limit), and when to come back if they are too many."""

    requests: Bucket
    tokens: Bucket
    concurrent: int
    again_s: float


class Meter(NamedTuple):
    """What the buckets hold and how many requests are in work."""

    requests: Level
    tokens: Level
    working: int


class Entry(NamedTuple):
    """The meter afterwards and the seconds after which to come back: 0.0 if the request was let in."""

    meter: Meter
    retry_after: float


class Timing(NamedTuple):
    """Seconds from the start of the call to its first and to its last token."""

    first_s: float
    last_s: float


def limits(requests_rate: float, tokens_rate: float, concurrent: int, second: float) -> Limits:
    """Limits from rates (0: none). `second` is how long a second lasts: 1.0, or less in compressed time."""
    burst = BURST_S * second
    return Limits(
        Bucket(requests_rate, max(1.0, requests_rate * burst)),
        Bucket(tokens_rate, max(1.0, tokens_rate * burst)),
        concurrent,
        second,
    )


def idle(limit: Limits, now: float, filled: float = 1.0) -> Meter:
    """A meter of which nobody uses anything, `filled` to that share of its bursts (0 to 1)."""
    return Meter(full(limit.requests, now, filled), full(limit.tokens, now, filled), 0)


def enter(limit: Limits, meter: Meter, now: float, tokens: float) -> Entry:
    """Let a request of so many input and output tokens in, or say when to come back (seconds)."""
    if limit.concurrent > 0 and meter.working >= limit.concurrent:
        return Entry(meter, limit.again_s)
    asked = take(limit.requests, meter.requests, now, 1.0)
    if asked.wait > 0.0:
        return Entry(Meter(asked.level, meter.tokens, meter.working), asked.wait)
    counted = take(limit.tokens, meter.tokens, now, tokens)
    if counted.wait > 0.0:
        return Entry(Meter(meter.requests, counted.level, meter.working), counted.wait)
    return Entry(Meter(asked.level, counted.level, meter.working + 1), 0.0)


def leave(meter: Meter) -> Meter:
    """The meter after a request that was let in has ended."""
    return Meter(meter.requests, meter.tokens, meter.working - 1)


def timing(pace: Pace, tokens_in: float, tokens_out: float, slow: float, u_first: float, u_pace: float) -> Timing:
    """When the first and the last token come. `slow` multiplies all times; `u_first`, `u_pace` are luck in [0, 1)."""
    first = log_normal(pace.first_token_s, pace.spread, u_first) + tokens_in / pace.prefill_rate
    each = log_normal(pace.per_token_s, pace.spread, u_pace)
    return Timing(slow * first, slow * (first + each * max(0.0, tokens_out - 1.0)))


def failure_s(pace: Pace, slow: float, u_first: float) -> float:
    """Seconds until an error answer comes: a share of the time to the first token that this call would have had."""
    return FAIL_SHARE * slow * log_normal(pace.first_token_s, pace.spread, u_first)


def written(timing: Timing, tokens_out: int, elapsed: float) -> int:
    """Tokens written `elapsed` seconds after the start of the call: none before the first, evenly up to the last."""
    if tokens_out <= 0 or elapsed < timing.first_s:
        return 0
    if elapsed >= timing.last_s:
        return tokens_out
    share = (elapsed - timing.first_s) / (timing.last_s - timing.first_s)
    return min(tokens_out, 1 + int(share * float(tokens_out - 1)))
