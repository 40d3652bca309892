"""The gateway in virtual time: events go to its machine, what the machine orders is done.

The decisions are those of `policy.decide`, compiled; here requests get their slots, keys of caches their ages, and
orders become calls and events.
"""

from __future__ import annotations

from archwright.analysis.stress.kernel import beside, counts, doubles, kept, pools, prices, suppliers
from archwright.analysis.stress.kernel.heap import CALL_ENDS, WAKES, reply, schedule
from archwright.analysis.stress.kernel.tables import NOBODY, Record, State
from archwright.plan.rules import began_after
from archwright.policy import breaker, chance, decide, route
from archwright.policy.lanes import BATCH, REALTIME
from archwright.policy.state import (
    CACHED,
    CALL,
    CANCEL,
    COPIED,
    COPY,
    DEGRADED,
    KEEP,
    REPLY,
    SLEEP,
    STALE,
    Arrival,
    Ended,
)

SESSION = 1  # what is sticky, by its place in the words of the file
TENANT = 2
HOPS = 256  # more than a route has; a reply carries how and which hop in one number


def ask(s: State, now: float, at: int) -> None:
    """A walk's request comes to the gateway."""
    walk = s.walks[at]
    step = s.steps[walk.step]
    trip = s.trips[walk.trip]
    lane = s.journeys[trip.journey].lane
    walk.came = now
    walk.target = NOBODY
    counts.request_came(s, at)
    luck = _luck(s, at) if step.draws == 1 else 0.0
    age = -1.0
    if walk.key != 0:
        walk.found = kept.find(s, s.routes[step.route].cache, walk.key)
        age = kept.age(s, now, walk.found)
    slot = decide.take(s.machine)
    walk.slot = slot
    s.of_slot[slot] = at
    cost = _reserve(s, step.route, lane, walk)
    tenant, journey = int(trip.tenant), int(trip.journey)
    arrival = Arrival(
        slot, int(step.route), tenant, walk.key, cost, walk.tokens_in, walk.tokens_out, journey, luck, int(lane), age
    )
    decide.arrive(s.machine, now, arrival)
    _follow(s, now)


def _luck(s: State, at: int) -> float:
    """The luck of a request, or that of its session or tenant where a route keeps those together."""
    walk = s.walks[at]
    trip = s.trips[walk.trip]
    sticky = s.steps[walk.step].sticky
    seed = s.desk[0].seed
    if sticky == SESSION:
        return chance.uniform(seed, trip.number, 0, chance.STICKY)
    if sticky == TENANT and trip.tenant >= 0:
        return chance.uniform(seed, trip.tenant, 1, chance.STICKY)
    return chance.uniform(seed, walk.request, 0, chance.ROUTE)


def _reserve(s: State, number: int, lane: int, walk: Record) -> int:
    """What the dearest target of a route would bill, in the lane or in real time."""
    way = s.routes[number]
    tokens_in, tokens_out = int(walk.tokens_in), int(walk.tokens_out)
    dearest = 0
    for hop in range(way.first, way.end):
        target = int(s.hops[hop])
        dearest = max(dearest, prices.most(s, target, lane, tokens_in, tokens_out))
        if lane != REALTIME:
            dearest = max(dearest, prices.most(s, target, REALTIME, tokens_in, tokens_out))
    return dearest


def wakes(s: State, now: float, slot: int, ticket: int) -> None:
    """A sleep is over."""
    decide.wake(s.machine, now, slot, ticket)
    _follow(s, now)


def begins(s: State, now: float, number: int) -> None:
    """The answer of a call begins, beside which another may run."""
    call = s.calls[number]
    s.machine.desk.orders = 0
    if call.walk != NOBODY:
        decide.begin(s.machine, now, int(s.walks[call.walk].slot), int(call.attempt))
    _follow(s, now)


def called_off(s: State, now: float, number: int) -> None:
    """A call is called off, unless it ended in the same instant."""
    if s.sides[number].off == 1 and s.calls[number].let_in == 1:
        _ended(s, now, number, beside.cut(s, now, number))


def call_ends(s: State, now: float, number: int) -> None:
    """A call ends, unless it was called off before: then its row is free now."""
    if s.calls[number].walk == NOBODY:
        _free(s, number)
    else:
        _ended(s, now, number, 0)


