"""`archwright price`: what the system costs."""

from __future__ import annotations

from archwright.analysis.price import price as analyse
from archwright.analysis.price import price_document
from archwright.plan.model import plan_hash
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project


def price_project(project: Project) -> Answer:
    """Price an opened system.

    Raises:
        InputError: a price is unknown, or the system cannot be compiled.
    """
    compiled = project.compiled
    result = analyse(compiled.plan, compiled.book)
    return Answer("price", (price_document(result),), result.book, plan=plan_hash(compiled.plan))
