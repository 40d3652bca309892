"""Variants of an opened system for a question: values changed, compiled, priced, and simulated until it is sure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from archwright.analysis.difference.structure import changes
from archwright.analysis.price import price
from archwright.analysis.quality import quality
from archwright.analysis.stress.designs import Design, Seen, Values, look
from archwright.analysis.stress.points import Point, Reading
from archwright.analysis.stress.sure import LEAST, enough
from archwright.base.errors import InputError, Problem
from archwright.plan.happenings import USUAL
from archwright.plan.model import Plan, Scenario
from archwright.plan.trace import Trace
from archwright.plan.workload import expected_visits
from archwright.spec.ranges import Range
from archwright.verbs.points import Bench
from archwright.verbs.progress import Progress
from archwright.verbs.project import Project

MONTH, MODELS = "price.month", "price.models.month"


@dataclass(frozen=True)
class Ground:
    """What every variant meets: the scenario, the load, recorded traffic, and the first seed and how many at most.

    `within` as in `sure.enough`; `effort` is how many journeys of one design are simulated at most; one
    seed is always tried.
    """

    scenario: Scenario
    load: float = 1.0
    trace: Trace | None = None
    seed: int = 1
    seeds: int = LEAST
    within: float = 0.0
    effort: float = math.inf


def usual(plan: Plan) -> Scenario:
    """The scenario in which nothing happens, or the busiest hour where the plan has none."""
    return next((item for item in plan.scenarios if not item.changes), USUAL)


def as_it_is(project: Project) -> Design:
    """The file itself as a variant.

    Raises:
        InputError: it cannot be compiled.
    """
    return _design(project, project, ())


def designs(project: Project, ranges: Sequence[Range], combined: Sequence[Values], progress: Progress) -> list[Design]:
    """A design for each combination of values.

    Raises:
        InputError: a value cannot stand where it is to be put, by itself; with all problems of all values at once.
    """
    problems: dict[str, Problem] = {}
    for item in ranges:
        for value in item.values:
            try:
                project.changed((item.at(value),))
            except InputError as error:
                unknown = [each for each in error.problems if each.code == "unknown-path"]
                problems |= {f"{each.code} {each.message} {each.where}": each for each in unknown or error.problems}
                if unknown:
                    break  # so it is for every value
    if problems:
        raise InputError(list(problems.values()))
    paths = {item.name: item for item in ranges}
    told = progress.of(len(combined), "variants priced")
    found = []
    for values in combined:
        try:
            variant = project.changed(tuple(paths[path].at(value) for path, value in values))
            found.append(_design(project, variant, values))
        except InputError as error:
            found.append(Design(values, why="; ".join(problem.message for problem in error.problems[:2])))
        told.more()
    return found


def _design(project: Project, variant: Project, values: Values) -> Design:
    compiled = variant.compiled
    book = price(compiled.plan, compiled.book).book
    changed = [(item.name, item.key) for item in changes(project.system, variant.system)] if values else []
    known = quality(variant.system, compiled.plan, changed)
    models = round(book[MODELS].value) if MODELS in book else 0
    return Design(values, compiled.plan, round(book[MONTH].value), models, "", known.unproven, known.worse)


def simulated(bench: Bench, found: Sequence[Design], ground: Ground) -> list[Seen]:
    """Simulate designs with the same seeds, and with more of them where an objective is not settled yet.

    Raises:
        KeyboardInterrupt: interrupted; what was finished is kept where the bench keeps it.
    """
    readings: list[list[Reading]] = [[] for _ in found]
    plans = {place: item.plan for place, item in enumerate(found) if item.plan is not None}
    open_, used = list(plans), 0
    most = min(ground.seeds, _most(plans[open_[0]], ground)) if open_ else 0
    while open_ and used < most:
        block = range(ground.seed + used, ground.seed + min(most, used + LEAST))
        wanted = [(place, seed) for place in open_ for seed in block]
        traced = ground.trace is not None
        points = [Point(plans[place], ground.scenario, seed, ground.load, traced) for place, seed in wanted]
        for (place, _), got in zip(wanted, bench.run(points, ground.trace), strict=True):
            readings[place].append(got)
        used += len(block)
        open_ = [place for place in open_ if not enough(plans[place], readings[place], ground.within)]
    return [look(item, got) for item, got in zip(found, readings, strict=True)]


def _most(plan: Plan, ground: Ground) -> int:
    """How many seeds the effort allows: as many as say something of luck, or one."""
    if ground.effort == math.inf:
        return ground.seeds
    each = expected_visits(plan, ground.scenario, ground.load, ground.trace)
    most = int(ground.effort / max(1.0, each))
    return most if most >= LEAST else 1
