"""The page for the people who pay, and the page of a decision."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from archwright.report.document import Cell, Document, Table, Tiles
from archwright.spec.starter import starter
from archwright.verbs.answer import Answer
from archwright.verbs.brief import brief_project, settled
from archwright.verbs.project import open_project
from tests.plan.small import EXAMPLE

DAY = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Answer, Path]:
    """The brief of the example and the folder that it was written to."""
    out = tmp_path_factory.mktemp("brief")
    return brief_project(open_project(EXAMPLE, DAY), out), out


def figures(document: Document) -> list[tuple[str, str]]:
    """(text, figure) of every tile, and of every cell of a column of numbers."""
    found = []
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Tiles):
                found += [(value, key) for _, value, _, key in block.items]
            if isinstance(block, Table):
                cells = [row[place] for row in block.rows for place in block.numeric]
                found += [(cell.text, cell.figure) if isinstance(cell, Cell) else (cell, "") for cell in cells]
    return found


def test_it_says_cost_decision_outcome_risk_and_what_is_asked(desk: tuple[Answer, Path]) -> None:
    (document,) = desk[0].documents
    assert [section.name for section in document.sections] == [
        "brief-short", "brief-decision", "brief-cost", "brief-outcomes", "brief-risk", "brief-asked",
    ]  # fmt: skip
    outcomes = next(section for section in document.sections if section.name == "brief-outcomes")
    (table,) = (block for block in outcomes.blocks if isinstance(block, Table))
    assert len(table.rows) >= 2


def test_no_number_of_it_lacks_a_derivation(desk: tuple[Answer, Path]) -> None:
    answer = desk[0]
    shown = figures(answer.documents[0])
    assert len(shown) > 15
    for text, key in shown:
        assert key in answer.book if re.search(r"\d", text) else True, text


def test_it_is_one_page_of_text_and_one_of_html_and_each_decision_has_its_own(desk: tuple[Answer, Path]) -> None:
    out = desk[1]
    text = (out / "brief.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 120
    for words in ("Costs a month", "Decision", "What it brings", "What may go wrong", "What is asked of you"):
        assert words in text
    record = (out / "decision-model-hosting.md").read_text(encoding="utf-8")
    for words in ("What must stay true", "Risks", "Checklist", "What it brings"):
        assert words in record
    assert len(record.splitlines()) < 120
    assert (out / "brief.html").is_file()
    assert (out / "decision-model-hosting.html").is_file()
    assert "complian" not in (text + record).lower()


def test_a_system_with_nothing_but_itself_has_a_brief_too(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text(starter("Desk"), encoding="utf-8")
    answer = brief_project(open_project(file, DAY), tmp_path / "out")
    names = [section.name for section in answer.documents[0].sections]
    assert "brief-decision" not in names
    text = (tmp_path / "out" / "brief.md").read_text(encoding="utf-8")
    assert "No outcome is stated" in text
    assert "No risk is registered" in text


def test_the_same_file_gives_the_same_bytes(desk: tuple[Answer, Path], tmp_path: Path) -> None:
    brief_project(open_project(EXAMPLE, DAY), tmp_path)
    for name in ("brief.md", "brief.html", "decision-model-hosting.md"):
        assert (tmp_path / name).read_bytes() == (desk[1] / name).read_bytes(), name


def test_a_number_that_turns_a_decision_is_no_weight_that_does() -> None:
    """A decision is turned by weights and by numbers; only the former have a criterion."""
    number = {"assumption": "journeys.ask.volume", "value": 1.0, "at": 2.0, "shown": "2/s", "winner": "own"}
    weight = {"criterion": "cost", "weight": None, "winner": ""}
    item = {"name": "hosting", "winner": "managed", "break_even": [], "assumptions": [], "flips": [weight, number]}
    assert settled(item).turns == ("No single weight turns the answer.",)
    item["flips"] = [weight | {"weight": 0.4, "winner": "own"}, number]
    assert settled(item).turns == ("Another weight turns the answer for 1 criterion: cost.",)
    item["flips"] = [number]
    assert settled(item).turns == ()
