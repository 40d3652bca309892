"""The simulation: visits walk their paths through stations and the gateway in virtual time.

The gateway's decisions are made by the same machine that serves real requests; suppliers follow the same laws as the
emulated ones. One heap of events, ties in the order in which they were scheduled. Arrivals end with the scenario; what
is under way then is followed to its end.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import Any, NamedTuple

from archwright.analysis.stress import engines
from archwright.analysis.stress.aside import priced
from archwright.analysis.stress.outcome import Outcome
from archwright.analysis.stress.pool import Pool
from archwright.analysis.stress.sharing import SharedRoom
from archwright.analysis.stress.station import Handler, Job, Room
from archwright.analysis.stress.supplier import Ending, Supplier, called_off
from archwright.analysis.stress.tally import ANSWERED, DEGRADED, FAILED, Tally
from archwright.analysis.stress.warmth import fill
from archwright.plan.cost import call_cost
from archwright.plan.faults import faults_of, struck
from archwright.plan.model import Plan, Scenario, Station, Step, Target
from archwright.plan.price import stored
from archwright.plan.rules import began_after, draws, luck_of, price_of, reserved_at, rules, slower_of
from archwright.plan.trace import Trace
from archwright.plan.users import Users
from archwright.plan.workload import Branch, Stage, Visit, Work, again, bounded, path, pause, returning, stops, visits
from archwright.policy import breaker, chance, machine, route
from archwright.policy.lanes import BATCH, REALTIME
from archwright.policy.machine import (
    SERVED,
    Arrive,
    Begin,
    Call,
    Cancel,
    Copied,
    Copy,
    Finish,
    Machine,
    Order,
    Reply,
    Sleep,
    Wake,
)
from archwright.policy.state import COPIED


class _Trip:
    """A visit under way: its stages, and how many branches of the present one it waits for."""

    __slots__ = ("degraded", "failed", "open", "stage", "stages", "visit")

    def __init__(self, visit: Visit, stages: tuple[Stage, ...]) -> None:
        self.visit = visit
        self.stages = stages
        self.stage = 0
        self.open = 0
        self.degraded = False
        self.failed = False


class _Walk:
    """A branch under way: pieces of work in a row, each at one station after the other (`turn`).

    While the gateway has its request: `came`, since when, and `target`, which one was called last (-1: none yet).
    """

    __slots__ = ("came", "place", "step", "target", "trip", "turn", "works")

    def __init__(self, trip: _Trip, works: Branch, step: Step) -> None:
        self.trip = trip
        self.works = works
        self.step = step
        self.place = 0
        self.turn = 0
        self.came = 0.0
        self.target = -1

    @property
    def work(self) -> Work:
        """The piece of work that is being done."""
        return self.works[self.place]


def simulate(plan: Plan, scenario: Scenario, *, seed: int, load: float = 1.0, trace: Trace | None = None) -> Outcome:
    """Simulate a scenario, on the fast engine where there is one that can: both say the same to the last bit.

    Args:
        plan: what runs.
        scenario: how long, and what changes when.
        seed: of all luck; the same seed gives the same outcome.
        load: multiple of the busiest hour's journeys.
        trace: recorded traffic that replaces the arrivals of the first critical journey.

    Raises:
        InputError: the workload would never end, or the journey cannot use the recorded traffic.
    """
    bounded(plan, scenario, load, trace)
    scenario = struck(plan, scenario, seed)
    fast = engines.fast_for(plan, trace)
    if fast is not None:
        outcome = fast(plan, scenario, seed, load, trace)
        if engines.counted(plan, outcome):
            return priced(plan, outcome)
    return priced(plan, _Simulation(plan, scenario, seed).run(load, trace))


class _Double(NamedTuple):
    """A copy of a piece of work that a model has beside the one that answers."""

    order: Copy
    visit: Visit
    route: int
    work: Work


class _Simulation:
    def __init__(self, plan: Plan, scenario: Scenario, seed: int) -> None:
        self.plan = plan
        self.seed = seed
        self.heap: list[tuple[float, int, Handler, Any]] = []
        self.order = count()
        self.tally = Tally(plan, scenario)
        self.machine = Machine(rules(plan), filled=scenario.filled)
        self.suppliers = [self._supplier(target, scenario) for target in plan.targets]
        self.rooms = [self._room(station, scenario) for station in plan.stations]
        self.instant = [room.instant for room in self.rooms]
        self.lanes = [BATCH if journey.batch else REALTIME for journey in plan.journeys]
        lanes = (REALTIME, BATCH)
        self.prices = [[reserved_at(plan, item, lane) for item in plan.routes] for lane in lanes]
        self.draws = [draws(plan, route) for route in plan.routes]
        self.walks: dict[int, _Walk] = {}
        self.doubles: dict[int, _Double] = {}  # by request
        self.calls: dict[tuple[int, int], tuple[float, Call, Ending | None]] = {}  # by request and attempt
        self.scenario = scenario
        self.users: dict[int, Users] = {}

    def _supplier(self, target: Target, scenario: Scenario) -> Supplier | Pool:
        faults = faults_of(scenario, target.name)
        if target.pool is None:
            return Supplier(target, faults, self.seed, scenario.filled)
        told = (self.schedule, self._begun, self._call_ended)
        return Pool(target, target.pool, faults, self.seed, scenario.lasts_s, scenario.filled, *told)

    def _room(self, station: Station, scenario: Scenario) -> Room:
        kind = SharedRoom if station.shared else Room
        faults, told = faults_of(scenario, station.name), (self.schedule, self._station_ended)
        return kind(station, faults, self.seed, scenario.lasts_s, *told, scenario.begins_s)

    def schedule(self, at: float, handler: Handler, item: Any) -> None:
        heappush(self.heap, (at, next(self.order), handler, item))

    def run(self, load: float, trace: Trace | None) -> Outcome:
        heap = self.heap
        self.users = returning(self.plan, self.scenario, self.seed, load, trace)
        fill(self.machine.caches, self.plan, self.scenario, self.seed, (load, trace))
        arrivals = visits(self.plan, self.scenario, self.seed, load, trace, self.users)
        visit = next(arrivals, None)
        events = 0
        while heap or visit is not None:
            events += 1
            if visit is not None and (not heap or visit.at <= heap[0][0]):
                self._begin(visit)
                visit = next(arrivals, None)
                continue
            now, _, handler, item = heappop(heap)
            handler(now, item)
        return self.tally.outcome(self.seed, load, self.rooms, self.suppliers, events)

    # ------------------------------------------------------------------------------------------ the visit

    def _begin(self, visit: Visit) -> None:
        self._stage(visit.at, _Trip(visit, path(self.plan, visit, self.seed)))

    def _come_again(self, now: float, visit: Visit) -> None:
        """Whoever came to a closed journey thinks, and comes back."""
        users = self.users.get(visit.journey)
        following = again(self.plan, users, visit, now, self.seed) if users is not None else None
        if following is not None:
            self.schedule(following.at, lambda _, item: self._begin(item), following)

    def _stage(self, now: float, trip: _Trip) -> None:
        """Begin the next stage that there is something to wait for in; the end of the visit if there is none."""
        steps = self.plan.journeys[trip.visit.journey].steps
        while trip.stage < len(trip.stages) and not trip.failed:
            walks = [_Walk(trip, works, steps[works[0].step]) for works in trip.stages[trip.stage]]
            trip.stage += 1
            # The stage holds itself open until all of it has begun.
            trip.open = 1 + sum(not walk.step.background for walk in walks)
            for walk in walks:
                self._work(now, walk)
            trip.open -= 1
            if trip.open:
                return
        how = FAILED if trip.failed else DEGRADED if trip.degraded else ANSWERED
        self.tally.journey_ended(trip.visit.journey, trip.visit.at, now, how)
        self._come_again(now, trip.visit)

    def _work(self, now: float, walk: _Walk) -> None:
        """Begin the present piece of work: first at its stations, then at the gateway."""
        walk.turn = 0
        if self._waits(now, walk):
            return
        if walk.step.route >= 0:
            self._at_gateway(now, walk)
        else:
            self._branch_ended(now, walk, True)

    def _waits(self, now: float, walk: _Walk) -> bool:
        """Enter the next station of the present piece of work that takes time; whether there is one."""
        places = stops(walk.step)
        while walk.turn < len(places) and self.instant[places[walk.turn]]:
            walk.turn += 1
        if walk.turn == len(places):
            return False
        timeout_s = walk.step.timeout_s if walk.turn == 0 else 0.0
        rank = self.plan.journeys[walk.trip.visit.journey].rank
        self.rooms[places[walk.turn]].enter(now, walk.work.request, walk, timeout_s, walk.turn, rank)
        return True

    def _station_ended(self, now: float, job: Job) -> None:
        walk: _Walk = job.owner
        walk.turn += 1
        if not job.good:
            self._branch_ended(now, walk, False)
        elif not self._waits(now, walk):
            self._at_gateway(now, walk)

    def _at_gateway(self, now: float, walk: _Walk) -> None:
        step = walk.step
        if step.route < 0:
            self._work_ended(now, walk)
            return
        work, visit = walk.work, walk.trip.visit
        walk.came = now
        walk.target = -1
        self.walks[work.request] = walk
        self.tally.request_came(visit.journey, self.plan.routes[step.route].cache >= 0)
        lane = self.lanes[visit.journey]
        cost = max(call_cost(work.tokens_in, 0, work.tokens_out, price) for price in self.prices[lane][step.route])
        way = self.plan.routes[step.route]
        luck = luck_of(way, self.seed, work.request, visit.number, visit.tenant) if self.draws[step.route] else 0.0
        more = (work.tokens_in, work.tokens_out, visit.journey, luck, lane)
        self._tell(now, Arrive(work.request, step.route, visit.tenant, work.key, cost, *more))

    def _work_ended(self, now: float, walk: _Walk) -> None:
        walk.place += 1
        if walk.place < len(walk.works):
            between = pause(walk.step, walk.works[walk.place - 1].request, self.seed)
            if between > 0.0:
                self.schedule(now + between, self._work, walk)
            else:
                self._work(now, walk)
        else:
            self._branch_ended(now, walk, True)

    def _branch_ended(self, now: float, walk: _Walk, good: bool) -> None:
        """A failure ends its branch; the visit fails with it, once the branches beside it have ended."""
        if walk.step.background:
            return
        trip = walk.trip
        if not good and not walk.step.skips:
            trip.failed = True
        trip.open -= 1
        if trip.open == 0:
            self._stage(now, trip)

    # ---------------------------------------------------------------------------------------- the gateway

    def _tell(self, now: float, event: machine.Event) -> None:
        orders = self.machine.handle(now, event)
        self.tally.gateway(now, self.machine.held, self.machine.waiting)
        for order in orders:
            self._follow(now, order)

    def _follow(self, now: float, order: Order) -> None:
        match order:
            case Call():
                self._call(now, order)
            case Reply():
                # Later in the same instant, so that a visit's next step never begins inside another one's orders.
                self.schedule(now, self._replied, order)
            case Sleep(request, ticket, until):
                self.schedule(until, self._tell, Wake(request, ticket))
            case Cancel():
                self.schedule(now, self._called_off, order)
            case Copy():
                self._copy(now, order)
            case _:
                pass

    def _replied(self, now: float, reply: Reply) -> None:
        walk = self.walks.pop(reply.request)
        trip = walk.trip
        self.tally.request_ended(trip.visit.journey, walk.came, now, reply)
        if reply.how not in SERVED:
            self._branch_ended(now, walk, False)
            return
        if reply.how in (machine.DEGRADED, machine.STALE) and not walk.step.background:
            trip.degraded = True
        self._work_ended(now, walk)

    def _call(self, now: float, order: Call) -> None:
        walk = self.walks[order.request]
        work = walk.work
        again = walk.target == order.target
        walk.target = order.target
        self.tally.called(order.target, now, work.tokens_in + work.tokens_out, again)
        slower = slower_of(self.plan.targets[order.target], self.lanes[walk.trip.visit.journey])
        supplier = self.suppliers[order.target]
        if isinstance(supplier, Pool):
            self.calls[order.request, order.attempt] = now, order, None
            supplier.call(now, order, work)
            return
        ending = supplier.call(now, work, order.attempt, order.timeout_s, slower)
        self.calls[order.request, order.attempt] = now, order, ending
        # That an answer has begun decides something only where another call may run beside it.
        if ending.begins_s >= 0.0 and self.plan.routes[walk.step.route].hedge_s > 0.0:
            self.schedule(now + ending.begins_s, self._tell, Begin(order.request, order.attempt))
        self.schedule(now + ending.after_s, self._call_ended, (order, ending))

    def _begun(self, now: float, event: Begin) -> None:
        """Replicas began an answer; nobody waits for that of a copy."""
        if event.attempt != COPIED:
            self._tell(now, event)

    def _copy(self, now: float, order: Copy) -> None:
        """Call a model with a copy of a request."""
        walk = self.walks[order.request]
        visit, work = walk.trip.visit, walk.work
        self.doubles[order.request] = _Double(order, visit, walk.step.route, work)
        self.tally.called(order.target, now, work.tokens_in + work.tokens_out, False)
        call = Call(order.request, order.target, COPIED, order.timeout_s)
        supplier = self.suppliers[order.target]
        if isinstance(supplier, Pool):
            supplier.call(now, call, work)
            return
        slower = slower_of(self.plan.targets[order.target], self.lanes[visit.journey])
        ending = supplier.call(now, work, COPIED, order.timeout_s, slower)
        self.schedule(now + ending.after_s, self._call_ended, (call, ending))

    def _copy_ended(self, now: float, call: Call, ending: Ending) -> None:
        double = self.doubles.pop(call.request)
        if ending.let_in:
            self.suppliers[call.target].leave()
        self.tally.call_ended(call.target, now, ending.outcome, ending.after_s)
        cost = self._bill(call.target, ending, double.visit.journey, double.work)
        self._tell(now, Copied(call.request, double.route, double.visit.tenant, double.order.reserved, cost))

    def _call_ended(self, now: float, item: tuple[Call, Ending]) -> None:
        order, ending = item
        target = order.target
        if order.attempt == COPIED:
            self._copy_ended(now, order, ending)
            return
        if self.calls.pop((order.request, order.attempt), None) is None:
            return  # it was called off
        if ending.let_in:
            self.suppliers[target].leave()
        self.tally.call_ended(target, now, ending.outcome, ending.after_s)
        walk = self.walks[order.request]
        journey = walk.trip.visit.journey
        cost = self._bill(target, ending, journey, walk.work)
        # Only a failure is tried again. A number is the same whenever it is drawn.
        failed = ending.outcome != route.OK
        luck = chance.uniform(self.seed, order.request, order.attempt, chance.BACKOFF) if failed else 0.0
        before = self.machine.circuits[target].phase
        model = self.plan.targets[target]
        slower = slower_of(model, self.lanes[journey])
        first = began_after(model, ending.outcome, ending.begins_s, ending.after_s, ending.tokens_out, slower)
        finish = Finish(order.request, ending.outcome, cost, ending.retry_after, luck, first, order.attempt)
        self._tell(now, finish)
        if before != breaker.OPEN and self.machine.circuits[target].phase == breaker.OPEN:
            self.tally.opened(target, now)

    def _called_off(self, now: float, order: Cancel) -> None:
        found = self.calls.get((order.request, order.attempt))
        if found is None:
            return  # it ended in the same instant
        began, call, ending = found
        walk, supplier = self.walks[order.request], self.suppliers[call.target]
        if isinstance(supplier, Pool):
            supplier.call_off(now, call)
        elif ending is not None and ending.let_in:
            self._call_ended(now, (call, called_off(ending, now - began, walk.work)))

    def _bill(self, place: int, ending: Ending, journey: int, work: Work) -> int:
        if ending.tokens_in == 0:
            return 0
        target = self.plan.targets[place]
        cached = max(int(ending.tokens_in * target.prompt_cache), work.cached)
        kinds = stored(ending.tokens_in, cached, target.prompt_writes, target.prompt_keeps)
        cost = call_cost(ending.tokens_in, cached, ending.tokens_out, price_of(target, self.lanes[journey]), kinds)
        self.tally.billed((journey, work.step, place), ending.tokens_in, cached, ending.tokens_out, cost)
        return cost
