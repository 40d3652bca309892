"""The report: what it counts, what it shows, and what it never says."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from archwright.analysis.govern.assess import COLUMNS, FUNCTIONS, Assessment
from archwright.analysis.govern.document import checklist_text, govern_document
from archwright.analysis.govern.duties import Ruled
from archwright.analysis.govern.findings import findings
from archwright.render.terminal import text
from archwright.report.document import Document, Table
from archwright.report.figures import Book
from archwright.spec.given import Word
from tests.analysis.govern.designs import AS_OF, assessed, designed

# Joined here, so that this file does not hold it.
FORBIDDEN = "compl" + "iant"
DESIGNS: dict[str, dict[str, str]] = {
    "minimal": {},
    "limited": {"transparency": "{interacts: true, disclosed: true}"},
    "high": {"use_cases": "[recruitment]", "decisions": "{effect: legal-or-similar, profiling: true}"},
    "prohibited": {"functions": "[social-scoring]"},
    "open": dict.fromkeys(("markets", "use_cases", "functions", "people", "decisions", "transparency"), ""),
    "elsewhere": {"markets": "{us: [provider]}"},
}


def told(found: Assessment, ruled: tuple[Ruled, ...] = ()) -> tuple[Document, Document, Book]:
    return govern_document(found, findings(found), ruled)


def shown(found: Assessment) -> str:
    report, details, _ = told(found)
    return "\n".join([*(text(item, width=120, colour=False) for item in (report, details)), checklist_text(found)])


def table(document: Document, section: str) -> Table:
    blocks = next(item for item in document.sections if item.name == section).blocks
    return next(block for block in blocks if isinstance(block, Table))


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("as_of", [AS_OF, dt.date(2030, 1, 1)])
def test_it_never_says_that_all_is_well(name: str, as_of: dt.date) -> None:
    words = shown(assessed(designed(**DESIGNS[name]), as_of, ("hipaa", "gdpr", "sr_26_2", "finos_air", "omb_m_25_21")))
    assert FORBIDDEN not in words.lower()
    assert "no legal advice" in words


@pytest.mark.parametrize(("name", "tier"), [
    ("minimal", "minimal"), ("limited", "limited"), ("high", "high-risk"), ("open", "minimal to prohibited"),
])  # fmt: skip
def test_the_interval_stands_at_the_top(name: str, tier: str) -> None:
    assert tier in "\n".join(shown(assessed(designed(**DESIGNS[name]))).splitlines()[:12])


def test_a_conclusion_names_its_article_its_fact_and_its_line() -> None:
    words = shown(assessed(designed(**DESIGNS["high"])))
    assert "III.4(a)" in words
    assert "`use_cases` names recruitment" in words
    assert "system.yaml:5" in words


def test_a_market_that_is_excluded_is_said() -> None:
    assert "excludes the market" in shown(assessed(designed(**DESIGNS["elsewhere"])))
    assert "names no market" in shown(assessed(designed(**DESIGNS["open"])))


def test_a_catalogue_of_another_time_is_said() -> None:
    assert "not assessed" in shown(assessed(designed(), dt.date(2030, 1, 1)))


def test_the_controls_are_counted_by_function_and_can_be_asked_why() -> None:
    found = assessed(designed())
    report, details, book = told(found)
    rows = table(report, "govern-controls").rows
    assert [row[0] for row in rows] == list(FUNCTIONS)
    assert sum(int(cell.text) for row in rows for cell in row[1:] if not isinstance(cell, str)) == 72
    assert len(table(details, "govern-each").rows) == 72
    key = "govern.controls.govern.supported"
    assert "GOVERN 1.1" in book.explain(key)
    assert sum(book[f"govern.controls.all.{status.replace(' ', '-')}"].value for status in COLUMNS) == 72


def test_coverage_is_what_rules_and_facts_look_at() -> None:
    found = assessed(designed())
    few = found.derivable([])
    assert few == sum(1 for item in found.controls if item.control.evidence)
    assert found.derivable([Ruled("X", ("N:GOVERN 2.3", "N:GOVERN 2.3", "EU:9"), ())]) == few + 1
    assert f"{few} of the 72" in shown(found)


def test_the_checklist_has_a_box_for_each_item_and_says_what_is_left_out() -> None:
    found = assessed(designed(**DESIGNS["limited"]))
    words = checklist_text(found)
    assert "- [x] **Art. 50(1)" in words
    assert "- [ ] **Art. 4 AI literacy**" in words
    assert "it is not high-risk" in words
    boxes = words.count("- [")
    assert boxes == sum(1 for item in found.checklist if item.applies.holds is not False)


def test_a_name_of_two_lines_stays_one_heading() -> None:
    system = dataclasses.replace(designed(), system=Word("two\n# lines"))
    assert checklist_text(assessed(system)).startswith("# two # lines: checklist")


def test_a_checklist_of_a_market_that_is_excluded_is_empty() -> None:
    words = checklist_text(assessed(designed(**DESIGNS["elsewhere"])))
    assert "Nothing applies." in words
    assert "- [" not in words
