"""Self-hosted models in virtual time: replicas with continuous batching, as `policy.replica` decides, under faults."""

from __future__ import annotations

import math

from archwright.analysis.stress.kernel import sizes, suppliers
from archwright.analysis.stress.kernel.heap import CALL_ENDS, CHANGES, LEAVES, SILENT, SIZES, STARTED, TURNS, schedule
from archwright.analysis.stress.kernel.tables import NOBODY, Record, State
from archwright.analysis.stress.kernel.weather import weather_of
from archwright.plan.workload import STREAMED
from archwright.policy import chance, provider, replica, route
from archwright.policy.batching import Law
from archwright.policy.provider import Pace
from archwright.policy.replica import BEGAN, ENDED, TOLD
from archwright.policy.state import COPIED


def begin(s: State) -> None:
    """Schedule the changes of the weather, and the looks of those that scale."""
    for target in range(len(s.targets)):
        if s.targets[target].pool == NOBODY:
            continue
        at = s.meters[target].weather
        while s.weather[at].last == 0:
            at += 1
            schedule(s, s.weather[at].since, CHANGES, target, 0)
        pool = s.pools[s.targets[target].pool]
        if pool.scales == 1:
            schedule(s, pool.every_s, SIZES, s.targets[target].pool, 0)


def call(s: State, now: float, number: int, timeout_s: float) -> None:
    """Begin a call that its caller gives up after `timeout_s`, and schedule its end."""
    call = s.calls[number]
    suppliers.fresh(call)
    again_s = suppliers.enter(s, now, number)
    if again_s > 0.0:
        call.outcome = route.OVERLOAD
        call.retry_after = again_s
        schedule(s, now, CALL_ENDS, number, 0)
        return
    call.let_in = 1
    if _fails(s, now, number):
        target = s.targets[call.target]
        pace = Pace(target.first_token_s, target.per_token_s, target.prefill_rate, target.spread)
        after_s = provider.failure_s(pace, weather_of(s, now, s.meters[call.target]).slow, 0.5)
        call.outcome = route.TRANSIENT if after_s <= timeout_s else route.TIMEOUT
        call.after_s = min(after_s, timeout_s)
        schedule(s, now + call.after_s, CALL_ENDS, number, 0)
        return
    _join(s, now, number, timeout_s)


def _fails(s: State, now: float, number: int) -> bool:
    call = s.calls[number]
    target = s.targets[call.target]
    weather = weather_of(s, now, s.meters[call.target])
    if weather.down == 1 or s.pools[target.pool].there == 0:
        return True
    working = (1.0 - target.error_rate) * (1.0 - weather.errors)
    luck = chance.uniform(s.desk[0].seed, s.walks[call.walk].request, call.attempt, chance.ERROR)
    return bool(luck < 1.0 - working)


def _join(s: State, now: float, number: int, timeout_s: float) -> None:
    """Give a call to a replica, if one has room."""
    call = s.calls[number]
    target = s.targets[call.target]
    pool = s.pools[target.pool]
    walk = s.walks[call.walk]
    prompt, answer = int(walk.tokens_in), int(walk.tokens_out)
    shared = min(max(int(prompt * target.prompt_cache), int(walk.cached)), prompt - 1)
    sizes.spent(s, now, target.pool)
    if prompt - shared + answer > pool.kv_tokens:
        call.outcome = route.CALLER
        schedule(s, now, CALL_ENDS, number, 0)
        return
    at = replica.pick(s.replicas, s.up, int(pool.first), int(pool.number), int(pool.router), int(pool.turned))
    if at < 0 or s.replicas.waits[at] >= pool.waiting:
        pool.away += 1
        s.called[call.target].r_concurrent += 1
        call.outcome = route.OVERLOAD
        call.retry_after = weather_of(s, now, s.meters[call.target]).again_s
        schedule(s, now, CALL_ENDS, number, 0)
        return
    pool.turned = at
    seat = _take(s, number, at, now)
    replica.joins(s.sequences, s.replicas, at, seat, (prompt, shared, answer))
    law = _law(pool)
    if s.replicas.steps[at] == 0:
        _plan(s, now, at, law)
    else:
        s.posts[at].due = replica.cut(law, s.sequences, s.replicas, at, now)
    schedule(s, now + timeout_s, LEAVES, seat, s.seats[seat].serial)
    if target.first_content_s > 0.0 and target.first_content_s < timeout_s and answer > STREAMED:
        schedule(s, now + target.first_content_s, SILENT, seat, s.seats[seat].serial)
    _wake(s, at)


