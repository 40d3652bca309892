"""A route that hedges: a second target may be called beside the first, and what one of them has begun it ends alone."""

from __future__ import annotations

import asyncio

from archwright.policy.machine import Call
from archwright.policy.route import CUT
from archwright.runtime.gateway.attempt import attempt, conclude, told
from archwright.runtime.gateway.exchange import Exchange, Try
from archwright.runtime.gateway.house import House


async def called(house: House, x: Exchange, call: Call) -> None:
    """One call of several, from its begin until the machine knows how it ended.

    A call that the machine has called off is billed for what came. When the client goes away, whoever closes the
    request settles it.
    """
    item = Try(call, 0.0, "")
    try:
        item = await attempt(house, x, call)
    except asyncio.CancelledError:
        if call.attempt not in x.called_off:
            raise
        item = next(item for item in x.tries if item.call is call)
        item.outcome = CUT
        conclude(house, x, item)
    else:
        x.last = item
    told(house, x, item)


def start(house: House, x: Exchange, call: Call) -> None:
    """Make a call beside those that run."""
    x.calls[call.attempt] = asyncio.get_running_loop().create_task(called(house, x, call))


async def end(x: Exchange) -> None:
    """Wait for the calls that were called off, so that what they cost is known; and end those that still run."""
    for attempt_, task in x.calls.items():
        if attempt_ not in x.called_off:
            task.cancel()
    if x.calls:
        await asyncio.gather(*x.calls.values(), return_exceptions=True)
