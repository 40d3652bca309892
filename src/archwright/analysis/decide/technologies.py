"""What the technologies behind the options cost, constrain and permit, as the catalogue has it."""

from __future__ import annotations

from collections.abc import Iterable

from archwright.analysis.decide.uses import Used, used
from archwright.facts.technologies import Source, Technology, caution, entries
from archwright.report.document import Cell, Section, Table
from archwright.report.figures import Book
from archwright.spec.decisions import Decision

Row = tuple[str | Cell, ...]
HEADINGS = ("Option", "Technology", "", "The catalogue says", "Source")


def technology_rows(name: str, decision: Decision, book: Book) -> list[Row]:
    """A few lines for each technology that an option names, and what of it is in the option's cost."""
    rows: list[Row] = []
    for option in decision.options:
        items = used(name, decision, option)
        for entry in _named(decision, option):
            first, *others = _said(entry)
            rows.append((decision.titled(option), entry.title, *first))
            counted = [item for item in items if item.entry.name == entry.name]
            rows += [("", "", "in the cost", _counted(item, book), item.cost.source.place) for item in counted]
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
    table = Table(HEADINGS, tuple(rows))
    return [Section(f"decide-{name}-technologies", "What the options rest on", (table,), technology_words(decision))]


def technology_words(decision: Decision) -> str:
    """How far what the catalogue says of the options' technologies can be trusted."""
    return caution(entry for option in decision.options for entry in _named(decision, option))


def _named(decision: Decision, option: str) -> tuple[Technology, ...]:
    stated = decision.options[option]
    return entries((*stated.uses, *(str(amount.of) for amount in stated.amounts)))


def _said(item: Technology) -> list[tuple[str, str, str]]:
    licence = [item.licensed] if item.licensed else []
    return [
        ("costs", f"{item.charges}; licence: {item.terms}", _places([*(cost.source for cost in item.costs), *licence])),
        ("constrains", item.constrains, _places(limit.source for limit in item.limits.values())),
        ("permits", item.allows, _places(item.read.values())),
        ("looked at", item.checked_on, ""),
    ]


def _places(sources: Iterable[Source]) -> str:
    """Where each of some sources is, once, in the order in which the words beside them rest on them."""
    return ", ".join(dict.fromkeys(source.place for source in sources))
