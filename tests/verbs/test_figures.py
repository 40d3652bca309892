"""The book of a run on disk: kept, recalled, and asked why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archwright.base.errors import InputError
from archwright.plan.model import plan_hash
from archwright.report.figures import Book
from archwright.verbs import figures
from archwright.verbs.answer import Answer
from archwright.verbs.explain import explain_project
from archwright.verbs.project import open_project
from archwright.verbs.stress_pages import FIGURES, with_pages

DESK = Path(__file__).resolve().parents[2] / "examples" / "support-desk" / "system.yaml"


def test_a_book_comes_back_with_its_derivations(tmp_path: Path) -> None:
    book = Book()
    book.leaf("a", 2, "count", origin="measured", note="by hand")
    book.derive("b", "a * a", "count", a="a")
    figures.keep(tmp_path, "0123", book)
    kept = figures.recall(tmp_path)
    assert kept is not None
    assert kept.plan == "0123"
    assert Book({figure.key: figure for figure in kept.figures}).explain("b") == book.explain("b")


def test_what_somebody_else_keeps_under_its_name_is_left_alone(tmp_path: Path) -> None:
    book = Book()
    book.leaf("a", 1.0, "count", origin="set", note="said")
    mine = tmp_path / "figures.json"
    mine.write_text('{"by": "hand"}')
    assert figures.keep(tmp_path, "plan", book) == tmp_path / "figures.json.new"
    assert mine.read_text() == '{"by": "hand"}'
    mine.unlink()
    assert figures.keep(tmp_path, "plan", book) == mine
    assert figures.keep(tmp_path, "plan", book) == mine


def test_no_book_and_no_such_book(tmp_path: Path) -> None:
    assert figures.recall(tmp_path) is None
    (tmp_path / figures.FILE).write_text("{")
    with pytest.raises(InputError, match="bad-figures"):
        figures.recall(tmp_path)


def test_figures_of_a_stress_page_are_explained_and_the_newest_of_one_key_holds(tmp_path: Path) -> None:
    project = open_project(DESK)
    mark = plan_hash(project.compiled.plan)
    ran, seen = Book(), Book()
    ran.leaf("stress.of.it", 2, "count", origin="simulated", note="the run")
    seen.leaf("stress.of.it", 3, "count", origin="simulated", note="the page")
    answer = with_pages(project, Answer("stress", book=seen, plan=mark), tmp_path)
    assert answer.written[-1] == tmp_path / FIGURES / figures.FILE
    assert "the page" in explain_project(project, "stress.of.it", tmp_path).data["text"]
    file = figures.keep(tmp_path, mark, ran)
    later = figures.kept_at(tmp_path / FIGURES) + 60
    os.utime(file, (later, later))
    assert "the run" in explain_project(project, "stress.of.it", tmp_path).data["text"]
