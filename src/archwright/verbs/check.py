"""`archwright check`: is the design sound? Problems of the file first; rules once it can be read."""

from __future__ import annotations

from archwright.analysis.check import check as rules
from archwright.report.document import Document, Findings, Section
from archwright.verbs.answer import Answer
from archwright.verbs.project import Project


def check_project(project: Project) -> Answer:
    """Hold an opened system against the rules, and look at the documents that it answers from.

    Raises:
        InputError: a folder of documents is missing or holds nothing that can be read.
    """
    found = (*rules(project.system), *project.documents.findings)
    section = Section("check-findings", "Findings", (Findings(found),), "Rules that need only the file.")
    document = Document("Check", (section,), f"{project.system.system}, {len(project.system.components)} components")
    return Answer("check", (document,), findings=found, sources=project.loaded.sources)
