"""How much flows where in a simulation, as far as it counts it, and which scenario brings most."""

from __future__ import annotations

from archwright.analysis.stress.figures import source
from archwright.analysis.stress.outcome import Outcome
from archwright.plan.model import Plan, Scenario
from archwright.report.figures import Book, Formula

RATE = Formula("count / lasts")


def busiest(plan: Plan) -> Scenario | None:
    """The scenario in which the load is raised most, the first of equals; None where the plan has no scenarios."""
    return max(plan.scenarios, key=_load, default=None)


def _load(scenario: Scenario) -> float:
    return max((change.factor for change in scenario.changes if change.what == "load"), default=1.0)


def enter_rates(book: Book, plan: Plan, outcome: Outcome) -> dict[tuple[str, str], str]:
    """Enter means over the scenario, a second; the keys by the two components between which it flows.

    A component with itself stands for the work or the requests that it takes, and `""` for whoever begins journeys.
    """
    base, note = f"stress.{outcome.scenario}", source(outcome)
    lasts = f"{base}.lasts"
    book.leaf(lasts, outcome.simulated_s, "duration", label="the scenario", origin="set", note=note)
    found: dict[tuple[str, str], str] = {}

    def add(start: str, end: str, count: int, what: str) -> None:
        key = f"{base}.rate.{start or 'begins'}.{end}"
        book.leaf(f"{key}.count", count, "count", label=what, origin="simulated", note=note)
        book.derive(key, RATE, "rate", what, count=f"{key}.count", lasts=lasts)
        found[start, end] = key

    gateway = plan.gateway.name
    add(gateway, gateway, outcome.requests, "requests")
    for target in outcome.targets:
        add(gateway, target.name, target.asked, "calls")
    if len(plan.caches) == 1:
        cacheable = sum(item.cacheable for item in outcome.journeys)
        add(gateway, plan.caches[0].name, cacheable, "requests of routes with a cache")
    for station in outcome.stations:
        if station.jobs:  # one that takes no time is not simulated, so its jobs are not counted
            add(station.name, station.name, station.jobs, "jobs")
    begun: dict[str, int] = {}
    for journey, after in zip(plan.journeys, outcome.journeys, strict=True):
        first = plan.stations[journey.steps[0].station].name
        begun[first] = begun.get(first, 0) + after.arrivals
    for name, arrivals in begun.items():
        add("", name, arrivals, "journeys that begin here")
    return found
