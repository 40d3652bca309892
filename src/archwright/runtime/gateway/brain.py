"""Drives the machine with the real clock: tells it events, carries out its orders, keeps what it wants kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import BinaryIO, Final

from archwright.policy import decide, log
from archwright.policy.machine import (
    Arrive,
    Begin,
    Call,
    Cancel,
    Copied,
    Copy,
    Event,
    Finish,
    Forget,
    Keep,
    Leave,
    Machine,
    Reply,
    Sleep,
    Wake,
)
from archwright.policy.rules import Rules
from archwright.policy.state import (
    CACHED,
    CALL,
    CANCEL,
    COPY,
    NOBODY,
    REPLY,
    SLEEP,
    STALE,
    Arrival,
    Ended,
    Order,
)
from archwright.runtime.gateway.ask import RESTS
from archwright.runtime.gateway.exchange import Exchange, Stored, Try

MOMENT_S: Final = 0.02
SOON_S: Final = 0.001
MOST_KEPT: Final = 1024 * 1024  # bytes of an answer; a longer one is not kept, as caches count answers and not bytes


class Asked:
    """What was asked for since it was last looked at: requests, tokens and pico-dollars."""

    __slots__ = ("cost", "requests", "tokens")

    def __init__(self) -> None:
        self.requests = self.tokens = self.cost = 0


class Brain:
    """The one place that talks to the machine: to its functions, and where a record is kept to its events and orders.

    Args:
        rules: what the machine decides by.
        record: file for its events and orders, or None.
        spent: what was spent before, in all and by each tenant (pico-dollars); none: nothing.
        age_s: how long ago the period of that began (seconds).
    """

    def __init__(
        self, rules: Rules, record: BinaryIO | None = None, spent: Sequence[int] = (), age_s: float = 0.0
    ) -> None:
        start = time.monotonic()
        self.machine = Machine(rules, start)
        if spent:
            self.machine.recall(start - age_s, spent)
        self.record = record
        self.pending: list[bytes] = [log.opening(start, start - age_s, spent)] if record else []
        self.exchanges: dict[int, Exchange] = {}
        self.answers: list[dict[int, Stored]] = [{} for _ in rules.caches]
        self.ttls = tuple(cache.ttl_s for cache in rules.caches)
        self.asked: list[Asked] = []

    def arrive(self, x: Exchange, tokens: tuple[int, int], journey: int, luck: float) -> None:
        """A request asks for a place, with the tokens (in, out) that are expected of it."""
        now = time.monotonic()
        self.exchanges[x.number] = x
        self._hold(x)
        if self.asked:
            self._count(x, tokens[0] + tokens[1])
        known = (x.route_index, x.tenant_index, x.key, x.reserved, *tokens, journey, luck, x.lane)
        if self.record is not None:
            self._told(now, Arrive(x.number, *known))
            return
        slot = self.machine.take(x.number, x.route_index, x.key)
        decide.arrive(self.machine.state, now, Arrival(slot, *known, self.machine.age(now, slot)))
        self._follow(now)

    def begin(self, x: Exchange, attempt: int) -> None:
        """The answer of a call began to go to the client."""
        now, slot = time.monotonic(), self.machine.open.get(x.number, NOBODY)
        if self.record is not None:
            self._told(now, Begin(x.number, attempt))
        elif slot != NOBODY:
            decide.begin(self.machine.state, now, slot, attempt)
            self._follow(now)

    def finish(self, x: Exchange, item: Try, cost: int, luck: float, first_s: float) -> None:
        """An attempt ended at a cost (pico-dollars); its answer began after `first_s` (below 0: nobody knows)."""
        now, slot = time.monotonic(), self.machine.open.get(x.number, NOBODY)
        outcome, retry_after, attempt = item.outcome, item.retry_after, item.call.attempt
        if self.record is not None:
            self._told(now, Finish(x.number, outcome, cost, retry_after, luck, first_s, attempt))
        elif slot != NOBODY:
            ended = Ended(slot, outcome, cost, retry_after, luck, first_s, attempt)
            decide.finish(self.machine.state, now, ended)
            self.machine.settled(slot)
            self._follow(now)

    def leave(self, x: Exchange, cost: int) -> None:
        """The client went away; `cost` is that of calls which will say nothing more (pico-dollars)."""
        now, slot = time.monotonic(), self.machine.open.get(x.number, NOBODY)
        del self.exchanges[x.number]
        if self.record is not None:
            self._told(now, Leave(x.number, cost))
        elif slot != NOBODY:
            decide.leave(self.machine.state, now, slot, cost)
            self.machine.settled(slot)
            self._follow(now)

    def copied(self, order: Copy, route: int, tenant: int, cost: int) -> None:
        """A copy of a request of a route and a tenant has ended at a cost (pico-dollars)."""
        told = (route, tenant, order.reserved, cost)
        if self.record is not None:
            self._told(time.monotonic(), Copied(order.request, *told))
        else:
            decide.copied(self.machine.state, *told)

    def fresh(self, cache: int, key: int) -> bool:
        """Whether a cache holds the answer to a key and will still give it in a moment."""
        return 0.0 <= self.machine.caches[cache].age(time.monotonic(), key) < self.ttls[cache] - MOMENT_S

    def forget(self, cache: int, key: int) -> bool:
        """Drop the answer to a key from a cache; whether there was one."""
        self.machine.caches[cache].forget(key)
        return self.answers[cache].pop(key, None) is not None

    def again(self, cache: int, key: int, answer: Stored, age_s: float, cost: int, hits: int) -> None:
        """Keep an answer that was given so long ago (seconds), elsewhere or before this gateway began.

        It cost so many pico-dollars and was given so often since.
        """
        self.answers[cache][key] = answer
        for gone in self.machine.caches[cache].keep(time.monotonic() - age_s, key, cost, hits):
            self.answers[cache].pop(gone, None)

    def advance(self) -> None:
        """Let those who wait go on, where there are more places than before."""
        self.machine.state.desk.orders = 0
        self._follow(time.monotonic())

    def _count(self, x: Exchange, tokens: int) -> None:
        """Count what is asked for in all and by a tenant, for workers that share limits."""
        for item in (self.asked[0], self.asked[1 + x.tenant_index]) if x.tenant_index >= 0 else self.asked[:1]:
            item.requests += 1
            item.tokens += tokens
            item.cost += x.reserved

    def flush(self) -> None:
        """Write the record so far."""
        if self.record is not None and self.pending:
            batch, self.pending = self.pending, []
            self.record.write(b"".join(batch))
            self.record.flush()

    def _wake(self, number: int, ticket: int) -> None:
        now, slot = time.monotonic(), self.machine.open.get(number, NOBODY)
        if self.record is not None:
            self._told(now, Wake(number, ticket))
        elif slot != NOBODY:
            decide.wake(self.machine.state, now, slot, ticket)
            self._follow(now)

    def _hold(self, x: Exchange) -> None:
        """An answer that may be given when all else fails must not be dropped before."""
        if x.key and x.route is not None and x.route.stale_s > 0.0:
            x.stored = self.answers[x.route.cache].get(x.key)

    def _told(self, now: float, event: Event) -> None:
        """The same with a record: what happened and what was ordered are written down in words of their own."""
        orders = self.machine.handle(now, event)
        self.pending.append(log.encode(now, event, orders))
        for order in orders:
            match order:
                case Call(request):
                    self.exchanges[request].give(order)
                case Reply(request):
                    self._reply(order)
                case Sleep(request, ticket, until):
                    self._sleep(now, request, ticket, until)
                case Cancel(request, attempt):
                    self.exchanges[request].call_off(attempt)
                case Copy(request):
                    self.exchanges[request].copy = order
                case Keep(request, cache, key):
                    self.answers[cache][key] = _answer_of(self.exchanges[request])
                case Forget(cache, key):
                    self.answers[cache].pop(key, None)

    def _follow(self, now: float) -> None:
        """Carry out what the machine ordered, and let those who wait go on."""
        state = self.machine.state
        while True:
            for place in range(state.desk.orders):
                self._carry_out(now, state.orders[place])
            if not state.desk.waiting or not decide.advance(state, now):
                return

    def _carry_out(self, now: float, order: Order) -> None:
        number, kind = self.machine.requests[order.slot], order.kind
        if kind == CALL:
            self.exchanges[number].give(Call(number, order.target, order.attempt, order.seconds, order.hop))
        elif kind == REPLY:
            if order.how in (CACHED, STALE):
                self.machine.used(order.slot)
            self.machine.settled(order.slot)
            self._reply(Reply(number, order.how, order.hop, order.attempt, order.seconds))
        elif kind == SLEEP:
            self._sleep(now, number, order.ticket, order.seconds)
        elif kind == CANCEL:
            self.exchanges[number].call_off(order.attempt)
        elif kind == COPY:
            self.exchanges[number].copy = Copy(number, order.target, order.key, order.seconds)
        else:
            kept, answer = self.answers[order.target], _answer_of(self.exchanges[number])
            if answer.size > MOST_KEPT:
                return
            kept[order.key] = answer
            for key in self.machine.keep(now, order.slot, order.target, order.key):
                kept.pop(key, None)

    def _reply(self, order: Reply) -> None:
        exchange = self.exchanges.pop(order.request)
        if exchange.route is not None and exchange.route.cache >= 0:
            # Taken now: before the request goes on another one may have dropped it.
            exchange.stored = self.answers[exchange.route.cache].get(exchange.key, exchange.stored)
        exchange.give(order)

    def in_time(self, call: Call) -> Call:
        """A call that is made later than it was ordered: it too ends by the deadline of its request."""
        slot = self.machine.open.get(call.request, NOBODY)
        if slot == NOBODY:
            return call
        left_s = self.machine.state.slots[slot].deadline - time.monotonic()
        return call._replace(timeout_s=max(SOON_S, min(call.timeout_s, left_s)))

    def called(self, x: Exchange) -> None:
        """The first call of a request is made: from now on counts when another may be made beside it."""
        if x.later is not None:
            ticket, seconds = x.later
            x.later = None
            asyncio.get_running_loop().call_later(seconds, self._wake, x.number, ticket)

    def _sleep(self, now: float, number: int, ticket: int, until: float) -> None:
        x = self.exchanges[number]
        if x.route is not None and x.route.retriever >= 0 and x.route.hedge_s > 0.0 and x.inbox and not x.calls:
            x.later = (ticket, until - now)  # its first call waits for passages
            return
        asyncio.get_running_loop().call_later(max(0.0, until - now), self._wake, number, ticket)


def _answer_of(exchange: Exchange) -> Stored:
    last = exchange.last
    if last is None:
        return Stored()
    rests = exchange.headers.get(RESTS, b"")
    return Stored(last.body, tuple(last.events), last.call.target, exchange.given, rests)
