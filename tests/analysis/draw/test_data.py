"""The data overlay: who keeps what, what flows, and where it crosses a trust boundary."""

from __future__ import annotations

from archwright.analysis.draw import diagram
from archwright.analysis.draw.overlay import Evidence
from archwright.analysis.draw.overlays import OVERLAYS
from archwright.report.diagram import Diagram, Edge, Node
from archwright.spec.load import loads

SMALL = """\
system: Small
data:
  order: {sensitivity: personal, residency: [eu, uk], retention: 30 d, deletion: by hand}
  terms: {sensitivity: public}
  health: {sensitivity: special-category}
groups:
  out: {title: Outside, trust: public}
  theirs: {title: Theirs, trust: supplier}
components:
  shopper: {kind: client, group: out}
  desk: {kind: service}
  kept: {kind: database, data: [terms, order], region: eu-west-1}
  bare: {kind: database}
  one: {kind: managed-model, group: theirs, model: x/one, pace: {first_token: 1 s, per_token: 1 ms}}
  two:
    kind: managed-model
    group: theirs
    model: y/two
    pace: {first_token: 1 s, per_token: 1 ms}
    supplier: {name: Y, training: true}
flows:
  - {from: shopper, to: desk, label: asks, data: [order]}
  - {from: desk, to: shopper, label: says, return: true, data: [terms]}
  - {from: desk, to: kept, data: [terms, order]}
  - {from: desk, to: kept, mode: async, data: [terms]}
  - {from: desk, to: bare}
  - {from: desk, to: one, data: [health]}
  - {from: one, to: two, data: [order]}
"""


def picture() -> Diagram:
    system = loads(SMALL)
    return OVERLAYS.get("data").draw(system, diagram(system), Evidence()).picture


def node(name: str) -> Node:
    return next(node for node in picture().nodes if node.name == name)


def edge(source: str, target: str, line: str = "sync") -> Edge:
    return next(e for e in picture().edges if (e.source, e.target, e.line) == (source, target, line))


def test_only_what_keeps_data_is_filled_by_its_most_sensitive_class() -> None:
    assert (node("kept").lines, node("kept").badges) == (("keeps terms, order", "eu-west-1"), ("personal",))
    assert node("kept").heat == 0.7
    assert {item.name for item in picture().nodes if item.heat is not None} == {"kept"}


def test_what_passes_is_named_in_the_order_of_the_file() -> None:
    assert node("desk").lines == ("passes order, terms, health",)


def test_a_store_of_which_nothing_is_said_is_not_taken_for_an_empty_one() -> None:
    assert node("bare").badges == ("nobody says what it keeps",)
    assert edge("desk", "bare").label == "not stated"
    assert edge("desk", "bare").heat is None


def test_the_supplier_s_terms_and_that_they_are_unknown() -> None:
    assert node("one").lines[1:] == ("the supplier's terms are unknown",)
    assert node("two").lines[1:] == ("kept for an unknown time", "trains on it")


def test_a_flow_has_the_heat_of_its_most_sensitive_class() -> None:
    assert (edge("desk", "kept").label, edge("desk", "kept").heat) == ("order, terms", 0.7)
    assert edge("desk", "kept", "async").heat == 0.1


def test_personal_data_that_crosses_a_trust_boundary_is_marked_whatever_its_way() -> None:
    assert (edge("shopper", "desk").label, edge("shopper", "desk").alarm) == ("order, from the public", True)
    assert (edge("desk", "one").label, edge("desk", "one").alarm) == ("health, to a supplier", True)
    assert not edge("desk", "shopper", "return").alarm  # what is public may leave
    assert not edge("one", "two").alarm  # stays on the supplier's ground
    assert not edge("desk", "kept").alarm


def test_the_legend_says_where_and_how_long_and_what_nobody_knows() -> None:
    assert picture().legend == (
        "order: personal, stays in eu or uk, kept 30 d, deleted by hand.",
        "terms: public, may lie anywhere.",
        "health: special-category, may lie anywhere, kept for an unknown time, nobody says how it is deleted.",
    )
    assert [words for _, words in picture().scale] == ["public", "personal", "special-category"]
