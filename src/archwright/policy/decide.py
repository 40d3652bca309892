"""The brain of a gateway, as functions over its state: what happened and when goes in, orders come out.

The gateway drives them with the real clock, the simulator, compiled, with virtual time; the same events at the same
times give the same orders.

    take    -> a slot for a request that is about to arrive
    arrive  -> REPLY (from cache, refused, shed) | SLEEP (waiting for a place) | CALL
    begin   -> CANCEL of a call beside; from now on no other target can take over
    finish  -> CALL (again or next target) | SLEEP (before trying again) | CANCEL, KEEP and REPLY
    wake    -> what the sleep was for
    leave   -> nothing for this request
    copied  -> nothing: a copy of a request has ended
    advance -> what follows for the next request in the queue, as long as a place is free

After each of them `desk.orders` says how many of `orders` count. Then comes `advance`, until it returns 0.
"""

from __future__ import annotations

from archwright.policy.admission import adapt, expected_wait, priority_of, refusal
from archwright.policy.breaker import REFUSED
from archwright.policy.copies import paid
from archwright.policy.ending import (
    answered,
    call_off,
    close,
    forget_calls,
    give_back,
    lost_ended,
    swap,
    target_of,
)
from archwright.policy.lanes import BATCH, free, join, last_below, next_in_line, part, rise, room, seat
from archwright.policy.outbox import keep, reply, sleep
from archwright.policy.retry import allowed, earn, spend
from archwright.policy.route import AGAIN, DONE, STOP, after
from archwright.policy.router import line_up
from archwright.policy.state import (
    ANSWERED,
    FAILED,
    NOBODY,
    SHED,
    UNDER_WAY,
    Arrival,
    Ended,
    State,
)
from archwright.policy.trying import attempt, hedge, returned_with


def take(m: State) -> int:
    """A free slot; -1: there is none."""
    slot = m.desk.free
    if slot != NOBODY:
        m.desk.free = m.slots[slot].behind
    return slot


def arrive(m: State, now: float, a: Arrival) -> None:
    """A request came. `now` in seconds, any origin; it never goes back."""
    m.desk.orders = 0
    how, seconds = refusal(m, now, a)
    if how != ANSWERED:
        reply(m, a.slot, how, -1, 0, seconds)
        give_back(m, a.slot)
        return
    _open(m, now, a)
    if free(m, a.lane) == 1:
        _enter(m, now, a.slot)
    else:
        _wait(m, now, a)


def begin(m: State, now: float, slot: int, number: int) -> None:
    """The answer of the call `number` (0: the one under way) began to go to the client."""
    m.desk.orders = 0
    item = m.slots[slot]
    if item.open != UNDER_WAY or item.begun != 0:
        return
    if item.second != 0:
        if number == item.second:
            swap(m, slot)
        call_off(m, slot)
    item.begun = item.attempt


def finish(m: State, now: float, e: Ended) -> None:
    """An attempt ended."""
    m.desk.orders = 0
    item = m.slots[e.slot]
    if item.open == 0:
        return
    if item.lost != 0 and e.attempt == item.lost:
        lost_ended(m, now, e.slot, e.cost)
    elif item.open == UNDER_WAY and item.verdict != REFUSED:
        if item.second != 0 and e.attempt == item.second:
            swap(m, e.slot)
        _ended(m, now, e)


def wake(m: State, now: float, slot: int, ticket: int) -> None:
    """A sleep is over; `ticket` is the sleep's."""
    m.desk.orders = 0
    item = m.slots[slot]
    if item.open != UNDER_WAY or item.ticket != ticket:
        return
    if item.verdict != REFUSED:
        hedge(m, now, slot)
    elif item.waiting == 1:
        answered(m, now, slot, SHED, m.law.lanes[item.lane].wait_s)
    else:
        attempt(m, now, slot)


def leave(m: State, now: float, slot: int, cost: int) -> None:
    """The client went away. `cost` is what the calls under way have cost (pico-dollars); they say nothing more."""
    m.desk.orders = 0
    item = m.slots[slot]
    if item.open == 0:
        return
    forget_calls(m, now, slot)
    item.cost += cost
    if item.waiting == 1:
        part(m, slot)
    if item.entered == 1:
        rise(m, slot)
    close(m, slot)


