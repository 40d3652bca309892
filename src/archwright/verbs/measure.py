"""`archwright measure`: what ran, held against what was designed."""

from __future__ import annotations

from pathlib import Path

from archwright.analysis.stress.engine import simulate
from archwright.base.errors import InputError, Location, Problem
from archwright.ledger.rows import Row, decode
from archwright.ledger.tally import Tally, tally
from archwright.measure.document import Ran
from archwright.measure.document import measure as compare
from archwright.measure.sides import of_outcome, scaled
from archwright.plan.model import Plan, plan_hash
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project, read_trace_file
from archwright.verbs.rehearsal import recall
from archwright.verbs.stress import SEED


def measure_project(project: Project, out: Path) -> Answer:
    """Measure the last rehearsal in `out` against a simulation of the same journeys with the same luck.

    Raises:
        InputError: a ledger or the trace cannot be read.
        UsageError: there is no rehearsal in `out`.
    """
    plan = project.compiled.plan
    manifest = recall(out)
    trace = read_trace_file(Path(manifest.trace)) if manifest.trace else project.trace()
    outcome = simulate(plan, manifest.scenario, seed=manifest.seed, load=manifest.load, trace=trace)
    ran = Ran(
        word="rehearsed",
        tally=_tally(out / manifest.ledger, out / manifest.journeys),
        source=f"ledger of the rehearsal of {manifest.scenario.name} in {out}",
        bill=manifest.bill,
    )
    how = f"scenario {manifest.scenario.name}, seed {manifest.seed}, the same journeys with the same luck"
    document, book = compare(plan, ran, of_outcome(outcome), how)
    return Answer("measure", (document,), book, plan=plan_hash(plan), data={"notes": _notes(plan, manifest.plan)})


def measure_ledger(project: Project, ledger: Path) -> Answer:
    """Measure a gateway's ledger against the first scenario, its counts and costs scaled to as many requests.

    Raises:
        InputError: the ledger cannot be read.
    """
    plan = project.compiled.plan
    seen = _tally(ledger)
    scenario = plan.scenarios[0] if plan.scenarios else None
    if scenario is None or seen.run is None or seen.requests == 0:
        lacks = "the design has no scenario" if scenario is None else "it holds no run or no requests"
        raise InputError(
            [Problem("cannot-measure", lacks, Location(str(ledger)), "a ledger of `archwright serve` is needed")]
        )
    outcome = simulate(plan, scenario, seed=SEED)
    predicted = scaled(of_outcome(outcome), seen.requests)
    how = f"scenario {scenario.name}, seed {SEED}, scaled to {seen.requests:,} requests"
    document, book = compare(plan, Ran("served", seen, f"ledger {ledger}"), predicted, how)
    notes = _notes(plan, seen.run.plan)
    return Answer("measure", (document,), book, plan=plan_hash(plan), data={"notes": notes})


def _notes(plan: Plan, ran: str) -> list[str]:
    now = plan_hash(plan)
    return [] if now == ran else [f"the run had another configuration ({ran}) than the file has now ({now})"]


def _tally(*files: Path) -> Tally:
    rows: list[Row] = []
    for file in files:
        if not file.is_file():
            problem = Problem(
                "ledger-missing", "there is no such ledger", Location(str(file)), "rehearse or serve first"
            )
            raise InputError([problem])
        with file.open("rb") as lines:
            rows.extend(decode(lines, str(file)))
    return tally(rows)
