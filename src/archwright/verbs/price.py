"""`archwright price`: what the system costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archwright.analysis.price import days_of, outlook, over_budget, price_document, spent_section
from archwright.analysis.price import price as analyse
from archwright.base.errors import NOWHERE
from archwright.base.money import show_money
from archwright.ledger.rows import Attempt, decode
from archwright.plan.model import plan_hash
from archwright.report.document import Section, Text
from archwright.spec.setting import settings
from archwright.spec.settings.models import ModelSettings
from archwright.verbs.answer import Answer
from archwright.verbs.prices import old_prices
from archwright.verbs.project import Project

SEED = 1
MONTHLY = "price.month"


def price_project(project: Project, seed: int = SEED, ledger: str | None = None, given: Sequence[str] = ()) -> Answer:
    """Price an opened system: the bill, how far it may differ, what it becomes and what moves it.

    A `ledger` (a file or a database) adds what was spent, held against the budget. With values `given` anew it is also
    said what they save.

    Raises:
        InputError: a price is unknown, the system cannot be compiled, a value cannot be, or the ledger cannot be read.
    """
    if given:
        return _changed(project, seed, ledger, given)
    compiled = project.compiled
    result = analyse(compiled.plan, compiled.book)
    found = outlook(result, seed)
    budget = project.system.budget
    over = over_budget(result.book, compiled.plan, budget.where if budget is not None else NOWHERE)
    document = price_document(result, found, _unpriced(project, {line.component for line in result.lines}), over)
    if ledger is not None:
        # Only a ledger in a database needs its client.
        from archwright.runtime.stores import store_for

        rows = (row for row in decode(store_for(ledger).read(ledger)[0], ledger) if isinstance(row, Attempt))
        section = spent_section(result.book, days_of((row.at, row.cost) for row in rows))
        document = replace(document, sections=(document.sections[0], section, *document.sections[1:]))
    old = tuple(old_prices(project))
    notes = [str(item) for item in project.warnings] + [f"{item.message}; {item.mend}" for item in old]
    data = {"notes": notes, "seed": seed}
    return Answer(
        "price",
        (document,),
        result.book,
        (*over, *old),
        data=data,
        sources=project.loaded.sources,
        plan=plan_hash(compiled.plan),
    )


def _changed(project: Project, seed: int, ledger: str | None, given: Sequence[str]) -> Answer:
    """The price with other values, and what they save a month."""
    before = analyse(project.compiled.plan, project.compiled.book).book[MONTHLY].value
    answer = price_project(project.changed(settings(given)), seed, ledger)
    book = answer.book
    note = "the file as it is, priced apart"
    book.leaf("price.before", before, "money", label="as the file is, a month", origin="computed", note=note)
    saved = book.derive("price.saved", "before - now", "money", "saved a month", before="price.before", now=MONTHLY)
    less = f"{show_money(abs(saved.value))} {'less' if saved.value >= 0 else 'more'}"
    both = f"{book[MONTHLY].shown} a month instead of {book['price.before'].shown}"
    told = f"`{'`, `'.join(given)}`: {both}, {less}"
    first, *rest = answer.documents
    section = Section("changed", "Against the file as it is", (Text(told),))
    documents = (replace(first, sections=(first.sections[0], section, *first.sections[1:])), *rest)
    return replace(answer, documents=documents)


def _unpriced(project: Project, priced: set[str]) -> tuple[str, ...]:
    """Components that work or keep something, and of whose cost the file says nothing."""
    return tuple(
        project.system.called(name)
        for name, component in project.system.components.items()
        if name not in priced and not component.has("actor") and component.settings_as(ModelSettings) is None
    )
