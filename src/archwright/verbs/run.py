"""`archwright run`: the whole loop on one file, and one page that links everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from archwright.plan.model import plan_hash
from archwright.render.html import page
from archwright.render.svg import svg
from archwright.report.document import Cell, Document, Section, Table
from archwright.report.figures import Book
from archwright.verbs import figures
from archwright.verbs.answer import Answer
from archwright.verbs.build import build_project
from archwright.verbs.check import check_project
from archwright.verbs.draw import draw_project
from archwright.verbs.govern import govern_project
from archwright.verbs.measure import measure_project
from archwright.verbs.price import price_project
from archwright.verbs.project import Project
from archwright.verbs.rehearsal import Wish, rehearse_project
from archwright.verbs.stress import stress_project

VISITS = 600  # journeys of the rehearsal: enough for a 95th percentile, few enough for half a minute


def run_project(project: Project, out: Path, seed: int, trace: Path | None, progress: Callable[[str], None]) -> Answer:
    """Check, draw, price, govern, stress, rehearse and measure; write everything below `out`.

    Raises:
        InputError: the file or the trace cannot be read.
        ProviderUnavailable: the gateway or the emulated provider did not run.
    """
    begun = perf_counter()
    plan = project.compiled.plan
    out.mkdir(parents=True, exist_ok=True)
    book = Book()
    answers: list[Answer] = []

    def take(name: str, make: Callable[[], Answer]) -> None:
        start = perf_counter()
        answer = make()
        answers.append(answer)
        book.join(answer.book)
        progress(f"{name:<9} {perf_counter() - start:5.1f} s")

    take("check", lambda: check_project(project))
    take("draw", lambda: draw_project(project, out))
    take("build", lambda: build_project(project, out))
    take("price", lambda: price_project(project))
    take("govern", lambda: govern_project(project, out=out))
    take("stress", lambda: stress_project(project, seed=seed, trace=trace))
    wish = Wish(scenario="", seed=seed, load=1.0, scale=None, visits=VISITS, trace=trace)
    take("rehearse", lambda: rehearse_project(project, out, wish, progress))
    take("measure", lambda: measure_project(project, out))
    files = tuple(file for answer in answers for file in answer.written)
    documents = (*(document for answer in answers for document in answer.documents), _files(files, out))
    pages = _page(project.system.system, project.system.summary, documents, book, out)
    kept = figures.keep(out, plan_hash(plan), book)
    progress(f"{'all':<9} {perf_counter() - begun:5.1f} s")
    findings = tuple(finding for answer in answers for finding in answer.findings)
    # The page holds everything; the terminal ends with the table and where to look.
    table = replace(answers[-1].documents[0], sections=answers[-1].documents[0].sections[:1])
    return Answer("run", (table,), book, findings, (*files, kept, pages), plan=plan_hash(plan))


WHAT = {
    "architecture.svg": "the picture",
    "architecture.mmd": "the picture as Mermaid text",
    "governance.html": "tier, obligations and every control with what speaks to it",
    "checklist.md": "the checklist of the industry, to be ticked",
    "plan.json": "the plan that `archwright serve` runs from",
    "ledger.jsonl": "what the gateway did: a row for each request and each attempt",
    "journeys.jsonl": "what the client saw of each journey",
    "rehearsal.json": "what was rehearsed, so that `archwright measure` can be asked again",
    "reopened.md": "decisions whose assumptions broke on what ran",
    "reopened.json": "the same for programs",
    figures.FILE: "every figure with its derivation, for `archwright explain`",
}


def _files(files: tuple[Path, ...], out: Path) -> Document:
    """What lies beside the page."""
    names = [file.name for file in files if file.parent == out] + [figures.FILE]
    rows = tuple((Cell(name, file=name), WHAT.get(name, "")) for name in names)
    section = Section("files-list", "Beside this page", (Table(("File", "What it holds"), rows),))
    return Document("Files", (section,), "what the run left behind")


def _page(title: str, summary: str, documents: tuple[Document, ...], book: Book, out: Path) -> Path:
    explanations = {key: book.explain(key) for key in book}
    file = out / "index.html"
    file.write_text(
        page(documents, title=title, subtitle=summary, drawing=svg, explanations=explanations), encoding="utf-8"
    )
    return file
