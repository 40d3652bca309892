"""Structurizr text has the parts of the drawing, and no word of a file can leave its quotes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.render.structurizr import quoted, structurizr
from archwright.report.diagram import Diagram, Edge, Group, Node
from tests.render.drawings import HOSTILE, SUPPORT_DESK, all_drawings
from tests.render.test_geometry import diagrams

SMALL = Diagram(
    'The "Shop"',
    "sells",
    (
        Node("buyer", "Buyer", "client", "person", "out"),
        Node("site", "Site", "service", "box", "ours", summary="takes orders", technology="service"),
        Node("one", "One", "managed model", "model", "theirs", technology="x/one"),
        Node("again", "site", "database", "store"),
    ),
    (Group("out", "Outside", "public"), Group("ours", "Ours"), Group("theirs", "Theirs", "supplier")),
    (
        Edge("buyer", "site", label="asks", technology="HTTPS"),
        Edge("site", "one"),
        Edge("site", "one", "async", "call"),
    ),
    facts=(("system", "00ff"),),
)


def test_the_small_drawing_word_for_word() -> None:
    text = structurizr(SMALL)
    assert text[: text.index("  views {")] == (
        'workspace "The \\"Shop\\"" "sells" {\n'
        "  !identifiers flat\n"
        '  properties {\n    "archwright.system" "00ff"\n  }\n'
        "  model {\n"
        '    group "Outside" {\n'
        '      n0 = person "Buyer" "client" {\n        tags "Person" "Public"\n      }\n'
        "    }\n"
        '    group "Theirs" {\n'
        '      n2 = softwareSystem "One" "managed model: x/one" {\n        tags "Model" "Supplier"\n      }\n'
        "    }\n"
        '    whole = softwareSystem "The \\"Shop\\"" "sells" {\n'
        '      group "Ours" {\n'
        '        n1 = container "Site (site)" "takes orders" "service" {\n          tags "Box"\n        }\n'
        "      }\n"
        '      n3 = container "site (again)" "database" "" {\n        tags "Store"\n      }\n'
        "    }\n"
        '    n0 -> n1 "asks" "HTTPS" "call"\n'
        '    n1 -> n2 "call" "" "call"\n'
        '    n1 -> n2 "call (asynchronous)" "" "asynchronous"\n'
        "  }\n"
    )


def test_styles_and_views_are_those_of_what_is_there() -> None:
    text = structurizr(SUPPORT_DESK)
    assert text.count("autolayout tb") == 2
    for tag in ("Person", "Agent", "Model", "Store", "Gateway"):
        assert text.count(f'element "{tag}" {{') == 1
    assert "container whole" not in structurizr(Diagram("T", "", (Node("a", "A", "client", "person"),)))


def tokens(line: str) -> list[str]:
    """A line as Structurizr reads it: tokens end at a quote that no backslash stands before, or at white space."""
    found = re.findall(r'"((?:[^"]|(?<=\\)")*)"|(\S+)', line.strip())
    return [(bare or inner).replace('\\"', '"').replace("\\n", "\n") for inner, bare in found]


def balanced(text: str) -> bool:
    """Whether every line is known and every block is closed."""
    depth = 0
    for line in text.splitlines():
        words = tokens(line)
        depth += (words[-1] == "{") - (words[0] == "}")
        assert depth >= 0
        assert not line.endswith(("\\", '"""'))
        assert not re.search(r"\$\{[a-zA-Z0-9._-]+\}", line)
    return depth == 0


@pytest.mark.parametrize("name", sorted(all_drawings()))
def test_every_block_is_closed_and_the_bytes_are_the_same(name: str) -> None:
    text = structurizr(all_drawings()[name])
    assert balanced(text)
    assert text == structurizr(all_drawings()[name])


@settings(max_examples=40, deadline=None)
@given(diagrams())
def test_drawings_by_lot_close_their_blocks_and_say_nothing_twice(diagram: Diagram) -> None:
    text = structurizr(diagram)
    assert balanced(text)
    said = [tuple(tokens(line)[:4]) for line in text.splitlines() if " -> " in line]
    assert len(set(said)) == len(said) == len(diagram.edges)
    names = [tokens(line)[3].lower() for line in text.splitlines() if re.match(r" +(n\d+|whole) = ", line)]
    assert len(set(names)) == len(names) == len(diagram.nodes) + 1


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ('say "no"', 'say "no"'),
        ('"', '"'),
        ("two\nlines\there", "two lines here"),
        ("ends with \\", "ends with ∖"),
        ("C:\\new", "C:∖new"),
        ("${HOME} and $5 {a}", "$ {HOME} and $5 {a}"),
        ("{", "({)"),
        ("}", "(})"),
        ("->", "(->)"),
        ("--calls->", "(--calls->)"),
        ("=", "(=)"),
        ("Extends", "(Extends)"),
        ("naïve 漢字 🙂", "naïve 漢字 🙂"),
        ("// no comment /* at all", "// no comment /* at all"),
        ("", ""),
    ],
)
def test_odd_words_come_back_as_words(words: str, read: str) -> None:
    assert tokens(quoted(words)) == [read]


@given(st.text(max_size=30))
def test_no_text_leaves_its_quotes(text: str) -> None:
    token = quoted(text)
    assert "\n" not in token
    assert len(tokens(f"a {token} {{")) == 3
    assert tokens(f"a {token} {{")[1] not in ("{", "}")


def test_hostile_words_stay_words() -> None:
    assert balanced(structurizr(HOSTILE))


def test_an_edge_to_nowhere_is_an_error() -> None:
    with pytest.raises(KeyError):
        structurizr(Diagram("T", "", (Node("a", "A", "tool"),), edges=(Edge("a", "b"),)))
