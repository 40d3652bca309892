"""What goes wrong with one component, and when: the changes of a scenario as its weather."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from archwright.plan.model import Change, Scenario


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


def faults_of(scenario: Scenario, component: str) -> Faults:
    """The faults of a component in a scenario."""
    return Faults(change for change in scenario.changes if change.component == component and change.what != "load")
