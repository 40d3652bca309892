"""What the tests of drafts share: evidence from a file or a text, and the system that its draft is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from archwright.analysis.adopt.draft import draft
from archwright.analysis.adopt.evidence import Evidence
from archwright.analysis.adopt.reader import Source
from archwright.analysis.adopt.readers import reader_for
from archwright.analysis.price import price
from archwright.plan.compile import compile_plan
from archwright.report.figures import Book
from archwright.spec.load import loads
from archwright.spec.model import System

FILES = Path(__file__).parent / "files"
DAY = dt.date(2026, 11, 21)


def of_file(name: str, kind: str = "") -> Evidence:
    """The evidence in a file of the folder `files`."""
    source = Source(str(FILES / name), (FILES / name).read_bytes())
    return reader_for(source, kind).read(source)


def of_text(text: str | bytes, kind: str = "", file: str = "given") -> Evidence:
    """The evidence in a text."""
    source = Source(file, text.encode() if isinstance(text, str) else text)
    return reader_for(source, kind).read(source)


def drafted(evidence: Evidence) -> tuple[str, System, Book]:
    """The draft, the system that it is, and the book of its prices."""
    text = draft(evidence, "Desk", DAY)
    system = loads(text)
    compiled = compile_plan(system, DAY)
    return text, system, price(compiled.plan, compiled.book).book
