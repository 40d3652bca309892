"""On whose terms the options run: where their parts lie, who runs them, and what may be done with our data there."""

from __future__ import annotations

from typing import Final

from archwright.analysis.decide.candidate import Terms
from archwright.analysis.decide.matrix import Matrix
from archwright.report.document import Cell, Section, Table
from archwright.spec.model import Component, System

HEADINGS: Final = ("Option", "Part", "Runs in", "Run by", "May train on our data", "Keeps our data", "Agreement")
LEAD: Final = (
    "As the file states it of each part that a supplier runs or that we run a model on. What is unknown is to be asked "
    "before it is signed."
)
_WORDS: Final = {"true": "yes", "false": "no", "unknown": "unknown"}
UNKNOWN: Final = Cell("unknown", "bad")
Row = tuple[str | Cell, ...]


def terms_of(system: System) -> tuple[Terms, ...]:
    """The terms of every part that a supplier runs, or that is a model of our own, in file order."""
    parts = {**system.with_trait("managed"), **system.with_trait("self-hosted")}
    return tuple(_terms(system, name, item) for name, item in system.components.items() if name in parts)


def _terms(system: System, name: str, item: Component) -> Terms:
    ours = item.has("self-hosted") and item.supplier is None
    return Terms(system.called(name), str(item.region), ours, item.supplier)


def terms_rows(found: Matrix) -> list[Row]:
    """A line for each such part of each option that is a design; what is the same as above is not said again."""
    rows: list[Row] = []
    said: list[Terms] = []
    for item in found.candidates:
        fresh = [part for part in item.terms if part not in said]
        said += fresh
        rows += [(item.title, *_row(part)) for part in fresh]
        if item.terms and len(fresh) < len(item.terms):
            known = ", ".join(part.part for part in item.terms if part not in fresh)
            rows.append((item.title, Cell(f"{known}: as above", "muted"), "", "", "", "", ""))
    return rows


def terms(candidates: Matrix) -> list[Section]:
    """The terms of a decision's options; none where no option is a design with such parts."""
    rows = terms_rows(candidates)
    if not rows:
        return []
    table = Table(HEADINGS, tuple(rows))
    return [Section(f"decide-{candidates.name}-terms", "On whose terms", (table,), LEAD)]


def _row(part: Terms) -> Row:
    region, terms = part.region or UNKNOWN, part.supplier
    if part.ours:
        return (part.part, region, "ourselves", "no", "as long as we do", "–")
    if terms is None:
        return (part.part, region, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    keeps = terms.retention.text if terms.retention is not None else UNKNOWN
    return (part.part, region, str(terms.name) or UNKNOWN, _word(terms.training, "false"), keeps,
            _word(terms.agreement, "true"))  # fmt: skip


def _word(said: str, good: str) -> Cell:
    return Cell(_WORDS[said], "plain" if said == good else "bad")
