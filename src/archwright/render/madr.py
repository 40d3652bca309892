"""A decision's record as MADR 4 (Markdown with front matter), so that other tools read it too.

Front matter is written without quotes, which Structurizr and Backstage want; status and date stand in a list under the
title again, which is where log4brains looks. Whatever a person wrote is one line of plain text: it cannot open a
heading, a table, a comment or a second key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import yaml

from archwright.report.document import Cell, Table, Text
from archwright.report.record import Alternative, Note, Record

_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])")  # what HTML takes for the beginning of a tag or a comment
_FIRST: Final = re.compile(r"^([#>*+=|~`-]|\d+[.)])")


def madr(record: Record) -> str:
    """The text of a record's file."""
    parts = [
        *_front(record), f"# {_line(record.title)}", "", *_list(record), "## Context and Problem Statement", "",
        *_paragraphs(record.context), "## Decision Drivers", "", *_bullets(record.drivers), "## Considered Options", "",
        *_bullets([item.title for item in record.alternatives]), "## Decision Outcome", "",
        *_paragraphs(record.outcome), *_consequences(record.consequences), "### Confirmation", "",
        *_blocks(record.confirmation), "## Pros and Cons of the Options", "",
        *(line for item in record.alternatives for line in _alternative(item)), "## More Information", "",
        *_blocks(record.more), *_why(record),
    ]  # fmt: skip
    return "\n".join(parts).rstrip("\n") + "\n"


def _front(record: Record) -> Iterator[str]:
    yield "---"
    for key, words in (
        ("status", record.status), ("date", record.date), ("decision-makers", record.makers),
        ("consulted", record.consulted), ("informed", record.informed),
    ):  # fmt: skip
        if words:
            yield f"{key}: {_plain(words)}"
    yield "---"
    yield ""


def _list(record: Record) -> Iterator[str]:
    yield f"- Status: {_line(record.status)}"
    yield f"- Date: {_line(record.date)}"
    if record.makers:
        yield f"- Deciders: {_line(record.makers)}"
    yield ""


def _plain(words: str) -> str:
    """Words as a YAML value without quotes: what would make them anything but a text is left out."""
    text = " ".join(words.split())
    try:
        same = yaml.safe_load(f"key: {text}") == {"key": text} or re.fullmatch(r"\d{4}-\d\d-\d\d", text)
    except yaml.YAMLError:
        same = None
    if same:
        return text
    # Letters first, then only signs that mean nothing in YAML; a word such as `true` gets brackets.
    text = re.sub(r"[^\w .,()@/+-]+", " ", text).strip(" .,@+-") or "unnamed"
    text = " ".join(text.split())
    return text if yaml.safe_load(f"key: {text}") == {"key": text} else f"({text})"


def _line(words: str) -> str:
    """Words as one line of Markdown that begins nothing."""
    text = _TAG.sub("&lt;", " ".join(words.split()))
    return _FIRST.sub(lambda match: f"\\{match[0]}", text)


def _paragraphs(words: Sequence[str]) -> Iterator[str]:
    for text in words:
        yield _line(text)
        yield ""


def _bullets(words: Sequence[str]) -> Iterator[str]:
    yield from (f"* {_line(text)}" for text in words)
    yield ""


def _consequences(found: Sequence[tuple[Note, str]]) -> Iterator[str]:
    if found:
        yield "### Consequences"
        yield ""
        yield from _points(found)


def _points(found: Sequence[tuple[Note, str]]) -> Iterator[str]:
    yield from (f"* {note}, because {_line(words)}" for note, words in found)
    yield ""


def _alternative(item: Alternative) -> Iterator[str]:
    yield f"### {_line(item.title)}"
    yield ""
    if item.summary:
        yield _line(item.summary)
        yield ""
    if item.points:
        yield from _points(item.points)


def _blocks(blocks: Sequence[Text | Table]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Text):
            yield _line(block.words)
        else:
            yield from _table(block)
        yield ""


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield f"{_line(table.caption[:1].upper() + table.caption[1:])}:"
        yield ""
    yield _row([_in_table(heading) for heading in table.headings])
    yield _row(["--:" if number in table.numeric else ":--" for number in range(len(table.headings))])
    yield from (_row([_in_table(cell) for cell in row]) for row in table.rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _in_table(cell: str | Cell) -> str:
    words = cell.text if isinstance(cell, Cell) else cell
    return _TAG.sub("&lt;", " ".join(words.split())).replace("|", "\\|")


def _why(record: Record) -> Iterator[str]:
    """Every number with the key under which it can be asked why."""
    keys: dict[str, str] = {}
    for block in (*record.confirmation, *record.more):
        for row in block.rows if isinstance(block, Table) else ():
            for cell in row:
                if isinstance(cell, Cell) and cell.figure:
                    keys.setdefault(cell.figure, cell.text)
    if keys:
        yield "### Why these numbers"
        yield ""
        yield "`archwright explain FILE KEY --out FOLDER` shows how a number came about, down to the line of the file;"
        yield "FOLDER is the one that holds this record."
        yield ""
        yield from (f"* {_in_table(shown)}: `{key}`" for key, shown in keys.items())
