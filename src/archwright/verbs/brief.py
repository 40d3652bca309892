"""`archwright brief`: one page for the people who pay, and a page for each decision; Markdown and HTML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from archwright.analysis.brief import Duty, Found, Promise, Settled, brief_document, decision_document
from archwright.analysis.price import price
from archwright.analysis.status import next_step, status
from archwright.analysis.stress.objectives import verdicts
from archwright.analysis.stress.report import StressResult, stress
from archwright.analysis.value import value
from archwright.base.text import plural
from archwright.plan.model import Plan, plan_hash
from archwright.render.html import page
from archwright.render.markdown import markdown
from archwright.render.svg import svg
from archwright.report.document import Document
from archwright.report.figures import Book
from archwright.verbs import figures
from archwright.verbs.answer import Answer
from archwright.verbs.check import check_project
from archwright.verbs.decide import decide_project
from archwright.verbs.engines import missing
from archwright.verbs.govern import govern_project
from archwright.verbs.project import Project
from archwright.verbs.stress import SEED

FILE: Final = "brief"
STEPS: Final = 2  # next steps of governance that a page shows


def brief_project(project: Project, out: Path, seed: int = SEED) -> Answer:
    """Write the brief of an opened system, and a page for each of its decisions, below `out`.

    Raises:
        InputError: the system cannot be compiled, or an overlay of a decision cannot be read.
    """
    plan = project.compiled.plan
    priced = price(plan, project.compiled.book).book
    worth = value(project.system, priced, project.as_of)
    book = Book(worth.book)
    trace = project.trace()
    tested = stress(plan, seed=seed, trace=trace, quick=missing(plan, trace))  # as `stress` does: one edge in a run
    decided = decide_project(project, out / "decisions", seed=seed)
    governed = govern_project(project)
    checked = check_project(project)
    book.join(decided.book)
    standings = status(project.system, project.as_of)
    step = next_step(standings)
    errors = sum(finding.severity == "error" for finding in checked.findings)
    found = Found(
        system=project.system,
        as_of=project.as_of,
        book=book,
        decisions=tuple(settled(item) for item in decided.data["decisions"]),
        promises=tuple(_promises(book, plan, tested)),
        breaks=_breaks(book, tested),
        tier=_tier(governed.data["tier"]),
        duties=tuple(map(_duty, governed.data["obligations"])),
        checklist=tuple(map(_duty, governed.data["checklist"])),
        errors=book.leaf(
            "brief.errors", errors, "count", label="design findings that are errors", origin="fact",
            note="archwright check",
        ).key,
        steps=(
            *(f"{item['what']}: {item['why']}" for item in governed.data["next"][:STEPS]),
            *((f"{step[0].name.capitalize()}: {step[0].step}.",) if step else ()),
        ),
    )  # fmt: skip
    documents = {FILE: brief_document(found)}
    documents |= {f"decision-{name}": decision_document(found, name) for name in project.system.decisions}
    written = _write(out, documents, book)
    kept = figures.keep(out, plan_hash(plan), book)
    return Answer(
        "brief", (documents[FILE],), book, written=(*written, *decided.written, kept), plan=plan_hash(plan),
        sources=project.loaded.sources, data={"tier": found.tier, "errors": errors},
    )  # fmt: skip


def _write(out: Path, documents: Mapping[str, Document], book: Book) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    explanations = {key: book.explain(key) for key in book}
    written = []
    for name, document in documents.items():
        text = page((document,), title=document.title, subtitle="", drawing=svg, explanations=explanations)
        for suffix, content in ((".md", markdown(document)), (".html", text)):
            file = out / f"{name}{suffix}"
            file.write_text(content, encoding="utf-8")
            written.append(file)
    return written


def _promises(book: Book, plan: Plan, tested: StressResult) -> list[Promise]:
    found = []
    for outcome in tested.outcomes:
        judged = verdicts(plan, outcome)
        if not judged:
            continue
        base, note = f"brief.{outcome.scenario}", f"archwright stress --scenario {outcome.scenario}"
        kept = sum(item.kept for item in judged)
        book.leaf(f"{base}.kept", kept, "count", label="promises kept", origin="simulated", note=note)
        book.leaf(f"{base}.promises", len(judged), "count", label="promises", origin="simulated", note=note)
        found.append(Promise(outcome.scenario, f"{base}.kept", f"{base}.promises"))
    return found


def _breaks(book: Book, tested: StressResult) -> tuple[str, str, str] | None:
    """What breaks first, as a tile's label, note and figure: a multiple of the busiest hour."""
    broke = tested.breaking
    if broke is None:
        return None
    note = "archwright stress: what breaks first"
    if broke.edge is None or broke.verdict is None:
        tried = book.leaf("brief.breaks", broke.tried, "ratio", label="tried", origin="simulated", note=note)
        return "Nothing breaks up to", "of the busiest hour", tried.key
    cause = broke.edge.cause
    where = f": {cause.component}, {cause.mechanism}" if cause.component else ""
    at = book.leaf("brief.breaks", broke.edge.load, "ratio", label="breaking load", origin="simulated", note=note)
    return "Breaks first at", f"of the busiest hour, promise {broke.verdict.objective.name}{where}", at.key


def settled(item: Mapping[str, Any]) -> Settled:
    """What the brief says of a decision, from what `decide` says of it as data."""
    turns = [f"Break-even: {even['words']}." for even in item["break_even"] if even["words"]]
    weights = [flip for flip in item["flips"] if "criterion" in flip]
    flips = [flip for flip in weights if flip["winner"]]
    if flips:
        named = ", ".join(str(flip["criterion"]) for flip in flips[:3])
        turns.append(f"Another weight turns the answer for {plural(len(flips), 'criterion', 'criteria')}: {named}.")
    elif weights:
        turns.append("No single weight turns the answer.")
    seen = tuple((one["assumption"], one["holds"], one["foreseen"]) for one in item["assumptions"])
    return Settled(item["name"], item["winner"] or "", tuple(turns), seen)


def _tier(tier: Mapping[str, Any] | None) -> str:
    return " to ".join(dict.fromkeys((tier["lowest"], tier["highest"]))) if tier else "not assessed"


def _duty(item: Mapping[str, Any]) -> Duty:
    return Duty(f"{item['control']} {item['title']}", item["status"], item["in_force"], item["next"], item["pressing"])
