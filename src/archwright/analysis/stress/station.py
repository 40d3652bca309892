"""A component that works, in virtual time: `servers` at once, the others wait in the order in which they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from archwright.plan.faults import Faults
from archwright.plan.model import Station
from archwright.plan.workload import TURN
from archwright.policy import chance

WAITING = 0
WORKING = 1
ENDED = 2

Handler = Callable[[float, Any], None]
Schedule = Callable[[float, Handler, Any], None]


class Job:
    """One piece of work: its number, whose it is, and when its owner gives up."""

    __slots__ = ("came", "good", "owner", "request", "started", "state", "turn", "until")

    def __init__(self, request: int, owner: Any, came: float, until: float, turn: int = 0) -> None:
        self.request = request
        self.turn = turn
        self.owner = owner
        self.came = came
        self.until = until
        self.started = 0.0
        self.state = WAITING
        self.good = False


class Room:
    """The servers and the queue of a station.

    Args:
        station: what the plan says.
        faults: what goes wrong when.
        seed: of the luck of each piece of work.
        horizon: work after this time is not counted as use.
        schedule: calls a handler with a time and an item at that time.
        after: called with the time and the job when it has ended.
    """

    __slots__ = (
        "after", "asked_s", "busy", "deepest", "failed", "faults", "given_up", "horizon", "jobs", "queue", "schedule",
        "seed", "station", "waited_s", "waiting", "worked_s",
    )  # fmt: skip

    def __init__(
        self, station: Station, faults: Faults, seed: int, horizon: float, schedule: Schedule, after: Handler
    ) -> None:
        self.station = station
        self.faults = faults
        self.seed = seed
        self.horizon = horizon
        self.schedule = schedule
        self.after = after
        self.queue: deque[Job] = deque()
        self.busy = 0
        self.waiting = 0
        self.deepest = 0
        self.jobs = 0
        self.failed = 0
        self.given_up = 0
        self.asked_s = 0.0
        self.worked_s = 0.0
        self.waited_s = 0.0

    @property
    def instant(self) -> bool:
        """It takes no time and never fails, so that nothing can happen here."""
        return self.station.median_s <= 0.0 and self.station.error_rate <= 0.0 and not self.faults.changes

    def enter(self, now: float, request: int, owner: Any, timeout_s: float, turn: int = 0) -> None:
        """Bring a job; its owner gives up after `timeout_s` of waiting and work (0: never).

        `turn` counts the stations that the same piece of work was at before: each has its own luck.
        """
        self.jobs += 1
        job = Job(request, owner, now, now + timeout_s if timeout_s > 0 else float("inf"), turn)
        if self.waiting == 0 and self._free(now):
            self._start(now, job)
            return
        self.queue.append(job)
        self.waiting += 1
        self.deepest = max(self.deepest, self.waiting)
        if timeout_s > 0:
            self.schedule(job.until, self._give_up, job)

    def _free(self, now: float) -> bool:
        servers = self.station.servers
        return servers == 0 or self.busy < max(1, round(servers * self.faults.at(now).limit))

    def _start(self, now: float, job: Job) -> None:
        weather = self.faults.at(now)
        job.state = WORKING
        job.started = now
        self.busy += 1
        self.waited_s += now - job.came
        station = self.station
        takes = 0.0
        if not weather.down:
            luck = chance.uniform(self.seed, job.request, job.turn * TURN, chance.WORK)
            takes = weather.slow * chance.log_normal(station.median_s, station.spread, luck)
            failing = 1.0 - (1.0 - station.error_rate) * (1.0 - weather.errors)
            # Drawn only where it can matter: a number is the same whenever it is drawn.
            job.good = (
                failing <= 0.0 or chance.uniform(self.seed, job.request, job.turn * TURN, chance.ERROR) >= failing
            )
        end = now + takes
        if end > job.until:
            end, job.good = job.until, False
        self.asked_s += end - now
        self.schedule(end, self._finish, job)

    def _finish(self, now: float, job: Job) -> None:
        job.state = ENDED
        self.busy -= 1
        self.failed += not job.good
        self.worked_s += max(0.0, min(now, self.horizon) - job.started)
        while self.waiting and self._free(now):
            following = self.queue.popleft()
            if following.state == WAITING:
                self.waiting -= 1
                self._start(now, following)
        self.after(now, job)

    def _give_up(self, now: float, job: Job) -> None:
        if job.state == WAITING:
            job.state = ENDED
            self.waiting -= 1
            self.given_up += 1
            self.waited_s += now - job.came
            self.after(now, job)
