"""What the technologies behind the options cost, constrain and permit, as the catalogue has it."""

from __future__ import annotations

from archwright.facts.technologies import Technology, entries
from archwright.report.document import Cell, Section, Table
from archwright.spec.decisions import Decision

Row = tuple[str | Cell, ...]
HEADINGS = ("Option", "Technology", "", "The catalogue says")
LEAD = "What is marked as from memory is to be looked up before anything rests on it."


def technology_rows(decision: Decision) -> list[Row]:
    """A few lines for each technology that an option names."""
    rows: list[Row] = []
    for name, option in decision.options.items():
        for item in entries(option.uses):
            first, *others = _said(item)
            rows.append((decision.titled(name), item.title, *first))
            rows += [("", "", *said) for said in others]
    return rows


def technologies(name: str, decision: Decision) -> list[Section]:
    """The technologies of a decision's options; none where no option names one."""
    rows = technology_rows(decision)
    if not rows:
        return []
    return [Section(f"decide-{name}-technologies", "What the options rest on", (Table(HEADINGS, tuple(rows)),), LEAD)]


def _said(item: Technology) -> list[tuple[str, str]]:
    return [
        ("costs", f"{item.charges}; licence: {item.licence}"),
        ("constrains", item.constrains),
        ("permits", item.allows),
        ("from", f"{item.origin}, {item.source.url}"),
    ]
