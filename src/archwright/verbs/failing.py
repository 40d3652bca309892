"""`archwright stress --failures`: every component fails in turn."""

from __future__ import annotations

from archwright.analysis.stress.failures import (
    SEEDS,
    Case,
    failure_section,
    felt,
    plain,
    scenario_of,
    without_cache,
)
from archwright.analysis.stress.points import Point
from archwright.plan.model import Plan, plan_hash
from archwright.report.document import Document
from archwright.report.figures import Book
from archwright.spec.aftermath import Struck, aftermaths
from archwright.verbs.answer import Answer
from archwright.verbs.points import Bench
from archwright.verbs.project import Project


def failures_project(project: Project, bench: Bench, seed: int = 1, load: float = 1.0) -> Answer:
    """Fail each component in turn; who is affected, what still works, when it is noticed and bypassed.

    `load` is a multiple of the busiest hour.

    Raises:
        InputError: the file cannot be compiled.
    """
    plan = project.compiled.plan
    after = aftermaths(project.system)
    cases = [_case(project, plan, name, struck) for name, struck in after.items() if not _asks(project, name)]
    told = [case for case in cases if case.struck or case.plan is not plan]
    silent = [case for case in cases if case not in told]
    nothing = Case("nothing", "nothing", plan, scenario_of(plan, "nothing", ()), ())
    points = [Point(case.plan, case.scenario, seed + n, load) for case in (nothing, *told) for n in range(SEEDS)]
    readings = bench.run(points, None, "failures") if plan.journeys else []
    parts = [readings[n : n + SEEDS] for n in range(0, len(readings), SEEDS)]
    usual = felt(nothing, parts[0], parts[0]) if parts else None
    found = [felt(case, part, parts[0]) for case, part in zip(told, parts[1:], strict=True)] if parts else []
    book = Book()
    section = failure_section(book, found, silent, load, usual)
    facts = (
        ("configuration", plan_hash(plan)), ("seeds", f"{seed} to {seed + SEEDS - 1}"), ("load", f"{load:.3g}x"),
        ("prices", plan.facts), ("as of", plan.as_of),
    )  # fmt: skip
    document = Document("If it fails", (section,), f"{plan.system}, each part away in turn, simulated", facts)
    data = {
        "failures": [plain(item) for item in found],
        "usual": usual and plain(usual),
        "points": {"simulated": bench.made, "kept": bench.found},
    }
    return Answer("stress", (document,), book, data=data, plan=plan_hash(plan))


def _asks(project: Project, name: str) -> bool:
    """Whether a component only asks: nobody could do without it."""
    return project.system.components[name].has("actor")


def _case(project: Project, plan: Plan, name: str, after: dict[str, Struck]) -> Case:
    system = project.system
    simulated = {*(target.name for target in plan.targets), *(station.name for station in plan.stations)}
    if name in simulated:
        struck: tuple[str, ...] = (name,)
    else:
        struck = tuple(item for item, what in after.items() if what.effect == "fails" and item in simulated)
    cached = any(cache.name == name for cache in plan.caches)
    variant = without_cache(plan, name) if cached else plan
    affected = tuple(f"{system.called(item)} ({what.effect})" for item, what in after.items())
    works = tuple(dict.fromkeys(what.why for what in after.values() if what.effect != "fails"))
    if not works and not after:
        works = tuple(f"step {step} is left out" for step in _steps_at(plan, name)) or ("everything",)
    gone = () if cached else struck
    return Case(name, system.called(name), variant, scenario_of(plan, name, gone), gone, affected, works)


def _steps_at(plan: Plan, name: str) -> list[str]:
    """Steps that work at a station: nobody waits for those, or somebody would notice."""
    places = {place for place, station in enumerate(plan.stations) if station.name == name}
    return [step.name for journey in plan.journeys for step in journey.steps if step.station in places]
