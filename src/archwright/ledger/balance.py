"""What was spent in a period, in all and by tenant, counted from rows: what a restarted gateway begins with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from archwright.ledger.rows import Attempt, Balance, Request, Row, Run


class Account:
    """The spending of one ledger. Periods follow each other without a gap, the first from the ledger's first row.

    Args:
        period_s: length of a period in seconds.
        since: when the current one began, seconds of the epoch.
    """

    def __init__(self, period_s: float, since: float) -> None:
        self.period_s = period_s
        self.since = since
        self.spent = 0
        self.tenants: dict[str, int] = {}

    def roll(self, now: float) -> None:
        """Begin the period in which the time `now` (seconds of the epoch) lies; a new one has no spending."""
        if now >= self.since + self.period_s:
            self.since += self.period_s * int((now - self.since) / self.period_s)
            self.spent = 0
            self.tenants = {}

    def count(self, row: Row) -> None:
        """Count a row, if it costs something."""
        if (isinstance(row, Request) or (isinstance(row, Attempt) and row.shadow)) and row.cost:
            self.roll(moment(row.at))
            self.spent += row.cost
            self.tenants[row.tenant] = self.tenants.get(row.tenant, 0) + row.cost

    def balance(self, at: str) -> Balance:
        """The row that says it."""
        return Balance(at, text(self.since), self.spent, dict(self.tenants))


def account(newest_first: Iterable[Row], period_s: float, now: float) -> Account:
    """The account of a ledger, read from its last row back to the last balance, or to its first row.

    Args:
        newest_first: its rows.
        period_s: length of a period in seconds.
        now: seconds of the epoch.
    """
    rows: list[Row] = []
    found = Account(period_s, now)
    for row in newest_first:
        if isinstance(row, Balance):
            found.since, found.spent, found.tenants = moment(row.since), row.spent, dict(row.tenants)
            break
        if isinstance(row, Run):
            found.since = moment(row.started)
        rows.append(row)
    for row in reversed(rows):
        found.count(row)
    found.roll(now)
    return found


def moment(at: str) -> float:
    """Seconds of the epoch of a time of day as rows write it; 0.0 for anything else."""
    try:
        return dt.datetime.fromisoformat(at).timestamp()
    except ValueError:
        return 0.0


def text(moment: float) -> str:
    """A time of day as rows write it, in UTC to the millisecond."""
    return dt.datetime.fromtimestamp(moment, dt.UTC).isoformat(timespec="milliseconds")
