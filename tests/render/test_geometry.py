"""No card, label, title or line of a drawing covers another one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.render.drawing.boxes import Box
from archwright.render.layout import lay_out
from archwright.report.diagram import Diagram, Edge, Group, Node, Trust
from tests.render.drawings import LINES, SHAPES, SUPPORT_DESK, all_drawings
from tests.render.geometry import collisions


@pytest.mark.parametrize("name", sorted(all_drawings()))
def test_hand_made_diagrams_have_no_collisions(name: str) -> None:
    assert collisions(lay_out(all_drawings()[name])) == []


TRUSTS: tuple[Trust, ...] = ("ours", "supplier", "public")
LABELS = ("", "", "query", "1.2k tokens in", "a label of so many words that it has two lines", "w " * 90)


@st.composite
def diagrams(draw: st.DrawFn) -> Diagram:
    count = draw(st.integers(1, 12))
    groups = tuple(
        Group(f"g{i}", draw(st.sampled_from(("Edge", "Agent plane", "A rather long title of a group"))), trust)
        for i, trust in enumerate(draw(st.lists(st.sampled_from(TRUSTS), max_size=4)))
    )
    names = [f"n{i}" for i in range(count)]
    homes = st.sampled_from(["", *(group.name for group in groups)])
    titles = st.sampled_from(("A", "Order agent", "Vector store of the whole handbook", "漢字の店"))
    lines = st.sampled_from(((), ("a line",), ("a line", "another")))
    nodes = tuple(
        Node(name, draw(titles), "kind", draw(st.sampled_from(SHAPES)), draw(homes), draw(lines)) for name in names
    )
    labels = st.sampled_from(LABELS)
    edges = draw(
        st.lists(
            st.builds(Edge, st.sampled_from(names), st.sampled_from(names), st.sampled_from(LINES), labels), max_size=20
        )
    )
    return Diagram("Drawn by lot", "of twelve at most", nodes, groups, tuple(edges))


@settings(max_examples=30, deadline=None)
@given(diagrams())
def test_diagrams_drawn_by_lot_have_no_collisions(diagram: Diagram) -> None:
    assert collisions(lay_out(diagram)) == []


def test_a_planted_overlap_is_reported() -> None:
    layout = lay_out(SUPPORT_DESK)
    cards = list(layout.cards)
    cards[1] = replace(cards[1], box=cards[0].box.moved(10, 10))
    found = collisions(replace(layout, cards=tuple(cards)))
    assert "card customer overlaps card gateway" in found


def test_a_planted_label_on_a_line_is_reported() -> None:
    layout = lay_out(SUPPORT_DESK)
    lines = list(layout.lines)
    lines[0] = replace(lines[0], label_box=lines[3].label_box)
    found = collisions(replace(layout, lines=tuple(lines)))
    assert "label of flow 0 overlaps label of flow 3" in found
    assert "label of flow 0 is not on its line" in found
    assert any(item.startswith("flow 3 (supervisor to orders) runs through label of flow 0") for item in found)


def test_a_planted_crossing_of_a_card_is_reported() -> None:
    layout = lay_out(SUPPORT_DESK)
    lines = list(layout.lines)
    x, y = layout.cards[3].box.centre
    lines[0] = replace(lines[0], points=((x - 500, y), (x + 500, y)))
    found = collisions(replace(layout, lines=tuple(lines)))
    assert "flow 0 (customer to gateway) runs through card supervisor" in found


def test_the_check_knows_a_clean_drawing_from_a_foreign_card_in_a_frame() -> None:
    layout = lay_out(SUPPORT_DESK)
    frames = list(layout.frames)
    frames[0] = replace(frames[0], box=Box(0, 0, layout.width, layout.height))
    found = collisions(replace(layout, frames=tuple(frames)))
    assert "card customer stands in the foreign group edge" in found
    assert "group edge overlaps group agents" in found


def test_the_same_diagram_has_the_same_coordinates() -> None:
    assert lay_out(SUPPORT_DESK) == lay_out(SUPPORT_DESK)
