"""The replay: every visit at its time, its stages one after the other, its calls over HTTP to the gateway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from archwright.base.errors import ProviderUnavailable
from archwright.base.units import HOUR, MONTH
from archwright.facts.corpus import Corpus, corpus
from archwright.ledger.journal import Journal
from archwright.ledger.rows import Journey
from archwright.plan.faults import faults_of
from archwright.plan.model import Plan, Scenario, Step
from archwright.plan.rules import compress
from archwright.plan.users import Users
from archwright.plan.workload import Branch, Visit, Work, again, path, pause, stops
from archwright.runtime.replay.prompts import body
from archwright.runtime.replay.stations import Clock, Room

SERVED: Final = 0
DEGRADED: Final = 1
FAILED: Final = 2
OUTCOMES: Final = ("answered", "degraded", "failed")
LEAD_S: Final = 0.3  # real seconds until the scenario's time begins, so that the first visits are not late
DONE: Final = b"data: [DONE]"


@dataclass(slots=True)
class Replayed:
    """What the client saw. `late_s` are real seconds by which visits began late, rising; `counts` by outcome."""

    visits: int = 0
    calls: int = 0
    real_s: float = 0.0
    late_s: list[float] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))


@dataclass(frozen=True, slots=True)
class Play:
    """What is replayed where.

    Attributes:
        plan: in the design's time.
        scenario: a scenario of that plan.
        scale: how many times as fast time runs.
        seed: of all luck.
        gateway: base address of the gateway.
        keys: the key of each tenant of the plan, in order; empty: calls go without one.
        asks: what is asked on routes that answer from documents, by the retriever's place.
        users: those who come back after each visit, by the journey's place.
    """

    plan: Plan
    scenario: Scenario
    scale: float
    seed: int
    gateway: str
    keys: Sequence[str] = ()
    asks: Mapping[int, Corpus] = field(default_factory=dict)
    users: Mapping[int, Users] = field(default_factory=dict)


class Client:
    """Replays visits. One client a run."""

    def __init__(self, play: Play, journal: Journal, session: aiohttp.ClientSession) -> None:
        self.play = play
        self.quick = compress(play.plan, play.scale)
        self.journal = journal
        self.session = session
        self.url = f"{play.gateway}/v1/chat/completions"
        self.corpus: Corpus = corpus()
        self.rooms: list[Room] = []
        self.replayed = Replayed()
        self.group = asyncio.TaskGroup()
        self.asked: dict[tuple[int, ...], tuple[int, int]] = {}

    async def run(self, visits: Iterable[Visit], progress: Callable[[int], None]) -> Replayed:
        """Replay visits, which come in order of time.

        Raises:
            ProviderUnavailable: the gateway does not answer any more.
        """
        zero = time.monotonic() + LEAD_S
        scenario = self.quick.scenario(self.play.scenario.name)
        clock = Clock(zero, scenario.begins_s, HOUR * self.quick.gateway.month_s / MONTH)
        self.rooms = [
            Room(station, faults_of(scenario, station.name), self.play.seed, clock) for station in self.quick.stations
        ]
        tending = [asyncio.create_task(room.tend()) for room in self.rooms]
        lost: Exception | None = None  # what is raised inside `except*` comes out in a group, which nobody expects
        try:
            async with asyncio.TaskGroup() as self.group:
                for visit in visits:
                    due = await self._due(visit, zero)
                    self.group.create_task(self._visits(visit, due, zero))
                    progress(self.replayed.visits)
        except* aiohttp.ClientError as gone:
            lost = gone.exceptions[0]
        finally:
            for task in tending:
                task.cancel()
        if lost is not None:
            raise ProviderUnavailable(f"the gateway does not answer: {lost}")
        self.replayed.real_s = time.monotonic() - zero
        self.replayed.late_s.sort()
        return self.replayed

    async def _due(self, visit: Visit, zero: float) -> float:
        """Wait until a visit is due; the monotonic time at which it is."""
        due = zero + visit.at / self.play.scale
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        self.replayed.late_s.append(time.monotonic() - due)
        self.replayed.visits += 1
        return due

    async def _visits(self, visit: Visit, due: float, zero: float) -> None:
        """A visit, and those that follow it where its user comes back."""
        users = self.play.users.get(visit.journey)
        coming: Visit | None = visit
        while coming is not None:
            await self._visit(coming, due)
            if users is None:
                return
            now = (time.monotonic() - zero) * self.play.scale
            coming = again(self.play.plan, users, coming, now, self.play.seed)
            if coming is not None:
                due = await self._due(coming, zero)

    async def _visit(self, visit: Visit, due: float) -> None:
        """One journey, from the moment at which it was due."""
        journey = self.quick.journeys[visit.journey]
        session = f"{journey.name}-{visit.number}"
        calls_before = self.replayed.calls
        worst = SERVED
        for stage in path(self.play.plan, visit, self.play.seed):
            waited = []
            for branch in stage:
                step = journey.steps[branch[0].step]
                if not step.background:
                    waited.append(self._branch(visit, branch, session))
                elif step.route >= 0:
                    self.group.create_task(self._branch(visit, branch, session))
            worst = max((worst, *await asyncio.gather(*waited)))
            if worst == FAILED:
                break
        outcome = OUTCOMES[worst]
        self.replayed.counts[outcome] += 1
        self.journal.add(
            Journey(
                session=session,
                journey=journey.name,
                tenant=self.play.plan.tenants[visit.tenant].name if visit.tenant >= 0 else "",
                began=due,
                total_s=(time.monotonic() - due) * self.play.scale,
                outcome=outcome,  # type: ignore[arg-type]
                calls=self.replayed.calls - calls_before,
            )
        )

    async def _branch(self, visit: Visit, branch: Branch, session: str) -> int:
        """Works in a row. A step that may be skipped does not fail its journey."""
        step = self.quick.journeys[visit.journey].steps[branch[0].step]
        worst = SERVED
        for place, work in enumerate(branch):
            if place:
                await asyncio.sleep(pause(step, branch[place - 1].request, self.play.seed))
            good = await self._at_stations(step, work.request, self.quick.journeys[visit.journey].rank)
            how = FAILED if not good else SERVED
            if good and step.route >= 0:
                asked = self.play.asks.get(self.play.plan.routes[step.route].retriever, self.corpus)
                request = body(self.play.plan, visit, self._as_asked_first(visit, work), asked)
                how = await self._call(visit, step.name, session, work.request, request)
            if how == FAILED:
                return worst if step.skips else FAILED
            worst = max(worst, how)
        return worst

    def _as_asked_first(self, visit: Visit, work: Work) -> Work:
        """The work as it was for whoever asked the same first, where answers are kept.

        Else what was recorded of its length would make the same question another one.
        """
        route = self.play.plan.journeys[visit.journey].steps[work.step].route
        if visit.tokens_in < 0 or self.play.plan.routes[route].cache < 0:
            return work
        same = (visit.journey, visit.tenant, visit.answer, visit.wording, work.step, work.run)
        tokens_in, tokens_out = self.asked.setdefault(same, (work.tokens_in, work.tokens_out))
        return work._replace(tokens_in=tokens_in, tokens_out=tokens_out)

    async def _at_stations(self, step: Step, request: int, rank: int) -> bool:
        """Work at one station after the other; False where one of them failed."""
        for turn, place in enumerate(stops(step)):
            if not await self.rooms[place].work(request, step.timeout_s if turn == 0 else 0.0, turn, rank):
                return False
        return True

    async def _call(self, visit: Visit, step: str, session: str, request: int, data: bytes) -> int:
        self.replayed.calls += 1
        headers = {
            "Content-Type": "application/json",
            "X-Request-Id": str(request),
            "X-Archwright-Journey": self.play.plan.journeys[visit.journey].name,
            "X-Archwright-Step": step,
            "X-Archwright-Session": session,
        }
        if visit.tenant >= 0 and self.play.keys:
            headers["Authorization"] = f"Bearer {self.play.keys[visit.tenant]}"
        async with self.session.post(self.url, data=data, headers=headers) as response:
            answer = await response.read()
            if response.status != 200:
                return FAILED
            if response.content_type == "text/event-stream" and DONE not in answer[-32:]:
                return FAILED
            return DEGRADED if "x-archwright-degraded" in response.headers else SERVED
