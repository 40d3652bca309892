"""`archwright diff`: what changed between two designs, and what that does to money, latency and findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import cast

from archwright.analysis.check.review import review
from archwright.analysis.difference.report import (
    JOURNEYS,
    MONEY,
    RUNS,
    Difference,
    Side,
    difference,
    difference_document,
)
from archwright.analysis.price import price
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.figures import enter
from archwright.analysis.stress.outcome import Outcome
from archwright.analysis.stress.report import BASELINE
from archwright.base.errors import InputError
from archwright.measure.foreseen import Foresight
from archwright.measure.tripwires import FORECAST, Sight, Tripwire, tripwire_section, tripwires
from archwright.plan.model import Plan
from archwright.render.markdown import markdown
from archwright.report.document import Finding
from archwright.report.figures import Book, Figure
from archwright.spec.predicate import Predicate
from archwright.verbs.answer import Answer
from archwright.verbs.govern import tier_of
from archwright.verbs.project import Project


def diff_projects(
    before: Project, after: Project, *, seed: int = 1, simulated: bool = True, as_markdown: bool = False
) -> Answer:
    """Compare two opened systems. Both are simulated with the same luck.

    What cannot be priced or simulated on both sides is left out and said to be.

    Raises:
        InputError: a trace or a price file cannot be read.
    """
    notes: list[str] = []
    outcomes: dict[int, Outcome] = {}
    sides = [_side(project, seed, simulated, notes, outcomes) for project in (before, after)]
    found = difference(*sides)
    facts = [("as of", after.as_of.isoformat())]
    facts += [("seed", str(seed))] if simulated else []
    document = difference_document(found, notes, facts)
    wires = _tripwires(before, after, sides, outcomes)
    if wires:
        section = tripwire_section(wires, found.book)
        document = replace(document, sections=(*document.sections[:1], section, *document.sections[1:]))
    data = {**_data(found, notes), "tripwires": [_wire(item) for item in wires]}
    if as_markdown:
        data["text"] = markdown(document).rstrip("\n")
    elif not found.any:
        data["text"] = "\n".join(["no difference", *notes])
    sources = {**before.loaded.sources, **after.loaded.sources}
    return Answer("diff", (document,), found.book, data=data, sources=sources)


def _tripwires(
    before: Project, after: Project, sides: list[Side], outcomes: Mapping[int, Outcome]
) -> tuple[Tripwire, ...]:
    """What the change does to the assumptions of decisions; nothing where a side has no price."""
    if not all(side.measures for side in sides):
        return ()
    then, now = (
        Sight(project.system.decisions, _foresee(project, side, outcomes), project.compiled.plan)
        for project, side in zip((before, after), sides, strict=True)
    )
    return tripwires(then, now)


def _foresee(project: Project, side: Side, outcomes: Mapping[int, Outcome]) -> Callable[[Predicate], Figure | None]:
    """What a side foresees of an assumption; without a simulation only what the forecast knows."""
    plan, outcome = project.compiled.plan, outcomes.get(id(project))
    names = {journey.name for journey in plan.journeys}
    # Where nothing was simulated, only what is foreseen without a simulation is asked for.
    sight = Foresight(plan, Book(side.book), cast("Outcome", outcome), under="tripwire")

    def of(demand: Predicate) -> Figure | None:
        known = outcome is not None or demand.subject in FORECAST
        return sight.of(demand) if known and (not demand.journey or demand.journey in names) else None

    return of


def _wire(item: Tripwire) -> dict[str, object]:
    return {
        "decision": item.decision, "assumption": str(item.assumption), "broken": item.broken,
        "before": item.before.value if item.before else None, "after": item.after.value,
        "used": item.used_after, "crosses_in_month": item.crosses or None, "dropped": item.dropped,
    }  # fmt: skip


def _side(project: Project, seed: int, simulated: bool, notes: list[str], outcomes: dict[int, Outcome]) -> Side:
    name = str(project.path)
    words = {"risk tier (EU AI Act)": tier_of(project)}
    findings = review(project.system, project.as_of).open
    try:
        compiled = project.compiled
    except InputError as error:
        notes.append(f"{name} has no price and is not simulated: {error.problems[0].message}")
        return Side(name, project.system, words=words, findings=findings)
    book = price(compiled.plan, compiled.book).book
    measures = {MONEY: _money(compiled.plan, book), JOURNEYS: _journeys(compiled.plan, book)}
    if simulated:
        measures[RUNS] = _runs(project, book, seed, outcomes)
    return Side(name, project.system, book, measures, words, findings)


def _money(plan: Plan, book: Book) -> list[tuple[str, str]]:
    keys = [("price.month", "everything"), ("price.models.month", "models"), ("price.people.month", "people")]
    keys += [(f"price.{journey.name}.month", f"journey {journey.name}") for journey in plan.journeys]
    return [(key, label) for key, label in keys if key in book]


def _journeys(plan: Plan, book: Book) -> list[tuple[str, str]]:
    keys = [(f"price.{journey.name}.journey", journey.name) for journey in plan.journeys]
    return [(key, label) for key, label in [*keys, ("price.request", "a request to the gateway")] if key in book]


def _runs(project: Project, book: Book, seed: int, outcomes: dict[int, Outcome]) -> list[tuple[str, str]]:
    """Simulate every scenario of a side; the keys of what is compared."""
    plan, found = project.compiled.plan, []
    if not plan.journeys:
        return []
    for scenario in plan.scenarios or (BASELINE,):
        outcome = simulate(plan, scenario, seed=seed, trace=project.trace())
        enter(book, plan, outcome)
        if not scenario.changes:
            outcomes.setdefault(id(project), outcome)
        base = f"stress.{scenario.name}"
        if book[f"{base}.arrivals"].value:
            book.derive(
                f"{base}.available", "1 - failed / arrivals", "share", "journeys that did not fail",
                failed=f"{base}.failed", arrivals=f"{base}.arrivals",
            )  # fmt: skip
        names = (("p50", "p50"), ("p95", "p95"), ("available", "availability"))
        found += [(f"{base}.{key}", f"{scenario.name}: {word}") for key, word in names if f"{base}.{key}" in book]
    return found


def _data(found: Difference, notes: list[str]) -> dict[str, object]:
    return {
        "different": found.any,
        "changes": [asdict(item) for item in found.changes],
        "gained": [_plain(item) for item in found.gained],
        "lost": [_plain(item) for item in found.lost],
        "notes_of_comparison": list(notes),
    }


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code, "severity": finding.severity, "message": finding.message, "subject": finding.subject,
        "file": finding.where.file, "line": finding.where.line,
    }  # fmt: skip
