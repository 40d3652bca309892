"""The pages and pictures of a stress answer: one page for people, and each picture by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from archwright.analysis.draw import diagram
from archwright.analysis.draw.overlays import OVERLAYS
from archwright.base.errors import UsageError
from archwright.base.text import slug
from archwright.render.charts import chart_svg
from archwright.render.html import page
from archwright.render.svg import svg
from archwright.report.document import Chart, Document, Picture, Section
from archwright.verbs import figures
from archwright.verbs.answer import Answer
from archwright.verbs.evidence import gather
from archwright.verbs.project import Project

PAGE: Final = "stress.html"
FIGURES: Final = "stress"  # where its figures are kept, below the folder: those of a run lie in the folder itself
HEAT: Final = "load"  # the overlay that shows how full everything gets


def with_pages(project: Project, answer: Answer, out: Path, scenario: str = "", seed: int = 1) -> Answer:
    """An answer with its page and its pictures written into a folder.

    `scenario` is the one in which the picture shows how full everything gets; the busiest if none is named.

    Raises:
        UsageError: `out` is a file.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is no folder")
    out.mkdir(parents=True, exist_ok=True)
    overlay = OVERLAYS.get(HEAT)
    drawn = overlay.draw(project.system, diagram(project.system), gather(project, overlay.needs, scenario, seed))
    heat = Document("How full everything gets", (Section("stress-full", overlay.question, (Picture(drawn.picture),)),))
    explanations = {key: answer.book.explain(key) for key in answer.book}
    title = f"{project.system.system}: stress"
    text = page((*answer.documents, heat), title=title, subtitle=project.system.summary, drawing=svg,
                explanations=explanations)  # fmt: skip
    files = [(PAGE, text), ("stress-load.svg", svg(drawn.picture)), *_charts(answer)]
    for name, content in files:
        (out / name).write_text(content, encoding="utf-8")
    (out / FIGURES).mkdir(exist_ok=True)
    kept = figures.keep(out / FIGURES, answer.plan, answer.book)
    return replace(answer, written=(*answer.written, *(out / name for name, _ in files), kept))


def _charts(answer: Answer) -> Iterator[tuple[str, str]]:
    """Each chart of an answer as a file of its own."""
    for document in answer.documents:
        for section in document.sections:
            for block in section.blocks:
                if isinstance(block, Chart):
                    yield f"{section.name}-{slug(block.title).lower()}.svg", chart_svg(block)
