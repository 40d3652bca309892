"""The load overlay: the fullest limit colours a card, and lines carry what was counted."""

from __future__ import annotations

from archwright.analysis.draw import diagram
from archwright.analysis.draw.overlay import Answered, Evidence, Use
from archwright.analysis.draw.overlays import OVERLAYS
from archwright.report.figures import Book
from archwright.spec.load import loads

SYSTEM = loads(
    """\
system: Small
components:
  user: {kind: client}
  site: {kind: service, title: Site}
  door: {kind: gateway, routes: {r: [one]}}
  one: {kind: managed-model, model: x/one, pace: {first_token: 1 s, per_token: 1 ms}}
flows:
  - {from: user, to: site, label: asks}
  - {from: site, to: door, label: prompts}
  - {from: door, to: one, label: calls}
  - {from: site, to: user, return: true, mode: async}
"""
)


def answered() -> Answered:
    book = Book()
    for key, value in (("places", 0.35), ("requests", 0.9), ("tokens", 1.2)):
        book.leaf(f"{key}.share", value, "share")
    book.leaf("queue", 7, "count")
    book.leaf("begins", 2.5, "rate", label="journeys")
    book.leaf("calls", 4.0, "rate", label="calls")
    book.leaf("jobs", 3.0, "rate", label="jobs")
    uses = (
        Use("door", "places", "", "places.share", "queue"),
        Use("one", "requests a minute", "", "requests.share"),
        Use("one", "tokens a minute", "", "tokens.share"),
        Use("one", "calls at once", "", "no limit"),
    )
    rates = {("", "site"): "begins", ("site", "site"): "jobs", ("door", "one"): "calls"}
    return OVERLAYS.get("load").draw(SYSTEM, diagram(SYSTEM), Evidence(book, "scenario spike", uses=uses, rates=rates))


def test_the_fullest_limit_decides_and_more_than_full_is_marked() -> None:
    nodes = {node.name: node for node in answered().picture.nodes}
    assert (nodes["one"].heat, nodes["one"].alarm) == (1.0, True)
    assert nodes["one"].badges == ("120 %, over its limit",)
    assert nodes["one"].lines == ("requests a minute: 90 %", "tokens a minute: 120 %")
    assert (nodes["door"].heat, nodes["door"].badges, nodes["door"].alarm) == (0.35, ("35 % full",), False)
    assert nodes["door"].lines == ("places: 35 %", "queue up to 7")


def test_what_has_no_limit_is_not_coloured() -> None:
    nodes = {node.name: node for node in answered().picture.nodes}
    assert (nodes["site"].heat, nodes["site"].lines) == (None, ("jobs: 3/s",))
    assert nodes["user"].lines == ()


def test_lines_say_what_was_counted_and_nothing_else() -> None:
    labels = {(edge.source, edge.target): edge.label for edge in answered().picture.edges}
    assert labels == {("user", "site"): "2.5/s", ("site", "door"): "", ("door", "one"): "4/s", ("site", "user"): ""}


def test_the_scenario_is_named() -> None:
    assert "scenario spike" in answered().picture.subtitle
    assert ("Site, work", "jobs") in answered().figures
    assert ("Journeys to Site", "begins") in answered().figures
