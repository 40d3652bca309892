"""The plan's objectives held against a simulation."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.analysis.stress.outcome import JourneyOutcome, Outcome
from archwright.base.histogram import merged
from archwright.plan.model import Objective, Plan
from archwright.report.figures import Formula

SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
# Measures that are a share of something counted, and how; the names are counts of a journey's outcome.
COUNTED = {
    "availability": Formula("(arrivals - failed) / arrivals"),
    "full-answers": Formula("answered / arrivals"),
    "cache-hit": Formula("cached / cacheable"),
}
DIMENSIONS = {**dict.fromkeys(SHARES, "duration"), **dict.fromkeys(COUNTED, "share"), "cost": "money"}
MONTHLY = Formula("cost / arrivals * volume * month")


@dataclass(frozen=True, slots=True)
class Verdict:
    """An objective and what a simulation says of it. `value` is None where nothing could be measured."""

    objective: Objective
    value: float | None

    @property
    def kept(self) -> bool:
        """It is kept. Where no journey got an answer in any time, a limit of time is not."""
        if self.value is None:
            return self.objective.measure not in SHARES
        if self.objective.at_most:
            return self.value <= self.objective.limit
        return self.value >= self.objective.limit

    @property
    def dimension(self) -> str:
        """The dimension of its value."""
        return DIMENSIONS[self.objective.measure]


def verdicts(plan: Plan, outcome: Outcome) -> tuple[Verdict, ...]:
    """Every objective that a simulation can test.

    Money is that of a month: the mean cost of a simulated journey times the journeys of a month at the stated volume,
    and, where all journeys are meant, what models cost without being called.
    """
    found = []
    for objective in plan.objectives:
        if objective.measure in DIMENSIONS:
            chosen = [item for item in outcome.journeys if objective.journey in ("", item.name)]
            if any(item.arrivals for item in chosen):
                found.append(Verdict(objective, _value(plan, objective, chosen)))
    return tuple(found)


def _value(plan: Plan, objective: Objective, journeys: list[JourneyOutcome]) -> float | None:
    measure = objective.measure
    if measure in SHARES:
        latencies = merged(item.latencies for item in journeys)
        return latencies.percentile(SHARES[measure]) if latencies else None
    if measure in COUNTED:
        counts = counted(measure, journeys)
        return float(COUNTED[measure](**counts)) if counts.get("cacheable", counts.get("arrivals", 0)) else None
    return sum(monthly(plan, item) for item in journeys) + (0 if objective.journey else plan.standing)


def counted(measure: str, journeys: list[JourneyOutcome]) -> dict[str, int]:
    """The counts that a share is made of, over several kinds of journeys."""
    return {name: sum(getattr(item, name) for item in journeys) for name in COUNTED[measure].names}


def monthly(plan: Plan, outcome: JourneyOutcome) -> float:
    """Pico-dollars a month of one kind of journey at the stated volume, if each costs what it did in the simulation."""
    rate = next(item.rate for item in plan.journeys if item.name == outcome.name)
    if outcome.arrivals == 0:
        return 0.0
    return float(MONTHLY(cost=outcome.cost, arrivals=outcome.arrivals, volume=rate, month=plan.gateway.month_s))
