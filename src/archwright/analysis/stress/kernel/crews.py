"""The servers of stations over time: faults take some away, working hours all of them, scaling moves their number."""

from __future__ import annotations

import math

from archwright.analysis.stress.kernel.heap import LOOKS, OPENS, READY, schedule
from archwright.analysis.stress.kernel.tables import NOBODY, State
from archwright.analysis.stress.kernel.weather import weather_of
from archwright.plan.servers import HOUR_S, UNLIMITED, WEEK_H
from archwright.policy import scale
from archwright.policy.scale import Fleet, Scale


def begin(s: State) -> None:
    """Schedule what happens at stations by itself."""
    for number in range(len(s.stations)):
        station = s.stations[number]
        if station.scales == 1:
            schedule(s, station.every_s, LOOKS, number, 0)
        await_hours(s, 0.0, number)


def able(s: State, now: float, number: int) -> int:
    """How many servers of a station may work at `now`; a fault leaves at least one."""
    station = s.stations[number]
    servers = station.servers
    if station.scales == 1:
        servers = s.rooms[number].running * station.each
    if servers == 0:
        return UNLIMITED
    if station.hours != NOBODY and not _open(s, now, number):
        return 0
    limit = weather_of(s, now, s.rooms[number]).limit
    if limit == 1.0:
        return int(servers)
    return int(max(1, round(servers * limit)))


def spent(s: State, now: float, number: int) -> None:
    """Up to `now` so many pieces of work were inside, waiting ones counted."""
    if s.stations[number].scales == 0:
        return
    room = s.rooms[number]
    until = s.desk[0].lasts_s
    room.demand_s += (room.busy + room.waiting) * (now - room.at)
    room.had_s += max(0.0, min(now, until) - min(room.at, until)) * (room.running + room.starting)
    room.at = now


def look(s: State, now: float, number: int) -> int:
    """Scale, as long as the scenario lasts or work is left: 1 if the number of servers changed, -1 if it is over."""
    spent(s, now, number)
    station = s.stations[number]
    room = s.rooms[number]
    if now >= s.desk[0].lasts_s and room.busy + room.waiting == 0:
        return -1
    changed = 0
    if now > room.looked:
        law = Scale(
            station.least, station.most, station.target, station.every_s, station.cold_start_s, station.settle_s
        )
        fleet = Fleet(room.running, room.starting, room.calm_at, room.peak)
        found = scale.look(law, fleet, now, room.demand_s / (now - room.looked), float(station.each))
        _write(s, number, found.fleet)
        room.most = max(room.most, room.running + room.starting)
        room.demand_s = 0.0
        room.looked = now
        if found.starts > 0:
            schedule(s, now + station.cold_start_s, READY, number, found.starts)
        changed = 1 if found.starts > 0 or found.stops > 0 else 0
    return changed


def look_again(s: State, now: float, number: int) -> None:
    """Schedule the next look."""
    schedule(s, now + s.stations[number].every_s, LOOKS, number, 0)


def ready(s: State, now: float, number: int, count: int) -> None:
    """Replicas that were started are at work."""
    spent(s, now, number)
    room = s.rooms[number]
    _write(s, number, scale.ready(Fleet(room.running, room.starting, room.calm_at, room.peak), count))


def _write(s: State, number: int, fleet: Fleet) -> None:
    room = s.rooms[number]
    room.running = fleet.running
    room.starting = fleet.starting
    room.calm_at = fleet.calm_at
    room.peak = fleet.peak


def _hour(s: State, now: float) -> int:
    return int((s.desk[0].begins_s + now) / HOUR_S + 1e-9)


def _open(s: State, now: float, number: int) -> bool:
    """Whether `now` is within the working hours; it always is where the scenario has no day and hour."""
    if s.desk[0].begins_s < 0.0:
        return True
    return bool(s.numbers[s.stations[number].hours + _hour(s, now) % WEEK_H] > 0.0)


def await_hours(s: State, now: float, number: int) -> None:
    """Schedule the next time at which working hours begin or end."""
    edge = _opens(s, now, number)
    if edge < math.inf and (now < s.desk[0].lasts_s or s.rooms[number].waiting > 0):
        schedule(s, edge, OPENS, number, 0)


def _opens(s: State, now: float, number: int) -> float:
    """The next full hour at which work begins or ends after `now`; infinite where hours do not matter."""
    first = s.stations[number].hours
    begins_s = s.desk[0].begins_s
    if first == NOBODY or begins_s < 0.0:
        return math.inf
    hour = _hour(s, now)
    now_open = s.numbers[first + hour % WEEK_H] > 0.0
    for more in range(1, WEEK_H + 1):
        if (s.numbers[first + (hour + more) % WEEK_H] > 0.0) != now_open:
            # Where no hour is a working hour none is awaited: all are alike then, and none is found.
            return float((hour + more) * HOUR_S - begins_s)
    return math.inf
