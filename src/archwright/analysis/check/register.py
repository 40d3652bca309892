"""What is accepted and what is feared, as sections of a document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from archwright.analysis.check.review import Accepted
from archwright.base.text import plural
from archwright.report.document import Cell, Section, Table
from archwright.spec.model import System


def accepted_section(accepted: Sequence[Accepted]) -> Section:
    """The findings that somebody answers for, the one that ends first on top."""
    rows = tuple(
        tuple(
            Cell(text, "muted")
            for text in (
                item.finding.code, item.finding.severity, item.finding.message, str(item.by.owner), str(item.by.reason),
                str(item.by.expires), str(item.by.ticket) or "–",
            )
        )
        for item in sorted(accepted, key=lambda item: (item.by.expires, item.finding.where))
    )  # fmt: skip
    headings = ("Rule", "Severity", "Finding", "Owner", "Reason", "Until", "Ticket")
    lead = f"{plural(len(accepted), 'finding')} that somebody answers for; they fail no check until the day named."
    return Section("check-accepted", "Accepted", (Table(headings, rows),), lead)


def risks_section(system: System, as_of: dt.date) -> Section:
    """The register of risks, the gravest first; words of impact and likelihood are an order, not quantities."""
    rows = tuple(
        (
            name,
            str(risk.statement),
            risk.impact,
            risk.likelihood,
            f"{risk.treatment}: {risk.measure}" if risk.measure else risk.treatment,
            str(risk.owner),
            Cell(str(risk.review), "bad" if risk.review.date < as_of else "plain"),
            ", ".join(str(word) for word in (risk.component, risk.rule) if word) or "–",
        )
        for name, risk in sorted(system.risks.items(), key=lambda item: (*(-step for step in item[1].grade), item[0]))
    )
    headings = ("Risk", "What may happen", "Impact", "Likelihood", "Treatment", "Owner", "Review", "Concerns")
    lead = "What remains with the treatment in place; the words are an order, and nothing is multiplied."
    return Section("risks", "Risks", (Table(headings, rows),), lead)
