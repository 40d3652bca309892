"""`archwright draw`: the picture of the system, as SVG and as Mermaid text."""

from __future__ import annotations

from pathlib import Path

from archwright.analysis.draw import diagram
from archwright.render.mermaid import mermaid
from archwright.render.svg import svg
from archwright.report.document import Document, Picture, Section
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project

FORMATS = {"svg": svg, "mermaid": mermaid}
SUFFIX = {"svg": ".svg", "mermaid": ".mmd"}


def draw_project(project: Project, out: Path, formats: tuple[str, ...] = ("svg", "mermaid")) -> Answer:
    """Draw an opened system into the folder `out`."""
    picture = diagram(project.system)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name in formats:
        file = out / f"architecture{SUFFIX[name]}"
        file.write_text(FORMATS[name](picture), encoding="utf-8")
        written.append(file)
    section = Section("draw-picture", "Architecture", (Picture(picture),))
    document = Document("Drawing", (section,), project.system.summary)
    data = {"nodes": len(picture.nodes), "edges": len(picture.edges), "groups": len(picture.groups)}
    return Answer("draw", (document,), written=tuple(written), data=data)
