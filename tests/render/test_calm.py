"""CALM text keeps to the schema, refers to nothing that is not there, and says no more than the drawing does.

The schema is written here from CALM 1.2's own tables: required keys, closed words, exactly one type a relationship.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from archwright.render.calm import PROTOCOLS, calm
from archwright.report.diagram import Diagram, Edge, Group, Node
from tests.render.drawings import HOSTILE, all_drawings
from tests.render.test_geometry import diagrams

WORD = {"type": "string", "minLength": 1}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


METADATA = {"type": "object", "additionalProperties": WORD}
ENDS = closed(["node"], node=WORD, interfaces={"type": "array", "items": WORD, "minItems": 1})
PARTS = {"type": "array", "items": WORD, "minItems": 1, "uniqueItems": True}
TYPE = {
    "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False,
    "properties": {
        "interacts": closed(["actor", "nodes"], actor=WORD, nodes=PARTS),
        "connects": closed(["source", "destination"], source=ENDS, destination=ENDS),
        "composed-of": closed(["container", "nodes"], container=WORD, nodes=PARTS),
    },
}  # fmt: skip
NODE = closed(
    ["unique-id", "node-type", "name", "description"],
    **{"unique-id": WORD, "node-type": WORD, "name": WORD, "description": WORD, "metadata": METADATA},
    interfaces={"type": "array", "items": closed(["unique-id"], **{"unique-id": WORD, "name": WORD})},
)
RELATIONSHIP = closed(
    ["unique-id", "relationship-type"],
    **{"unique-id": WORD, "relationship-type": TYPE, "description": WORD, "metadata": METADATA},
    protocol={"enum": ["HTTP", "HTTPS", "FTP", "SFTP", "JDBC", "WebSocket", "SocketIO", "LDAP", "AMQP", "TLS", "mTLS",
                       "TCP"]},
)  # fmt: skip
SCHEMA = closed(
    ["$schema", "nodes", "relationships"],
    **{"$schema": {"const": "https://calm.finos.org/release/1.2/meta/calm.json"}, "metadata": METADATA},
    nodes={"type": "array", "items": NODE},
    relationships={"type": "array", "items": RELATIONSHIP},
)


def written(diagram: Diagram) -> dict[str, Any]:
    """The document, held to the schema and to its own references."""
    document: dict[str, Any] = json.loads(calm(diagram))
    jsonschema.validate(document, SCHEMA)
    assert list(dangling(document)) == []
    for part in ("nodes", "relationships"):
        ids = [item["unique-id"] for item in document[part]]
        assert len(set(ids)) == len(ids)
    return document


def dangling(document: dict[str, Any]) -> Iterator[str]:
    """References to nodes and interfaces that are not there: a schema does not see them."""
    offered = {node["unique-id"]: {i["unique-id"] for i in node.get("interfaces", ())} for node in document["nodes"]}
    for relationship in document["relationships"]:
        for kind in relationship["relationship-type"].values():
            ends = [end for end in (kind.get("source"), kind.get("destination")) if end]
            named = [kind.get("actor"), kind.get("container"), *kind.get("nodes", ()), *(end["node"] for end in ends)]
            yield from (name for name in named if name is not None and name not in offered)
            for end in ends:
                yield from (name for name in end.get("interfaces", ()) if name not in offered.get(end["node"], ()))


SMALL = Diagram(
    "Shop",
    "sells",
    (
        Node("buyer", "Buyer", "client", "person", "out"),
        Node("site", "Site", "service", "box", "ours", summary="takes orders"),
        Node("one", "One", "managed model", "model", "theirs", technology="x/one"),
        Node("kept", "Kept", "database", "store"),
    ),
    (
        Group("out", "Outside", "public"),
        Group("ours", "Ours"),
        Group("theirs", "Theirs", "supplier"),
        Group("no", "No"),
    ),
    (
        Edge("buyer", "site", label="asks", technology="https"),
        Edge("site", "one", label="prompts", technology="OpenAI API"),
        Edge("site", "kept", "async"),
        Edge("site", "buyer", "return", "answers"),
        Edge("one", "kept", "fallback", "stands in", flows=False),
    ),
    facts=(("archwright", "1.0"), ("system", "00ff")),
)


def relations(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item for item in document["relationships"] if kind in item["relationship-type"]]


def test_nodes_have_the_types_that_calm_knows() -> None:
    document = written(SMALL)
    types = {node["unique-id"]: node["node-type"] for node in document["nodes"]}
    assert types == {
        "system": "system", "group-out": "ecosystem", "group-ours": "system", "group-theirs": "ecosystem",
        "buyer": "actor", "site": "service", "one": "ai:llm", "kept": "database",
    }  # fmt: skip
    site = next(node for node in document["nodes"] if node["unique-id"] == "site")
    assert site["description"] == "takes orders"
    assert site["interfaces"] == [{"unique-id": "site/https", "name": "https"}]
    assert document["metadata"] == {"archwright": "1.0", "system": "00ff"}


def test_an_actor_interacts_and_everything_else_connects() -> None:
    document = written(SMALL)
    met = [item["relationship-type"]["interacts"] for item in relations(document, "interacts")]
    assert met == [{"actor": "buyer", "nodes": ["site"]}, {"actor": "buyer", "nodes": ["site"]}]
    joined = [item["relationship-type"]["connects"] for item in relations(document, "connects")]
    assert joined == [
        {"source": {"node": "site"}, "destination": {"node": "one", "interfaces": ["one/OpenAI API"]}},
        {"source": {"node": "site"}, "destination": {"node": "kept"}},
    ]


def test_a_protocol_is_named_only_where_calm_has_it() -> None:
    found = {item["unique-id"]: item.get("protocol") for item in written(SMALL)["relationships"]}
    assert found["buyer-sync-site"] == "HTTPS"
    assert found["site-sync-one"] is None
    assert len(PROTOCOLS) == 12


def test_the_whole_and_its_groups_are_composed() -> None:
    parts = [item["relationship-type"]["composed-of"] for item in relations(written(SMALL), "composed-of")]
    assert parts[0] == {"container": "system", "nodes": ["group-out", "group-ours", "group-theirs", "kept"]}
    assert parts[1:] == [
        {"container": "group-out", "nodes": ["buyer"]},
        {"container": "group-ours", "nodes": ["site"]},
        {"container": "group-theirs", "nodes": ["one"]},
    ]


def test_a_part_that_is_called_like_the_whole_keeps_its_name() -> None:
    document = written(Diagram("T", "", (Node("system", "S", "service"), Node("group-g", "G", "tool", group="g")),
                               (Group("g", "G"),)))  # fmt: skip
    assert [node["unique-id"] for node in document["nodes"]] == ["system-2", "group-g-2", "system", "group-g"]


def test_odd_characters_and_an_empty_drawing() -> None:
    written(HOSTILE)
    assert written(Diagram("", "", ()))["relationships"] == []


@pytest.mark.parametrize("name", sorted(all_drawings()))
def test_every_drawing_is_valid_and_has_the_same_bytes_each_time(name: str) -> None:
    written(all_drawings()[name])
    assert calm(all_drawings()[name]) == calm(all_drawings()[name])


@settings(max_examples=40, deadline=None)
@given(diagrams())
def test_drawings_by_lot_are_valid(diagram: Diagram) -> None:
    written(diagram)


def test_the_schema_and_the_references_can_say_no() -> None:
    document = written(SMALL)
    relations(document, "interacts")[0]["protocol"] = "gRPC"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)
    relations(document, "connects")[0]["relationship-type"]["connects"]["source"]["node"] = "gone"
    assert list(dangling(document)) == ["gone"]


def test_an_edge_to_nowhere_is_an_error() -> None:
    with pytest.raises(KeyError):
        calm(Diagram("T", "", (Node("a", "A", "tool"),), edges=(Edge("a", "b"),)))
