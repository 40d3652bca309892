"""Spend cap: an amount is reserved before a call and settled after it, so that calls in flight are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Cap(NamedTuple):
    """At most `limit` pico-dollars in each period of `period_s` seconds. A limit of 0 is no cap."""

    limit: int
    period_s: float


@dataclass(slots=True)
class Spent:
    """Settled and reserved pico-dollars, and when the period began."""

    settled: int = 0
    reserved: int = 0
    since: float = 0.0


def reserve(cap: Cap, spent: Spent, now: float, amount: int) -> int:
    """1 if `amount` is reserved: settled and reserved stay within the limit. A new period forgets what was settled."""
    if cap.limit > 0:
        if now >= spent.since + cap.period_s:
            spent.settled = 0
            spent.since += cap.period_s * float(int((now - spent.since) / cap.period_s))
        if spent.settled + spent.reserved + amount > cap.limit:
            return 0
    spent.reserved += amount
    return 1


def settle(spent: Spent, reserved: int, actual: int) -> None:
    """Replace a reservation by what was really spent."""
    spent.settled += actual
    spent.reserved -= reserved
