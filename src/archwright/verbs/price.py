"""`archwright price`: what the system costs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from archwright.analysis.price import price as analyse
from archwright.analysis.price import price_document
from archwright.plan.model import plan_hash
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project, open_project


def price(path: Path, as_of: dt.date | None = None, prices: Path | None = None) -> Answer:
    """Price a system for a day; `prices` is a file of agreed prices that win.

    Raises:
        InputError: the file cannot be read, or a price is unknown.
    """
    return price_project(open_project(path, as_of, prices))


def price_project(project: Project) -> Answer:
    """Price an opened system."""
    compiled = project.compiled
    result = analyse(compiled.plan, compiled.book)
    return Answer("price", (price_document(result),), result.book, plan=plan_hash(compiled.plan))
