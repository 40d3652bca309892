"""`archwright draw`: the picture of the system, in several formats, and the overlays that answer one question each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from archwright import __version__
from archwright.analysis.draw import diagram
from archwright.analysis.draw.overlay import Answered
from archwright.analysis.draw.overlays import OVERLAYS
from archwright.base.errors import UsageError
from archwright.render.calm import calm
from archwright.render.mermaid import mermaid
from archwright.render.structurizr import structurizr
from archwright.render.svg import svg
from archwright.report.diagram import Diagram
from archwright.report.document import Block, Cell, Document, Picture, Section, Table
from archwright.report.figures import Book
from archwright.spec.dump import dump
from archwright.spec.model import System
from archwright.verbs.answer import Answer
from archwright.verbs.evidence import SEED, gather
from archwright.verbs.project import Project
from archwright.verbs.stress import known_scenario


@dataclass(frozen=True, slots=True)
class Format:
    """A writer of pictures, the name of its file, and whether it can show an overlay."""

    write: Callable[[Diagram], str]
    file: str
    overlays: bool = False


FORMATS: Final = {
    "svg": Format(svg, "architecture.svg", overlays=True),
    "mermaid": Format(mermaid, "architecture.mmd", overlays=True),
    "structurizr": Format(structurizr, "workspace.dsl"),
    "calm": Format(calm, "architecture.calm.json"),
}
USUAL: Final = ("svg", "mermaid")


def overlay_names() -> tuple[str, ...]:
    """Every overlay on the shelf."""
    return OVERLAYS.names()


def draw_project(
    project: Project,
    out: Path,
    formats: Sequence[str] = USUAL,
    overlays: Sequence[str] = (),
    scenario: str = "",
    seed: int = SEED,
) -> Answer:
    """Draw an opened system into the folder `out`: the plain picture, and one more for each overlay.

    `scenario` is the one that overlays of a load look at; the busiest if none is named.

    Raises:
        UsageError: an overlay, a format or the scenario is not there, or no format shows the overlays.
        InputError: an overlay needs a plan, and the system cannot be compiled.
    """
    chosen = [OVERLAYS.get(name) for name in dict.fromkeys(overlays)]
    writers = [_format(name) for name in dict.fromkeys(formats)]
    if chosen and not any(item.overlays for item in writers):
        able = ", ".join(name for name, item in FORMATS.items() if item.overlays)
        raise UsageError(f"no format that was asked for can show an overlay; these can: {able}")
    needs = {need for overlay in chosen for need in overlay.needs}
    if scenario and "load" not in needs:
        raise UsageError("`--scenario` is for an overlay that simulates one, such as `--overlay load`")
    if scenario:
        known_scenario(project.compiled.plan, scenario)
    found = gather(project, needs, scenario, seed)
    plain = diagram(project.system)
    plain = replace(plain, facts=(("archwright", __version__), ("system", _digest(project.system))))
    out.mkdir(parents=True, exist_ok=True)
    written = [_write(out / item.file, item.write(plain)) for item in writers]
    sections = [Section("draw-picture", "Architecture", (Picture(plain),))]
    for overlay in chosen:
        answered = overlay.draw(project.system, plain, found)
        sections.append(_section(overlay.name, overlay.question, answered, found.book))
        for item in writers:
            if item.overlays:
                stem, _, suffix = item.file.rpartition(".")
                written.append(_write(out / f"{stem}-{overlay.name}.{suffix}", item.write(answered.picture)))
    document = Document("Drawing", tuple(sections), project.system.summary)
    data = {"nodes": len(plain.nodes), "edges": len(plain.edges), "groups": len(plain.groups)}
    return Answer("draw", (document,), found.book, written=tuple(written), data=data)


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise UsageError(f"there is no format {name!r}; known: {', '.join(FORMATS)}")
    return FORMATS[name]


def _write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _digest(system: System) -> str:
    """16 hexadecimal digits of BLAKE2b over the file's normal form: the same design, the same digest."""
    return hashlib.blake2b(dump(system).encode(), digest_size=8).hexdigest()


def _section(name: str, question: str, answered: Answered, book: Book) -> Section:
    blocks: list[Block] = [Picture(answered.picture)]
    if answered.figures:
        rows = tuple((what, Cell(book[key].shown, figure=key)) for what, key in answered.figures)
        blocks.append(Table(("What", "Figure"), rows, numeric=frozenset({1})))
    return Section(f"draw-{name}", question, tuple(blocks))
