"""Copies of requests for a model beside the one that answers: sent when the request is, read to the end, billed.

No client waits for a copy or sees what comes of it. A copy has a request of its own in which nothing is heard, so that
it is called, read, judged and priced as every other call is; its row in the ledger says that it is one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from archwright.policy.machine import Call, Copy
from archwright.policy.route import CUT
from archwright.policy.state import COPIED
from archwright.runtime.gateway.attempt import attempt, conclude
from archwright.runtime.gateway.exchange import Exchange
from archwright.runtime.gateway.house import House
from archwright.runtime.http1.request import Header, Inner
from archwright.runtime.wire import BadAsk

END_S: Final = 5.0  # copies under way may take so long to end when the gateway does
NOBODY: Final = -1  # a request that the machine does not know


class _Unheard(Inner):
    """A request whose answer nobody hears."""

    __slots__ = ()

    def begin(self, status: int, headers: Iterable[Header], data: bytes) -> bool:
        """Nothing is kept."""
        return True

    def write(self, data: bytes) -> bool:
        """Nothing is kept."""
        return True

    def when_free(self, call: Callable[[], None]) -> None:
        """There is always room."""
        call()


def start(house: House, x: Exchange, order: Copy) -> None:
    """Send a copy of a request. It is on its own from now on."""
    x.copy = None
    line = house.line(x, order.target)
    try:
        if x.ask is not None and line.wire is not x.wire:
            x.ask.into(line.wire)
    except BadAsk:  # the copy cannot be said in the model's wire; the request itself goes on
        give_up(house, x, order)
        return
    double = x.double(NOBODY, _Unheard(x.request.method, x.request.path, x.request.headers, b""))
    task = asyncio.get_running_loop().create_task(_called(house, double, order))
    house.copies.add(task)
    task.add_done_callback(house.copies.discard)


def give_up(house: House, x: Exchange, order: Copy) -> None:
    """A copy that is never sent costs nothing."""
    x.copy = None
    house.brain.copied(order, x.route_index, x.tenant_index, 0)


async def stop(house: House) -> None:
    """Let the copies under way end, but not for long."""
    if house.copies:
        _, late = await asyncio.wait(house.copies, timeout=END_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _called(house: House, double: Exchange, order: Copy) -> None:
    call = Call(order.request, order.target, COPIED, order.timeout_s)
    try:
        await attempt(house, double, call)
    except asyncio.CancelledError:
        for item in (item for item in double.tries if item.total_s == 0.0):
            item.outcome = CUT
            conclude(house, double, item)
        raise
    finally:
        house.brain.copied(order, double.route_index, double.tenant_index, double.cost)
