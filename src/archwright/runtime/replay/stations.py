"""Components that work, as the replaying client plays them: a queue, servers, the law of their time, faults."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from archwright.plan.faults import Faults
from archwright.plan.model import Station
from archwright.plan.workload import TURN
from archwright.policy import chance


class Room:
    """The servers and the queue of one station, in the order in which work comes.

    Args:
        station: from the plan in the time in which it runs.
        faults: what goes wrong when, in the same time.
        seed: of the luck of each piece of work.
        zero: the monotonic time at which the scenario began.
    """

    def __init__(self, station: Station, faults: Faults, seed: int, zero: float) -> None:
        self.station = station
        self.faults = faults
        self.seed = seed
        self.zero = zero
        self.busy = 0
        self.queue: deque[asyncio.Future[None]] = deque()
        self.instant = station.median_s <= 0.0 and station.error_rate <= 0.0 and not faults.changes

    async def work(self, request: int, timeout_s: float, turn: int = 0) -> bool:
        """Do one piece of work; False where it failed, or took longer than `timeout_s` with its wait (0: no bound).

        `turn` counts the stations that it was at before.
        """
        if self.instant:
            return True
        began = time.monotonic()
        try:
            async with asyncio.timeout(timeout_s or None):
                await self._place()
        except TimeoutError:
            return False
        try:
            left_s = timeout_s - (time.monotonic() - began) if timeout_s else float("inf")
            return await self._do(request, left_s, turn * TURN)
        finally:
            self.busy -= 1
            self._next()

    async def _place(self) -> None:
        if not self.queue and self._free():
            self.busy += 1
            return
        place = asyncio.get_running_loop().create_future()
        self.queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.busy -= 1
                self._next()
            raise

    def _next(self) -> None:
        while self.queue and self._free():
            place = self.queue.popleft()
            if not place.done():
                self.busy += 1
                place.set_result(None)

    def _free(self) -> bool:
        servers = self.station.servers
        limit = self.faults.at(time.monotonic() - self.zero).limit
        return servers == 0 or self.busy < max(1, round(servers * limit))

    async def _do(self, request: int, left_s: float, turn: int) -> bool:
        weather = self.faults.at(time.monotonic() - self.zero)
        if weather.down:
            return False
        luck = chance.uniform(self.seed, request, turn, chance.WORK)
        takes = weather.slow * chance.log_normal(self.station.median_s, self.station.spread, luck)
        await asyncio.sleep(min(takes, max(0.0, left_s)))
        working = (1.0 - self.station.error_rate) * (1.0 - weather.errors)
        return takes <= left_s and chance.uniform(self.seed, request, turn, chance.ERROR) < working
