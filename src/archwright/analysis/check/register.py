"""What is accepted and what is feared, as sections of a document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from archwright.analysis.check.review import Accepted
from archwright.base.text import plural
from archwright.report.document import Cell, Section, Table
from archwright.spec.model import System
from archwright.spec.risks import Risk


def accepted_section(accepted: Sequence[Accepted]) -> Section:
    """The findings that somebody answers for, the one that ends first on top."""
    rows = tuple(
        (
            item.finding.code,
            f"{item.finding.severity}: {item.finding.message}".replace("`", ""),
            f"{item.by.reason} ({item.by.ticket})" if item.by.ticket else str(item.by.reason),
            str(item.by.owner),
            str(item.by.expires),
        )
        for item in sorted(accepted, key=lambda item: (item.by.expires, item.finding.where))
    )
    muted = tuple(tuple(Cell(words, "muted") for words in row) for row in rows)
    headings = ("Rule", "Finding", "Accepted because", "Owner", "Until")
    lead = f"{plural(len(accepted), 'finding')} that somebody answers for; they fail no check until the day named."
    return Section("check-accepted", "Accepted", (Table(headings, muted),), lead)


def risks_section(system: System, as_of: dt.date) -> Section:
    """The register of risks, the gravest first; words of impact and likelihood are an order, not quantities."""
    rows = tuple(
        (
            name,
            _told(risk),
            f"{risk.impact}, {risk.likelihood}",
            f"{risk.treatment}: {risk.measure}" if risk.measure else risk.treatment,
            str(risk.owner),
            Cell(str(risk.review), "bad" if risk.review.date < as_of else "plain"),
        )
        for name, risk in sorted(system.risks.items(), key=lambda item: (*(-step for step in item[1].grade), item[0]))
    )
    headings = ("Risk", "What may happen", "Impact, likelihood", "Treatment", "Owner", "Review")
    lead = "What remains with the treatment in place; the words are an order, and nothing is multiplied."
    return Section("risks", "Risks", (Table(headings, rows),), lead)


def _told(risk: Risk) -> str:
    concerns = ", ".join(str(word) for word in (risk.component, risk.rule) if word)
    return f"{risk.statement} ({concerns})" if concerns else str(risk.statement)
