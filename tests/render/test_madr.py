"""A record as MADR 4: what other tools read of it, and words that try to be more than words."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from archwright.render.madr import madr
from archwright.report.document import Cell, Table, Text
from archwright.report.record import Alternative, Record

RECORD = Record(
    name="hosting",
    number=7,
    title="Keep it managed",
    status="accepted",
    date="2026-11-20",
    makers="platform-team",
    consulted="customer-care, data-protection",
    informed="finance",
    context=("Who runs the model?",),
    drivers=("data stays here", "p95 <= 4 s"),
    alternatives=(
        Alternative("Managed", "As designed.", (("Good", "nothing to run"), ("Bad", "prices change"))),
        Alternative("Our own"),
    ),
    outcome=('Chosen option: "Managed", because it is cheaper.',),
    consequences=(("Good", "nothing to run"),),
    confirmation=(Table(("Assumption", "Foreseen"), (("p95 <= 4 s", Cell("3 s", figure="foreseen.p95")),)),),
    more=(Text("Linear."), Table(("a | b", "c"), (("x|y", Cell("2", figure="decide.d")),), "scores", frozenset({1}))),
)
HEADINGS = [
    "# Keep it managed", "## Context and Problem Statement", "## Decision Drivers", "## Considered Options",
    "## Decision Outcome", "### Consequences", "### Confirmation", "## Pros and Cons of the Options", "### Managed",
    "### Our own", "## More Information", "### Why these numbers",
]  # fmt: skip


def headings(text: str) -> list[str]:
    """What Markdown takes for headings."""
    tokens = MarkdownIt("commonmark").parse(text.split("---\n", 2)[2])
    return [
        f"{'#' * int(opened.tag[1])} {words.content}"
        for opened, words in pairwise(tokens)
        if opened.type == "heading_open"
    ]


def test_all_headings_of_madr_4_in_their_order() -> None:
    assert headings(madr(RECORD)) == HEADINGS


def test_front_matter_is_plain_lines_and_yaml() -> None:
    text = madr(RECORD)
    front = text.split("---\n")[1]
    assert yaml.safe_load(front.replace("2026-11-20", "'2026-11-20'")) == {
        "status": "accepted", "date": "2026-11-20", "decision-makers": "platform-team",
        "consulted": "customer-care, data-protection", "informed": "finance",
    }  # fmt: skip
    # As Structurizr's importer looks for them: whole lines, without quotes.
    assert re.search(r"^status: accepted$", front, re.MULTILINE)
    assert re.search(r"^date: \d{4}-\d{2}-\d{2}$", front, re.MULTILINE)


def test_log4brains_finds_status_and_date_in_a_list() -> None:
    text = madr(RECORD)
    assert "\n- Status: accepted\n- Date: 2026-11-20\n- Deciders: platform-team\n" in text


def test_points_have_the_form_of_madr() -> None:
    text = madr(RECORD)
    assert "\n* Good, because nothing to run\n* Bad, because prices change\n" in text


def test_numbers_name_the_keys_under_which_they_can_be_asked() -> None:
    text = madr(RECORD)
    assert "`archwright explain FILE KEY --out FOLDER`" in text
    assert "* 3 s: `foreseen.p95`\n* 2: `decide.d`\n" in text


def test_signs_of_tables_are_escaped_and_comparisons_are_not() -> None:
    text = madr(RECORD)
    assert "| x\\|y | 2 |" in text
    assert "| a \\| b | c |" in text
    assert "* p95 <= 4 s" in text


@pytest.mark.parametrize("empty", ["consulted", "informed", "makers"])
def test_what_nobody_said_is_left_out(empty: str) -> None:
    key = {"makers": "decision-makers"}.get(empty, empty)
    assert f"{key}:" not in madr(replace(RECORD, **{empty: ""}))  # type: ignore[arg-type]


def test_a_superseded_one_names_the_later_one() -> None:
    assert "\nstatus: superseded by ADR-0009\n" in madr(replace(RECORD, status="superseded by ADR-0009"))


HOSTILE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("#-|<>:`*[]{}!&\n'\"%@"), max_size=40
)


@given(HOSTILE, HOSTILE)
def test_no_words_open_a_heading_a_comment_or_a_key(one: str, other: str) -> None:
    hostile = replace(
        RECORD, makers=one or "me", consulted=other, context=(one,), drivers=(other,), outcome=(one, other),
        consequences=(("Good", one),), more=(Text(other), Table(("a",), ((one,), (Cell(other),)))),
    )  # fmt: skip
    text = madr(hostile)
    front = text.split("---\n")[1]
    found = yaml.safe_load(front)
    assert set(found) <= {"status", "date", "decision-makers", "consulted", "informed"}
    assert all(isinstance(value, str) for key, value in found.items() if key != "date")
    assert headings(text) == HEADINGS
    assert "<!--" not in text


@pytest.mark.parametrize(
    "words", ["a: b", "true", "# not", "- x", "[a, b]", "'quoted", "null", "1e3", "@team", "a #b", "yes: no", "*", "~"]
)
def test_names_stay_texts_in_front_matter(words: str) -> None:
    found = yaml.safe_load(madr(replace(RECORD, makers=words)).split("---\n")[1])
    assert isinstance(found["decision-makers"], str)
