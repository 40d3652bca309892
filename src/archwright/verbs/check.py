"""`archwright check`: is the design sound? Problems of the file first; rules once it can be read."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from archwright.analysis.check.register import accepted_section, risks_section
from archwright.analysis.check.review import Accepted, Review, review
from archwright.base.errors import FINDINGS, OK, InputError
from archwright.report.document import SEVERITIES, Document, Finding, Findings, Section
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project, open_project
from archwright.verbs.scan import write_problems, write_scan


def check_project(project: Project) -> Answer:
    """Hold an opened system against the rules, and what they find against what somebody answers for.

    Raises:
        InputError: an acceptance or a risk names a rule that does not exist, or a folder of documents cannot be read.
    """
    return _answer(project, _review(project))


def check_file(
    file: Path, as_of: dt.date | None = None, *, fail_on: str = "error", scan: Path | None = None, docs: str = ""
) -> Answer:
    """Open and check a system's file. `scan` is a SARIF file that is written even where the system cannot be read.

    Raises:
        InputError: with every problem found.
        UsageError: `scan` cannot be written.
    """
    try:
        project = open_project(file, as_of)
        found = _review(project)
    except InputError as error:
        if scan is not None:
            write_problems(scan, error, docs)
        raise
    answer = _answer(project, found)
    if scan is None:
        return answer
    code = FINDINGS if fails(answer.findings, fail_on) else OK
    written = write_scan(scan, answer.findings, found.accepted, exit_code=code, docs=docs)
    return Answer(answer.verb, answer.documents, answer.book, answer.findings, (written,), answer.data, answer.sources)


def fails(findings: tuple[Finding, ...], fail_on: str) -> bool:
    """Whether one of the findings is at least as severe as `fail_on`; `never` is none of the severities."""
    limit = SEVERITIES.index(fail_on) if fail_on in SEVERITIES else len(SEVERITIES)
    return any(SEVERITIES.index(finding.severity) >= limit for finding in findings)


def _review(project: Project) -> Review:
    """What the rules find, and what could not be read of the documents that routes answer from."""
    found = review(project.system, project.as_of)
    return replace(found, open=(*found.open, *project.documents.findings))


def _answer(project: Project, found: Review) -> Answer:
    sections = [Section("check-findings", "Findings", (Findings(found.open),), "Rules that need only the file.")]
    if found.accepted:
        sections.append(accepted_section(found.accepted))
    if project.system.risks:
        sections.append(risks_section(project.system, project.as_of))
    facts = (("as of", project.as_of.isoformat()),)
    subtitle = f"{project.system.system}, {len(project.system.components)} components"
    document = Document("Check", tuple(sections), subtitle, facts)
    data = {"as_of": project.as_of.isoformat(), "accepted": [_plain(item) for item in found.accepted]}
    return Answer("check", (document,), findings=found.open, sources=project.loaded.sources, data=data)


def _plain(item: Accepted) -> dict[str, object]:
    finding, entry = item.finding, item.by
    place = {"file": finding.where.file, "line": finding.where.line, "column": finding.where.column}
    return {
        "code": finding.code, "severity": finding.severity, "message": finding.message, "subject": finding.subject,
        **place, "owner": str(entry.owner), "reason": str(entry.reason), "expires": str(entry.expires),
        "ticket": str(entry.ticket),
    }  # fmt: skip
