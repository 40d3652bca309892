"""The picture says what the file says: every part, every flow, and what stands in for what."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.analysis.draw import diagram
from archwright.report.diagram import Diagram, Edge
from archwright.spec.load import load, loads

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*/system.yaml"))
MODELS = """\
system: Models
components:
  g:
    kind: gateway
    budget: $5/month
    routes: ROUTES
  a: {kind: managed-model, model: x/one, region: eu, pace: {first_token: 1 s, per_token: 1 ms}}
  b: {kind: managed-model, model: y/two, stage: pilot, pace: {first_token: 1 s, per_token: 1 ms}}
  c: {kind: self-hosted-model, model: z/three, replicas: 4, pace: {first_token: 1 s, per_token: 1 ms}}
flows: [{from: g, to: a, label: asks}, {from: g, to: b}, {from: g, to: c}]
"""


def drawn(routes: str) -> Diagram:
    return diagram(loads(MODELS.replace("ROUTES", routes)))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_part_and_every_flow_is_drawn(path: Path) -> None:
    system = load(path).system
    picture = diagram(system)
    assert [node.name for node in picture.nodes] == list(system.components)
    assert {(flow.source, flow.target) for flow in system.flows} <= {(e.source, e.target) for e in picture.edges}
    keys = [(edge.source, edge.target, edge.line) for edge in picture.edges]
    assert len(set(keys)) == len(keys)
    assert {node.group for node in picture.nodes} - {""} == {group.name for group in picture.groups}


def test_a_model_that_is_never_first_is_reached_by_a_fallback_edge() -> None:
    assert drawn("{r: [a, b, c], s: [a, c]}").edges == (
        Edge("g", "a", "sync", "asks"),
        Edge("g", "b", "fallback"),
        Edge("g", "c", "fallback"),
    )


def test_models_that_are_first_elsewhere_are_joined() -> None:
    assert drawn("{r: [a, b], s: [b], t: [c]}").edges[3:] == (Edge("a", "b", "fallback", "falls back", flows=False),)


def test_models_that_stand_in_for_each_other_are_joined_once() -> None:
    edges = drawn("{r: [a, b], s: [b, a], t: [c]}").edges
    assert edges[:3] == (Edge("g", "a", "sync", "asks"), Edge("g", "b"), Edge("g", "c"))
    assert edges[3:] == (Edge("a", "b", "fallback", "stand in for each other", flows=False),)


def test_what_is_said_of_a_part() -> None:
    gateway, one, two, three = drawn("{r: [a, b, c]}").nodes
    assert (gateway.title, gateway.shape, gateway.lines) == ("g", "gateway", ("budget $5/month",))
    assert (one.kind, one.lines, one.badges) == ("managed model", ("one", "eu"), ())
    assert (two.lines, two.badges) == (("two",), ("pilot",))
    assert (three.shape, three.lines) == ("model", ("three", "×4"))


def test_lines_trust_and_what_is_kept() -> None:
    picture = diagram(
        loads(
            """\
system: Small
summary: Keeps orders.
data: {order: {sensitivity: personal}, terms: {sensitivity: public}}
groups: {out: {title: Outside, trust: public}, unused: {title: Unused}}
components:
  shopper: {kind: client, title: Shopper, group: out}
  desk: {kind: agent, max_steps: 6}
  kept: {kind: cache, ttl: 2 h, data: [order, terms]}
flows:
  - {from: shopper, to: desk, label: asks}
  - {from: shopper, to: desk, label: complains}
  - {from: shopper, to: desk, label: asks, mode: async}
  - {from: desk, to: shopper, return: true, mode: async}
  - {from: desk, to: kept, mode: async}
"""
        )
    )
    assert (picture.title, picture.subtitle) == ("Small", "Keeps orders.")
    assert [(group.name, group.title, group.trust) for group in picture.groups] == [("out", "Outside", "public")]
    assert [node.lines for node in picture.nodes] == [(), ("at most 6 steps",), ("kept 2 h",)]
    assert [node.badges for node in picture.nodes] == [(), (), ("personal",)]
    assert picture.edges == (
        Edge("shopper", "desk", "sync", "asks, complains"),
        Edge("shopper", "desk", "async", "asks"),
        Edge("desk", "shopper", "return"),
        Edge("desk", "kept", "async"),
    )


def test_a_part_that_names_its_product_is_told_by_it() -> None:
    text = "system: Wiki\ncomponents:\n  a: {kind: vector-store, technology: qdrant}\n  b: {kind: vector-store}\n"
    assert [node.technology for node in diagram(loads(text)).nodes] == ["Qdrant", "vector store"]
