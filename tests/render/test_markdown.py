"""Markdown: words stay words, tables stay tables, what is long is folded."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.render.markdown import LONGEST, MOST, markdown
from archwright.report.document import Cell, Document, Finding, Findings, Section, Table, Text, Tiles


def page(*blocks: Table | Text | Findings | Tiles) -> str:
    return markdown(Document("Title", (Section("s", "Part", blocks, "lead"),), facts=(("seed", "1"),)))


def test_a_document_has_title_parts_and_facts() -> None:
    said = page(Text("words"), Tiles((("Cost", "$4", "a month", ""),)))
    assert said == (
        "### Title\n\n**Part**: lead\n\nwords\n\n- Cost: **\\$4** a month\n\n<sub>seed 1</sub>\n"
    )  # fmt: skip


def test_numbers_stand_right_and_bad_cells_are_strong() -> None:
    said = page(Table(("What", "n"), (("a", Cell("+1", "bad")), ("b", "2")), numeric=frozenset({1})))
    assert "| What | n |\n|---|---:|\n| a | **+1** |\n| b | 2 |" in said


def test_what_is_long_is_folded_and_what_is_endless_ends() -> None:
    rows = tuple((str(n),) for n in range(MOST + 5))
    assert "<details>" not in page(Table(("n",), rows[:LONGEST]))
    said = page(Table(("n",), rows))
    assert f"<details><summary>{MOST + 5} rows</summary>" in said
    assert "and 5 more" in said


def test_findings_are_a_list_with_a_count() -> None:
    said = page(Findings((Finding("REL01", "error", "`a` waits", mend="stop"),)))
    assert "1 error\n\n- **error** REL01 \\`a\\` waits: stop" in said


@settings(deadline=None)
@given(st.text(alphabet="ab|\n\r<>&*_[]()!#@`\\$~ ", max_size=40))
def test_no_word_breaks_a_table_or_speaks_html(words: str) -> None:
    said = page(Table(("A", "B"), ((words, "x"),)))
    (row,) = [line for line in said.split("\n") if line.endswith("| x |")]
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 3
    inner = said.replace("<sub>", "").replace("</sub>", "")
    assert re.search(r"(?<!\\)(?:\\\\)*<", inner) is None
    assert re.search(r"@(?!\u200b)", said) is None
