"""`archwright stress`: what happens under load and faults, and what breaks first."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from archwright.analysis.quality import Quality, quality
from archwright.analysis.stress.left_out import left_out
from archwright.analysis.stress.points import Point, Reading, reading
from archwright.analysis.stress.report import StressResult, stress_document
from archwright.analysis.stress.report import stress as analyse
from archwright.analysis.stress.sure import EFFORT, LEAST
from archwright.analysis.stress.sure_report import sure_section
from archwright.base.errors import UsageError
from archwright.base.text import nearest
from archwright.plan.model import Plan, plan_hash
from archwright.report.document import Document, Text
from archwright.spec.ranges import ranges
from archwright.spec.setting import settings
from archwright.verbs.answer import Answer
from archwright.verbs.engines import missing
from archwright.verbs.failing import failures_project
from archwright.verbs.points import bench
from archwright.verbs.progress import Progress
from archwright.verbs.project import Project
from archwright.verbs.stress_pages import with_pages
from archwright.verbs.variants import Ground, as_it_is, simulated, usual
from archwright.verbs.whatif import search_project, sweep_project

SEED = 1
SEEDS = 9  # at most, where variants are compared
MOST_SEEDS = 30  # at most, where one design is simulated until it is sure enough


class Question(NamedTuple):
    """What is asked: which scenarios, with what changed, over which ranges, and with how much luck."""

    scenarios: Sequence[str] = ()
    given: Sequence[str] = ()
    swept: Sequence[str] = ()
    searched: Sequence[str] = ()
    seed: int = SEED
    seeds: int | None = None
    within: float = 0.0
    load: float = 1.0
    trace: Path | None = None
    failures: bool = False
    out: Path | None = None

    @property
    def asked(self) -> bool:
        """Whether somebody says how sure it has to be."""
        return self.seeds is not None or self.within > 0.0


class Many(NamedTuple):
    """How many simulations are run: where they are kept, by how many processes, on which cluster."""

    keep: Path | None = None
    workers: int = 0
    cluster: str = ""


def ask(project: Project, question: Question, many: Many, say: Callable[[str], None]) -> Answer:
    """Answer what is asked of an opened system; `say` is told how far it is.

    Raises:
        InputError: a path or a value cannot be, a range is none, or the trace cannot be read.
        UsageError: there is no such scenario, or the options contradict each other.
    """
    project = project.changed(settings(question.given))
    answer = _honest(project, _answered(project, question, many, say))
    if question.out is None:
        return answer
    return with_pages(project, answer, question.out, next(iter(question.scenarios), ""), question.seed)


def _answered(project: Project, question: Question, many: Many, say: Callable[[str], None]) -> Answer:
    """The answer to the one thing that is asked."""
    swept, searched = ranges(question.swept, "--sweep"), ranges(question.searched, "--search")
    if (bool(swept) + bool(searched) + question.failures) > 1:
        raise UsageError("`--sweep` compares, `--search` chooses, `--failures` breaks; ask one of them at a time")
    if question.failures and (question.scenarios or question.trace or question.asked):
        raise UsageError(
            "`--failures` fails each part in the busiest hour with five seeds; it takes no scenario, no trace, no "
            "`--seeds` and no `--within`"
        )
    if question.failures:
        working = bench(many.keep, many.workers, many.cluster, Progress(say))
        return failures_project(project, working, question.seed, question.load)
    if not swept and not searched:
        result, answer = _simulated(project, question, say)
        return answer if (question.seeds or LEAST) < LEAST else _sure(project, question, many, say, (result, answer))
    if len(question.scenarios) > 1:
        raise UsageError("variants are compared in one scenario; give one `--scenario`")
    plan = project.compiled.plan
    for name in question.scenarios:
        known_scenario(plan, name)
    scenario = plan.scenario(question.scenarios[0]) if question.scenarios else usual(plan)
    seeds = question.seeds or SEEDS
    ground = Ground(scenario, question.load, project.trace(question.trace), question.seed, seeds)
    working = bench(many.keep, many.workers, many.cluster, Progress(say))
    if swept:
        return sweep_project(project, swept, ground, working)
    return search_project(project, searched, ground, working)


def _sure(
    project: Project, question: Question, many: Many, say: Callable[[str], None], found: tuple[StressResult, Answer]
) -> Answer:
    """The answer, and what other seeds say of it: as many as were asked for, or as are simulated in seconds."""
    plan = project.compiled.plan
    trace = project.trace(question.trace)
    result, answer = found
    working = bench(many.keep if question.asked else None, many.workers, many.cluster, Progress(say))
    chosen = result.scenarios
    for scenario, outcome in zip(chosen, result.outcomes, strict=True):
        point = Point(plan, scenario, question.seed, question.load, trace is not None)
        working.knows(point, reading(plan, outcome), trace)
    effort = math.inf if question.asked else EFFORT / len(chosen)
    most = question.seeds or MOST_SEEDS
    design = as_it_is(project)
    readings: dict[str, Sequence[Reading]] = {}
    for scenario in chosen:
        ground = Ground(scenario, question.load, trace, question.seed, most, question.within, effort)
        readings[scenario.name] = simulated(working, [design], ground)[0].readings
    section = sure_section(answer.book, plan, readings, question.within, most)
    first, *rest = answer.documents
    sections = (*first.sections[:2], section, *first.sections[2:])
    used = {name: len(found) for name, found in readings.items()}
    data = {**answer.data, "seeds": used}
    return replace(answer, documents=(replace(first, sections=sections), *rest), data=data)


def stress_project(
    project: Project,
    scenarios: Sequence[str] = (),
    seed: int = SEED,
    load: float = 1.0,
    trace: Path | None = None,
    say: Callable[[str], None] | None = None,
) -> Answer:
    """Simulate scenarios of an opened system (all of the file's if none are named); look for what breaks first.

    Raises:
        InputError: the file or the trace cannot be read.
        UsageError: there is no such scenario.
    """
    question = Question(scenarios=scenarios, seed=seed, load=load, trace=trace)
    return _honest(project, _simulated(project, question, say)[1])


def _simulated(project: Project, question: Question, say: Callable[[str], None] | None) -> tuple[StressResult, Answer]:
    """The scenarios and what breaks first: quickly where the fast engine is missing and nobody asks for more."""
    plan = project.compiled.plan
    for name in question.scenarios:
        known_scenario(plan, name)
    tell = Progress(say).tell if say is not None else lambda _words: None
    trace, seed, load = project.trace(question.trace), question.seed, question.load
    quick = not question.asked and missing(plan, trace)
    result = analyse(plan, scenarios=question.scenarios, seed=seed, load=load, trace=trace, tell=tell, quick=quick)
    document, book = stress_document(result, plan)
    known = quality(project.system, plan, ())
    data = {"seed": seed, "load": load, "quality": {"unknown": list(known.unproven), "too_low": list(known.worse)}}
    answer = Answer("stress", (_with(document, _of_quality(known)),), book, plan=plan_hash(plan), data=data)
    return result, answer


def _of_quality(known: Quality) -> list[Text]:
    """What the file does not prove of the quality that it promises: no simulation tells it."""
    said = [Text(f"Quality that is promised is not kept: {words}.", "bad") for words in known.worse]
    said += [Text(f"No simulation tells quality, and the file does not: {words}.", "bad") for words in known.unproven]
    return said


def _honest(project: Project, answer: Answer) -> Answer:
    """The answer, and what no simulation follows."""
    said = [Text(words, "muted") for words in left_out(project.system, project.compiled.plan)]
    first, *rest = answer.documents
    return replace(answer, documents=(_with(first, said), *rest))


def _with(document: Document, said: Sequence[Text]) -> Document:
    """The document, with more said at the end of its first section."""
    if not said:
        return document
    first, *rest = document.sections
    return replace(document, sections=(replace(first, blocks=(*first.blocks, *said)), *rest))


def known_scenario(plan: Plan, name: str) -> None:
    """Refuse a scenario that the file does not have.

    Raises:
        UsageError: with the nearest name.
    """
    if name not in plan.scenario_names:
        hint = nearest(name, plan.scenario_names)
        mend = f"did you mean `{hint}`?" if hint else f"known: {', '.join(plan.scenario_names) or 'none'}"
        raise UsageError(f"there is no scenario called `{name}`; {mend}")
