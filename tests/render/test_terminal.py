"""Documents and findings as terminal text, to the letter."""

from __future__ import annotations

import re

import pytest

from archwright.base.errors import InputError, Location, Problem
from archwright.render.excerpts import findings_text, problems_text
from archwright.render.safe_text import cells
from archwright.render.terminal import text
from archwright.report.document import Bars, Cell, Document, Finding, Findings, Section, Table, Text, Tiles
from tests.render.demo import DOCUMENTS, FINDINGS, SOURCE

SOURCES = {"system.yaml": SOURCE}
ESCAPE = re.compile("\x1b\\[[0-9;]*m")


def shown(*blocks: Text | Table | Bars | Tiles | Findings, width: int = 60, colour: bool = False) -> str:
    """The lines of one section's blocks, without the headings."""
    whole = text(Document("T", (Section("s", "S", blocks),)), width=width, colour=colour)
    return whole.removeprefix("T\n\nS\n\n")


def test_a_table_has_clean_columns_and_numbers_flush_right() -> None:
    table = Table(
        ("Step", "Calls", "Cost"),
        (("triage", "1", Cell("$0.14")), ("write the answer", "1.3", Cell("$1,204", "bad", "x"))),
        "By step",
        frozenset({1, 2}),
    )
    assert shown(table).splitlines() == [
        "By step",
        "Step              Calls    Cost",
        "───────────────────────────────",
        "triage                1   $0.14",
        "write the answer    1.3  $1,204",
    ]


def test_a_table_that_is_too_wide_breaks_headings_then_words() -> None:
    table = Table(
        ("Component", "Cost of a month"),
        (("the model that answers most of the questions", "$1,204"), ("cache", "$3")),
        numeric=frozenset({1}),
    )
    assert shown(table, width=40).splitlines() == [
        "Component                           Cost",
        "                                    of a",
        "                                   month",
        "────────────────────────────────────────",
        "the model that answers most of    $1,204",
        "the questions",
        "cache                                 $3",
    ]


def test_columns_count_what_a_terminal_shows() -> None:
    table = Table(("Name", "n"), (("日本", "1"), ("e\u0301te\u0301", "2")), numeric=frozenset({1}))
    assert shown(table).splitlines() == ["Name  n", "───────", "日本  1", "e\u0301te\u0301   2"]


def test_a_column_without_words_does_not_stop_a_narrow_table() -> None:
    table = Table(("", "Text"), (("", "many words " * 12),))
    assert max(map(cells, shown(table, width=40).splitlines())) <= 40


def test_tiles_and_bars_are_aligned() -> None:
    tiles = Tiles((("Cost", "$4,140", "a month", ""), ("Guesses", "3", "", "")))
    bars = Bars("Spend", "count", (("model", 40.0, "k"), ("cache", 10.0, ""), ("saved", -20.0, "")))
    assert shown(tiles, bars, width=48).splitlines() == [
        "Cost     $4,140  a month",
        "Guesses       3",
        "",
        "Spend",
        "model   40  ████████████████",
        "cache   10  ████",
        "saved  -20  ████████",
    ]


def test_a_finding_points_at_its_column() -> None:
    assert findings_text(FINDINGS.items[:1], SOURCES, colour=False, width=80).splitlines() == [
        "system.yaml:5:12: error AW101 the call from answer-agent to model-primary has no timeout",
        "    5 |     calls: model-primary",
        "      |            ^",
        "        why:  One slow answer holds a worker until the client gives up; at 4",
        "              requests a second that is all of them.",
        "        mend: give the flow a timeout, such as `timeout: 20 s`",
        "",
        "1 error",
    ]


@pytest.mark.parametrize(
    ("line", "column", "excerpt"),
    [
        ("\tkey: 1", 2, ["    1 |     key: 1", "      |     ^"]),
        ("ключ: 日本: x", 9, ["    1 | ключ: 日本: x", "      |           ^"]),
        ("a\x1b[31mb", 3, ["    1 | a\\x1b[31mb", "      |      ^"]),
    ],
)
def test_the_caret_stands_under_what_is_shown(line: str, column: int, excerpt: list[str]) -> None:
    problem = Problem("AW001", "wrong", Location("f", 1, column))
    assert problems_text([problem], {"f": line}, colour=False).splitlines()[1:3] == excerpt


def test_a_long_line_is_cut_around_the_caret() -> None:
    problem = Problem("AW001", "wrong", Location("f", 1, 101))
    told = problems_text([problem], {"f": "word " * 40}, colour=False, width=80).splitlines()[1:3]
    assert max(map(cells, told)) <= 80
    assert told[0].count("…") == 2
    assert told[0][told[1].index("^") :].startswith("word ")


def test_lines_are_counted_as_yaml_counts_them() -> None:
    source = "\ufeffa: 1\r\nb: 2\x0c\rc: 3\u2028d: 4"
    problem = Problem("AW001", "wrong", Location("f", 4, 1))
    assert "    4 | d: 4" in problems_text([problem], {"f": source}, colour=False)


def test_a_place_outside_the_sources_has_no_excerpt() -> None:
    problems = [
        Problem("A1", "one", Location("other.yaml", 3, 1)),
        Problem("A2", "two", Location("f", 99, 1), "mend it"),
    ]
    problems.append(Problem("A3", "three"))
    assert problems_text(problems, {"f": "x"}, colour=False).splitlines() == [
        "other.yaml:3:1: error A1 one",
        "",
        "f:99:1: error A2 two",
        "        mend: mend it",
        "",
        "error A3 three",
        "",
        "3 problems",
    ]


def test_the_problems_of_an_input_error_are_written_in_file_order() -> None:
    error = InputError([Problem("B", "later", Location("f", 2, 1)), Problem("A", "first", Location("f", 1, 1))])
    told = problems_text(error.problems, {"f": "x\ny"}, colour=False)
    assert told.index("first") < told.index("later")


def test_no_findings_is_said() -> None:
    assert shown(Findings(())) == "No findings."


def test_colour_changes_nothing_but_colour() -> None:
    for document in DOCUMENTS:
        plain = text(document, width=90, colour=False, sources=SOURCES)
        bright = text(document, width=90, colour=True, sources=SOURCES)
        assert "\x1b" not in plain
        assert bright != plain
        assert ESCAPE.sub("", bright) == plain


@pytest.mark.parametrize("width", [40, 60, 100])
def test_lines_keep_to_the_width(width: int) -> None:
    for document in DOCUMENTS[1:]:
        told = text(document, width=width, colour=False)
        assert [line for line in told.splitlines() if cells(line) > width] == []


def test_hostile_words_cannot_drive_the_terminal() -> None:
    evil = "a\x1b]0;owned\x07b\u202ec\rd"
    finding = Finding(evil, "error", evil, Location(evil, 1, 1), evil, evil)
    table = Table((evil,), ((Cell(evil),),), evil)
    told = text(
        Document(evil, (Section(evil, evil, (Findings((finding,)), table)),), evil, ((evil, evil),)), colour=False
    )
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", told)
    assert "\\x1b]0;owned" in told
