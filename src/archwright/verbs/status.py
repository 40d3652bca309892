"""`archwright status`: the five deliverables of a system, or the index of a folder of systems."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archwright.analysis.price import price
from archwright.analysis.status import Standing, next_step, status, status_book, status_document
from archwright.base.errors import InputError, UsageError
from archwright.base.text import plural
from archwright.report.document import Block, Cell, Document, Section, Table, Text
from archwright.report.figures import Book, Figure
from archwright.verbs.answer import Answer
from archwright.verbs.check import check_project
from archwright.verbs.govern import tier_of
from archwright.verbs.project import Project, open_project

SYSTEM: Final = "system.yaml"
MOST: Final = 500  # systems of a folder that are looked at
_SYSTEM: Final = re.compile(r"^system\s*:", re.MULTILINE)
_LOOKED_AT: Final = 4096  # bytes of a file in which `system:` is looked for
_LEFT_OUT: Final = ("node_modules", "site-packages", "__pycache__")
_HEADINGS: Final = ("System", "File", "Owner", "A month", "Risk tier", "Errors", "Deliverables", "Next step")


def status_path(path: Path, as_of: dt.date | None = None) -> Answer:
    """The status of a system's file, or of the one system in a folder; the index of a folder with several.

    Raises:
        InputError: the one system cannot be read.
        UsageError: there is no system in the folder.
    """
    files = systems_in(path) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"there is no system below {path}; give a system's file, or begin one with `archwright init`")
    if len(files) == 1:
        return status_project(open_project(files[0], as_of))
    return portfolio(path, files, as_of)


def status_project(project: Project) -> Answer:
    """What an opened system has of each deliverable, what it lacks, and what to do next."""
    standings = status(project.system, project.as_of)
    document = status_document(project.system, standings)
    return Answer("status", (document,), status_book(standings), data=_data(standings), sources=project.loaded.sources)


def systems_in(folder: Path) -> list[Path]:
    """Files below a folder that are a system, by their name or by a `system:` at the left. Sorted, nothing hidden."""
    found = []
    for file in sorted(folder.rglob("*.yaml")):
        parts = file.relative_to(folder).parts
        if any(part.startswith(".") or part in _LEFT_OUT for part in parts) or not file.is_file():
            continue
        with file.open("rb") as text:
            if file.name == SYSTEM or _SYSTEM.search(text.read(_LOOKED_AT).decode(errors="replace")):
                found.append(file)
        if len(found) == MOST:
            break
    return found


# ---------------------------------------------------------------------------------------------- a folder of systems


@dataclass(frozen=True, slots=True)
class Entry:
    """One system of a folder: what is known of it, or why it cannot be read.

    `month` is the key of its monthly cost, empty where it cannot be priced.
    """

    file: Path
    name: str
    owner: str = ""
    month: str = ""
    tier: str = ""
    errors: int = 0
    there: int = 0
    asked: int = 0
    step: str = ""
    why: str = ""


def portfolio(folder: Path, files: list[Path], as_of: dt.date | None) -> Answer:
    """The index of several systems: what each costs, how it stands and what it needs next."""
    book = Book()
    entries = [_entry(file, file.relative_to(folder), book, as_of) for file in files]
    blocks: list[Block] = [
        Table(_HEADINGS, tuple(_row(entry, book) for entry in entries), numeric=frozenset({3, 5, 6}))
    ]
    blocks += [Text(f"{entry.name}: {entry.why}", "bad") for entry in entries if entry.why]
    section = Section("status-portfolio", "Systems", tuple(blocks), f"{plural(len(entries), 'system')} below {folder}")
    document = Document("Portfolio", (section,), "every system, what it costs, how it stands")
    return Answer("status", (document,), book, data={"systems": [_plain(entry, book) for entry in entries]})


def _entry(file: Path, shown: Path, book: Book, as_of: dt.date | None) -> Entry:
    try:
        project = open_project(file, as_of)
    except InputError as error:
        first = error.problems[0]
        return Entry(shown, str(shown), why=f"{plural(len(error.problems), 'problem')}, the first: {first.message}")
    standings = status(project.system, project.as_of)
    step = next_step(standings)
    return Entry(
        file=shown,
        name=str(project.system.system),
        owner=str(project.system.owner),
        month=_month(project, shown, book),
        tier=tier_of(project),
        errors=sum(finding.severity == "error" for finding in check_project(project).findings),
        there=sum(one.there for one in standings),
        asked=sum(one.asked for one in standings),
        step=step[0].name if step else "",
    )


def _month(project: Project, shown: Path, book: Book) -> str:
    """Enter what a system costs a month under the name of its file."""
    try:
        found = price(project.compiled.plan, project.compiled.book).book["price.month"]
    except InputError:
        return ""
    key = f"{shown.with_suffix('').as_posix()}.month"
    note = f"archwright price {project.path}"
    return book.add(Figure(key, found.value, found.dimension, "everything, a month", origin="derived", note=note)).key


def _row(entry: Entry, book: Book) -> tuple[str | Cell, ...]:
    if entry.why:
        return (Cell(entry.name, "bad"), str(entry.file), *[Cell("–", "muted")] * 5, "mend the file")
    return (
        entry.name,
        str(entry.file),
        entry.owner or Cell("nobody", "bad"),
        Cell(book[entry.month].shown, figure=entry.month) if entry.month else Cell("no price", "muted"),
        entry.tier,
        Cell(str(entry.errors), "bad" if entry.errors else "good"),
        Cell(f"{entry.there} of {entry.asked}", "good" if entry.there == entry.asked else "plain"),
        entry.step or Cell("nothing", "good"),
    )


def _plain(entry: Entry, book: Book) -> dict[str, Any]:
    return {
        "file": str(entry.file), "system": entry.name, "owner": entry.owner, "tier": entry.tier,
        "month": book[entry.month].value if entry.month else None, "errors": entry.errors,
        "there": entry.there, "asked": entry.asked, "next": entry.step, "why": entry.why,
    }  # fmt: skip


def _data(standings: tuple[Standing, ...]) -> dict[str, Any]:
    step = next_step(standings)
    return {
        "deliverables": [
            {
                "number": one.deliverable.number, "title": one.deliverable.title,
                "there": one.there, "asked": one.asked,
                "items": [
                    {"name": item.name, "there": seen.there, "seen": seen.words, "step": item.step}
                    for item, seen in one.items
                ],
            }
            for one in standings
        ],
        "next": {"name": step[0].name, "step": step[0].step, "seen": step[1].words} if step else None,
    }  # fmt: skip
