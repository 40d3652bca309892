"""An overlay's colours in the picture: heat of lines, the mark, the scale in the legend, and Mermaid's way of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archwright.render.layout import lay_out
from archwright.render.mermaid import mermaid
from archwright.render.svg import svg
from archwright.report.diagram import Diagram, Edge, Node
from tests.render.drawings import all_drawings
from tests.render.geometry import collisions

HOT = Diagram(
    "Hot",
    "",
    (
        Node("a", "A", "tool", badges=("first", "second"), heat=0.95, alarm=True),
        Node("b", "B", "tool", heat=0.1),
        Node("c", "C", "tool"),
    ),
    edges=(Edge("a", "b", label="alarmed", heat=0.5, alarm=True), Edge("b", "c", "return", heat=0.0), Edge("a", "c")),
    scale=((0.1, "cold"), (0.5, "warm"), (0.95, "hot")),
    alarm="look here",
)


def test_a_line_with_heat_is_coloured_and_wider() -> None:
    text = svg(HOT)
    assert 'data-heat="0.5"' in text
    assert 'class="aw-s-line-heat-2" stroke="#ad4f0c" fill="none" stroke-width="2.8"' in text
    assert text.count('class="aw-s-line-sync"') >= 1


def test_the_mark_stands_on_the_card_on_its_first_badge_and_on_the_label() -> None:
    text = svg(HOT)
    assert text.count('class="aw-f-alarm-ink"') == 1
    assert text.count('stroke-width="2.6"') == 2  # the card and the legend
    assert text.count("aw-f-pill") >= 1


def test_the_legend_explains_each_step_the_mark_and_lines_of_their_own() -> None:
    entries = [(entry.symbol, entry.key, entry.text) for entry in lay_out(HOT).legend]
    assert entries[-4:] == [
        ("step", "0-", "cold"), ("step", "2-", "warm"), ("step", "4-", "hot"), ("alarm", "alarm", "look here"),
    ]  # fmt: skip
    own = [(e.symbol, e.key, e.text) for e in lay_out(replace(HOT, wide="the way")).legend]
    assert own[-5:-1] == [("step", "0", "cold"), ("step", "2", "warm"), ("step", "4", "hot"), ("step", "-2", "the way")]


def test_a_scale_that_nothing_uses_is_not_explained() -> None:
    plain = Diagram("T", "", (Node("a", "A", "tool"),), scale=((0.1, "cold"),), alarm="look")
    assert [entry.text for entry in lay_out(plain).legend] == []


def test_mermaid_styles_hot_lines_once_and_marks_cards() -> None:
    text = mermaid(HOT)
    assert "  style n0 fill:#ef9063,stroke:#ad2f22,stroke-width:3px" in text
    assert "  style n1 fill:#fff8e3" in text
    assert "  linkStyle 0 stroke:#ad4f0c,stroke-width:3px" in text
    assert "  linkStyle 1 stroke:#9a7b2c,stroke-width:1px" in text
    assert text.count("linkStyle") == 2


@pytest.mark.parametrize("name", sorted(all_drawings()))
def test_no_overlay_makes_a_drawing_collide(name: str) -> None:
    diagram = all_drawings()[name]
    marked = {"heat": 0.9, "alarm": True, "badges": ("breaks first",), "lines": ("x " * 60,)}
    hot = replace(
        diagram,
        nodes=tuple(replace(n, **marked) for n in diagram.nodes),  # type: ignore[arg-type]
        edges=tuple(replace(e, heat=0.9, alarm=True) for e in diagram.edges),
        scale=tuple((i / 10, "a step of a scale") for i in range(10)),
        legend=("a sentence that explains a good deal " * 6,) * 3,
    )
    assert collisions(lay_out(hot)) == []