def turn(s: State, now: float, at: int) -> int:
    """The run of a replica ends; how many entries of `s.endings` say which calls ended, or began, with it."""
    if s.posts[at].due != now:
        return 0
    sizes.spent(s, now, s.posts[at].pool)
    told = replica.settle(s.sequences, s.replicas, at, s.desk[0].lasts_s, s.told)
    _plan(s, now, at, _law(s.pools[s.posts[at].pool]))
    _wake(s, at)
    sizes.drained(s, now, at)
    ended = 0
    for place in range(told):
        slot = s.told[place] // TOLD
        what = s.told[place] % TOLD
        seat = s.seats[slot]
        if what == BEGAN:
            seat.began = now
            if s.desk[0].hedges == 1 and _told_of(s, seat):
                s.endings[ended] = seat.call * TOLD + BEGAN
                ended += 1
            continue
        if what == ENDED:
            _answered(s, now, seat)
            s.endings[ended] = seat.call * TOLD + ENDED
            ended += 1
        _give_back(s, slot)
    return ended


def silent(s: State, now: float, slot: int, serial: int) -> int:
    """The deadline of the first content of a seat's answer: its call if it ends by it, else -1."""
    return NOBODY if s.seats[slot].began >= 0.0 else leaves(s, now, slot, serial)


def leaves(s: State, now: float, slot: int, serial: int) -> int:
    """The caller of a seat gives up: its call, -1 if it has ended."""
    seat = s.seats[slot]
    if seat.serial != serial or seat.live == 0:
        return NOBODY
    number = int(seat.call)
    _drop(s, now, slot, route.TIMEOUT)
    return number


def called_off(s: State, now: float, slot: int) -> None:
    """The caller of a seat calls it off."""
    _drop(s, now, slot, route.CUT)


def _drop(s: State, now: float, slot: int, outcome: int) -> None:
    """Nobody waits any more for what a replica writes."""
    seat = s.seats[slot]
    _broken(s, now, slot, outcome)
    seat.live = 0
    at = int(seat.home)
    sizes.spent(s, now, s.posts[at].pool)
    if replica.leaves(s.sequences, s.replicas, at, slot) == 1:
        _give_back(s, slot)
    else:
        s.posts[at].due = replica.cut(_law(s.pools[s.posts[at].pool]), s.sequences, s.replicas, at, now)
    _wake(s, at)


def changes(s: State, now: float, target: int) -> None:
    """The weather has changed: replicas come and go, and steps get another length."""
    number = s.targets[target].pool
    pool = s.pools[number]
    sizes.spent(s, now, number)
    _resize(s, now, number)
    end = pool.first + pool.number
    for at in range(pool.first, end):
        if s.posts[at].due < math.inf:
            s.posts[at].due = replica.stop(s.replicas, at, now)
    for at in range(pool.first, end):
        _wake(s, at)


def _resize(s: State, now: float, number: int) -> None:
    """Replicas are there, are lost with their calls, or get no more of them."""
    pool = s.pools[number]
    weather = weather_of(s, now, s.meters[pool.target])
    there = replica.working(int(pool.running), int(weather.down), weather.limit)
    for place in range(pool.number):
        at = pool.first + place
        idle = s.posts[at].due == math.inf
        if place < there:
            s.up[at] = 1
            sizes.paid_from(s, now, at)
        elif place < pool.running or (weather.down == 1 and not idle):
            _lose(s, now, at)
        elif s.up[at] == 1:
            s.up[at] = 0
            if idle:
                sizes.paid_until(s, now, at)
    pool.there = there
    sizes.counted(s, now, number)


def look(s: State, now: float, number: int) -> None:
    """Scale, as long as the scenario lasts or work is left."""
    sizes.spent(s, now, number)
    if now >= s.desk[0].lasts_s and not sizes.works(s, number):
        return
    starts, stops = sizes.look(s, now, number)
    pool = s.pools[number]
    if starts > 0:
        schedule(s, now + pool.cold_start_s, STARTED, number, starts)
    if stops > 0:
        _resize(s, now, number)
    schedule(s, now + pool.every_s, SIZES, number, 0)


