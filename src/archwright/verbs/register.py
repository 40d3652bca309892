"""`archwright records`: the decision records of a folder as an index, and as a draft of a file's `decisions:`."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from archwright.base.errors import InputError, Location, Problem
from archwright.base.text import plural
from archwright.report.document import Block, Cell, Document, Finding, Findings, Section, Table, Text
from archwright.spec.madr import Written, as_decisions, read_record
from archwright.verbs.answer import Answer

INDEX = "index.md"
MARK = "<!-- archwright index {digest}: made anew by `archwright records`; write elsewhere -->"
_NAME = re.compile(r"(\d{3,4})-.+\.md")
MOST_BYTES = 1_000_000
DRAFT = (
    "# Drafted from {count} of {folder}. What no record says is for you to add: a `date`; of every option but\n"
    "# one, the file `with` which it differs or its `cost`; then criteria, weights and assumptions.\n"
)


def index_records(folder: Path, write: bool = False) -> Answer:
    """List the records of a folder; with `write` also as `index.md`, unless somebody else wrote that file.

    Raises:
        InputError: there is no such folder, or it holds no record.
    """
    records, findings = _records(folder)
    rows: list[tuple[str | Cell, ...]] = [
        (f"{item.number:04d}", Cell(item.title), item.status + _later(item), item.date or "–", item.makers or "–",
         item.chosen or "–")
        for item in records
    ]  # fmt: skip
    headings = ("", "Decision", "Status", "Date", "Decided by", "Chosen")
    blocks: list[Block] = [Table(headings, tuple(rows))]
    if findings:
        blocks.append(Findings(tuple(findings)))
    section = Section("records-index", plural(len(records), "record"), tuple(blocks))
    written, notes = ((), []) if not write else _write(folder, records)
    return Answer(
        "records", (Document("Decision records", (section,), str(folder)),), findings=tuple(findings), written=written,
        data={"records": [_data(item) for item in records], "notes": notes},
    )  # fmt: skip


def import_records(folder: Path) -> Answer:
    """Draft the section `decisions:` from the records of a folder.

    Raises:
        InputError: there is no such folder, or it holds no record.
    """
    records, findings = _records(folder)
    text = DRAFT.format(count=plural(len(records), "record"), folder=folder) + as_decisions(records)
    section = Section("records-draft", "A draft of `decisions:`", (Text(text),))
    documents = (Document("Decision records", (section,), str(folder)),)
    notes = [finding.message for finding in findings]
    return Answer("records", documents, findings=tuple(findings), data={"text": text.rstrip("\n"), "notes": notes})


def _later(item: Written) -> str:
    return f" by {item.replaced_by:04d}" if item.replaced_by else ""


def _records(folder: Path) -> tuple[list[Written], list[Finding]]:
    """The records of a folder in the order of their numbers, and what is wrong with them."""
    if not folder.is_dir():
        raise InputError([Problem("no-folder", "there is no such folder", Location(str(folder)))])
    records: list[Written] = []
    findings: list[Finding] = []
    for file in sorted(folder.iterdir()):
        match = _NAME.fullmatch(file.name)
        if match is None or not file.is_file():
            continue
        found = _read(file, int(match[1]))
        if found is None:
            findings.append(_finding(file, f"{file.name} is no record: it has no title, or is no text"))
            continue
        if any(item.number == found.number for item in records):
            findings.append(_finding(file, f"two records have the number {found.number:04d}"))
        records.append(found)
    if not records:
        message = "it holds no decision record"
        raise InputError([Problem("no-records", message, Location(str(folder)), "records are called `0001-title.md`")])
    known = {item.number for item in records}
    findings += [
        _finding(folder, f"record {item.number:04d} is superseded by {item.replaced_by:04d}, which is not there")
        for item in records
        if item.replaced_by and item.replaced_by not in known
    ]
    return records, findings


def _read(file: Path, number: int) -> Written | None:
    if file.stat().st_size > MOST_BYTES:
        return None
    try:
        return read_record(file.read_text("utf-8"), number)
    except (OSError, UnicodeDecodeError):
        return None


def _finding(file: Path, message: str) -> Finding:
    why = "Whoever looks a decision up later does not find it, or finds another one."
    return Finding("DEC07", "warning", message, Location(str(file)), why, "mend the record")


def _write(folder: Path, records: list[Written]) -> tuple[tuple[Path, ...], list[str]]:
    file = folder / INDEX
    if file.exists() and not _ours(file):
        return (), [f"{file} was written or changed by somebody else and is left as it is"]
    files = {
        int(item.name[: item.name.index("-")]): item.name for item in folder.iterdir() if _NAME.fullmatch(item.name)
    }
    lines = ["# Decisions", "", "| | Decision | Status | Date |", "|---|---|---|---|"]
    for item in records:
        title = re.sub(r"([\\|\[\]<>])", r"\\\1", item.title)
        lines.append(
            f"| {item.number:04d} | [{title}]({files[item.number]}) | {item.status}{_later(item)} | {item.date} |"
        )
    file.write_text(_marked("\n".join(lines)), encoding="utf-8")
    return (file,), []


def _marked(text: str) -> str:
    return f"{text}\n\n{MARK.format(digest=hashlib.blake2b(text.encode(), digest_size=8).hexdigest())}\n"


def _ours(file: Path) -> bool:
    """Whether nobody changed a line of it since it was made."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return text == _marked(text.rpartition("\n\n<!-- ")[0])


def _data(item: Written) -> dict[str, object]:
    return {
        "number": item.number, "title": item.title, "status": item.status, "date": item.date, "chosen": item.chosen,
        "options": list(item.options), "superseded_by": item.replaced_by or None,
    }  # fmt: skip
