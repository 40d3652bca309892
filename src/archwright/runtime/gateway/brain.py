"""Drives the machine with the real clock: tells it events, carries out its orders, keeps what it wants kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import BinaryIO

from archwright.policy import log
from archwright.policy.machine import Arrive, Call, Cancel, Event, Forget, Keep, Machine, Order, Reply, Sleep, Wake
from archwright.policy.rules import Rules
from archwright.runtime.gateway.exchange import Exchange, Stored


class Brain:
    """The one place that talks to the machine.

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

    def tell(self, event: Event) -> None:
        """Tell the machine what happened now and carry out what it orders."""
        now = time.monotonic()
        if isinstance(event, Arrive):
            self._hold(event)
        orders = self.machine.handle(now, event)
        if self.record is not None:
            self.pending.append(log.encode(now, event, orders))
        for order in orders:
            self._follow(now, order)

    def flush(self) -> None:
        """Write the record so far."""
        if self.record is not None and self.pending:
            batch, self.pending = self.pending, []
            self.record.write(b"".join(batch))
            self.record.flush()

    def _hold(self, event: Arrive) -> None:
        """An answer that may be given when all else fails must not be dropped before."""
        exchange = self.exchanges[event.request]
        if event.key and exchange.route is not None and exchange.route.stale_s > 0.0:
            exchange.stored = self.answers[exchange.route.cache].get(event.key)

    def _follow(self, now: float, order: Order) -> None:
        match order:
            case Call(request):
                self.exchanges[request].give(order)
            case Reply(request):
                exchange = self.exchanges.pop(request)
                if exchange.route is not None and exchange.route.cache >= 0:
                    # Taken now: before the request goes on another one may have dropped it.
                    exchange.stored = self.answers[exchange.route.cache].get(exchange.key, exchange.stored)
                exchange.give(order)
            case Sleep(request, ticket, until):
                asyncio.get_running_loop().call_later(max(0.0, until - now), self.tell, Wake(request, ticket))
            case Cancel(request, attempt):
                self.exchanges[request].call_off(attempt)
            case Keep(request, cache, key):
                self.answers[cache][key] = _answer_of(self.exchanges[request])
            case Forget(cache, key):
                self.answers[cache].pop(key, None)


def _answer_of(exchange: Exchange) -> Stored:
    last = exchange.last
    if last is None:
        return Stored()
    return Stored(last.body, tuple(last.events), last.call.target, exchange.given)
