"""The failure overlay: what breaks first, what the file says of it, and what becomes of the others."""

from __future__ import annotations

from dataclasses import replace

from archwright.analysis.draw import diagram
from archwright.analysis.draw.overlay import Break, Evidence
from archwright.analysis.draw.overlays import OVERLAYS
from archwright.report.diagram import Diagram
from archwright.report.figures import Book
from archwright.spec.load import loads

SYSTEM = loads(
    """\
system: Small
components:
  user: {kind: client}
  site: {kind: service, title: Site, failure: nobody can order}
  stock: {kind: database, title: Stock, failure: stock is not shown}
  mail: {kind: service, title: Mail}
flows:
  - {from: user, to: site, label: asks}
  - {from: site, to: stock, label: reads}
  - {from: site, to: mail, mode: async, label: tells}
"""
)


def drawn(breaks: Break | None, tried: str = "") -> Diagram:
    book = Book()
    book.leaf("at", 3.5, "ratio")
    book.leaf("tried", 64.0, "ratio")
    given = Evidence(book, tried=tried, breaks=breaks)
    return OVERLAYS.get("failure").draw(SYSTEM, diagram(SYSTEM), given).picture


def broken(component: str) -> Break:
    return Break(component, "servers saturated", "at", "objective quick breaks", ("Its queue grows.", "It waits."))


def test_what_breaks_first_says_how_and_when() -> None:
    nodes = {node.name: node for node in drawn(broken("stock")).nodes}
    assert nodes["stock"].lines == ("servers saturated", "at 3.5x the busiest hour")
    assert (nodes["stock"].badges, nodes["stock"].heat, nodes["stock"].alarm) == (("breaks first",), 1.0, True)


def test_what_only_degrades_is_not_said_to_break() -> None:
    picture = drawn(replace(broken("stock"), holds=True))
    assert picture.subtitle.startswith("What degrades first: Stock")
    assert next(node for node in picture.nodes if node.name == "stock").badges == ("degrades first",)
    assert picture.scale[-1] == (1.0, "degrades first")


def test_dependents_say_what_becomes_of_them_and_why() -> None:
    nodes = {node.name: node for node in drawn(broken("stock")).nodes}
    assert (nodes["site"].badges, nodes["site"].lines, nodes["site"].heat) == (("fails",), ("needs Stock",), 0.7)
    assert (nodes["mail"].badges, nodes["mail"].heat) == ((), None)


def test_the_failure_runs_along_the_lines_of_those_who_wait() -> None:
    edges = {(edge.source, edge.target): edge.heat for edge in drawn(broken("stock")).edges}
    assert edges == {("user", "site"): 0.7, ("site", "stock"): 0.7, ("site", "mail"): None}


def test_the_legend_tells_the_cause_and_what_the_file_declares() -> None:
    assert drawn(broken("stock")).legend == (
        "Why: Its queue grows. It waits.",
        "Stock away: stock is not shown.",
        "Site away: nobody can order.",
    )
    assert drawn(broken("mail")).legend[1] == "The file does not say what is lost when Mail fails."


def test_nothing_that_breaks_is_said_in_words() -> None:
    assert drawn(None, "tried").subtitle == "Nothing breaks up to 64x the busiest hour."
    assert drawn(None).subtitle == "Nothing is ever asked, so nothing breaks."
    assert drawn(broken("")).subtitle.startswith("Objective quick breaks. Its queue grows. It waits. No component")
    assert not any(node.heat for node in drawn(broken("")).nodes)
