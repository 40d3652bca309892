"""Which target comes first: by the file's order, cost, latency, load, weight or failures; and which is slow now."""

from __future__ import annotations

import math
from dataclasses import dataclass

ORDER = 0
COST = 1
LATENCY = 2
LOAD = 3
WEIGHT = 4
ERRORS = 5  # see `health`
CHOICES = ("order", "cost", "latency", "load", "weight", "errors")

LONGER = 20.0
ENOUGH = 20  # answers after which it is known what is usual
EXPLORED = 0.05  # share of requests that go to the target seen longest ago, so that what is known of it stays true


@dataclass(slots=True)
class Pulse:
    """What is known of a target's time to the first token: a moving mean in seconds (-1: nothing), and since when.

    `usual_s` is the mean of a much longer time, over `seen` answers.
    """

    first_s: float = -1.0
    at: float = -1.0
    usual_s: float = 0.0
    seen: int = 0


def felt(pulse: Pulse, now: float, first_s: float, half_life_s: float) -> None:
    """Note that one more answer began after `first_s`.

    A moving mean that forgets by time, not by count: what was known before weighs half as much after `half_life_s`.
    An answer alone weighs a tenth at least, so that a burst within one instant is believed too.
    """
    kept = 0.0
    if pulse.first_s >= 0.0 and half_life_s > 0.0:
        kept = min(0.9, math.exp(-math.log(2.0) * max(0.0, now - pulse.at) / half_life_s))
    pulse.first_s = kept * pulse.first_s + (1.0 - kept) * first_s
    pulse.at = now


def learn(pulse: Pulse, now: float, first_s: float, half_life_s: float) -> None:
    """Note for what is usual that one more answer began after `first_s`; before it is `felt`.

    It is forgotten LONGER times as slowly as the pulse; until there are ENOUGH answers it is their plain mean.
    """
    new = 1.0 / float(pulse.seen + 1)
    if pulse.seen >= ENOUGH and half_life_s > 0.0:
        new = 1.0 - math.exp(-math.log(2.0) * max(0.0, now - pulse.at) / (LONGER * half_life_s))
    pulse.usual_s += new * (first_s - pulse.usual_s)
    pulse.seen += 1


def unusual(pulse: Pulse, first_s: float, slower: float) -> int:
    """1 if an answer began more than `slower` times as late as is usual (0: never), and what is usual is known."""
    return 1 if slower > 0.0 and pulse.seen >= ENOUGH and first_s > slower * pulse.usual_s else 0


def slow(pulse: Pulse, now: float, limit_s: float, half_life_s: float) -> int:
    """1 if a target is known to be slower than `limit_s` (0: no limit). What was seen 2 half-lives ago is not known."""
    known = pulse.first_s >= 0.0 and now - pulse.at < 2.0 * half_life_s
    return 1 if limit_s > 0.0 and known and pulse.first_s > limit_s else 0


def rank(how: int, price: float, pulse: Pulse, load: int, weight: float, explores: int) -> float:
    """A target's place: the smallest comes first, equal ones stay in the order of the file.

    `price` is what the request would cost there, `load` the tokens of its calls under way, `weight` its share (for the
    load: its size). A target whose latency nobody knows comes first; so does the one seen longest ago where the request
    `explores`.
    """
    if how == COST:
        return price
    if how == LATENCY:
        return pulse.at if explores == 1 else pulse.first_s
    if how == LOAD:
        return float(load) / weight if weight > 0.0 else float(load)
    return 0.0