def _ended(s: State, now: float, number: int, more: int) -> None:
    """A call ended: it is paid, and its request goes on. `more` is 1 if its end is still to come."""
    call = s.calls[number]
    walk = s.walks[call.walk]
    target = call.target
    model = s.targets[target]
    journey = s.trips[walk.trip].journey
    lane = s.journeys[journey].lane
    slower = model.batch_slower if lane == BATCH else 1.0
    if call.let_in == 1:
        s.meters[target].working -= 1
    counts.call_ended(s, target, now, call.outcome, call.after_s)
    cost = _bill(s, number, lane)
    if call.attempt == COPIED:
        doubles.end(s, number, cost)
        return
    luck = 0.0
    if call.outcome != route.OK:
        luck = chance.uniform(s.desk[0].seed, walk.request, call.attempt, chance.BACKOFF)
    first = began_after(model, call.outcome, call.begins_s, call.after_s, call.tokens_out, slower)
    ended = Ended(int(walk.slot), int(call.outcome), cost, call.retry_after, luck, first, int(call.attempt))
    if s.desk[0].hedges == 1:
        beside.over(s, number)
    if more == 1:
        call.walk = NOBODY
    else:
        _free(s, number)
    before = s.machine.circuits[target].phase
    decide.finish(s.machine, now, ended)
    _follow(s, now)
    if before != breaker.OPEN and s.machine.circuits[target].phase == breaker.OPEN:
        counts.opened(s, target, now)


def _free(s: State, number: int) -> None:
    """The row of a call is free."""
    desk = s.desk[0]
    s.calls[number].next = desk.calls
    desk.calls = number
    desk.used_calls -= 1


def _bill(s: State, number: int, lane: int) -> int:
    call = s.calls[number]
    if call.tokens_in == 0:
        return 0
    target = s.targets[call.target]
    cached = max(int(call.tokens_in * target.prompt_cache), int(s.walks[call.walk].cached))
    stored = 0
    if target.prompt_writes > 0.0:
        stored = max(0, min(int(call.tokens_in * target.prompt_writes), int(call.tokens_in) - cached))
    cost = prices.cost(s, int(call.target), lane, (int(call.tokens_in), cached, stored, int(call.tokens_out)))
    counts.billed(s, s.walks[call.walk].step, number, cached, cost)
    return cost


def _follow(s: State, now: float) -> None:
    """Do what the machine orders; then whoever waits for a place goes on."""
    _do(s, now)
    while s.machine.desk.waiting > 0 and decide.advance(s.machine, now) == 1:
        _do(s, now)
    counts.gateway(s, now)


def _do(s: State, now: float) -> None:
    for place in range(s.machine.desk.orders):
        order = s.machine.orders[place]
        at = s.of_slot[order.slot]
        if order.kind == CALL:
            _call(s, now, place)
        elif order.kind == REPLY:
            if order.how == CACHED:
                kept.use(s, s.walks[at].found)  # at once: it was found in this instant
            elif order.how == STALE:
                kept.use(s, kept.find(s, s.routes[s.steps[s.walks[at].step].route].cache, s.walks[at].key))
            # Later in the same instant, so that a visit's next step never begins inside another one's orders.
            reply(s, now, at, order.how * HOPS + order.hop + 1)
        elif order.kind == SLEEP:
            schedule(s, order.seconds, WAKES, order.slot, order.ticket)
        elif order.kind == KEEP:
            kept.keep(s, now, order.target, order.key, s.machine.slots[order.slot].cost, 0)
        elif order.kind == COPY:
            doubles.begin(s, now, place)
        elif order.kind == CANCEL:
            beside.ordered_off(s, now, order.slot, order.attempt)


def _call(s: State, now: float, place: int) -> None:
    order = s.machine.orders[place]
    at = s.of_slot[order.slot]
    walk = s.walks[at]
    target = order.target
    again = 1 if walk.target == target else 0
    walk.target = target
    counts.called(s, target, now, walk.tokens_in + walk.tokens_out, again)
    number = s.desk[0].calls
    call = s.calls[number]
    s.desk[0].calls = call.next
    s.desk[0].used_calls += 1
    call.walk = at
    call.target = target
    call.attempt = order.attempt
    if s.desk[0].hedges == 1:
        beside.noted(s, now, number, order.slot)
    if s.targets[target].pool != NOBODY:
        pools.call(s, now, number, order.seconds)
        return
    suppliers.begin(s, now, number, order.seconds)
    if s.desk[0].hedges == 1:
        beside.under_way(s, now, number)
    schedule(s, now + call.after_s, CALL_ENDS, number, at)


def second_best(how: int) -> int:
    """1 if an answer of this kind degrades its journey."""
    return 1 if how in (DEGRADED, STALE) else 0
