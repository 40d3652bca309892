"""A model's provider in virtual time: the laws of `policy.provider` under the faults of a scenario."""

from __future__ import annotations

from typing import NamedTuple

from archwright.plan.faults import Faults, Weather
from archwright.plan.model import Target
from archwright.plan.rules import pace, target_limits
from archwright.plan.workload import Work, streams
from archwright.policy import chance, provider, route
from archwright.policy.provider import Limits, Timing


class Ending(NamedTuple):
    """How a call ends: outcome, seconds from its start, seconds to its first token (-1: none is passed on).

    `tokens_in` and `tokens_out` are billed. `let_in` says that the supplier took the call up. `timing` is that of the
    whole answer, if there is one: who calls it off before is billed by it.
    """

    outcome: int
    after_s: float
    begins_s: float
    tokens_in: int
    tokens_out: int
    retry_after: float
    let_in: bool
    timing: Timing | None = None


class Supplier:
    """One target. `call` begins a call, `leave` ends one that was let in.

    `refused` counts calls that met the limit of requests, of tokens, or of calls at once.
    """

    __slots__ = ("_limits", "faults", "meter", "pace", "refused", "seed", "target")

    def __init__(self, target: Target, faults: Faults, seed: int, filled: float = 1.0) -> None:
        self.target = target
        self.faults = faults
        self.seed = seed
        self.pace = pace(target)
        self._limits: dict[float, Limits] = {}
        self.meter = provider.idle(self.limits(1.0), 0.0, filled)
        self.refused = [0, 0, 0]

    def limits(self, factor: float) -> Limits:
        """The limits, times `factor`."""
        if factor not in self._limits:
            self._limits[factor] = target_limits(self.target, factor)
        return self._limits[factor]

    def call(self, now: float, work: Work, attempt: int, timeout_s: float, slower: float = 1.0) -> Ending:
        """Begin a call at `now` that its caller gives up after `timeout_s`; its lane is so many times `slower`."""
        weather = self.faults.at(now)
        asked = float(work.tokens_in + work.tokens_out)
        limits = self.limits(weather.limit)
        full = 0 < limits.concurrent <= self.meter.working
        entry = provider.enter(limits, self.meter, now, asked)
        if entry.retry_after > 0.0:
            # Only the bucket that refused is looked at again.
            self.refused[2 if full else 1 if entry.meter.tokens is not self.meter.tokens else 0] += 1
        self.meter = entry.meter
        if entry.retry_after > 0.0:
            return Ending(route.OVERLOAD, 0.0, -1.0, 0, 0, entry.retry_after, False)
        first = chance.uniform(self.seed, work.request, attempt, chance.FIRST_TOKEN)
        patience = min(timeout_s, content_s(self.target, work) * slower)
        if weather.down or self._fails(work, attempt, weather):
            return _bounded(provider.failure_s(self.pace, slower * weather.slow, first), patience)
        timing = self._timing(work, attempt, slower * weather.slow, first)
        if timing.first_s > patience:
            return Ending(route.TIMEOUT, patience, -1.0, 0, 0, 0.0, True)
        return _answered(work, timing, timeout_s)

    def _timing(self, work: Work, attempt: int, slow: float, first: float) -> Timing:
        pace_luck = chance.uniform(self.seed, work.request, attempt, chance.PACE)
        return provider.timing(self.pace, float(work.tokens_in), float(work.tokens_out), slow, first, pace_luck)

    def leave(self) -> None:
        """A call that was let in has ended."""
        self.meter = provider.leave(self.meter)

    def _fails(self, work: Work, attempt: int, weather: Weather) -> bool:
        working = (1.0 - self.target.error_rate) * (1.0 - weather.errors)
        return chance.uniform(self.seed, work.request, attempt, chance.ERROR) < 1.0 - working


def called_off(ending: Ending, after_s: float, work: Work) -> Ending:
    """How a call that was let in ends that its caller gives up `after_s` after it began: what is written is billed."""
    written = provider.written(ending.timing, work.tokens_out, after_s) if ending.timing is not None else 0
    return Ending(route.CUT, after_s, -1.0, work.tokens_in if written else 0, written, 0.0, True)


def content_s(target: Target, work: Work) -> float:
    """Seconds for which the first content of an answer is waited for: of a stream only is it seen."""
    return target.first_content_s if target.first_content_s > 0.0 and streams(work) else float("inf")


def _bounded(failure_s: float, timeout_s: float) -> Ending:
    """An error that comes after `failure_s`, unless the caller has given up by then. Neither is billed."""
    if failure_s > timeout_s:
        return Ending(route.TIMEOUT, timeout_s, -1.0, 0, 0, 0.0, True)
    return Ending(route.TRANSIENT, failure_s, -1.0, 0, 0, 0.0, True)


def _answered(work: Work, timing: Timing, timeout_s: float) -> Ending:
    """An answer as far as it comes in time. Only a streamed one has begun before it is whole."""
    begins = timing.first_s if streams(work) else -1.0
    if timing.last_s <= timeout_s:
        return Ending(route.OK, timing.last_s, begins, work.tokens_in, work.tokens_out, 0.0, True, timing)
    written = provider.written(timing, work.tokens_out, timeout_s)
    outcome = route.CUT if begins >= 0.0 else route.TIMEOUT
    return Ending(outcome, timeout_s, begins, work.tokens_in, written, 0.0, True, timing)
