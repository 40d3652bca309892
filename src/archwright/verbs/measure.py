"""`archwright measure`: what ran, held against what was designed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import structs

from archwright.analysis.price import price
from archwright.analysis.stress.aside import as_text, at_list_price
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.outcome import Outcome
from archwright.base.errors import InputError, Location, Problem
from archwright.ledger.rows import Row, decode
from archwright.ledger.tally import Tally, tally
from archwright.measure import assumptions as assumed
from archwright.measure.document import Ran
from archwright.measure.document import measure as compare
from archwright.measure.evidence import Evidence
from archwright.measure.foreseen import Foresight
from archwright.measure.sides import of_outcome, scaled
from archwright.plan.model import Plan, Scenario, plan_hash
from archwright.runtime.stores import store_for
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project, read_trace_file
from archwright.verbs.rehearsal import recall
from archwright.verbs.stress import SEED

REOPENED = "reopened"


def measure_project(project: Project, out: Path) -> Answer:
    """Measure the last rehearsal in `out` against a simulation of the same journeys with the same luck.

    Raises:
        InputError: a ledger or the trace cannot be read.
        UsageError: there is no rehearsal in `out`.
    """
    plan = project.compiled.plan
    manifest = recall(out)
    trace = read_trace_file(Path(manifest.trace)) if manifest.trace else project.trace()
    scenario = structs.replace(manifest.scenario, cold=True)  # a rehearsal begins with empty caches
    outcome = simulate(as_text(plan), scenario, seed=manifest.seed, load=manifest.load, trace=trace)
    ran = Ran(
        word="rehearsed",
        tally=_tally(out / manifest.ledger, out / manifest.journeys),
        source=f"ledger of the rehearsal of {manifest.scenario.name} in {out}",
        bill=manifest.bill,
    )
    how = f"scenario {manifest.scenario.name}, seed {manifest.seed}, the same journeys with the same luck"
    document, book = compare(plan, ran, of_outcome(outcome), how)
    notes = {"notes": _notes(plan, manifest.plan)}
    answer = Answer("measure", (document,), book, plan=plan_hash(plan), data=notes)
    return _tested(project, answer, ran, _Foreseen(outcome, manifest.scenario, out))


def measure_ledger(project: Project, ledger: Path | str, out: Path | None = None) -> Answer:
    """Measure a gateway's ledger against the first scenario, its counts and costs scaled to as many requests.

    Which decisions it reopens is written into `out`, if that is given.

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
    outcome = simulate(at_list_price(plan), scenario, seed=SEED)  # a ledger has all tokens
    predicted = scaled(of_outcome(outcome), seen.requests)
    how = f"scenario {scenario.name}, seed {SEED}, scaled to {seen.requests:,} requests"
    ran = Ran("served", seen, f"ledger {ledger}")
    document, book = compare(plan, ran, predicted, how)
    notes = {"notes": _notes(plan, seen.run.plan)}
    answer = Answer("measure", (document,), book, plan=plan_hash(plan), data=notes)
    return _tested(project, answer, ran, _Foreseen(outcome, None, out))


class _Foreseen(NamedTuple):
    """The simulation that a run is held against, the scenario that ran, and the folder for what is reopened."""

    outcome: Outcome
    scenario: Scenario | None
    out: Path | None


def _tested(project: Project, answer: Answer, ran: Ran, foreseen: _Foreseen) -> Answer:
    """The answer with the assumptions of accepted decisions tested on what ran; nothing more where there are none."""
    plan, decisions = project.compiled.plan, project.system.decisions
    if not any(item.status == "accepted" and item.assumptions for item in decisions.values()):
        return answer
    book = price(plan, project.compiled.book).book
    sight = Foresight(plan, book, foreseen.outcome, under="assumed")
    evidence = Evidence(plan, ran.tally, book, ran.source, plan.standing)
    fault = foreseen.scenario.name if foreseen.scenario is not None and foreseen.scenario.changes else ""
    tested = assumed.assumptions(decisions, sight, evidence, fault)
    book.join(answer.book)
    entries = assumed.reopened(tested)
    written = _write(foreseen.out, entries) if foreseen.out is not None else ()
    document = answer.documents[0]
    document = replace(document, sections=(*document.sections, assumed.section(tested, ran.word)))
    return replace(
        answer,
        documents=(document,),
        book=book,
        findings=assumed.findings(tested),
        written=written,
        data={**answer.data, "reopened": entries},
        sources=project.loaded.sources,
    )


def _write(out: Path, entries: list[assumed.Reopened]) -> tuple[Path, ...]:
    """Which decisions are to be reopened, for people and for programs; the system's own file stays as it is."""
    out.mkdir(parents=True, exist_ok=True)
    page, data = out / f"{REOPENED}.md", out / f"{REOPENED}.json"
    page.write_text(assumed.reopened_text(entries), encoding="utf-8")
    data.write_bytes(msgspec.json.format(msgspec.json.encode({"reopened": entries}), indent=1) + b"\n")
    return page, data


def _notes(plan: Plan, ran: str) -> list[str]:
    now = plan_hash(plan)
    return [] if now == ran else [f"the run had another configuration ({ran}) than the file has now ({now})"]


def _tally(*places: Path | str) -> Tally:
    rows: list[Row] = []
    for place in map(str, places):
        lines, _ = store_for(place).read(place)
        rows.extend(decode(lines, place))
    return tally(rows)
