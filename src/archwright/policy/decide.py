"""The brain of a gateway, as functions over its state: what happened and when goes in, orders come out.

The gateway drives them with the real clock, the simulator, compiled, with virtual time; the same events at the same
times give the same orders.

    take    -> a slot for a request that is about to arrive
    arrive  -> REPLY (from cache, refused, shed) | SLEEP (waiting for a place) | CALL
    finish  -> CALL (again or next target) | SLEEP (before trying again) | KEEP and REPLY
    wake    -> what the sleep was for
    leave   -> nothing for this request
    advance -> what follows for the next request in the queue, as long as a place is free

That an answer has begun needs no decision: how its call ends says that no other target can take over. After each of
them `desk.orders` says how many of `orders` count. Then comes `advance`, until it returns 0.
"""

from __future__ import annotations

from archwright.policy.breaker import REFUSED, admit, record, release
from archwright.policy.bucket import Level
from archwright.policy.bucket import take as take_from
from archwright.policy.budget import reserve, settle
from archwright.policy.lanes import BATCH, free, join, next_in_line, part, rise, room, seat
from archwright.policy.outbox import call, keep, reply, sleep
from archwright.policy.retry import allowed, earn, spend
from archwright.policy.route import AGAIN, DONE, STOP, after, good
from archwright.policy.router import all_slow, called, line_up, returned
from archwright.policy.state import (
    ANSWERED,
    CACHED,
    DEGRADED,
    FAILED,
    NOBODY,
    OVER_BUDGET,
    OVER_RATE,
    SHED,
    STALE,
    Arrival,
    Ended,
    State,
)


def take(m: State) -> int:
    """A free slot; -1: there is none."""
    slot = m.desk.free
    if slot != NOBODY:
        m.desk.free = m.slots[slot].behind
    return slot


def arrive(m: State, now: float, a: Arrival) -> None:
    """A request came. `now` in seconds, any origin; it never goes back."""
    m.desk.orders = 0
    how, seconds = _refusal(m, now, a)
    if how != ANSWERED:
        reply(m, a.slot, how, -1, 0, seconds)
        give_back(m, a.slot)
        return
    _open(m, now, a)
    if free(m, a.lane) == 1:
        _enter(m, now, a.slot)
        return
    wait = m.law.lanes[a.lane].wait_s
    if room(m, a.lane) == 1:
        join(m, a.slot)
        sleep(m, a.slot, min(now + wait, m.slots[a.slot].deadline))
    else:
        _reply(m, a.slot, SHED, wait)


def finish(m: State, now: float, e: Ended) -> None:
    """The attempt that was under way ended."""
    m.desk.orders = 0
    item = m.slots[e.slot]
    if item.open == 0 or item.verdict == REFUSED:
        return
    hop = m.law.hops[m.turns[e.slot * m.law.width + item.hop]]
    returned(m, hop.target, now, e.first_s)
    record(m.law.breakers[hop.target], m.circuits[hop.target], now, item.verdict, good(e.outcome))
    item.verdict = REFUSED
    item.cost += e.cost
    retries = m.law.retries[item.route]
    saved = m.saved[item.route]
    left_s = item.deadline - now
    step = after(hop, item.tries, e.outcome, left_s, e.retry_after, allowed(retries, saved), e.luck)
    if step.action == DONE:
        cache = m.law.routes[item.route].cache
        if cache >= 0 and item.key != 0:
            keep(m, e.slot, cache, item.key)
        _reply(m, e.slot, ANSWERED, 0.0)
    elif step.action == STOP:
        _reply(m, e.slot, FAILED, 0.0)
    elif step.action == AGAIN:
        m.saved[item.route] = spend(retries, saved)
        sleep(m, e.slot, now + step.pause)
    else:
        item.hop += 1
        item.tries = 0
        _attempt(m, now, e.slot)


def wake(m: State, now: float, slot: int, ticket: int) -> None:
    """A sleep is over; `ticket` is the sleep's."""
    m.desk.orders = 0
    item = m.slots[slot]
    if item.open == 0 or item.ticket != ticket or item.verdict != REFUSED:
        return
    if item.waiting == 1:
        _reply(m, slot, SHED, m.law.lanes[item.lane].wait_s)
    else:
        _attempt(m, now, slot)


def leave(m: State, slot: int, cost: int) -> None:
    """The client went away. `cost` is what the attempt under way has cost (pico-dollars)."""
    m.desk.orders = 0
    item = m.slots[slot]
    if item.open == 0:
        return
    if item.verdict != REFUSED:
        target = m.law.hops[m.turns[slot * m.law.width + item.hop]].target
        returned(m, target, 0.0, -1.0)
        release(m.circuits[target], item.verdict)
    item.cost += cost
    _close(m, slot)


