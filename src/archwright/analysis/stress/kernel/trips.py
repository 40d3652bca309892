"""Visits under way: their stages one after the other, in each stage walks beside each other."""

from __future__ import annotations

from archwright.analysis.stress.kernel import arrivals, counts, gateway, kept, rooms
from archwright.analysis.stress.kernel.heap import COMES, GOES_ON, schedule
from archwright.analysis.stress.kernel.luck import tokens_of
from archwright.analysis.stress.kernel.tables import Record, State
from archwright.plan.workload import RUNS, STEPS
from archwright.policy import chance


def begin(s: State) -> None:
    """The next visit of the table begins."""
    desk = s.desk[0]
    visit = s.visits[desk.visit]
    desk.visit += 1
    _begin(s, visit)


def comes(s: State, now: float, number: int) -> None:
    """Visit `number` of a closed journey begins: its user came back."""
    visit = s.comer[0]
    arrivals.write(s, visit, number % s.desk[0].journeys, number, now)
    _begin(s, visit)


def _begin(s: State, visit: Record) -> None:
    desk = s.desk[0]
    number = desk.trips
    trip = s.trips[number]
    desk.trips = trip.next
    desk.used_trips += 1
    trip.number = visit.number
    trip.answer = visit.answer
    trip.tokens_in = visit.tokens_in
    trip.tokens_out = visit.tokens_out
    trip.tokens_cached = visit.tokens_cached
    trip.at = visit.at
    trip.journey = visit.journey
    trip.tenant = visit.tenant
    trip.wording = visit.wording
    trip.step = s.journeys[visit.journey].first
    trip.open = 0
    trip.walks = 0
    trip.degraded = 0
    trip.failed = 0
    trip.ended = 0
    go_on(s, visit.at, number)


def go_on(s: State, now: float, number: int) -> None:
    """Begin the next stage that there is something to wait for in; the end of the visit if there is none."""
    trip = s.trips[number]
    end = s.journeys[trip.journey].end
    while trip.step < end and trip.failed == 0:
        _stage(s, now, number, end)
        if trip.open > 0:
            return
    counts.journey_ended(s, now, number)
    users = s.journeys[trip.journey].users
    if users > 0:
        at = arrivals.again(s, trip.journey, trip.number, now)
        if at >= 0.0:
            schedule(s, at, COMES, trip.number + users * s.desk[0].journeys, 0)
    trip.ended = 1
    _give_back(s, number)


def _stage(s: State, now: float, number: int, end: int) -> None:
    """Begin all walks of a stage. It holds itself open until the last one has begun."""
    trip = s.trips[number]
    stage = s.steps[trip.step].stage
    trip.open = 1
    while trip.step < end and s.steps[trip.step].stage == stage:
        row = trip.step
        trip.step += 1
        step = s.steps[row]
        luck = trip.number * STEPS + step.index
        seed = s.desk[0].seed
        if step.probability < 1.0 and chance.uniform(seed, luck, 0, chance.TAKEN) >= step.probability:
            continue
        runs = 1
        if step.repeat_again > 0.0:
            often = chance.uniform(seed, luck, 0, chance.REPEATS)
            runs = min(RUNS, chance.geometric(step.repeat_again, step.repeat_most, often))
        _begin_walk(s, now, number, row, runs)
    trip.open -= 1


def _begin_walk(s: State, now: float, number: int, row: int, runs: int) -> None:
    desk = s.desk[0]
    trip = s.trips[number]
    step = s.steps[row]
    at = desk.walks
    walk = s.walks[at]
    desk.walks = walk.next
    desk.used_walks += 1
    trip.walks += 1
    if step.background == 0:
        trip.open += 1
    walk.trip = number
    walk.step = row
    walk.place = 0
    walk.runs = runs
    work(s, now, at)


def work(s: State, now: float, at: int) -> int:
    """Begin the present piece of work: first at its stations, then at the gateway. 1 if its stage has ended with it."""
    walk = s.walks[at]
    step = s.steps[walk.step]
    walk.turn = 0
    walk.request = (s.trips[walk.trip].number * STEPS + step.index) * RUNS + walk.place
    if step.route >= 0:
        tokens_of(s, at)
        if walk.key != 0:
            kept.fetch_place(s, s.routes[step.route].cache, walk.key)
    if rooms.waits(s, now, at) == 1:
        return 0
    if step.route >= 0:
        gateway.ask(s, now, at)
        return 0
    return branch_ended(s, at, 1)


def work_ended(s: State, now: float, at: int) -> int:
    """A piece of work is done: the next one, or the end of the branch. 1 if its stage has ended with it."""
    walk = s.walks[at]
    walk.place += 1
    if walk.place >= walk.runs:
        return branch_ended(s, at, 1)
    step = s.steps[walk.step]
    if step.pause_s > 0.0:
        luck = 0.0
        if step.pause_spread > 0.0:
            luck = chance.uniform(s.desk[0].seed, walk.request, 0, chance.PAUSE)
        schedule(s, now + chance.log_normal(step.pause_s, step.pause_spread, luck), GOES_ON, at, 0)
        return 0
    return work(s, now, at)


def goes_on(s: State, now: float, at: int) -> None:
    """A walk's pause is over."""
    number = s.walks[at].trip
    if work(s, now, at) == 1:
        go_on(s, now, number)


def branch_ended(s: State, at: int, good: int) -> int:
    """A failure ends its branch; the visit fails with it. 1 if it was the last one that its stage waited for."""
    walk = s.walks[at]
    step = s.steps[walk.step]
    number = walk.trip
    trip = s.trips[number]
    walk.next = s.desk[0].walks
    s.desk[0].walks = at
    s.desk[0].used_walks -= 1
    trip.walks -= 1
    if step.background == 1:
        _give_back(s, number)
        return 0
    if good == 0 and step.skips == 0:
        trip.failed = 1
    trip.open -= 1
    return 1 if trip.open == 0 else 0


def _give_back(s: State, number: int) -> None:
    """The row of a visit is free when it has ended and nothing runs in the background."""
    trip = s.trips[number]
    if trip.ended == 1 and trip.walks == 0:
        trip.ended = 0
        trip.next = s.desk[0].trips
        s.desk[0].trips = number
        s.desk[0].used_trips -= 1


def worked(s: State, now: float, at: int) -> None:
    """A walk's work at a station ended."""
    walk = s.walks[at]
    number = walk.trip
    walk.turn += 1
    if walk.good == 0:
        ended = branch_ended(s, at, 0)
    elif rooms.waits(s, now, at) == 1:
        return
    elif s.steps[walk.step].route < 0:
        ended = work_ended(s, now, at)
    else:
        gateway.ask(s, now, at)
        return
    if ended == 1:
        go_on(s, now, number)


def replied(s: State, now: float, at: int, told: int) -> None:
    """The gateway answered a walk."""
    walk = s.walks[at]
    number = walk.trip
    how = told // gateway.HOPS
    if counts.request_ended(s, now, at, how, told % gateway.HOPS - 1) == 0:
        ended = branch_ended(s, at, 0)
    else:
        if gateway.second_best(how) == 1 and s.steps[walk.step].background == 0:
            s.trips[number].degraded = 1
        ended = work_ended(s, now, at)
    if ended == 1:
        go_on(s, now, number)
