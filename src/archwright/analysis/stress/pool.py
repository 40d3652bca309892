"""The replicas of a self-hosted model in virtual time: the law of `policy.replica` under the faults of a scenario.

A fault that takes the model down, or a part of its replicas (`limit`), loses the calls that they were working on; it is
slow from the next step on. Where replicas scale, one that starts is paid for at once, and one that stops gets no more
calls and goes when it has ended those that it has. Errors, and limits that the file states, are those of any other
supplier.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from archwright.analysis.stress.outcome import PoolOutcome
from archwright.analysis.stress.station import Handler, Schedule
from archwright.analysis.stress.supplier import Ending, content_s
from archwright.plan.faults import Faults, Weather
from archwright.plan.model import Target
from archwright.plan.pool import Pool as Stated
from archwright.plan.rules import pace, target_limits
from archwright.plan.sizing import Size
from archwright.plan.workload import Work, streams
from archwright.policy import chance, provider, replica, route
from archwright.policy.group import FULL, NEVER, TOO_LONG, Group
from archwright.policy.machine import Begin, Call

HOUR: Final = 3600.0
Begun = Callable[[float, Begin], None]


class _Work:
    """A call that replicas work on: its slot is given to others when it has ended."""

    __slots__ = ("began", "came", "ended", "order", "slot", "work")

    def __init__(self, order: Call, work: Work, came: float, slot: int) -> None:
        self.order = order
        self.work = work
        self.came = came
        self.slot = slot
        self.began = -1.0
        self.ended = False


class Pool:
    """One target with replicas. What becomes of a call is told to `begun` and `ended`.

    Args:
        target: what the plan says; it has a pool.
        stated: that pool.
        faults: what goes wrong when.
        seed: of all luck.
        horizon: use after this time is not counted.
        schedule: calls a handler with a time and an item at that time.
        begun: told when the first token of a streamed answer is there.
        ended: told how a call ended: with its order and its Ending.
    """

    def __init__(  # noqa: PLR0913 - what a simulation gives to each of its parts
        self, target: Target, stated: Stated, faults: Faults, seed: int, horizon: float, filled: float,
        schedule: Schedule, begun: Begun, ended: Handler,
    ) -> None:  # fmt: skip
        self.target = target
        self.stated = stated
        self.faults = faults
        self.seed = seed
        self.horizon = horizon
        self.schedule = schedule
        self.begun = begun
        self.ended = ended
        self.pace = pace(target)
        self.limits = target_limits(target)
        self.meter = provider.idle(self.limits, 0.0, filled)
        self.group = Group(stated.law, stated.room, replica.ROUTERS.index(stated.router), horizon)
        self.size = Size(stated)
        begins = stated.begins
        self.group.up[begins:] = [0] * (stated.room - begins)
        self.under_way: dict[int, _Work] = {}
        self.refused = [0, 0, 0]
        self.turned_away = 0
        self.up_s = [0.0] * stated.room  # that were paid for, up to `up_since`; -1.0: none is now
        self.up_since = [0.0 if at < begins else -1.0 for at in range(stated.room)]
        self.set_at = [NEVER] * stated.room
        self.least = self.most = begins
        for edge in faults.edges:
            schedule(edge, self._changed, None)
        if self.size.law is not None:
            schedule(self.size.law.every_s, self._look, None)

    # ------------------------------------------------------------------------------------------------ the calls

    def call(self, now: float, order: Call, work: Work) -> None:
        """Begin a call at `now`."""
        weather = self.faults.at(now)
        again = self._enter(now, work)
        if again > 0.0:
            self._end(now, order, Ending(route.OVERLOAD, 0.0, -1.0, 0, 0, again, False))
            return
        if self._fails(work, order.attempt, weather):
            self._fail(now, order, work, weather)
            return
        shared = max(int(work.tokens_in * self.target.prompt_cache), work.cached)
        self._spent(now)
        slot = self.group.join(now, work.tokens_in, shared, work.tokens_out, weather.slow)
        if slot == TOO_LONG:
            self._end(now, order, Ending(route.CALLER, 0.0, -1.0, 0, 0, 0.0, True))
        elif slot == FULL:
            self.turned_away += 1
            self.refused[2] += 1
            self._end(now, order, Ending(route.OVERLOAD, 0.0, -1.0, 0, 0, self.limits.again_s, True))
        else:
            item = self.under_way[slot] = _Work(order, work, now, slot)
            self.schedule(now + order.timeout_s, self._give_up, item)
            patience = content_s(self.target, work)
            if patience < order.timeout_s:
                self.schedule(now + patience, self._give_up_first, item)
            self._wake(self.group.homes[slot])

    def leave(self) -> None:
        """A call that was let in has ended."""
        self.meter = provider.leave(self.meter)

    def _enter(self, now: float, work: Work) -> float:
        """Ask the limits that the file states; seconds after which to come back, 0.0 if the call is let in."""
        full = 0 < self.limits.concurrent <= self.meter.working
        entry = provider.enter(self.limits, self.meter, now, float(work.tokens_in + work.tokens_out))
        if entry.retry_after > 0.0:
            self.refused[2 if full else 1 if entry.meter.tokens is not self.meter.tokens else 0] += 1
        self.meter = entry.meter
        return entry.retry_after

    def _fails(self, work: Work, attempt: int, weather: Weather) -> bool:
        if weather.down or not any(self.group.up):
            return True
        working = (1.0 - self.target.error_rate) * (1.0 - weather.errors)
        return chance.uniform(self.seed, work.request, attempt, chance.ERROR) < 1.0 - working

    def _fail(self, now: float, order: Call, work: Work, weather: Weather) -> None:
        """An error that comes after a while, unless the caller has given up by then."""
        first = chance.uniform(self.seed, work.request, order.attempt, chance.FIRST_TOKEN)
        after = provider.failure_s(self.pace, weather.slow, first)
        outcome = route.TRANSIENT if after <= order.timeout_s else route.TIMEOUT
        after = min(after, order.timeout_s)
        self.schedule(now + after, self.ended, (order, Ending(outcome, after, -1.0, 0, 0, 0.0, True)))

    def call_off(self, now: float, order: Call) -> None:
        """Give up a call."""
        item = next((item for item in self.under_way.values() if item.order is order), None)
        if item is None:  # it fails, and would have said so later
            self.ended(now, (order, Ending(route.CUT, 0.0, -1.0, 0, 0, 0.0, True)))
        else:
            self._drop(now, item, route.CUT)

    def _give_up_first(self, now: float, item: _Work) -> None:
        if item.began < 0.0:
            self._give_up(now, item)

    def _give_up(self, now: float, item: _Work) -> None:
        if not item.ended:
            self._drop(now, item, route.TIMEOUT)

    def _drop(self, now: float, item: _Work, outcome: int) -> None:
        ending = self._broken(now, item, outcome)
        item.ended = True
        del self.under_way[item.slot]
        at = self.group.homes[item.slot]
        self._spent(now)
        self.group.leave(now, item.slot)
        self._wake(at)
        self.ended(now, (item.order, ending))

    def _broken(self, now: float, item: _Work, outcome: int) -> Ending:
        """How a call ends that is broken off: what is written is billed, and a stream is cut."""
        if item.began < 0.0:
            return Ending(outcome, now - item.came, -1.0, 0, 0, 0.0, True)
        work, begins = item.work, item.began - item.came
        written = self.group.written(item.slot, now)
        if streams(work):
            return Ending(route.CUT, now - item.came, begins, work.tokens_in, written, 0.0, True)
        return Ending(outcome, now - item.came, -1.0, work.tokens_in, written, 0.0, True)

    def _end(self, now: float, order: Call, ending: Ending) -> None:
        """Later in the same instant, as answers of other suppliers come."""
        self.schedule(now, self.ended, (order, ending))

    # --------------------------------------------------------------------------------------------- the replicas

    def _wake(self, at: int) -> None:
        """Look at a replica again when its run ends."""
        due = self.group.due[at]
        if due != self.set_at[at]:
            self.set_at[at] = due
            if due < NEVER:
                self.schedule(due, self._turn, at)

    def _turn(self, now: float, at: int) -> None:
        if self.group.due[at] != now:
            return
        self._spent(now)
        happened = self.group.turn(at, self.faults.at(now).slow)
        self._wake(at)
        fleet = self.size.fleet
        if not self.group.up[at] and self.group.due[at] == NEVER and at >= fleet.running + fleet.starting:
            self._paid_until(now, at)
            self._counted(now)
        # Slots of calls that ended are free now, and whoever is told may begin a call at once.
        told = [(what, self.under_way[slot]) for what, slot in happened]
        for what, item in told:
            if what == replica.BEGAN:
                item.began = now
            else:
                item.ended = True
                del self.under_way[item.slot]
        for what, item in told:
            if what == replica.ENDED:
                self.ended(now, (item.order, self._answered(now, item)))
            elif streams(item.work):
                self.begun(now, Begin(item.order.request, item.order.attempt))

    @staticmethod
    def _answered(now: float, item: _Work) -> Ending:
        work = item.work
        begins = item.began - item.came if streams(work) else -1.0
        return Ending(route.OK, now - item.came, begins, work.tokens_in, work.tokens_out, 0.0, True)

    def _changed(self, now: float, _: object) -> None:
        """The weather has changed: replicas come and go, and steps get another length."""
        self._spent(now)
        self._resize(now)
        self.group.stop(now)
        for at in range(self.group.number):
            self._wake(at)

    def _resize(self, now: float) -> None:
        """Replicas are there, are lost with their calls, or get no more of them."""
        group, weather, running = self.group, self.faults.at(now), self.size.fleet.running
        there = replica.working(running, int(weather.down), weather.limit)
        for at in range(group.number):
            idle = group.due[at] == NEVER
            if at < there:
                group.up[at] = 1
                self._paid_from(now, at)
            elif at < running or (weather.down and not idle):
                self._lose(now, at)
            elif group.up[at]:
                group.up[at] = 0
                if idle:
                    self._paid_until(now, at)
        self._counted(now)

    def _spent(self, now: float) -> None:
        self.size.spent(now, self.group.replicas)

    def _look(self, now: float, _: None) -> None:
        """Scale, as long as the scenario lasts or work is left."""
        self._spent(now)
        law = self.size.law
        if law is None or (now >= self.horizon and not any(self.group.replicas.owed)):
            return
        starts, stops = self.size.look(now)
        if starts:
            end = self.size.fleet.running + self.size.fleet.starting
            for at in range(end - starts, end):
                self._paid_from(now, at)
            self._counted(now)
            self.schedule(now + law.cold_start_s, self._ready, starts)
        if stops:
            self._resize(now)
        self.schedule(now + law.every_s, self._look, None)

    def _ready(self, now: float, count: int) -> None:
        self._spent(now)
        self.size.ready(count)
        self._resize(now)

    def _paid_from(self, now: float, at: int) -> None:
        if self.up_since[at] < 0.0:
            self.up_since[at] = now

    def _paid_until(self, now: float, at: int) -> None:
        if self.up_since[at] >= 0.0:
            self.up_s[at] += max(0.0, min(now, self.horizon) - self.up_since[at])
            self.up_since[at] = -1.0

    def _counted(self, now: float) -> None:
        """How many are paid for from now on."""
        if now < self.horizon:
            paid = sum(since >= 0.0 for since in self.up_since)
            self.least, self.most = min(self.least, paid), max(self.most, paid)

    def _lose(self, now: float, at: int) -> None:
        self._paid_until(now, at)
        lost = [item for slot, item in self.under_way.items() if self.group.homes[slot] == at]
        endings = [self._broken(now, item, route.TRANSIENT) for item in lost]
        self.group.lose(at)
        for item, ending in zip(lost, endings, strict=True):
            item.ended = True
            del self.under_way[item.slot]
            self._end(now, item.order, ending)

    # ------------------------------------------------------------------------------------------------- the sums

    def outcome(self) -> PoolOutcome:
        """What the replicas did within the scenario."""
        group, stated = self.group, self.stated
        up_s = sum(
            before + (max(0.0, self.horizon - since) if since >= 0.0 else 0.0)
            for before, since in zip(self.up_s, self.up_since, strict=True)
        )
        busy_s = sum(group.replicas.busy_s)
        return PoolOutcome(
            name=self.target.name,
            serves=stated.serves,
            mean_replicas=up_s / self.horizon,
            utilisation=busy_s / up_s if up_s else 0.0,
            batch=sum(group.replicas.running_s) / busy_s if busy_s else 0.0,
            sequences=stated.sequences,
            occupancy=sum(group.replicas.held_s) / (up_s * stated.kv_tokens) if up_s else 0.0,
            fullest=max(group.replicas.most_held) / stated.kv_tokens,
            deepest=max(group.replicas.deepest),
            thrown_out=sum(group.replicas.thrown_out),
            turned_away=self.turned_away,
            read=sum(group.replicas.read),
            wrote=sum(group.replicas.wrote),
            hardware=round(stated.hourly * up_s / HOUR),
            least_replicas=self.least,
            most_replicas=self.most,
        )