def advance(m: State, now: float) -> int:
    """Let the next request that waits go on, if there is a place: 1, else 0."""
    m.desk.orders = 0
    slot = next_in_line(m)
    if slot == NOBODY:
        return 0
    part(m, slot)
    _enter(m, now, slot)
    return 1


def _refusal(m: State, now: float, a: Arrival) -> tuple[int, float]:
    """How a request is answered at once, and when its client may come back; ANSWERED: it is not."""
    rule = m.law.routes[a.route]
    wait = _too_soon(m, now, a.tenant) if a.tenant >= 0 else 0.0
    if wait > 0.0:
        return OVER_RATE, wait
    known = a.key != 0 and a.age >= 0.0
    if known and a.age < rule.fresh_s:
        return CACHED, 0.0
    if known and rule.stale_s > 0.0 and a.age < rule.fresh_s + rule.stale_s and all_slow(m, now, a.route) == 1:
        return STALE, 0.0
    if reserve(m.law.caps[0], m.spent[0], now, a.cost) == 0:
        return OVER_BUDGET, 0.0
    if a.tenant >= 0 and reserve(m.law.caps[1 + a.tenant], m.spent[1 + a.tenant], now, a.cost) == 0:
        settle(m.spent[0], a.cost, 0)
        return OVER_BUDGET, 0.0
    return ANSWERED, 0.0


def _too_soon(m: State, now: float, tenant: int) -> float:
    """Seconds until a tenant may ask again; 0.0: now, and it has."""
    bucket = m.law.requests[tenant]
    if bucket.rate <= 0.0:
        return 0.0
    held = m.levels[tenant]
    taken = take_from(bucket, Level(held.held, held.at), now, 1.0)
    held.held = taken.level.held
    held.at = taken.level.at
    return taken.wait


def _open(m: State, now: float, a: Arrival) -> None:
    rule = m.law.routes[a.route]
    item = m.slots[a.slot]
    item.open = 1
    item.route = a.route
    item.tenant = a.tenant
    item.lane = a.lane
    item.key = a.key
    item.kept = 1 if a.key != 0 and a.age >= 0.0 else 0
    item.kept_at = now - a.age
    item.reserved = a.cost
    item.cost = 0
    item.deadline = now + (rule.batch_deadline_s if a.lane == BATCH else rule.deadline_s)
    item.hops = line_up(m, now, a)
    item.hop = 0
    item.tries = 0
    item.attempts = 0
    item.verdict = REFUSED
    m.saved[a.route] = earn(m.law.retries[a.route], m.saved[a.route])


def _enter(m: State, now: float, slot: int) -> None:
    seat(m, slot)
    m.slots[slot].ticket += 1
    _attempt(m, now, slot)


def _attempt(m: State, now: float, slot: int) -> None:
    """Call the next target whose breaker lets us; when there is none, go down the ladder."""
    item = m.slots[slot]
    while item.hop < item.hops and now < item.deadline:
        hop = m.law.hops[m.turns[slot * m.law.width + item.hop]]
        item.verdict = admit(m.law.breakers[hop.target], m.circuits[hop.target], now)
        if item.verdict != REFUSED:
            item.tries += 1
            item.attempts += 1
            called(m, hop.target)
            slower = m.law.slower[hop.target] if item.lane == BATCH else 1.0
            call(m, slot, hop.target, min(hop.timeout_s * slower, item.deadline - now))
            return
        item.hop += 1
        item.tries = 0
    rule = m.law.routes[item.route]
    if item.kept == 1 and rule.stale_s > 0.0 and now - item.kept_at < rule.fresh_s + rule.stale_s:
        _reply(m, slot, STALE, 0.0)
    else:
        _reply(m, slot, DEGRADED if rule.degrades == 1 else FAILED, 0.0)


def _reply(m: State, slot: int, how: int, seconds: float) -> None:
    item = m.slots[slot]
    reply(m, slot, how, item.hop if how == ANSWERED else -1, item.attempts, seconds)
    _close(m, slot)


def _close(m: State, slot: int) -> None:
    """Settle the money of a request and free its place and its slot."""
    item = m.slots[slot]
    settle(m.spent[0], item.reserved, item.cost)
    if item.tenant >= 0:
        settle(m.spent[1 + item.tenant], item.reserved, item.cost)
    if item.waiting == 1:
        part(m, slot)
    if item.entered == 1:
        rise(m, slot)
    item.open = 0
    give_back(m, slot)


def give_back(m: State, slot: int) -> None:
    """A slot is free again."""
    m.slots[slot].behind = m.desk.free
    m.desk.free = slot