def started(s: State, now: float, number: int, count: int) -> None:
    """Replicas that were started are at work."""
    sizes.spent(s, now, number)
    sizes.ready(s, number, count)
    _resize(s, now, number)


def _lose(s: State, now: float, at: int) -> None:
    """A replica is gone with its calls, which end in the order in which they came."""
    post = s.posts[at]
    sizes.paid_until(s, now, at)
    before = 0
    while True:
        first = NOBODY
        for slot in range(len(s.seats)):
            seat = s.seats[slot]
            if seat.home == at and seat.serial > before and (first == NOBODY or seat.serial < s.seats[first].serial):
                first = slot
        if first == NOBODY:
            break
        before = s.seats[first].serial
        if s.seats[first].live == 1:
            _broken(s, now, first, route.TRANSIENT)
            schedule(s, now, CALL_ENDS, s.seats[first].call, 0)
        _give_back(s, first)
    replica.lost(s.replicas, at)
    s.up[at] = 0
    post.due = math.inf


def _plan(s: State, now: float, at: int, law: Law) -> None:
    slow = weather_of(s, now, s.meters[s.pools[s.posts[at].pool].target]).slow
    due = replica.plan(law, s.sequences, s.replicas, at, now, slow)
    s.posts[at].due = due if due >= 0.0 else math.inf


def _wake(s: State, at: int) -> None:
    """Look at a replica again when its run ends."""
    post = s.posts[at]
    if post.due != post.set_at:
        post.set_at = post.due
        if post.due < math.inf:
            schedule(s, post.due, TURNS, at, 0)


def _told_of(s: State, seat: Record) -> bool:
    """Whether somebody waits to hear that a stream has begun: nobody does of a copy."""
    call = s.calls[seat.call]
    return bool(call.attempt != COPIED and s.walks[call.walk].tokens_out > STREAMED)


def _answered(s: State, now: float, seat: Record) -> None:
    call = s.calls[seat.call]
    walk = s.walks[call.walk]
    call.outcome = route.OK
    call.after_s = now - seat.came
    call.begins_s = seat.began - seat.came if walk.tokens_out > STREAMED else -1.0
    call.tokens_in = walk.tokens_in
    call.tokens_out = walk.tokens_out


def _broken(s: State, now: float, slot: int, outcome: int) -> None:
    """A call is broken off: what is written is billed, and a stream is cut."""
    seat = s.seats[slot]
    call = s.calls[seat.call]
    walk = s.walks[call.walk]
    call.outcome = outcome
    call.after_s = now - seat.came
    if s.desk[0].hedges == 1 and call.attempt != COPIED:
        s.sides[seat.call].seat = NOBODY
    if seat.began < 0.0:
        return
    call.tokens_in = walk.tokens_in
    before = walk.tokens_out - s.sequences.left[slot]
    call.tokens_out = before + replica.written(s.sequences, s.replicas, int(seat.home), slot, now)
    if walk.tokens_out > STREAMED:
        call.outcome = route.CUT
        call.begins_s = seat.began - seat.came


def _take(s: State, number: int, at: int, now: float) -> int:
    """A free seat for a call at a replica."""
    desk = s.desk[0]
    slot = int(desk.seats)
    seat = s.seats[slot]
    desk.seats = seat.next
    desk.used_seats += 1
    desk.serial += 1
    seat.call = number
    seat.home = at
    seat.serial = desk.serial
    seat.live = 1
    seat.began = -1.0
    seat.came = now
    if desk.hedges == 1 and s.calls[number].attempt != COPIED:
        s.sides[number].seat = slot
    return slot


def _give_back(s: State, slot: int) -> None:
    desk = s.desk[0]
    seat = s.seats[slot]
    seat.home = NOBODY
    seat.live = 0
    seat.next = desk.seats
    desk.seats = slot
    desk.used_seats -= 1


def _law(pool: Record) -> Law:
    return Law(
        pool.fixed_s, pool.weights_s, pool.experts_s, pool.touched, pool.kv_s, pool.compute_s, pool.sequence_s,
        pool.token_s, int(pool.kv_tokens), int(pool.sequences), int(pool.batched_tokens), int(pool.waiting),
    )  # fmt: skip
