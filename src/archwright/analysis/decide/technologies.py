"""What the technologies behind the options cost, constrain and permit, as the catalogue has it."""

from __future__ import annotations

from archwright.analysis.decide.uses import Used, used
from archwright.facts.technologies import Technology, entries
from archwright.report.document import Cell, Section, Table
from archwright.report.figures import Book
from archwright.spec.decisions import Decision

Row = tuple[str | Cell, ...]
HEADINGS = ("Option", "Technology", "", "The catalogue says")
LEAD = "What is marked as from memory is to be looked up before anything rests on it."


def technology_rows(name: str, decision: Decision, book: Book) -> list[Row]:
    """A few lines for each technology that an option names, and what of it is in the option's cost."""
    rows: list[Row] = []
    for option, stated in decision.options.items():
        items = used(name, decision, option)
        for entry in entries((*stated.uses, *(str(amount.of) for amount in stated.amounts))):
            first, *others = _said(entry)
            rows.append((decision.titled(option), entry.title, *first))
            rows += [("", "", "in the cost", _counted(item, book)) for item in items if item.entry.name == entry.name]
            rows += [("", "", *said) for said in others]
    return rows


def _counted(item: Used, book: Book) -> Cell:
    """`storage, 40 at $0.33 a GB a month: $13.20 a month`."""
    if item.month not in book:
        return Cell("not counted: what the option costs besides is not known", "muted")
    words = f"{item.cost.what}, {book[f'{item.month}.units'].shown} at {item.cost.shown.partition(': ')[2]}"
    return Cell(f"{words}: {book[item.month].shown} a month", figure=item.month)


def technologies(name: str, decision: Decision, book: Book) -> list[Section]:
    """The technologies of a decision's options; none where no option names one."""
    rows = technology_rows(name, decision, book)
    if not rows:
        return []
    return [Section(f"decide-{name}-technologies", "What the options rest on", (Table(HEADINGS, tuple(rows)),), LEAD)]


def _said(item: Technology) -> list[tuple[str, str]]:
    return [
        ("costs", f"{item.charges}; licence: {item.terms}"),
        ("constrains", item.constrains),
        ("permits", item.allows),
        ("from", ", ".join(filter(None, (item.origin, item.source.url)))),
    ]
