"""Mermaid text names every part, keeps the meaning of lines, and cannot be broken out of."""

from __future__ import annotations

import re

import pytest

from archwright.render.mermaid import escaped, mermaid
from archwright.report.diagram import Diagram, Edge, Node
from tests.render.drawings import ASSISTANT, HOSTILE, SUPPORT_DESK, all_drawings

TEXT = r"(?:[^\"<>#]|</?b>|<br/>|</?small>|#\d+;)*"
NODE = re.compile(rf'^ +n\d+(\[\(|\(\[|\[\[|\[/|\{{\{{|\[|\()"{TEXT}"\S+$')
STYLE = r"(classDef|class|style|linkStyle) [\w,#:. -]+"
FLOW = re.compile(r'^  n\d+ (-->|-\.->)(\|"(?:[^"<>#|]|#\d+;)*"\|)? n\d+$')


def test_the_small_drawing_word_for_word() -> None:
    diagram = Diagram(
        "Two parts",
        "",
        (Node("a", "Agent", "agent", "agent"), Node("s", "Store", "database", "store")),
        edges=(Edge("a", "s", label="reads"), Edge("s", "a", "fallback")),
    )
    assert mermaid(diagram) == (
        '---\ntitle: "Two parts"\n---\nflowchart TB\n'
        '  n0("<b>Agent</b><br/><small>agent</small>")\n'
        '  n1[("<b>Store</b><br/><small>database</small>")]\n'
        '  n0 -->|"reads"| n1\n'
        "  n1 -.-> n0\n"
        "  classDef store fill:#e3edf8,stroke:#1f5fa8,color:#16191d\n"
        "  class n1 store\n"
        "  classDef agent fill:#ece8f7,stroke:#6648b0,color:#16191d\n"
        "  class n0 agent\n"
        "  linkStyle 1 stroke:#ad2f22,stroke-width:2px\n"
    )


@pytest.mark.parametrize("name", sorted(all_drawings()))
def test_every_line_has_one_of_the_known_forms(name: str) -> None:
    known = re.compile(rf'^(---|title: ".*"|flowchart TB|  end|  subgraph g\d+\["[^"<>]*"\]|  {STYLE})$')
    for line in mermaid(all_drawings()[name]).splitlines():
        assert known.match(line) or NODE.match(line) or FLOW.match(line), line


def test_groups_hold_their_nodes_and_ungrouped_nodes_keep_their_place() -> None:
    lines = mermaid(ASSISTANT).splitlines()
    start, end = lines.index('  subgraph g0["Our platform"]'), lines.index("  end")
    assert [line.split("[")[0].split("(")[0].strip() for line in lines[start + 1 : end]] == ["n1", "n2", "n3"]
    assert next(i for i, line in enumerate(lines) if line.startswith("  n0")) < start
    assert '  subgraph g1["OpenAI (supplier)"]' in lines


def test_lines_keep_their_meaning() -> None:
    text = mermaid(SUPPORT_DESK)
    assert 'n3 -.->|"low confidence"| n6' in text
    assert "  linkStyle 12 stroke:#ad2f22,stroke-width:2px" in text
    assert "  linkStyle 13 stroke:#7f8b95,stroke-width:1px" in text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('say "hi"', "say #34;hi#34;"),
        ("a|b; #quot; `x`", "a#124;b#59; #35;quot#59; #96;x#96;"),
        ("1. first", "1#46; first"),
        ("- item", "#45; item"),
        ("snake_case *bold* $x$ %%{init}%%", None),
        ("line\nbreak\\n", "line break#92;n"),
        ("naïve 漢字", "naïve 漢字"),
    ],
)
def test_words_are_escaped(words: str, expected: str | None) -> None:
    found = escaped(words)
    assert expected is None or found == expected
    assert not re.search(r'["<>|`*_$%{}\\\[\]]', found)


def test_hostile_titles_stay_in_the_front_matter() -> None:
    lines = mermaid(HOSTILE).splitlines()
    assert lines[0] == lines[2] == "---"
    assert lines[1].startswith('title: "‹/title›')
