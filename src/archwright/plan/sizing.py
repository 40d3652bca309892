"""The number of a pool's replicas over time, where it follows what is asked of them.

It knows no clock: the simulator tells it virtual time, the emulated provider real time.
"""

from __future__ import annotations

from msgspec.structs import astuple

from archwright.plan.pool import Pool
from archwright.policy import scale
from archwright.policy.scale import Scale
from archwright.policy.sequences import Replicas


class Size:
    """How many replicas run and start, and what was asked of them since the last look, from the time `begins_s` on."""

    __slots__ = ("at", "calls_s", "fleet", "law", "looked", "pool", "tokens_s")

    def __init__(self, pool: Pool, begins_s: float = 0.0) -> None:
        self.pool = pool
        self.law = Scale(*astuple(pool.scale)) if pool.scale is not None else None
        self.fleet = scale.begin(pool.begins)
        self.at = self.looked = begins_s
        self.calls_s = self.tokens_s = 0.0

    def spent(self, now: float, replicas: Replicas) -> None:
        """Up to `now` (seconds, never back) there was what is there now; ask before it changes."""
        if self.law is None:
            return
        self.calls_s += (sum(replicas.waits) + sum(replicas.running)) * (now - self.at)
        self.tokens_s += sum(replicas.owed) * (now - self.at)
        self.at = now

    def look(self, now: float) -> tuple[int, int]:
        """Look at the fleet, after `spent`: how many replicas start and how many stop."""
        if self.law is None or now <= self.looked:
            return 0, 0
        span = now - self.looked
        pool = self.pool
        used = scale.replicas_used(self.calls_s / span, self.tokens_s / span, pool.sequences, pool.kv_tokens)
        found = scale.look(self.law, self.fleet, now, used, 1.0)
        self.fleet = found.fleet
        self.calls_s, self.tokens_s, self.looked = 0.0, 0.0, now
        return found.starts, found.stops

    def ready(self, count: int) -> None:
        """So many replicas that were started are at work, after `spent`."""
        self.fleet = scale.ready(self.fleet, count)
