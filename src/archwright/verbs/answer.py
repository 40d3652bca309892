"""What a verb gives back to a face: documents to show, figures to ask about, findings to act on, files it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archwright.report.document import Document, Finding
from archwright.report.figures import Book


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a verb.

    `data` is what `--json` adds to documents, figures and findings. `sources` are the texts of the files that findings
    point into. `plan` is the configuration hash, empty where none was made.
    """

    verb: str
    documents: tuple[Document, ...] = ()
    book: Book = field(default_factory=Book)
    findings: tuple[Finding, ...] = ()
    written: tuple[Path, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    plan: str = ""
