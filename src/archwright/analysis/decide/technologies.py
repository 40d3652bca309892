"""What the technologies behind the options cost, constrain and permit, as the catalogue has it."""

from __future__ import annotations

from archwright.facts.technologies import Technology, entries
from archwright.report.document import Cell, Section, Table
from archwright.spec.decisions import Decision

Row = tuple[str | Cell, ...]
HEADINGS = ("Technology", "Costs", "Constrains", "Permits", "From")
CAPTION = "what the catalogue says; what is marked as from memory is to be looked up before anything rests on it"


def technology_cells(item: Technology) -> Row:
    """One entry as the cells of a row, without what it is used for."""
    charges = f"{item.charges}; licence: {item.licence}"
    return (item.title, charges, item.constrains, item.allows, f"{item.origin}, {item.source.url}")


def technology_rows(decision: Decision) -> list[Row]:
    """One line for each technology that an option names."""
    return [
        (decision.titled(name), *technology_cells(item))
        for name, option in decision.options.items()
        for item in entries(option.uses)
    ]


def technologies(name: str, decision: Decision) -> list[Section]:
    """The technologies of a decision's options; none where no option names one."""
    rows = technology_rows(decision)
    if not rows:
        return []
    table = Table(("Option", *HEADINGS), tuple(rows), CAPTION)
    return [Section(f"decide-{name}-technologies", "What the options rest on", (table,))]
