"""`archwright capacity`: what self-hosted models carry, and how many replicas the busiest hour takes."""

from __future__ import annotations

from archwright.analysis.capacity.report import capacity_data, capacity_document
from archwright.analysis.price import price as analyse
from archwright.plan.model import plan_hash
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project


def capacity_project(project: Project) -> Answer:
    """The capacity of an opened system's replicas.

    Raises:
        InputError: the system cannot be compiled: a model does not fit, or nobody knows it.
    """
    compiled = project.compiled
    book = analyse(compiled.plan, compiled.book).book
    document, found = capacity_document(compiled.plan, book)
    return Answer("capacity", (document,), book, data={"targets": capacity_data(found)}, plan=plan_hash(compiled.plan))
