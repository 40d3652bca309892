"""`archwright run`: the whole loop on one file, a page for each deliverable, and one page that links everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from archwright.base.errors import DependencyMissing
from archwright.measure.promised import run as runs
from archwright.plan.agents import entries
from archwright.plan.model import Plan, plan_hash
from archwright.report.figures import Book
from archwright.verbs import drill, figures
from archwright.verbs.answer import Answer
from archwright.verbs.brief import brief_project
from archwright.verbs.build import build_project
from archwright.verbs.check import check_project
from archwright.verbs.decide import FOLDER, decide_project
from archwright.verbs.draw import draw_project
from archwright.verbs.govern import govern_project
from archwright.verbs.measure import measure_project
from archwright.verbs.pages import Run, write_pages
from archwright.verbs.price import price_project
from archwright.verbs.project import Project
from archwright.verbs.rehearsal import Wish, rehearse_project
from archwright.verbs.status import status_project
from archwright.verbs.stress import stress_project

VISITS = 600  # journeys of the rehearsal: enough for a 95th percentile, few enough for half a minute
CONVERSATIONS = 12  # of the drill: enough to see every way that the file declares
OVERLAYS = ("data", "dependencies", "cost", "load", "failure")


def run_project(project: Project, out: Path, seed: int, trace: Path | None, progress: Callable[[str], None]) -> Answer:
    """Check, draw, price, decide, govern, stress, rehearse, drill, measure and brief; write everything below `out`.

    Raises:
        InputError: the file or the trace cannot be read.
        ProviderUnavailable: the gateway or the emulated provider did not run.
    """
    begun = perf_counter()
    project = replace(project, recorded=trace)
    plan = project.compiled.plan
    out.mkdir(parents=True, exist_ok=True)
    book = Book()
    answers: dict[str, Answer] = {}

    def take(name: str, make: Callable[[], Answer]) -> None:
        start = perf_counter()
        answers[name] = make()
        book.join(answers[name].book)
        progress(f"{name:<9} {perf_counter() - start:5.1f} s")

    take("check", lambda: check_project(project))
    take("draw", lambda: draw_project(project, out, overlays=OVERLAYS, seed=seed))
    take("build", lambda: build_project(project, out))
    take("price", lambda: price_project(project))
    take("decide", lambda: decide_project(project, out / FOLDER, seed=seed))
    take("govern", lambda: govern_project(project, out=out))
    take("stress", lambda: stress_project(project, seed=seed, trace=trace))
    wish = Wish(scenario="", seed=seed, load=1.0, scale=None, visits=VISITS, trace=trace)
    take("rehearse", lambda: rehearse_project(project, out, wish, progress))
    struck = _struck(plan)
    if struck:
        drilled = drill.Wish(fail=struck, conversations=CONVERSATIONS, seed=seed)
        try:
            take("drill", lambda: drill.drill_project(project, out, drilled, progress))
        except DependencyMissing as missing:
            progress(f"drill     left out: {missing}")
    take("measure", lambda: measure_project(project, out))
    take("brief", lambda: brief_project(project, out, seed))
    take("status", lambda: status_project(project))
    written = write_pages(Run(project.system, out, answers, book))
    kept = figures.keep(out, plan_hash(plan), book)
    progress(f"{'all':<9} {perf_counter() - begun:5.1f} s")
    findings = tuple(finding for answer in answers.values() for finding in answer.findings)
    files = tuple(dict.fromkeys(file for answer in answers.values() for file in answer.written))
    # The pages hold everything; the terminal ends with the table and where to look.
    table = replace(answers["measure"].documents[0], sections=answers["measure"].documents[0].sections[:1])
    return Answer("run", (table,), book, findings, tuple(dict.fromkeys((*files, kept, *written))), plan=plan_hash(plan))


def _struck(plan: Plan) -> str:
    """The component that the drill takes away: the first agent that another one asks; empty where there is none."""
    first = {agent.name for agent in entries(plan.agents)}
    asked = {agent.name for agent in plan.agents} - first
    return next((name for name in runs(plan) if name in asked), "")
