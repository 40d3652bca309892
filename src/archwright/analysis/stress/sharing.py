"""A station that divides its servers among all who are there: processor sharing, in virtual time.

With n jobs and c servers each is worked on at the rate min(1, c / n). What a job has had since it came is the same for
all of them, so one number, `given`, tells when each is done: those who came with `given` at v and need t are done at
v + t.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import Any

from archwright.analysis.stress.station import ENDED, NORMAL, WORKING, Job, Room


class SharedRoom(Room):
    """A room in which nobody waits and everybody slows the others down."""

    __slots__ = ("due", "given", "order", "plans", "rate", "since")

    def __init__(self, *args: Any, **more: Any) -> None:
        self.due: list[tuple[float, int, Job]] = []
        self.given = 0.0
        self.since = 0.0
        self.rate = 0.0
        self.plans = 0
        self.order = count()
        super().__init__(*args, **more)
        for edge in self.faults.edges:
            self.schedule(edge, self._edge, None)

    def enter(self, now: float, request: int, owner: Any, timeout_s: float, turn: int = 0, rank: int = NORMAL) -> None:
        """Bring a job; its owner gives up after `timeout_s` (0: never)."""
        self._advance(now)
        self.jobs += 1
        job = Job(request, owner, now, now + timeout_s if timeout_s > 0 else float("inf"), turn, rank)
        if 0 <= self.station.queue <= self.busy - self.servers.now(now):
            self.refused += 1
            job.state = ENDED
            self.schedule(now, self.after, job)
            return
        self._work(now, job)
        self.busy += 1
        self.deepest = max(self.deepest, self.busy - self.servers.now(now))
        self.asked_s += job.takes
        heappush(self.due, (self.given + job.takes, next(self.order), job))
        if timeout_s > 0:
            self.schedule(job.until, self._late, job)
        self._plan(now)

    def _advance(self, now: float) -> None:
        """All jobs were worked on up to `now`, at the rate that was planned: whatever changes it plans anew."""
        self._spent(now)
        self.given += (now - self.since) * self.rate
        self.worked_s += max(0.0, min(now, self.horizon) - min(self.since, self.horizon)) * self.rate * self.busy
        self.since = now

    def _plan(self, now: float) -> None:
        """Look again when the next job is done, as things stand."""
        self.plans += 1
        while self.due and self.due[0][2].state == ENDED:
            heappop(self.due)
        self.rate = min(1.0, self.servers.now(now) / self.busy) if self.busy else 0.0
        if self.due and self.rate > 0.0:
            self.schedule(now + max(0.0, self.due[0][0] - self.given) / self.rate, self._done, self.plans)

    def _done(self, now: float, plan: int) -> None:
        if plan != self.plans:
            return
        self._advance(now)
        done, _, job = heappop(self.due)
        self.given = done  # to the bit, whatever the last division left over
        self._leave(now, job)

    def _late(self, now: float, job: Job) -> None:
        if job.state == WORKING:
            self._advance(now)
            job.good = False
            self._leave(now, job)

    def _leave(self, now: float, job: Job) -> None:
        job.state = ENDED
        self.busy -= 1
        self.failed += not job.good
        slower = max(0.0, now - job.came - job.takes)
        self.waited_s += slower
        self.longest_s = max(self.longest_s, slower)
        self._plan(now)
        self.after(now, job)

    def _edge(self, now: float, _: None) -> None:
        self._advance(now)
        self._plan(now)

    def _changed(self, now: float) -> None:
        self._advance(now)
        self._plan(now)
