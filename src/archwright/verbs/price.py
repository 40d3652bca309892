"""`archwright price`: what the system costs."""

from __future__ import annotations

from dataclasses import replace

from archwright.analysis.price import days_of, outlook, price_document, spent_section
from archwright.analysis.price import price as analyse
from archwright.ledger.rows import Attempt, decode
from archwright.plan.model import plan_hash
from archwright.spec.settings.models import ModelSettings
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project

SEED = 1


def price_project(project: Project, seed: int = SEED, ledger: str | None = None) -> Answer:
    """Price an opened system: the bill, how far it may differ, what it becomes and what moves it.

    A `ledger` (a file or a database) adds what was spent, held against the budget.

    Raises:
        InputError: a price is unknown, the system cannot be compiled, or the ledger cannot be read.
    """
    compiled = project.compiled
    result = analyse(compiled.plan, compiled.book)
    found = outlook(result, seed)
    document = price_document(result, found, _unpriced(project, {line.component for line in result.lines}))
    if ledger is not None:
        # Only a ledger in a database needs its client.
        from archwright.runtime.stores import store_for

        rows = (row for row in decode(store_for(ledger).read(ledger)[0], ledger) if isinstance(row, Attempt))
        section = spent_section(result.book, days_of((row.at, row.cost) for row in rows))
        document = replace(document, sections=(document.sections[0], section, *document.sections[1:]))
    data = {"notes": [str(item) for item in project.warnings], "seed": seed}
    return Answer("price", (document,), result.book, plan=plan_hash(compiled.plan), data=data)


def _unpriced(project: Project, priced: set[str]) -> tuple[str, ...]:
    """Components that work or keep something, and of whose cost the file says nothing."""
    return tuple(
        project.system.called(name)
        for name, component in project.system.components.items()
        if name not in priced and not component.has("actor") and component.settings_as(ModelSettings) is None
    )