def copied(m: State, route: int, tenant: int, reserved: int, cost: int) -> None:
    """A copy of a request of `route` and `tenant` has ended, for which `reserved` was reserved (pico-dollars)."""
    m.desk.orders = 0
    paid(m, route, tenant, reserved, cost)


def advance(m: State, now: float) -> int:
    """Let the next request that waits go on, if there is a place: 1, else 0."""
    m.desk.orders = 0
    slot = next_in_line(m)
    if slot == NOBODY:
        return 0
    part(m, slot)
    _enter(m, now, slot)
    return 1


def _open(m: State, now: float, a: Arrival) -> None:
    rule = m.law.routes[a.route]
    item = m.slots[a.slot]
    item.open = UNDER_WAY
    item.route = a.route
    item.tenant = a.tenant
    item.lane = a.lane
    item.priority = priority_of(m, a)
    item.group = a.tenant + 1 if m.law.groups > 1 else 0
    item.key = a.key
    item.kept = 1 if a.key != 0 and a.age >= 0.0 else 0
    item.kept_at = now - a.age
    item.reserved = a.cost
    item.tokens_in = a.tokens_in
    item.tokens_out = a.tokens_out
    item.luck = _other(a.luck)
    item.cost = 0
    item.deadline = now + (rule.batch_deadline_s if a.lane == BATCH else rule.deadline_s)
    item.hops = line_up(m, now, a)
    item.hop = 0
    item.tries = 0
    item.attempts = 0
    item.verdict = REFUSED
    item.begun = 0
    item.second = 0
    item.lost = 0
    if a.tenant >= 0:
        m.present[a.tenant] += 1
    m.saved[a.route] = earn(m.law.retries[a.route], m.saved[a.route])


def _other(luck: float) -> float:
    """Another number in [0, 1) from the same luck, so that who is drawn for a target is not drawn for its ramp too."""
    many = luck * 1048576.0
    return many - float(int(many))


def _enter(m: State, now: float, slot: int) -> None:
    seat(m, slot, now)
    m.slots[slot].ticket += 1
    attempt(m, now, slot)


def _wait(m: State, now: float, a: Arrival) -> None:
    """Wait for a place, or be told at once that there is no point in it; the less urgent make room."""
    item = m.slots[a.slot]
    wait = m.law.lanes[a.lane].wait_s
    expected = expected_wait(m, a.lane)
    if expected > wait:
        answered(m, now, a.slot, SHED, expected)
        return
    if room(m, a.lane) == 0:
        behind = last_below(m, a.lane, item.priority)
        if behind == NOBODY:
            answered(m, now, a.slot, SHED, wait)
            return
        answered(m, now, behind, SHED, wait)
    join(m, a.slot)
    sleep(m, a.slot, min(now + wait, item.deadline))


def _ended(m: State, now: float, e: Ended) -> None:
    """The call under way ended: the answer, the next step, or a call beside that goes on alone."""
    item = m.slots[e.slot]
    target = target_of(m, e.slot, item.hop)
    adapt(m, now, target, e)
    returned_with(m, now, target, item.verdict, e)
    item.verdict = REFUSED
    item.cost += e.cost
    retries = m.law.retries[item.route]
    saved = m.saved[item.route]
    hop = m.law.hops[m.turns[e.slot * m.law.width + item.hop]]
    left_s = item.deadline - now
    step = after(hop, item.tries, e.outcome, left_s, e.retry_after, allowed(retries, saved), e.luck)
    if item.second != 0:
        if step.action != DONE and step.action != STOP:
            swap(m, e.slot)
            item.second = 0
            return
        call_off(m, e.slot)
    if step.action == DONE:
        cache = m.law.routes[item.route].cache
        if cache >= 0 and item.key != 0:
            keep(m, e.slot, cache, item.key)
        answered(m, now, e.slot, ANSWERED, 0.0)
    elif step.action == STOP:
        answered(m, now, e.slot, FAILED, 0.0)
    elif step.action == AGAIN:
        m.saved[item.route] = spend(retries, saved)
        sleep(m, e.slot, now + step.pause)
    else:
        item.hop += 1
        item.tries = 0
        attempt(m, now, e.slot)
