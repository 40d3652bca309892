"""`archwright build`: the hashed plan that `serve` runs from."""

from __future__ import annotations

from pathlib import Path

from archwright.plan.model import encode, plan_hash
from archwright.verbs.answer import Answer
from archwright.verbs.documents import write_indexes
from archwright.verbs.project import Project


def build_project(project: Project, out: Path) -> Answer:
    """Compile an opened system and write its plan to `out`: a file that ends in .json, or a folder.

    The indexes of its documents lie beside the plan.

    Raises:
        InputError: a price is unknown, or the system cannot be compiled.
    """
    plan = project.compiled.plan
    file = out if out.suffix == ".json" else out / "plan.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(encode(plan))
    indexes = write_indexes(project.documents.indexes, file.parent)
    walls = [wall for route in plan.routes for wall in route.walled]
    return Answer(
        "build",
        findings=project.documents.findings,
        written=(file, *indexes),
        data={"routes": [route.name for route in plan.routes], "notes": [*project.documents.notes, *walls]},
        plan=plan_hash(plan),
    )
