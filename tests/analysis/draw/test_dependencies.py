"""The dependencies overlay: who waits for whom, what stops with what, and what a critical journey hangs on."""

from __future__ import annotations

from archwright.analysis.draw import diagram
from archwright.analysis.draw.overlay import Evidence
from archwright.analysis.draw.overlays import OVERLAYS
from archwright.report.diagram import Diagram, Node
from archwright.spec.load import loads

SHOP = """\
system: Shop
components:
  buyer: {kind: client}
  site: {kind: service, title: Site, replicas: 2}
  orders: {kind: database, title: Orders}
  tips: {kind: service}
  texts: {kind: database}
  mail: {kind: service}
flows:
  - {from: buyer, to: site}
  - {from: site, to: orders}
  - {from: site, to: tips}
  - {from: tips, to: texts}
  - {from: site, to: mail, mode: async}
workload:
  journeys:
    order:
      critical: CRITICAL
      volume: 10k/month
      steps:
        - {name: open, at: site}
        - {name: look, at: tips, on_failure: skip}
"""


def picture(critical: str = "true") -> Diagram:
    system = loads(SHOP.replace("CRITICAL", critical))
    return OVERLAYS.get("dependencies").draw(system, diagram(system), Evidence()).picture


def node(name: str, critical: str = "true") -> Node:
    return next(node for node in picture(critical).nodes if node.name == name)


def test_callers_and_called_count_only_who_waits() -> None:
    assert node("site").lines[0] == "1 caller, waits for 2"
    assert node("mail").lines == ("0 callers, waits for 0",)


def test_what_stops_with_it_is_named_and_heats_it() -> None:
    assert (node("orders").lines[1], node("orders").heat) == ("stops Site", 1.0)
    assert (node("texts").lines[1], node("texts").heat) == ("stops tips", 1.0)
    assert node("tips").heat is None  # its step is skipped
    assert node("site").heat is None  # only the buyer stops, and he is not ours


def test_what_runs_once_on_the_way_of_a_critical_journey_is_a_single_point_of_failure() -> None:
    assert node("orders").badges == ("single point of failure", "critical path")
    assert node("orders").alarm
    assert (node("site").badges, node("site").alarm) == (("critical path",), False)
    assert (node("texts").badges, node("texts").alarm) == ((), False)


def test_the_critical_path_is_wide_and_nothing_else() -> None:
    wide = {(edge.source, edge.target) for edge in picture().edges if edge.heat is not None}
    assert wide == {("buyer", "site"), ("site", "orders")}
    assert "order" in picture().wide


def test_without_a_critical_journey_it_says_so() -> None:
    drawn = picture("false")
    assert drawn.legend == ("No journey is marked critical, so no path is.",)
    assert not any(edge.heat is not None for edge in drawn.edges)
    assert not any(item.badges for item in drawn.nodes)


def test_nothing_is_on_the_path_that_another_can_stand_in_for() -> None:
    models = SHOP.replace(
        "  mail: {kind: service}\n",
        """\
  mail: {kind: service}
  door: {kind: gateway, routes: {r: [one, two]}, replicas: 2}
  one: {kind: managed-model, model: x/one, pace: {first_token: 1 s, per_token: 1 ms}}
  two: {kind: managed-model, model: y/two, pace: {first_token: 1 s, per_token: 1 ms}}
""",
    ).replace("flows:\n", "flows:\n  - {from: site, to: door}\n  - {from: door, to: one}\n  - {from: door, to: two}\n")
    models += "        - {name: ask, at: site, route: r, tokens: {input: 10, output: 10}}\n"
    for text, marked in ((models, False), (models.replace("[one, two]", "[one]"), True)):
        system = loads(text.replace("CRITICAL", "true"))
        drawn = OVERLAYS.get("dependencies").draw(system, diagram(system), Evidence()).picture
        badges = {item.name: item.badges for item in drawn.nodes}
        assert badges["door"] == ("critical path",)
        assert ("critical path" in badges["one"]) is marked
        assert "critical path" not in badges["two"]
