"""The replicas of a self-hosted model in real time: the same law, driven by the event loop.

What was due is done with the time at which it was due, however late the loop wakes, so that lateness does not add up.
They scale from the beginning of a scenario on, as the simulated ones do.
"""

from __future__ import annotations

import asyncio
import time

from archwright.plan.faults import Faults
from archwright.plan.pool import Pool
from archwright.plan.sizing import Size
from archwright.policy import replica
from archwright.policy.group import NEVER, Group
from archwright.runtime.emulator.pens import Lost


class Replicas:
    """The replicas of one target.

    Args:
        pool: what the plan says, in the time in which it runs.
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.group = Group(pool.law, pool.room, replica.ROUTERS.index(pool.router))
        self.group.up[pool.begins :] = [0] * (pool.room - pool.begins)
        self.size = Size(pool)
        self.look_at = NEVER
        self.starting: list[tuple[float, int]] = []  # when they are at work, and how many
        self.seats: dict[int, Seat] = {}
        self.faults = Faults(())
        self.zero = 0.0
        self.edges: list[float] = []
        self.timer: asyncio.TimerHandle | None = None

    def start(self, faults: Faults, zero: float) -> None:
        """A scenario begins at the time `zero`."""
        self.faults, self.zero = faults, zero
        self.edges = [zero + edge for edge in faults.edges]
        law = self.size.law
        if law is not None:
            self.size = Size(self.pool, zero)
            self.look_at = zero + law.every_s
        self._arm()

    @property
    def there(self) -> bool:
        """Whether any replica works now."""
        self.advance(time.monotonic())
        return any(self.group.up)

    def join(self, prompt: int, shared: int, answer: int) -> Seat | int:
        """Give a call to a replica; where none takes it, FULL or TOO_LONG of `policy.group`."""
        now = time.monotonic()
        self.advance(now)
        self._spent(now)
        slot = self.group.join(now, prompt, shared, answer, self._slow(now))
        if slot < 0:
            return slot
        seat = self.seats[slot] = Seat(self, slot, answer)
        self._arm()
        return seat

    def leave(self, seat: Seat) -> None:
        """A caller has gone away."""
        now = time.monotonic()
        self.advance(now)
        if self.seats.get(seat.slot) is seat:
            del self.seats[seat.slot]
            self._spent(now)
            self.group.leave(now, seat.slot)
            self._arm()

    def advance(self, now: float) -> None:
        """Do everything that was due by now, in its order."""
        while True:
            at = min(range(self.group.number), key=self.group.due.__getitem__)
            due, next_s = self.group.due[at], self._next_s()
            if min(due, next_s) > now:
                return
            self._spent(min(due, next_s))
            if due < next_s:
                self._turn(at, due)
            elif self.edges and self.edges[0] == next_s:
                self._changed(self.edges.pop(0))
            elif self.starting and self.starting[0][0] == next_s:
                self.size.ready(self.starting.pop(0)[1])
                self._resize(next_s)
            else:
                self._look(next_s)

    def _next_s(self) -> float:
        """When something happens next that is not the end of a run."""
        edge = self.edges[0] if self.edges else NEVER
        return min(edge, self.starting[0][0] if self.starting else NEVER, self.look_at)

    def _spent(self, now: float) -> None:
        if now >= self.size.at:  # before the scenario begins nothing counts
            self.size.spent(now, self.group.replicas)

    def _look(self, now: float) -> None:
        """Scale."""
        law = self.size.law
        if law is None:
            return
        starts, stops = self.size.look(now)
        if starts:
            self.starting.append((now + law.cold_start_s, starts))
        if stops:
            self._resize(now)
        self.look_at = now + law.every_s

    def _turn(self, at: int, due: float) -> None:
        for what, slot in self.group.turn(at, self._slow(due)):
            seat = self.seats[slot]
            if what == replica.ENDED:
                seat.ended = True
                del self.seats[slot]
            seat.wake()

    def _changed(self, now: float) -> None:
        """The weather has changed: replicas come and go, and steps get another length."""
        self._resize(now)
        self.group.stop(now)

    def _resize(self, now: float) -> None:
        """Replicas are there, are lost with their calls, or get no more of them and end those that they have."""
        weather, running = self.faults.at(now - self.zero), self.size.fleet.running
        there = replica.working(running, int(weather.down), weather.limit)
        for at in range(self.group.number):
            if at < there:
                self.group.up[at] = 1
            elif at < running or (weather.down and self.group.due[at] < NEVER):
                self._lose(at, now)
            else:
                self.group.up[at] = 0

    def _lose(self, at: int, now: float) -> None:
        lost = [seat for seat in self.seats.values() if self.group.homes[seat.slot] == at]
        for seat in lost:
            seat.lost = self.group.written(seat.slot, now)
        self.group.lose(at)
        for seat in lost:
            del self.seats[seat.slot]
            seat.wake()

    def _slow(self, now: float) -> float:
        return self.faults.at(now - self.zero).slow

    def _arm(self) -> None:
        """Wake when the next thing is due."""
        if self.timer is not None:
            self.timer.cancel()
        due = min(min(self.group.due), self._next_s())
        loop = asyncio.get_running_loop()
        self.timer = loop.call_later(max(0.0, due - time.monotonic()), self._wake) if due < NEVER else None

    def _wake(self) -> None:
        self.advance(time.monotonic())
        self._arm()


class Seat:
    """A call at a replica: the pen of its answer. `lost` are the tokens that were written when its replica went."""

    __slots__ = ("answer", "begun", "ended", "lost", "replicas", "sleep", "slot")

    def __init__(self, replicas: Replicas, slot: int, answer: int) -> None:
        self.replicas = replicas
        self.slot = slot
        self.answer = answer
        self.begun = asyncio.Event()
        self.ended = False
        self.lost = -1
        self.sleep: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """Something has happened to it."""
        self.begun.set()
        if self.sleep is not None and not self.sleep.done():
            self.sleep.set_result(None)

    def due(self, tokens: int) -> float:
        """When they are written, or when to ask again: the present run may end before."""
        if self.ended or self.lost >= 0:
            return 0.0
        return self.replicas.group.writes(self.slot, tokens)

    async def until(self, tokens: int) -> None:
        """Wait for the first token to be told, then for the time of each."""
        await self.begun.wait()
        while self.written() < tokens:
            if self.lost >= 0:
                raise Lost
            await self._until(self.due(tokens))

    async def _until(self, moment: float) -> None:
        """Sleep until a time of the clock, or until something happens to it."""
        loop = asyncio.get_running_loop()
        self.sleep = loop.create_future()
        timer = loop.call_later(max(0.0, moment - time.monotonic()), self.wake)
        try:
            await self.sleep
        finally:
            timer.cancel()

    def written(self) -> int:
        """As many as the replica has written."""
        now = time.monotonic()
        self.replicas.advance(now)
        if self.ended:
            return self.answer
        return self.lost if self.lost >= 0 else self.replicas.group.written(self.slot, now)

    def leave(self) -> None:
        """The caller has gone away."""
        self.replicas.leave(self)
