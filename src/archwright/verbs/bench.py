"""What the verbs of `archwright bench` share: a folder with the indexes of a file, and what its routes are asked."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archwright.base.errors import UsageError
from archwright.facts.corpus import corpus
from archwright.plan.model import Plan
from archwright.plan.passages import file_name
from archwright.runtime.replay.prompts import about, question
from archwright.verbs.documents import write_indexes
from archwright.verbs.project import Project

PLAIN = "Where is my parcel?"


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder that is gone afterwards, the files of the indexes in it, and a question for each route by its name."""

    folder: Path
    indexes: tuple[str, ...]
    questions: Mapping[str, str]


@contextlib.contextmanager
def staged(project: Project) -> Iterator[Stage]:
    """The stage for an opened system. Routes that answer from documents are asked what a passage says.

    Raises:
        InputError: the system cannot be compiled, or its documents cannot be read.
        UsageError: it has no route.
    """
    plan = project.compiled.plan
    if not plan.routes:
        raise UsageError("there is nothing to try: the file needs a gateway with a route")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_indexes(project.documents.indexes, folder)
        files = tuple(str(folder / file_name(item.name)) for item in plan.retrievers)
        yield Stage(folder, files, _questions(project, plan))


def _questions(project: Project, plan: Plan) -> dict[str, str]:
    asked = {
        place: question(about(project.documents.indexes[item.name], corpus()), 0, 0)
        for place, item in enumerate(plan.retrievers)
    }
    return {route.name: asked.get(route.retriever, PLAIN) for route in plan.routes}
