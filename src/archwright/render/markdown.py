"""A document as Markdown for a comment on a pull request: tables, and what is long folded away."""

from __future__ import annotations

import re
from typing import Final

from archwright.render.tally import tally
from archwright.report.document import Block, Cell, Document, Findings, Section, Table, Text, Tiles

LONGEST: Final = 12  # rows of a table that stand open
MOST: Final = 200  # rows that are written at all; a comment has an end
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|#~$!&])")


def markdown(document: Document) -> str:
    """The document, with a newline at the end. Pictures and charts are left out."""
    parts = [f"### {_safe(document.title)}"]
    if document.subtitle:
        parts.append(_safe(document.subtitle))
    parts += [_section(section) for section in document.sections]
    if document.facts:
        parts.append("<sub>" + " · ".join(f"{_safe(name)} {_safe(value)}" for name, value in document.facts) + "</sub>")
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> str:
    parts = [f"**{_safe(section.title)}**" + (f": {_safe(section.lead)}" if section.lead else "")]
    return "\n\n".join([*parts, *filter(None, (_block(block) for block in section.blocks))])


def _block(block: Block) -> str:
    match block:
        case Text():
            return _safe(block.words)
        case Table():
            return _table(block)
        case Findings():
            return _findings(block)
        case Tiles():
            return "\n".join(
                f"- {_safe(label)}: **{_safe(value)}** {_safe(note)}" for label, value, note, _ in block.items
            )
        case _:
            return ""


def _table(table: Table) -> str:
    heads = "| " + " | ".join(_safe(heading) or " " for heading in table.headings) + " |"
    rule = "|" + "|".join("---:" if at in table.numeric else "---" for at in range(len(table.headings))) + "|"
    rows = ["| " + " | ".join(map(_entry, row)) + " |" for row in table.rows[:MOST]]
    text = "\n".join([heads, rule, *rows])
    more = len(table.rows) - MOST
    if more > 0:
        text += f"\n\nand {more} more"
    return _folded(f"{len(table.rows)} rows", text) if len(table.rows) > LONGEST else text


def _entry(entry: str | Cell) -> str:
    words = entry.text if isinstance(entry, Cell) else entry
    marked = _safe(words) or " "
    return f"**{marked}**" if isinstance(entry, Cell) and entry.tone == "bad" and words.strip() else marked


def _findings(findings: Findings) -> str:
    items = [
        f"- **{item.severity}** {_safe(item.code)} {_safe(item.message)}"
        + (f": {_safe(item.mend)}" if item.mend else "")
        for item in findings.items
    ]
    text = "\n".join([tally(findings.items), "", *items])
    return _folded(tally(findings.items), "\n".join(items)) if len(items) > LONGEST else text


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _safe(text: str) -> str:
    """Words that stay words: nothing in them is taken for a mark, a mention or a line of its own."""
    flat = " ".join(text.split())
    return _SPECIAL.sub(r"\\\1", flat).replace("@", "@\u200b")
