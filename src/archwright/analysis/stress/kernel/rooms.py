"""Components that work: some at once, others wait: the urgent first, then in order of arrival."""

from __future__ import annotations

import math

from archwright.analysis.stress.kernel import crews
from archwright.analysis.stress.kernel.heap import GIVES_UP, REFUSED, WORKED, schedule
from archwright.analysis.stress.kernel.tables import NOBODY, State
from archwright.analysis.stress.kernel.weather import weather_of
from archwright.analysis.stress.station import ENDED, RANKS, WAITING, WORKING
from archwright.plan.workload import TURN
from archwright.policy import chance, service


def waits(s: State, now: float, at: int) -> int:
    """1 if the walk's piece of work enters a station that takes time, from its present turn on."""
    walk = s.walks[at]
    step = s.steps[walk.step]
    if walk.turn == 0:
        if s.stations[step.station].instant == 0:
            _enter(s, now, at, step.station, step.timeout_s)
            return 1
        walk.turn = 1
    if walk.turn == 1 and step.search >= 0:
        if s.stations[step.search].instant == 0:
            _enter(s, now, at, step.search, 0.0)
            return 1
        walk.turn = 2
    return 0


def _enter(s: State, now: float, at: int, number: int, timeout_s: float) -> None:
    """A job comes; who waits for it gives up after `timeout_s` of waiting and work (0: never)."""
    room = s.rooms[number]
    station = s.stations[number]
    walk = s.walks[at]
    room.jobs += 1
    walk.job += 1
    walk.arrived = now
    walk.until = now + timeout_s if timeout_s > 0.0 else math.inf
    walk.good = 0
    if room.waiting == 0 and _free(s, now, number):
        _start(s, now, at, number)
        return
    if 0 <= station.queue <= room.waiting:
        room.refused += 1
        walk.state = ENDED
        # Later in the same instant, so that nobody is told before having asked.
        schedule(s, now, REFUSED, at, 0)
        return
    crews.spent(s, now, number)
    _queue(s, at, number)
    room.deepest = max(room.deepest, room.waiting)
    until = walk.until
    if station.patience_s > 0.0:
        luck = 0.0
        if station.patience != service.CONSTANT:
            luck = chance.uniform(s.desk[0].seed, walk.request, walk.turn * TURN, chance.PATIENCE)
        until = min(until, now + service.takes(station.patience, station.patience_s, 0.0, luck))
    if until < math.inf:
        schedule(s, until, GIVES_UP, at, walk.job)


def _queue(s: State, at: int, number: int) -> None:
    """Wait behind the others of its rank."""
    walk = s.walks[at]
    row = number * RANKS + s.journeys[s.trips[walk.trip].journey].rank
    queue = s.queues[row]
    walk.state = WAITING
    walk.queue = row
    walk.before = queue.last
    walk.behind = NOBODY
    if queue.last == NOBODY:
        queue.first = at
    else:
        s.walks[queue.last].behind = at
    queue.last = at
    s.rooms[number].waiting += 1


def _leave_queue(s: State, at: int, number: int) -> None:
    walk = s.walks[at]
    queue = s.queues[walk.queue]
    s.rooms[number].waiting -= 1
    if walk.before == NOBODY:
        queue.first = walk.behind
    else:
        s.walks[walk.before].behind = walk.behind
    if walk.behind == NOBODY:
        queue.last = walk.before
    else:
        s.walks[walk.behind].before = walk.before


def _next(s: State, number: int) -> int:
    """Who waits and goes first."""
    row = number * RANKS
    while s.queues[row].first == NOBODY:
        row += 1
    return int(s.queues[row].first)


def _free(s: State, now: float, number: int) -> bool:
    return bool(s.rooms[number].busy < crews.able(s, now, number))


def _start(s: State, now: float, at: int, number: int) -> None:
    crews.spent(s, now, number)
    room = s.rooms[number]
    walk = s.walks[at]
    room.busy += 1
    _waited(s, now, at, number)
    walk.state = WORKING
    walk.started = now
    end = now + _takes(s, now, at, number)
    if end > walk.until:
        end = walk.until
        walk.good = 0
    room.asked_s += end - now
    schedule(s, end, WORKED, at, 0)


def _takes(s: State, now: float, at: int, number: int) -> float:
    """Draw how long a job takes, and whether it succeeds."""
    walk = s.walks[at]
    weather = weather_of(s, now, s.rooms[number])
    if weather.down == 1:
        return 0.0
    station = s.stations[number]
    seed = s.desk[0].seed
    luck = 0.0
    if station.drawn == 1:
        luck = chance.uniform(seed, walk.request, walk.turn * TURN, chance.WORK)
    takes = weather.slow * service.takes(station.law, station.median_s, station.spread, luck)
    failing = 1.0 - (1.0 - station.error_rate) * (1.0 - weather.errors)
    walk.good = 1
    if failing > 0.0 and chance.uniform(seed, walk.request, walk.turn * TURN, chance.ERROR) < failing:
        walk.good = 0
    return float(takes)


def finish(s: State, now: float, at: int) -> None:
    """A job's work has ended; who waits longest takes its place."""
    walk = s.walks[at]
    number = station_of(s, at)
    crews.spent(s, now, number)
    room = s.rooms[number]
    walk.state = ENDED
    room.busy -= 1
    if walk.good == 0:
        room.failed += 1
    room.worked_s += max(0.0, min(now, s.desk[0].lasts_s) - walk.started)
    fill(s, now, number)


def fill(s: State, now: float, number: int) -> None:
    """Begin what waits, as far as servers are free."""
    room = s.rooms[number]
    while room.waiting > 0 and _free(s, now, number):
        following = _next(s, number)
        crews.spent(s, now, number)
        _leave_queue(s, following, number)
        _start(s, now, following, number)


def give_up(s: State, now: float, at: int, job: int) -> int:
    """Whoever waits for a job gives up, unless it is at work by now: 1 if so."""
    walk = s.walks[at]
    if walk.job != job or walk.state != WAITING:
        return 0
    number = station_of(s, at)
    crews.spent(s, now, number)
    walk.state = ENDED
    _leave_queue(s, at, number)
    s.rooms[number].given_up += 1
    _waited(s, now, at, number)
    return 1


def _waited(s: State, now: float, at: int, number: int) -> None:
    room = s.rooms[number]
    waited = now - s.walks[at].arrived
    room.waited_s += waited
    room.longest_s = max(room.longest_s, waited)


def station_of(s: State, at: int) -> int:
    """The station at which a walk is now."""
    walk = s.walks[at]
    step = s.steps[walk.step]
    return int(step.station if walk.turn == 0 else step.search)
