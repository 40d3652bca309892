"""`archwright price`: what the system costs."""

from __future__ import annotations

from archwright.analysis.price import outlook, price_document
from archwright.analysis.price import price as analyse
from archwright.plan.model import plan_hash
from archwright.spec.settings.models import ModelSettings
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project

SEED = 1


def price_project(project: Project, seed: int = SEED) -> Answer:
    """Price an opened system: the bill, how far it may differ, what it becomes and what moves it.

    Raises:
        InputError: a price is unknown, or the system cannot be compiled.
    """
    compiled = project.compiled
    result = analyse(compiled.plan, compiled.book)
    found = outlook(result, seed)
    document = price_document(result, found, _unpriced(project, {line.component for line in result.lines}))
    data = {"notes": [str(item) for item in project.warnings], "seed": seed}
    return Answer("price", (document,), result.book, plan=plan_hash(compiled.plan), data=data)


def _unpriced(project: Project, priced: set[str]) -> tuple[str, ...]:
    """Components that work or keep something, and of whose cost the file says nothing."""
    return tuple(
        project.system.called(name)
        for name, component in project.system.components.items()
        if name not in priced and not component.has("actor") and component.settings_as(ModelSettings) is None
    )
