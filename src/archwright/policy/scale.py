"""Autoscaling: how many replicas run, from what was asked of them since the last look.

As many are wanted as bring their use down to a target, as in the horizontal autoscaler of Kubernetes: its tolerance of
a tenth, and its wait before it takes replicas away. What is asked counts work that waits, so a burst is seen whole.
"""

from __future__ import annotations

import math
from typing import NamedTuple

TOLERANCE = 0.1  # a use so near to the target changes nothing
SETTLE_S = 300.0  # replicas go when fewer were wanted for so long, and then as many stay as were wanted at most


class Scale(NamedTuple):
    """From `least` to `most` replicas, so many that `target` (0 to 1) of them is in use.

    It looks every `every_s` seconds; a new replica works after `cold_start_s`; replicas go after `settle_s` of calm.
    """

    least: int
    most: int
    target: float
    every_s: float
    cold_start_s: float
    settle_s: float


class Fleet(NamedTuple):
    """Replicas at work and starting; since when (seconds, -1: not) fewer are wanted, and how many at most since."""

    running: int
    starting: int
    calm_at: float
    peak: int


class Look(NamedTuple):
    """The fleet afterwards, and how many replicas to start and to stop: never both."""

    fleet: Fleet
    starts: int
    stops: int


def replicas_used(calls: float, tokens: float, sequences: int, kv_tokens: int) -> float:
    """How many replicas' worth so many calls take: of their places, or of their KV cache if that is more.

    Calls that wait are counted; `tokens` are those of the whole calls, prompt and answer.
    """
    return max(calls / float(sequences), tokens / float(kv_tokens))


def begin(running: int) -> Fleet:
    """A fleet of which nothing is known yet but its size."""
    return Fleet(running, 0, -1.0, 0)


def wanted(law: Scale, have: int, demand: float, each: float) -> int:
    """Replicas for a `demand` (mean work at once, waiting work counted) that one replica does `each` of at once."""
    use = demand / (float(max(1, have)) * each * law.target)
    if abs(use - 1.0) <= TOLERANCE and law.least <= have <= law.most:
        return have
    need = math.ceil(min(demand / (each * law.target), float(law.most)) - 1e-9)
    return max(law.least, min(law.most, need))


def look(law: Scale, fleet: Fleet, now: float, demand: float, each: float) -> Look:
    """Look at the fleet at `now`. Whoever starts replicas tells `ready` after the cold start."""
    have = fleet.running + fleet.starting
    want = wanted(law, have, demand, each)
    if want >= have:
        return Look(Fleet(fleet.running, fleet.starting + want - have, -1.0, 0), want - have, 0)
    if fleet.calm_at < 0.0:
        return Look(Fleet(fleet.running, fleet.starting, now, want), 0, 0)
    peak = max(fleet.peak, want)
    if now - fleet.calm_at < law.settle_s or fleet.starting > 0:
        return Look(Fleet(fleet.running, fleet.starting, fleet.calm_at, peak), 0, 0)
    return Look(Fleet(peak, 0, -1.0, 0), 0, fleet.running - peak)


def ready(fleet: Fleet, count: int) -> Fleet:
    """The fleet when `count` of those that start are at work."""
    return Fleet(fleet.running + count, fleet.starting - count, fleet.calm_at, fleet.peak)
