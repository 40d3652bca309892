"""Spend cap: an amount is reserved before a call and settled after it, so that calls in flight are counted."""

from __future__ import annotations

from typing import NamedTuple


class Cap(NamedTuple):
    """At most `limit` pico-dollars in each period of `period_s` seconds. A limit of 0 is no cap."""

    limit: int
    period_s: float


class Spent(NamedTuple):
    """Settled and reserved pico-dollars, and when the period began."""

    settled: int
    reserved: int
    since: float


class Reserved(NamedTuple):
    """The account afterwards, and 1 if the amount was reserved."""

    spent: Spent
    granted: int


def fresh(now: float) -> Spent:
    """An account without spending."""
    return Spent(0, 0, now)


def reserve(cap: Cap, spent: Spent, now: float, amount: int) -> Reserved:
    """Reserve `amount` if settled and reserved stay within the limit. A new period forgets what was settled."""
    if cap.limit <= 0:
        return Reserved(Spent(spent.settled, spent.reserved + amount, spent.since), 1)
    settled = spent.settled
    since = spent.since
    if now >= since + cap.period_s:
        settled = 0
        since = since + cap.period_s * float(int((now - since) / cap.period_s))
    if settled + spent.reserved + amount > cap.limit:
        return Reserved(Spent(settled, spent.reserved, since), 0)
    return Reserved(Spent(settled, spent.reserved + amount, since), 1)


def settle(spent: Spent, reserved: int, actual: int) -> Spent:
    """Replace a reservation by what was really spent."""
    return Spent(spent.settled + actual, spent.reserved - reserved, spent.since)
