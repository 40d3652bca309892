"""Lettering, docking and tracks: what a drawing is built from."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from archwright.render.drawing import lettering
from archwright.render.drawing.cards import LINE, NARROWEST, PAD_X, WIDEST, common_width, copy_of
from archwright.render.drawing.channels import CLEAR, channel
from archwright.render.drawing.measures import side_by_side
from archwright.render.drawing.rails import nearest_free, spread
from archwright.render.drawing.skeleton import oriented
from archwright.report.diagram import Diagram, Edge, Node
from tests.render.drawings import SUPPORT_DESK


def test_wider_letters_and_bolder_ones_take_more() -> None:
    assert lettering.width("iii", 12) < lettering.width("mmm", 12)
    assert lettering.width("agent", 12) < lettering.width("agent", 12, bold=True)
    assert lettering.width("e\u0301", 12) == lettering.width("e", 12)
    assert lettering.width("漢", 12) > lettering.width("n", 12)


@given(st.text(max_size=60), st.floats(30, 200))
def test_no_wrapped_line_is_wider_than_the_limit(text: str, limit: float) -> None:
    lines = lettering.wrapped(text, 11, limit)
    assert all(lettering.width(line, 11) <= limit or len(line) == 1 for line in lines)
    assert "".join(lines).replace(" ", "") == lettering.plain(text).replace(" ", "")


@given(st.text(max_size=40), st.floats(40, 200), st.integers(1, 3))
def test_fitted_text_has_no_more_lines_than_asked(text: str, limit: float, most: int) -> None:
    lines = lettering.fitted(text, 11, limit, most)
    assert len(lines) <= most
    assert all(lettering.width(line, 11) <= limit for line in lines)


def test_a_card_is_as_wide_as_its_text_within_bounds() -> None:
    words = "a line that is a good deal longer than all the others"
    long = Node("a", "A", "tool", lines=(words,))
    assert common_width([Node("a", "A", "tool")]) == NARROWEST
    assert common_width([long]) == WIDEST
    assert " ".join(copy_of(long, WIDEST).lines) == words
    endless = copy_of(Node("a", "A", "tool", lines=(words * 4,)), WIDEST).lines
    assert len(endless) == 3
    assert endless[-1].endswith("…")
    assert all(lettering.width(line, LINE) <= WIDEST - 2 * PAD_X for line in endless)


@given(st.lists(st.floats(-500, 500), min_size=1, max_size=12), st.floats(1, 40))
def test_docks_keep_their_order_distance_and_bounds(wanted: list[float], gap: float) -> None:
    found = spread(sorted(wanted), gap, -100.0, 100.0)
    least = min(gap, 200 / max(1, len(wanted) - 1))
    assert all(b - a >= least - 1e-6 for a, b in pairwise(found))
    assert found[0] >= -100 - 1e-6
    assert found[-1] <= 100 + 1e-6


@given(st.floats(-50, 50), st.lists(st.floats(-50, 50), max_size=8))
def test_the_nearest_free_place_is_free(wanted: float, taken: list[float]) -> None:
    found = nearest_free(wanted, taken, CLEAR)
    assert all(abs(found - mark) >= CLEAR - 1e-6 for mark in taken)


@given(st.permutations(range(6)), st.lists(st.integers(-1, 1), min_size=6, max_size=6))
def test_flows_in_a_channel_never_share_a_stretch(exits: list[int], shifts: list[int]) -> None:
    flows = [(20.0 * i, 20.0 * exit_ + 3 * shift) for i, (exit_, shift) in enumerate(zip(exits, shifts, strict=True))]
    ways = channel(flows)
    uprights: list[tuple[int, float, float, float]] = []
    across: list[tuple[int, int, float, float]] = []
    for number, ((start, end), turns) in enumerate(zip(flows, ways.turns, strict=True)):
        depth, at = -1.0, start
        for turn in turns:
            assert turn.start == at
            uprights.append((number, at, depth, turn.track))
            across.append((number, turn.track, min(turn.start, turn.end), max(turn.start, turn.end)))
            depth, at = turn.track, turn.end
        uprights.append((number, at, depth, float(ways.tracks)))
        assert at == end
    for one, at, top, bottom in uprights:
        for other, where, high, low in uprights:
            assert one == other or abs(at - where) >= CLEAR or bottom <= high or low <= top
    for one, track, low_end, high_end in across:
        for other, where_track, start_, end_ in across:
            assert one == other or track != where_track or high_end <= start_ or end_ <= low_end


def test_two_flows_that_change_places_get_a_second_bend() -> None:
    ways = channel([(0.0, 100.0), (100.0, 0.0)])
    assert sorted(len(turns) for turns in ways.turns) == [1, 2]


def test_circles_are_broken_at_the_return_edge() -> None:
    homes = range(len(SUPPORT_DESK.nodes))
    names = [node.name for node in SUPPORT_DESK.nodes]
    turned = [
        SUPPORT_DESK.edges[arc.edge].line
        for arc in oriented(SUPPORT_DESK, homes)
        if names[arc.upper] != SUPPORT_DESK.edges[arc.edge].source
    ]
    assert turned == ["return"]


def test_a_lone_leaf_stands_beside_its_caller() -> None:
    blocks = side_by_side(SUPPORT_DESK)
    names = [node.name for node in SUPPORT_DESK.nodes]
    assert {(names[a], names[b]) for a, b in blocks.flows} == {
        ("gateway", "cache"),
        ("retriever", "vectors"),
        ("supervisor", "review"),
    }


def test_of_many_leaves_none_stands_beside() -> None:
    nodes = (Node("hub", "Hub", "agent"), Node("a", "A", "tool"), Node("b", "B", "tool"))
    star = Diagram("t", "", nodes, edges=(Edge("hub", "a"), Edge("hub", "b")))
    assert not side_by_side(star).flows
