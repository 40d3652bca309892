"""How many replicas a self-hosted model has over time, what was asked of them, and which of them are paid for."""

from __future__ import annotations

import math

from archwright.analysis.stress.kernel.tables import State
from archwright.policy import scale
from archwright.policy.scale import Fleet, Scale


def spent(s: State, now: float, number: int) -> None:
    """Up to `now` there was at a pool what is there now; called before it changes."""
    pool = s.pools[number]
    if pool.scales == 0:
        return
    calls = 0
    tokens = 0
    for at in range(pool.first, pool.first + pool.number):
        calls += s.replicas.waits[at] + s.replicas.running[at]
        tokens += s.replicas.owed[at]
    pool.calls_s += calls * (now - pool.at)
    pool.tokens_s += tokens * (now - pool.at)
    pool.at = now


def works(s: State, number: int) -> bool:
    """Whether a pool has anything to do."""
    pool = s.pools[number]
    for at in range(pool.first, pool.first + pool.number):  # noqa: SIM110 - the compiler knows no generators
        if s.replicas.owed[at] > 0:
            return True
    return False


def look(s: State, now: float, number: int) -> tuple[int, int]:
    """How many replicas start and how many stop; those that start are paid for at once."""
    pool = s.pools[number]
    span = now - pool.looked
    if span <= 0.0:
        return 0, 0
    law = Scale(pool.least, pool.most, pool.aim, pool.every_s, pool.cold_start_s, pool.settle_s)
    used = scale.replicas_used(pool.calls_s / span, pool.tokens_s / span, pool.sequences, pool.kv_tokens)
    found = scale.look(law, Fleet(pool.running, pool.starting, pool.calm_at, pool.peak), now, used, 1.0)
    _write(s, number, found.fleet)
    pool.calls_s = 0.0
    pool.tokens_s = 0.0
    pool.looked = now
    if found.starts > 0:
        end = pool.first + pool.running + pool.starting
        for at in range(end - found.starts, end):
            paid_from(s, now, at)
        counted(s, now, number)
    return found.starts, found.stops


def ready(s: State, number: int, count: int) -> None:
    """So many replicas that were started are at work."""
    pool = s.pools[number]
    _write(s, number, scale.ready(Fleet(pool.running, pool.starting, pool.calm_at, pool.peak), count))


def _write(s: State, number: int, fleet: Fleet) -> None:
    pool = s.pools[number]
    pool.running = fleet.running
    pool.starting = fleet.starting
    pool.calm_at = fleet.calm_at
    pool.peak = fleet.peak


def paid_from(s: State, now: float, at: int) -> None:
    """A replica is paid for from now on."""
    if s.posts[at].up_since < 0.0:
        s.posts[at].up_since = now


def paid_until(s: State, now: float, at: int) -> None:
    """A replica is no longer paid for."""
    post = s.posts[at]
    if post.up_since >= 0.0:
        post.up_s += max(0.0, min(now, s.desk[0].lasts_s) - post.up_since)
        post.up_since = -1.0


def drained(s: State, now: float, at: int) -> None:
    """A replica that was stopped goes when it has nothing more to do."""
    number = s.posts[at].pool
    pool = s.pools[number]
    if s.up[at] == 0 and s.posts[at].due == math.inf and at >= pool.first + pool.running + pool.starting:
        paid_until(s, now, at)
        counted(s, now, number)


def counted(s: State, now: float, number: int) -> None:
    """Note how many are paid for from now on."""
    if now >= s.desk[0].lasts_s:
        return
    pool = s.pools[number]
    paid = 0
    for at in range(pool.first, pool.first + pool.number):
        if s.posts[at].up_since >= 0.0:
            paid += 1
    pool.fewest = min(pool.fewest, paid)
    pool.largest = max(pool.largest, paid)
