"""Token bucket: a steady rate with a bounded burst, refilled when it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

# Who comes back when told to must find what was promised, whatever a clock's last digits are.
SLACK_S = 1e-6


class Bucket(NamedTuple):
    """`rate` a second flows in, at most `burst` is held. A rate of 0 is no limit."""

    rate: float
    burst: float


class Level(NamedTuple):
    """What the bucket held at the time `at` (seconds)."""

    held: float
    at: float


class Taken(NamedTuple):
    """The level afterwards, and the wait until the amount would be there: 0.0 if it was taken."""

    level: Level
    wait: float


@dataclass(slots=True)
class Held:
    """A bucket that is drawn from in place: what it held at the time `at` (seconds)."""

    held: float = 0.0
    at: float = 0.0


def full(bucket: Bucket, now: float, filled: float = 1.0) -> Level:
    """A full bucket, or one that is `filled` to that share (0 to 1)."""
    return Level(filled * bucket.burst, now)


def take(bucket: Bucket, level: Level, now: float, amount: float) -> Taken:
    """Take `amount`, or nothing. An amount beyond the burst is let through by a full bucket, else it never would be."""
    if bucket.rate <= 0.0:
        return Taken(level, 0.0)
    held = min(bucket.burst, level.held + bucket.rate * max(0.0, now - level.at))
    asked = min(amount, bucket.burst)
    if held + SLACK_S * bucket.rate >= asked:
        return Taken(Level(held - asked, now), 0.0)
    return Taken(Level(held, now), (asked - held) / bucket.rate)


def draw(bucket: Bucket, held: Held, now: float, amount: float) -> float:
    """Take `amount`, or nothing: the wait until it would be there, 0.0 if it was taken."""
    if bucket.rate <= 0.0:
        return 0.0
    there = min(bucket.burst, held.held + bucket.rate * max(0.0, now - held.at))
    asked = min(amount, bucket.burst)
    held.at = now
    if there + SLACK_S * bucket.rate >= asked:
        held.held = there - asked
        return 0.0
    held.held = there
    return (asked - there) / bucket.rate


def put_back(bucket: Bucket, held: Held, amount: float) -> None:
    """Undo a draw."""
    if bucket.rate > 0.0:
        held.held = min(bucket.burst, held.held + min(amount, bucket.burst))
