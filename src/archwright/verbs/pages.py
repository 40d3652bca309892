"""The pages of a run: one for each of the five deliverables, and the front page that links them and what ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final

from archwright.analysis.status.deliverables import DELIVERABLES
from archwright.base.text import slug
from archwright.render.html import page
from archwright.render.svg import svg
from archwright.report.document import Block, Cell, Document, Section, Table, Tiles
from archwright.report.figures import Book
from archwright.spec.model import System
from archwright.verbs import figures
from archwright.verbs.answer import Answer

INDEX: Final = "index.html"
# What each deliverable shows: verbs in the order of reading, and the sections of `draw` among them.
SHOWN: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("draw-picture", "draw-data", "draw-dependencies", "draw-failure", "check"),
    2: ("draw-picture", "drill", "rehearse"),
    3: ("decide",),
    4: ("price", "draw-cost", "stress", "draw-load"),
    5: ("brief", "govern", "status"),
}
# The few figures of each on the front page: what is shown above it, and its key.
KEY: Final[Mapping[int, tuple[tuple[str, str], ...]]] = {
    1: (("Breaks at, times the busiest hour", "brief.breaks"), ("Design errors", "brief.errors")),
    2: (("Answered in full while {struck} failed", "drill.fail.{struck}.in-full"),
        ("Without something", "drill.fail.{struck}.without-something"),
        ("Handed over", "drill.fail.{struck}.handed-over"), ("Nothing", "drill.fail.{struck}.failed")),
    3: (),
    4: (("Models a month", "price.models.month"), ("One request", "price.request")),
    5: (("Everything a month", "price.month"), ("Return, as promised", "value.return.promised"),
        ("Return, as measured", "value.return.measured")),
}  # fmt: skip
WHAT: Final = {
    "architecture.svg": "the picture",
    "architecture.mmd": "the picture as Mermaid text",
    "governance.html": "tier, obligations and every control with what speaks to it",
    "checklist.md": "the checklist of the industry, to be ticked",
    "brief.html": "one page for the people who pay",
    "brief.md": "the same as text",
    "plan.json": "the plan that `archwright serve` runs from",
    "ledger.jsonl": "what the gateway did: a row for each request and each attempt",
    "journeys.jsonl": "what the client saw of each journey",
    "rehearsal.json": "what was rehearsed, so that `archwright measure` can be asked again",
    "reopened.md": "decisions whose assumptions broke on what ran",
    "reopened.json": "the same for programs",
    figures.FILE: "every figure with its derivation, for `archwright explain`",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What a run has: the system, the folder of its results, the answer of each verb, and the book of all figures."""

    system: System
    out: Path
    answers: Mapping[str, Answer]
    book: Book


def write_pages(run: Run) -> tuple[Path, ...]:
    """Write the page of each deliverable and the front page, which comes last."""
    explanations = {key: run.book.explain(key) for key in run.book}
    written = []
    for number, title, question in _deliverables():
        documents = _documents(run, number)
        file = run.out / _file(number, title)
        heading = f"{number}. {title}"
        text = page(documents, title=heading, subtitle=question, drawing=svg, explanations=explanations)
        file.write_text(text, encoding="utf-8")
        written.append(file)
    index = run.out / INDEX
    documents = (_front(run), *run.answers["rehearse"].documents, *run.answers["measure"].documents, _files(run))
    text = page(documents, title=run.system.system, subtitle=run.system.summary, drawing=svg, explanations=explanations)
    index.write_text(text, encoding="utf-8")
    return (*written, index)


def _deliverables() -> list[tuple[int, str, str]]:
    return [(one.number, one.title, one.question) for one in sorted(DELIVERABLES, key=lambda item: item.number)]


def _file(number: int, title: str) -> str:
    return f"{number}-{slug(title).lower()}.html"


def _documents(run: Run, number: int) -> tuple[Document, ...]:
    """The documents of a deliverable; sections of the drawing stand where they are named."""
    found: list[Document] = []
    drawing = replace(run.answers["draw"].documents[0], subtitle="")
    for pictures, names in groupby(SHOWN[number], lambda name: name.startswith("draw-")):
        if pictures:
            wanted = tuple(names)
            sections = tuple(section for section in drawing.sections if section.name in wanted)
            found += [replace(drawing, sections=sections)] if sections else []
        else:
            found += [document for name in names if name in run.answers for document in run.answers[name].documents]
    return tuple(found)


def _front(run: Run) -> Document:
    sections = [_deliverable(run, *item) for item in _deliverables()]
    return Document("The five deliverables", tuple(sections), "each has a page; every figure can be asked why")


def _deliverable(run: Run, number: int, title: str, question: str) -> Section:
    status = run.answers["status"].data["deliverables"][number - 1]
    struck = run.answers["drill"].data["struck"] if "drill" in run.answers else ""
    keys = [(label.format(struck=struck), key.format(struck=struck)) for label, key in KEY[number]]
    if number == 3:
        keys += [
            (f"Ahead: {item['ahead']}", item["score"])
            for item in run.answers["decide"].data["decisions"]
            if item["ahead"]
        ]
    book = run.book
    tiles = tuple((label, book[key].shown, book[key].label, key) for label, key in keys if key in book)
    there, asked = f"status.{number}.there", f"status.{number}.asked"
    has = Cell(f"{book[there].shown} of {book[asked].shown}", figure=there)
    lacks = next((item for item in status["items"] if item["there"] is False), None)
    file = _file(number, title)
    row = (Cell(f"{title}, the page", file=file), has, lacks["name"] if lacks else Cell("nothing", "good"))
    blocks: list[Block] = [Tiles(tiles)] if tiles else []
    blocks.append(Table(("", "Has", "Lacks"), (row,), numeric=frozenset({1})))
    return Section(f"deliverable-{number}", f"{number}. {title}", tuple(blocks), question)


def _files(run: Run) -> Document:
    """What lies beside the pages."""
    files = dict.fromkeys(file for answer in run.answers.values() for file in answer.written)
    names = [file.name for file in files if file.parent == run.out and file.name != figures.FILE] + [figures.FILE]
    rows = tuple((Cell(name, file=name), WHAT.get(name, "")) for name in names)
    section = Section("files-list", "Beside this page", (Table(("File", "What it holds"), rows),))
    return Document("Files", (section,), "what the run left behind")
