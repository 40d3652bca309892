"""Components that work, as the replaying client plays them: servers that scale, a queue, laws of time, faults."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import NamedTuple

from archwright.plan.faults import Faults
from archwright.plan.model import Station
from archwright.plan.servers import HOUR_S, Servers, patience
from archwright.plan.workload import TURN
from archwright.policy import chance, service

RANKS = 3
NORMAL = 1
LEAST_WAIT_S = 0.001


class Clock(NamedTuple):
    """The scenario's time: the monotonic time of its beginning, its own place in the week, and an hour of it."""

    zero: float
    begins_s: float = -1.0
    hour_s: float = HOUR_S

    def now(self) -> float:
        """Seconds since the scenario began; 0.0 before it."""
        return max(0.0, time.monotonic() - self.zero)


class Room:
    """The servers and the queue of one station; work that waits goes by rank, then in the order in which it came.

    Args:
        station: from the plan in the time in which it runs.
        faults: what goes wrong when, in the same time.
        seed: of the luck of each piece of work.
        clock: the scenario's time.
    """

    def __init__(self, station: Station, faults: Faults, seed: int, clock: Clock) -> None:
        self.station = station
        self.faults = faults
        self.seed = seed
        self.clock = clock
        self.servers = Servers(station, faults, clock.begins_s, clock.hour_s)
        self.law = service.LAWS.index(station.law)
        self.busy = 0
        self.waiting = 0
        self.queues: tuple[deque[asyncio.Future[None]], ...] = tuple(deque() for _ in range(RANKS))
        self.left = asyncio.Event()  # somebody came or went at a shared station
        self.instant = station.median_s <= 0.0 and station.error_rate <= 0.0 and not faults.changes

    async def work(self, request: int, timeout_s: float, turn: int = 0, rank: int = NORMAL) -> bool:
        """Do one piece of work; False where it failed, or took longer than `timeout_s` with its wait (0: no bound).

        `turn` counts the stations that it was at before.
        """
        if self.instant:
            return True
        began = time.monotonic()
        waits_s = min(timeout_s or float("inf"), patience(self.station, self.seed, request, turn * TURN))
        try:
            async with asyncio.timeout(waits_s if waits_s < float("inf") else None):
                placed = await self._place(rank)
        except TimeoutError:
            return False
        if not placed:
            return False
        try:
            left_s = timeout_s - (time.monotonic() - began) if timeout_s else float("inf")
            return await self._do(request, left_s, turn * TURN)
        finally:
            self._spent()
            self.busy -= 1
            self._stir()
            self.fill()

    async def tend(self) -> None:
        """Scale, open and close, until cancelled. A station that does neither needs none of it."""
        law = self.servers.law
        if not self.servers.scales and not self.station.hours:
            return
        every = law.every_s if law else self.clock.hour_s / 60
        while True:
            await asyncio.sleep(every)
            self._spent()
            starts, _ = self.servers.look(self.clock.now())
            if starts and law:
                asyncio.get_running_loop().call_later(law.cold_start_s, self._ready, starts)
            self._stir()
            self.fill()

    def fill(self) -> None:
        """Give free places to those who wait."""
        while self._free():
            queue = next((queue for queue in self.queues if queue), None)
            if queue is None:
                return
            place = queue.popleft()
            if not place.done():
                self._spent()
                self.waiting -= 1
                self.busy += 1
                place.set_result(None)

    def _ready(self, count: int) -> None:
        self._spent()
        self.servers.ready(count)
        self._stir()
        self.fill()

    def _spent(self) -> None:
        if self.servers.scales:
            self.servers.spent(self.clock.now(), self.busy + self.waiting, float("inf"))

    def _stir(self) -> None:
        """Let shared work look again at how many share."""
        self.left.set()
        self.left = asyncio.Event()

    async def _place(self, rank: int) -> bool:
        """Get a place; False where the queue is full."""
        queue = self.station.queue
        if self.station.shared:
            if 0 <= queue <= self.busy - self.servers.now(self.clock.now()):
                return False
        elif self.waiting or not self._free():
            return await self._wait(rank) if queue < 0 or self.waiting < queue else False
        self._spent()
        self.busy += 1
        self._stir()
        return True

    async def _wait(self, rank: int) -> bool:
        place = asyncio.get_running_loop().create_future()
        self._spent()
        self.queues[rank].append(place)
        self.waiting += 1
        try:
            await place
        except asyncio.CancelledError:
            self._spent()
            if place.done() and not place.cancelled():
                self.busy -= 1
                self.fill()
            else:
                self.waiting -= 1
            raise
        return True

    def _free(self) -> bool:
        return self.busy < self.servers.now(self.clock.now())

    async def _do(self, request: int, left_s: float, turn: int) -> bool:
        weather = self.faults.at(self.clock.now())
        if weather.down:
            return False
        luck = chance.uniform(self.seed, request, turn, chance.WORK)
        takes = weather.slow * service.takes(self.law, self.station.median_s, self.station.spread, luck)
        if self.station.shared:
            in_time = await self._share(takes, left_s)
        else:
            await asyncio.sleep(min(takes, max(0.0, left_s)))
            in_time = takes <= left_s
        working = (1.0 - self.station.error_rate) * (1.0 - weather.errors)
        return in_time and chance.uniform(self.seed, request, turn, chance.ERROR) < working

    async def _share(self, takes: float, left_s: float) -> bool:
        """Work at the rate that is left for one of all who are there, looking again whenever one comes or goes."""
        done, began = 0.0, time.monotonic()
        while done < takes:
            left = left_s - (time.monotonic() - began)
            if left <= 0.0:
                return False
            rate = min(1.0, self.servers.now(self.clock.now()) / self.busy)
            since, changed = time.monotonic(), self.left
            wait = min(left, (takes - done) / rate) if rate > 0.0 else left
            try:
                async with asyncio.timeout(max(wait, LEAST_WAIT_S)):
                    await changed.wait()
            except TimeoutError:
                pass
            done += (time.monotonic() - since) * rate
        return True
