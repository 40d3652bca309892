"""Whether a target fails more often now than it usually does: a recent share of failures beside that of a long time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from archwright.policy.choose import ENOUGH, LONGER

SURE = 3.0  # standard deviations above what is usual: by chance, about one time in seven hundred
LEAST = 0.01  # share of failures that is usual for anybody, so that one failure of a perfect target says nothing


@dataclass(slots=True)
class Health:
    """What is known of a target's failures.

    `calls` and `faults` are those of late: each call weighs half as much after a half-life. `usual` is the share of
    failures over a much longer time, over `seen` calls; `at` is when the last one ended (seconds).
    """

    calls: float = 0.0
    faults: float = 0.0
    usual: float = 0.0
    seen: int = 0
    at: float = 0.0


def noted(health: Health, now: float, fault: float, half_life_s: float) -> None:
    """Note that one more call ended: `fault` is 1.0, or 0.0 where it went well.

    What is usual is forgotten LONGER times as slowly; until there are ENOUGH calls it is their plain share.
    """
    kept = _kept(health, now, half_life_s)
    new = 1.0 / float(health.seen + 1)
    if health.seen >= ENOUGH and half_life_s > 0.0:
        new = 1.0 - math.exp(-math.log(2.0) * max(0.0, now - health.at) / (LONGER * half_life_s))
    health.calls = kept * health.calls + 1.0
    health.faults = kept * health.faults + fault
    health.usual += new * (fault - health.usual)
    health.seen += 1
    health.at = now


def ill(health: Health, now: float, half_life_s: float) -> int:
    """1 if a target fails more often of late than it usually does, and chance hardly explains it.

    A one-sided test of a share: the failures are SURE standard deviations of the binomial law, and one failure more,
    above those that are usual among so many calls. What was seen weighs less as time passes, so a target of which
    nothing more is heard is held to be well again some half-lives later.
    """
    if health.seen < ENOUGH:
        return 0
    kept = _kept(health, now, half_life_s)
    usual = max(LEAST, health.usual)
    expected = kept * health.calls * usual
    bound = expected + SURE * math.sqrt(expected * max(0.0, 1.0 - usual)) + 1.0
    return 1 if kept * health.faults > bound else 0


def _kept(health: Health, now: float, half_life_s: float) -> float:
    """The weight that earlier calls have now."""
    if half_life_s <= 0.0:
        return 0.0
    return float(math.exp(-math.log(2.0) * max(0.0, now - health.at) / half_life_s))
