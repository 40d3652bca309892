"""Counting while a simulation runs."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from archwright.analysis.stress.outcome import (
    HOWS,
    OUTCOMES,
    Bucket,
    GatewayOutcome,
    JourneyOutcome,
    LaneOutcome,
    Outcome,
    Refusals,
    StationOutcome,
    TargetOutcome,
    Tokens,
)
from archwright.analysis.stress.pool import Pool
from archwright.analysis.stress.station import Room
from archwright.analysis.stress.supplier import Supplier
from archwright.base.histogram import Counting
from archwright.plan.model import Plan, Scenario
from archwright.policy import machine, route
from archwright.policy.lanes import BATCH, REALTIME

BUCKETS = 60
MINUTE = 60.0
ANSWERED, DEGRADED, FAILED = 0, 1, 2


class _Minutes:
    """An amount that comes in the order of time: all of it, and that of the fullest minute."""

    __slots__ = ("amount", "minute", "peak", "total")

    def __init__(self) -> None:
        self.minute = -1
        self.amount = self.peak = self.total = 0

    def add(self, minute: int, amount: int) -> None:
        if minute != self.minute:
            self.minute, self.amount = minute, 0
        self.amount += amount
        self.total += amount
        self.peak = max(self.peak, self.amount)


def first_change_s(scenario: Scenario) -> float:
    """When the first change of a scenario begins (seconds); 0.0 where it has none."""
    return min((change.at_s for change in scenario.changes), default=0.0)


class Tally:
    """Counts of one simulation. Every method is told what happened and when."""

    def __init__(self, plan: Plan, scenario: Scenario) -> None:
        self.plan = plan
        self.scenario = scenario
        self.width = scenario.lasts_s / BUCKETS
        self.since = first_change_s(scenario)
        self.felt_s = inf
        self.noticed_s = [inf for _ in plan.targets]
        self.opened_s = [inf for _ in plan.targets]
        journeys = range(len(plan.journeys))
        self.ended = [[0, 0, 0] for _ in journeys]
        self.latencies = [Counting() for _ in journeys]
        self.requests = [0 for _ in journeys]
        self.cached = [0 for _ in journeys]
        self.cacheable = [0 for _ in journeys]
        self.hows = [0] * len(HOWS)
        self.fallbacks = 0
        self.retries = 0
        self.request_latencies = Counting()
        self.tokens: dict[tuple[int, int, int], list[int]] = {}
        self.calls = [[0] * len(OUTCOMES) for _ in plan.targets]
        self.took_s = [0.0 for _ in plan.targets]
        self.openings = [0 for _ in plan.targets]
        self.asked = [_Minutes() for _ in plan.targets]
        self.asked_tokens = [_Minutes() for _ in plan.targets]
        self.slots = [[0, 0, 0, 0] for _ in range(BUCKETS)]
        self.slot_latencies = [Counting() for _ in range(BUCKETS)]
        self.slot_calls = [[0] * len(plan.targets) for _ in range(BUCKETS)]
        self.slot_most = [0] * BUCKETS
        self.slot_last = [-1] * BUCKETS
        self.changed = self.told = 0.0
        self.held, self.waiting = [0, 0], [0, 0]  # by lane
        self.held_s, self.waiting_s = [0.0, 0.0], [0.0, 0.0]
        self.longest = [0, 0]
        self.most_in_flight = self.most_waiting = 0
        self.waited_s = 0.0

    def slot(self, at: float) -> int:
        """The bucket of a time; what happens after the scenario belongs to the last one."""
        return min(int(at / self.width), BUCKETS - 1)

    def journey_ended(self, journey: int, began: float, now: float, how: int) -> None:
        """A journey that began at `began` ended: ANSWERED, DEGRADED or FAILED."""
        self.ended[journey][how] += 1
        slot = self.slot(began)
        self.slots[slot][how] += 1
        if how != ANSWERED and now >= self.since:
            self.felt_s = min(self.felt_s, now)
        if how != FAILED:
            self.latencies[journey].add(now - began)
            self.slot_latencies[slot].add(now - began)

    def request_came(self, journey: int, cacheable: bool) -> None:
        """A request came to the gateway."""
        self.requests[journey] += 1
        self.cacheable[journey] += cacheable

    def request_ended(self, journey: int, came: float, now: float, reply: machine.Reply) -> None:
        """The gateway answered."""
        how = reply.how
        self.hows[how] += 1
        if how in machine.SERVED:
            self.request_latencies.add(now - came)
        if how == machine.CACHED:
            self.cached[journey] += 1
        elif how == machine.SHED:
            self.slots[self.slot(came)][3] += 1
        elif how == machine.ANSWERED and reply.hop > 0:
            self.fallbacks += 1

    def called(self, target: int, now: float, tokens: int, again: bool) -> None:
        """The gateway called a target, `again` if the same one failed just before."""
        minute = int(now / MINUTE)
        self.asked[target].add(minute, 1)
        self.asked_tokens[target].add(minute, tokens)
        self.slot_calls[self.slot(now)][target] += 1
        self.retries += again

    def call_ended(self, target: int, now: float, outcome: int, took_s: float) -> None:
        """A call ended."""
        self.calls[target][outcome] += 1
        self.took_s[target] += took_s
        if route.TRANSIENT <= outcome <= route.TIMEOUT and now >= self.since:
            self.noticed_s[target] = min(self.noticed_s[target], now)

    def opened(self, target: int, now: float) -> None:
        """A breaker opened."""
        self.openings[target] += 1
        if now >= self.since:
            self.opened_s[target] = min(self.opened_s[target], now)

    def billed(self, key: tuple[int, int, int], tokens_in: int, tokens_cached: int, tokens_out: int, cost: int) -> None:
        """Tokens were billed; `key` is (journey, step, target)."""
        sums = self.tokens.setdefault(key, [0, 0, 0, 0, 0])
        sums[0] += 1
        sums[1] += tokens_in
        sums[2] += tokens_cached
        sums[3] += tokens_out
        sums[4] += cost

    def gateway(self, now: float, held: list[int], waiting: list[int]) -> None:
        """So many requests of each lane have a place or wait for one from now on."""
        if held == self.held and waiting == self.waiting:
            return
        self._until(now)
        self.waited_s += max(0.0, now - self.told) * sum(self.waiting)
        self.told = now
        self.held, self.waiting = held, waiting
        in_flight = sum(self.held)
        self.most_in_flight = max(self.most_in_flight, in_flight)
        self.most_waiting = max(self.most_waiting, sum(waiting))
        self.longest = [max(pair) for pair in zip(self.longest, waiting, strict=True)]
        if now < self.scenario.lasts_s:
            slot = self.slot(now)
            self.slot_most[slot] = max(self.slot_most[slot], in_flight)
            self.slot_last[slot] = in_flight

    def _until(self, now: float) -> None:
        """The lanes have been as they are up to now."""
        until = min(now, self.scenario.lasts_s)
        span = max(0.0, until - self.changed)
        for lane in (REALTIME, BATCH):
            self.held_s[lane] += span * self.held[lane]
            self.waiting_s[lane] += span * self.waiting[lane]
        self.changed = until

    def outcome(
        self, seed: int, load: float, rooms: Sequence[Room], suppliers: Sequence[Supplier | Pool], events: int
    ) -> Outcome:
        """Everything that was counted."""
        self._until(self.scenario.lasts_s)
        plan, lasts = self.plan, self.scenario.lasts_s
        return Outcome(
            scenario=self.scenario.name,
            seed=seed,
            load=load,
            lasts_s=lasts,
            journeys=tuple(self._journey(index) for index in range(len(plan.journeys))),
            hows=tuple(self.hows),
            fallbacks=self.fallbacks,
            retries=self.retries,
            request_latencies=self.request_latencies.histogram(),
            tokens=tuple(
                Tokens(
                    plan.journeys[journey].name,
                    plan.journeys[journey].steps[step].name,
                    plan.targets[target].name,
                    *sums,
                )
                for (journey, step, target), sums in sorted(self.tokens.items())
            ),
            targets=tuple(self._target(index, supplier) for index, supplier in enumerate(suppliers)),
            felt_s=self.felt_s,
            stations=tuple(_station(room, lasts) for room in rooms),
            gateway=GatewayOutcome(
                plan.gateway.concurrency,
                plan.gateway.queue + (plan.gateway.batch_queue if any(item.batch for item in plan.journeys) else 0),
                sum(self.held_s) / lasts,
                self.most_in_flight,
                sum(self.waiting_s) / lasts,
                self.most_waiting,
                (self._lane(REALTIME), self._lane(BATCH)),
                self.waited_s,
            ),
            width_s=self.width,
            buckets=self._buckets(),
            events=events,
            pools=tuple(item.outcome() for item in suppliers if isinstance(item, Pool)),
        )

    def _lane(self, lane: int) -> LaneOutcome:
        lasts = self.scenario.lasts_s
        return LaneOutcome(self.held_s[lane] / lasts, self.waiting_s[lane] / lasts, self.longest[lane])

    def _journey(self, index: int) -> JourneyOutcome:
        answered, degraded, failed = self.ended[index]
        return JourneyOutcome(
            name=self.plan.journeys[index].name,
            arrivals=answered + degraded + failed,
            answered=answered,
            degraded=degraded,
            failed=failed,
            latencies=self.latencies[index].histogram(),
            requests=self.requests[index],
            cached=self.cached[index],
            cacheable=self.cacheable[index],
            cost=sum(sums[4] for (journey, _, _), sums in self.tokens.items() if journey == index),
        )

    def _target(self, index: int, supplier: Supplier | Pool) -> TargetOutcome:
        target = supplier.target
        return TargetOutcome(
            name=target.name,
            calls=tuple(self.calls[index]),
            refused=Refusals(*supplier.refused),
            openings=self.openings[index],
            took_s=self.took_s[index],
            tokens=self.asked_tokens[index].total,
            peak_requests=self.asked[index].peak,
            peak_tokens=self.asked_tokens[index].peak,
            request_limit=target.request_rate * MINUTE,
            token_limit=target.token_rate * MINUTE,
            noticed_s=self.noticed_s[index],
            opened_s=self.opened_s[index],
        )

    def _buckets(self) -> tuple[Bucket, ...]:
        found = []
        held = 0
        for index in range(BUCKETS):
            answered, degraded, failed, shed = self.slots[index]
            found.append(
                Bucket(
                    begin=index * self.width,
                    arrivals=answered + degraded + failed,
                    answered=answered,
                    degraded=degraded,
                    failed=failed,
                    shed=shed,
                    in_flight=max(held, self.slot_most[index]),
                    latencies=self.slot_latencies[index].histogram(),
                    calls=tuple(self.slot_calls[index]),
                )
            )
            held = self.slot_last[index] if self.slot_last[index] >= 0 else held
        return tuple(found)


def _station(room: Room, lasts_s: float) -> StationOutcome:
    servers = room.station.servers
    able_s = room.had_s * room.servers.each
    return StationOutcome(
        name=room.station.name,
        title=room.station.title,
        jobs=room.jobs,
        failed=room.failed,
        given_up=room.given_up,
        servers=servers,
        utilisation=room.worked_s / able_s if able_s > 0.0 else 0.0,
        asked=room.asked_s / able_s if able_s > 0.0 else 0.0,
        deepest=room.deepest,
        waited_s=room.waited_s,
        refused=room.refused,
        longest_wait_s=room.longest_s,
        mean_replicas=room.had_s / lasts_s,
        most_replicas=room.servers.most,
        replica_limit=room.station.scale.most if room.station.scale else 0,
    )
