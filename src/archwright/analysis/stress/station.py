"""A component that works, in virtual time: some at once, others wait: the urgent first, then in order of arrival."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from archwright.plan.faults import Faults
from archwright.plan.model import Station
from archwright.plan.servers import Servers, patience
from archwright.plan.workload import TURN
from archwright.policy import chance, service

WAITING = 0
WORKING = 1
ENDED = 2
RANKS = 3  # high, normal, low
NORMAL = 1

Handler = Callable[[float, Any], None]
Schedule = Callable[[float, Handler, Any], None]


class Job:
    """One piece of work: its number, whose it is, how urgent, and when its owner gives up."""

    __slots__ = ("came", "good", "owner", "rank", "request", "started", "state", "takes", "turn", "until")

    def __init__(self, request: int, owner: Any, came: float, until: float, turn: int = 0, rank: int = NORMAL) -> None:
        self.request = request
        self.turn = turn
        self.rank = rank
        self.owner = owner
        self.came = came
        self.until = until
        self.started = 0.0
        self.takes = 0.0
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
        "after", "asked_s", "busy", "deepest", "failed", "faults", "given_up", "horizon", "jobs", "law", "longest_s",
        "queues", "refused", "schedule", "seed", "servers", "station", "waited_s", "waiting", "worked_s",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913
        self,
        station: Station,
        faults: Faults,
        seed: int,
        horizon: float,
        schedule: Schedule,
        after: Handler,
        begins_s: float = -1.0,
    ) -> None:
        self.station = station
        self.faults = faults
        self.servers = Servers(station, faults, begins_s)
        self.law = service.LAWS.index(station.law)
        self.seed = seed
        self.horizon = horizon
        self.schedule = schedule
        self.after = after
        self.queues: tuple[deque[Job], ...] = tuple(deque() for _ in range(RANKS))
        self.busy = 0
        self.waiting = 0
        self.deepest = 0
        self.jobs = 0
        self.failed = 0
        self.given_up = 0
        self.refused = 0
        self.asked_s = 0.0
        self.worked_s = 0.0
        self.waited_s = 0.0
        self.longest_s = 0.0
        if self.servers.scales:
            schedule(self.servers.law.every_s, self._look, None)  # type: ignore[union-attr]
        self._await_hours(0.0)

    @property
    def instant(self) -> bool:
        """It takes no time and never fails, so that nothing can happen here."""
        return self.station.median_s <= 0.0 and self.station.error_rate <= 0.0 and not self.faults.changes

    def enter(self, now: float, request: int, owner: Any, timeout_s: float, turn: int = 0, rank: int = NORMAL) -> None:
        """Bring a job; its owner gives up after `timeout_s` of waiting and work (0: never).

        `turn` counts the stations that the same piece of work was at before: each has its own luck. Jobs of a smaller
        `rank` (0 to 2) go first.
        """
        self.jobs += 1
        job = Job(request, owner, now, now + timeout_s if timeout_s > 0 else float("inf"), turn, rank)
        if self.waiting == 0 and self._free(now):
            self._start(now, job)
            return
        if self._full():
            self.refused += 1
            job.state = ENDED
            # Later in the same instant, so that nobody is told before having asked.
            self.schedule(now, self.after, job)
            return
        self._spent(now)
        self.queues[rank].append(job)
        self.waiting += 1
        self.deepest = max(self.deepest, self.waiting)
        until = min(job.until, now + patience(self.station, self.seed, request, turn * TURN))
        if until < float("inf"):
            self.schedule(until, self._give_up, job)

    def _full(self) -> bool:
        return 0 <= self.station.queue <= self.waiting

    def _free(self, now: float) -> bool:
        return self.busy < self.servers.now(now)

    def _work(self, now: float, job: Job) -> None:
        """Draw how long a job takes, and whether it succeeds."""
        weather = self.faults.at(now)
        job.state = WORKING
        job.started = now
        job.takes = 0.0
        if weather.down:
            return
        station = self.station
        luck = chance.uniform(self.seed, job.request, job.turn * TURN, chance.WORK)
        job.takes = weather.slow * service.takes(self.law, station.median_s, station.spread, luck)
        failing = 1.0 - (1.0 - station.error_rate) * (1.0 - weather.errors)
        # Drawn only where it can matter: a number is the same whenever it is drawn.
        job.good = failing <= 0.0 or chance.uniform(self.seed, job.request, job.turn * TURN, chance.ERROR) >= failing

    def _start(self, now: float, job: Job) -> None:
        self._spent(now)
        self.busy += 1
        self._waited(now, job)
        self._work(now, job)
        end = now + job.takes
        if end > job.until:
            end, job.good = job.until, False
        self.asked_s += end - now
        self.schedule(end, self._finish, job)

    def _finish(self, now: float, job: Job) -> None:
        self._spent(now)
        job.state = ENDED
        self.busy -= 1
        self.failed += not job.good
        self.worked_s += max(0.0, min(now, self.horizon) - job.started)
        self._fill(now)
        self.after(now, job)

    def _fill(self, now: float) -> None:
        """Begin what waits, as far as servers are free."""
        while self.waiting and self._free(now):
            following = next(queue for queue in self.queues if queue).popleft()
            if following.state == WAITING:
                self._spent(now)
                self.waiting -= 1
                self._start(now, following)

    def _give_up(self, now: float, job: Job) -> None:
        if job.state == WAITING:
            self._spent(now)
            job.state = ENDED
            self.waiting -= 1
            self.given_up += 1
            self._waited(now, job)
            self.after(now, job)

    def _waited(self, now: float, job: Job) -> None:
        self.waited_s += now - job.came
        self.longest_s = max(self.longest_s, now - job.came)

    @property
    def had_s(self) -> float:
        """Seconds of replicas at work or starting within the scenario, within working hours."""
        servers = self.servers
        if not servers.scales:
            return self.station.replicas * servers.open_s(self.horizon)
        fleet = servers.fleet
        return servers.had_s + max(0.0, self.horizon - servers.at) * (fleet.running + fleet.starting)

    # ------------------------------------------------------------------------------- servers come and go

    def _spent(self, now: float) -> None:
        if self.servers.scales:
            self.servers.spent(now, self.busy + self.waiting, self.horizon)

    def _look(self, now: float, _: None) -> None:
        """Scale, as long as the scenario lasts or work is left."""
        self._spent(now)
        law = self.servers.law
        if law is None or (now >= self.horizon and not self.busy + self.waiting):
            return
        starts, stops = self.servers.look(now)
        if starts:
            self.schedule(now + law.cold_start_s, self._ready, starts)
        if starts or stops:
            self._changed(now)
        self.schedule(now + law.every_s, self._look, None)

    def _ready(self, now: float, count: int) -> None:
        self._spent(now)
        self.servers.ready(count)
        self._changed(now)

    def _await_hours(self, now: float) -> None:
        edge = self.servers.opens(now)
        if edge < float("inf") and (now < self.horizon or self.waiting):
            self.schedule(edge, self._opened, None)

    def _opened(self, now: float, _: None) -> None:
        self._changed(now)
        self._await_hours(now)

    def _changed(self, now: float) -> None:
        """The number of servers is another one from now on."""
        self._fill(now)
