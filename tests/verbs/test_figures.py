"""The book of a run on disk: kept, recalled, and asked why."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.base.errors import InputError
from archwright.report.figures import Book
from archwright.verbs import figures


def test_a_book_comes_back_with_its_derivations(tmp_path: Path) -> None:
    book = Book()
    book.leaf("a", 2, "count", origin="measured", note="by hand")
    book.derive("b", "a * a", "count", a="a")
    figures.keep(tmp_path, "0123", book)
    kept = figures.recall(tmp_path)
    assert kept is not None
    assert kept.plan == "0123"
    assert Book({figure.key: figure for figure in kept.figures}).explain("b") == book.explain("b")


def test_no_book_and_no_such_book(tmp_path: Path) -> None:
    assert figures.recall(tmp_path) is None
    (tmp_path / figures.FILE).write_text("{")
    with pytest.raises(InputError, match="bad-figures"):
        figures.recall(tmp_path)
