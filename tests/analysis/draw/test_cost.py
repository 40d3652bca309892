"""The cost overlay: every share is a figure of the book, and what is not priced is not coloured."""

from __future__ import annotations

from archwright.analysis.draw import diagram
from archwright.analysis.draw.overlay import Evidence
from archwright.analysis.draw.overlays import OVERLAYS
from archwright.report.figures import Book
from archwright.spec.load import loads

SYSTEM = loads(
    """\
system: Small
components:
  desk: {kind: agent}
  other: {kind: agent}
  door: {kind: gateway, routes: {r: [one]}}
  one: {kind: managed-model, model: x/one, pace: {first_token: 1 s, per_token: 1 ms}}
  people: {kind: human-review}
flows:
  - {from: desk, to: door, label: prompts}
  - {from: other, to: door}
  - {from: door, to: one}
  - {from: desk, to: people, mode: async}
workload:
  journeys:
    ask:
      volume: 10k/month
      steps:
        - {name: first one, at: desk, route: r, tokens: {input: 10, output: 10}}
        - {name: then, at: desk, route: r, tokens: {input: 10, output: 10}}
        - {name: also, at: other, route: r, tokens: {input: 10, output: 10}}
"""
)


def book(people: float = 60e12) -> Book:
    made = Book()
    made.leaf("price.month", 40e12 + people, "money", label="everything, a month")
    made.leaf("price.models.month", 40e12, "money", label="all model calls")
    made.leaf("price.component.one.month", 40e12, "money")
    made.leaf("price.component.people.month", people, "money")
    for step, value in (("first-one", 10e12), ("then", 20e12), ("also", 10e12)):
        made.leaf(f"price.ask.{step}.month", value, "money")
    return made


def test_cards_are_heated_by_their_share_of_everything() -> None:
    given = book()
    found = OVERLAYS.get("cost").draw(SYSTEM, diagram(SYSTEM), Evidence(given))
    nodes = {node.name: node for node in found.picture.nodes}
    assert (nodes["one"].heat, nodes["one"].lines, nodes["one"].badges) == (
        0.4, ("$40.00 a month",), ("40 % of the month",),
    )  # fmt: skip
    assert nodes["people"].heat == 0.6
    assert {name for name, node in nodes.items() if node.heat is None} == {"desk", "other", "door"}
    assert given.explain("draw.cost.one.share").splitlines()[1] == "  = part / whole"


def test_lines_carry_what_is_asked_for_at_their_source() -> None:
    given = book()
    found = OVERLAYS.get("cost").draw(SYSTEM, diagram(SYSTEM), Evidence(given))
    edges = {(edge.source, edge.target): edge for edge in found.picture.edges}
    assert (edges["desk", "door"].label, edges["desk", "door"].heat) == ("$30.00 a month", 0.75)
    assert edges["other", "door"].heat == 0.25
    assert edges["door", "one"].label == "$40.00 a month"
    assert (edges["desk", "people"].label, edges["desk", "people"].heat) == ("", None)
    assert given["draw.cost.desk.door.month"].value == 30e12
    assert ("desk to door, a month", "draw.cost.desk.door.month") in found.figures


def test_what_costs_nothing_is_not_coloured() -> None:
    found = OVERLAYS.get("cost").draw(SYSTEM, diagram(SYSTEM), Evidence(book(people=0.0)))
    assert {node.name for node in found.picture.nodes if node.heat is not None} == {"one"}
