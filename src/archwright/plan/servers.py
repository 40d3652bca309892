"""The servers of a station over time: faults take some away, working hours all of them, and scaling moves their number.

It knows no clock and draws nothing: the simulator tells it virtual time, the replaying client real time.
"""

from __future__ import annotations

import math

from archwright.plan.faults import Faults
from archwright.plan.model import Station
from archwright.policy import chance, scale, service
from archwright.policy.scale import Fleet, Scale

UNLIMITED = 1 << 60
HOUR_S = 3600.0
WEEK_H = 168


def patience(station: Station, seed: int, request: int, turn: int) -> float:
    """Seconds for which a piece of work waits for a server; endless where nothing bounds it. `turn` as of its luck."""
    if station.patience_s <= 0.0:
        return math.inf
    law = service.LAWS.index(station.patience_law)
    luck = chance.uniform(seed, request, turn, chance.PATIENCE) if law != service.CONSTANT else 0.0
    return service.takes(law, station.patience_s, 0.0, luck)


class Servers:
    """How many servers a station has, and what was asked of them.

    Args:
        station: what the plan says.
        faults: what goes wrong when.
        begins_s: seconds from Monday 0:00 to the beginning of the scenario; -1.0: within working hours, whenever.
        hour_s: how long an hour lasts: 3600.0, or less in compressed time.
    """

    __slots__ = (
        "at", "begins_s", "demand_s", "each", "faults", "fleet", "had_s", "hour_s", "law", "looked", "most", "station",
    )  # fmt: skip

    def __init__(self, station: Station, faults: Faults, begins_s: float = -1.0, hour_s: float = HOUR_S) -> None:
        self.station = station
        self.faults = faults
        self.begins_s = begins_s
        self.hour_s = hour_s
        self.law = law_of(station)
        self.each = station.servers // max(1, station.replicas)
        running = station.replicas if self.law is None else max(self.law.least, min(self.law.most, station.replicas))
        self.fleet = scale.begin(running)
        self.most = running
        self.at = self.looked = 0.0
        self.demand_s = self.had_s = 0.0

    @property
    def scales(self) -> bool:
        """Whether their number follows what is asked of them."""
        return self.law is not None

    def now(self, now: float) -> int:
        """How many may work at `now` (seconds), which must not go back; a fault leaves at least one."""
        servers = self.station.servers if self.law is None else self.fleet.running * self.each
        if servers == 0:
            return UNLIMITED
        if self.station.hours and not self.open(now):
            return 0
        return max(1, round(servers * self.faults.at(now).limit))

    def open(self, now: float) -> bool:
        """Whether `now` is within the working hours; it always is where the scenario has no day and hour."""
        if not self.station.hours or self.begins_s < 0.0:
            return True
        return self.station.hours[int((self.begins_s + now) / self.hour_s + 1e-9) % WEEK_H] > 0

    def open_s(self, until: float) -> float:
        """Seconds from the beginning to `until` in which it works."""
        if not self.station.hours or self.begins_s < 0.0:
            return until
        hours = range(math.ceil((self.begins_s + until) / self.hour_s))
        ends = ((hour, hour * self.hour_s - self.begins_s) for hour in hours)
        return sum(
            max(0.0, min(until, begin + self.hour_s) - max(0.0, begin))
            for hour, begin in ends
            if self.station.hours[hour % WEEK_H]
        )

    def opens(self, now: float) -> float:
        """The next full hour at which work may begin or end after `now`; infinite where hours do not matter."""
        if not self.station.hours or self.begins_s < 0.0 or not any(self.station.hours):
            return float("inf")
        hour = int((self.begins_s + now) / self.hour_s + 1e-9)
        now_open = self.station.hours[hour % WEEK_H] > 0
        later = next(
            (more for more in range(1, WEEK_H + 1) if (self.station.hours[(hour + more) % WEEK_H] > 0) != now_open), 0
        )
        return (hour + later) * self.hour_s - self.begins_s if later else float("inf")

    def spent(self, now: float, inside: int, until: float) -> None:
        """Up to `now` so many pieces of work were `inside`, waiting ones counted; use counts up to `until` only."""
        self.demand_s += inside * (now - self.at)
        self.had_s += max(0.0, min(now, until) - min(self.at, until)) * (self.fleet.running + self.fleet.starting)
        self.at = now

    def look(self, now: float) -> tuple[int, int]:
        """Look at the fleet, after `spent`: how many replicas start and how many stop."""
        if self.law is None or now <= self.looked:
            return 0, 0
        found = scale.look(self.law, self.fleet, now, self.demand_s / (now - self.looked), float(self.each))
        self.fleet = found.fleet
        self.most = max(self.most, self.fleet.running + self.fleet.starting)
        self.demand_s, self.looked = 0.0, now
        return found.starts, found.stops

    def ready(self, count: int) -> None:
        """So many replicas that were started are at work, after `spent`."""
        self.fleet = scale.ready(self.fleet, count)


def law_of(station: Station) -> Scale | None:
    """How a station scales; None where it does not."""
    item = station.scale
    if item is None:
        return None
    return Scale(item.least, item.most, item.target, item.every_s, item.cold_start_s, item.settle_s)


def fleet_of(station: Station) -> Fleet:
    """The fleet with which a station begins."""
    return Servers(station, Faults(())).fleet
