"""`archwright catalogue`: which technologies are known, and what each costs, constrains and permits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from archwright.base.errors import NOWHERE, Location, UsageError
from archwright.base.text import nearest, plural
from archwright.facts.technologies import Family, Technology, caution, families, technologies
from archwright.report.document import Block, Cell, Document, Finding, Findings, Section, Table, Text
from archwright.verbs.answer import Answer
from archwright.verbs.prices import STALE


def show_catalogue(name: str = "", as_of: dt.date | None = None) -> Answer:
    """All families, or one family, or one technology.

    Raises:
        UsageError: there is no family and no technology of that name.
    """
    day = as_of or dt.datetime.now(dt.UTC).date()
    chosen = families().get(name.replace("-", "_"))
    entry = technologies().get(name)
    if name and chosen is None and entry is None:
        raise UsageError(_unknown(name))
    if entry is not None:
        shown: tuple[Technology, ...] = (entry,)
        sections = [_one(entry)]
    elif chosen is not None:
        shown = tuple(chosen.entries.values())
        sections = [_family(chosen)]
    else:
        shown = tuple(technologies().values())
        sections = [_overview()]
    findings = tuple(stale(shown, day))
    if findings:
        sections.append(Section("catalogue-findings", "Findings", (Findings(findings),)))
    document = Document("Technologies", tuple(sections), "what they cost, constrain and permit", (("as of", str(day)),))
    data = {"as_of": day.isoformat(), "technologies": [plain(item) for item in shown]}
    return Answer("catalogue", (document,), findings=findings, data=data)


def stale(items: Iterable[Technology], as_of: dt.date, where: Location = NOWHERE) -> list[Finding]:
    """A warning for each entry that nobody looked at for long before the day."""
    return [
        Finding(
            "CAT01", "warning", f"what is known of {item.title} was last looked at on {item.checked_on}", where,
            "Prices and limits of services change within months.", f"look it up: {item.source.place}", item.name,
        )
        for item in items
        if (as_of - dt.date.fromisoformat(item.checked_on)).days > STALE
    ]  # fmt: skip


def plain(item: Technology) -> dict[str, object]:
    """An entry as plain data: amounts in their currency, limits in the base unit of their dimension."""
    return {
        "id": item.name, "title": item.title, "family": item.family, "licence": item.licence,
        "licensed": item.licensed._asdict() if item.licensed else None,
        "costs": [
            {
                "what": cost.what, "amount": None if cost.amount is None else float(cost.amount), "unit": cost.unit,
                "currency": cost.currency, "note": cost.note, "confidence": cost.confidence,
                "source": cost.source._asdict(),
            }
            for cost in item.costs
        ],
        "constrains": [
            {
                "measure": limit.measure, "most": limit.most, "written": limit.written, "note": limit.note,
                "confidence": limit.confidence, "source": limit.source._asdict(),
            }
            for limit in item.limits.values()
        ],
        "permits": [
            {
                "aspect": aspect, "words": words, "confidence": item.trust(aspect),
                "source": item.read[aspect]._asdict() if aspect in item.read else None,
            }
            for aspect, words in item.permits.items()
        ],
        "source": item.source._asdict(), "checked_on": item.checked_on, "confidence": item.confidence,
    }  # fmt: skip


def _unknown(name: str) -> str:
    hint = nearest(name, [*technologies(), *families()])
    mend = f"did you mean `{hint}`?" if hint else f"families: {', '.join(families())}"
    return f"the catalogue has no `{name}`; {mend}"


def _overview() -> Section:
    rows: tuple[tuple[str | Cell, ...], ...] = tuple(
        (family.name, family.title, ", ".join(family.entries)) for family in families().values()
    )
    table = Table(
        ("Family", "What", "Technologies"), rows, "`archwright catalogue NAME` shows a family or a technology"
    )
    lead = f"{plural(len(technologies()), 'technology', 'technologies')}."
    return Section("catalogue", "The catalogue", (table,), lead)


def _family(family: Family) -> Section:
    rows: tuple[tuple[str | Cell, ...], ...] = tuple(
        (item.name, item.charges, item.constrains, item.allows, item.origin) for item in family.entries.values()
    )
    table = Table(("Technology", "Costs", "Constrains", "Permits", "From"), rows)
    return Section(f"catalogue-{family.name}", family.title, (table,), caution(family.entries.values()))


def _one(item: Technology) -> Section:
    rows: list[tuple[str | Cell, ...]] = [("licence", item.terms, item.licensed.place if item.licensed else "")]
    rows += [("costs", cost.shown, cost.source.place) for cost in item.costs]
    rows += [("constrains", limit.shown, limit.source.place) for limit in item.limits.values()]
    for aspect, words in item.permits.items():
        remark = " (from memory)" if item.trust(aspect) == "memory" else ""
        rows.append(("permits", f"{aspect}: {words}{remark}", item.read[aspect].place if aspect in item.read else ""))
    blocks: list[Block] = [Table(("", item.name, "Source"), tuple(rows))]
    blocks.append(Text(f"{item.origin}."))
    return Section(f"catalogue-{item.name}", item.title, tuple(blocks), caution([item]))
