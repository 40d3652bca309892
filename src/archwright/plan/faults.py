"""What goes wrong with one component, and when: the changes of a scenario as its weather."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from archwright.plan.model import Change, Plan, Scenario
from archwright.policy import chance

MOST_FAILURES = 1000  # of one component in one scenario


class Weather(NamedTuple):
    """The state of a component: down, times as `slow`, a share of `errors`, limits times `limit`."""

    down: bool
    slow: float
    errors: float
    limit: float


CALM = Weather(False, 1.0, 0.0, 1.0)
LEAST_LIMIT = 1e-9  # a limit of 0 would mean none at all


class Faults:
    """The changes of a scenario that concern one component. A change holds from its start to before its end."""

    __slots__ = ("changes", "edges", "ends", "weather")

    def __init__(self, changes: Iterable[Change]) -> None:
        self.changes = tuple(changes)
        self.edges = sorted({edge for c in self.changes for edge in (c.at_s, c.at_s + c.lasts_s)})
        self.weather = CALM
        self.ends = self.edges[0] if self.edges else float("inf")

    def at(self, now: float) -> Weather:
        """The weather at `now` (seconds), which must not go back."""
        if now >= self.ends:
            self.weather = self._weather(now)
            self.ends = min((edge for edge in self.edges if edge > now), default=float("inf"))
        return self.weather

    def _weather(self, now: float) -> Weather:
        down, slow, working, limit = False, 1.0, 1.0, 1.0
        for change in self.changes:
            if not change.at_s <= now < change.at_s + change.lasts_s:
                continue
            match change.what:
                case "down":
                    down = True
                case "slow":
                    slow *= change.factor
                case "errors":
                    working *= 1.0 - change.share
                case "limit":
                    limit *= change.factor
                case "load":
                    pass
        return Weather(down, slow, 1.0 - working, max(LEAST_LIMIT, limit))


def struck(plan: Plan, scenario: Scenario, seed: int) -> Scenario:
    """The scenario with the failures that its components have by themselves, where it wants them.

    Times between failures and their lengths are exponential, drawn by the seed, so every engine meets the same ones.
    """
    if not scenario.failures:
        return scenario
    drawn = [change for index in range(len(plan.failing)) for change in _failures(plan, index, scenario, seed)]
    return replace(scenario, changes=(*scenario.changes, *drawn), failures=False)


def _failures(plan: Plan, index: int, scenario: Scenario, seed: int) -> Iterator[Change]:
    law = plan.failing[index]
    at = 0.0
    for number in range(MOST_FAILURES):
        at -= law.mtbf_s * math.log(1.0 - chance.uniform(seed, number, 2 * index, chance.FAILURE))
        if at >= scenario.lasts_s:
            return
        lasts = -law.mttr_s * math.log(1.0 - chance.uniform(seed, number, 2 * index + 1, chance.FAILURE))
        yield Change("down", law.component, 1.0, 1.0, at, lasts)
        at += lasts


def faults_of(scenario: Scenario, component: str) -> Faults:
    """The faults of a component in a scenario."""
    return Faults(change for change in scenario.changes if change.component == component and change.what != "load")
