"""The drawing as CALM 1.2 JSON, the architecture language of FINOS: nodes, what connects them, what they are part of.

Flows of business, controls and decisions are left out; a protocol is named only where it is one of CALM's twelve.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from archwright.render.drawing.lettering import plain
from archwright.report.diagram import Diagram, Edge, Group, Node, Shape

SCHEMA: Final = "https://calm.finos.org/release/1.2/meta/calm.json"
PROTOCOLS: Final = (
    "HTTP", "HTTPS", "FTP", "SFTP", "JDBC", "WebSocket", "SocketIO", "LDAP", "AMQP", "TLS", "mTLS", "TCP",
)  # fmt: skip
# The names with a colon are those of CALM's own pack of AI parts.
_TYPES: Final[dict[Shape, str]] = {
    "person": "actor",
    "store": "database",
    "external": "system",
    "model": "ai:llm",
    "agent": "ai:agent",
    "gateway": "ai:api-gateway",
    "queue": "service",
    "box": "service",
}
_CONTAINERS: Final = {"ours": "system", "supplier": "ecosystem", "public": "ecosystem"}
_PROTOCOLS: Final = {name.lower(): name for name in PROTOCOLS}


def calm(diagram: Diagram) -> str:
    """`diagram` as the text of a CALM document. Identifiers are those of the file, which are kept stable.

    Raises:
        KeyError: an edge names a node that the diagram does not have.
    """
    ids = _Ids(diagram)
    document = {
        "$schema": SCHEMA,
        "nodes": [
            _container(ids.whole, "system", diagram.title, diagram.subtitle),
            *(_group(ids, group) for group in _used(diagram)),
            *(_node(ids, diagram, node) for node in diagram.nodes),
        ],
        "relationships": [*_parts(ids, diagram), *_connections(ids, diagram)],
        "metadata": dict(diagram.facts),
    }
    if not diagram.facts:
        del document["metadata"]
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


class _Ids:
    """Identifiers that differ, though a group or the whole may be called like a component."""

    def __init__(self, diagram: Diagram) -> None:
        self.nodes = {node.name: node.name for node in diagram.nodes}
        taken = set(self.nodes)
        self.groups: dict[str, str] = {}
        for group in diagram.groups:
            self.groups[group.name] = _free(f"group-{group.name}", taken)
        self.whole = _free("system", taken)
        self.relations: set[str] = set()

    def relation(self, name: str) -> str:
        """A fresh identifier of a relationship."""
        return _free(name, self.relations)


def _free(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found


def _used(diagram: Diagram) -> list[Group]:
    used = {node.group for node in diagram.nodes}
    return [group for group in diagram.groups if group.name in used]


def _container(name: str, kind: str, title: str, description: str) -> dict[str, Any]:
    words = plain(title) or name
    return {"unique-id": name, "node-type": kind, "name": words, "description": plain(description) or words}


def _group(ids: _Ids, group: Group) -> dict[str, Any]:
    words = {"ours": "", "supplier": "Run by suppliers.", "public": "Open to the public."}[group.trust]
    found = _container(ids.groups[group.name], _CONTAINERS[group.trust], group.title or group.name, words)
    return {**found, "metadata": {"trust": group.trust}}


def _node(ids: _Ids, diagram: Diagram, node: Node) -> dict[str, Any]:
    title = plain(node.title) or node.name
    found: dict[str, Any] = {
        "unique-id": ids.nodes[node.name],
        "node-type": _TYPES[node.shape],
        "name": title,
        "description": plain(node.summary) or plain(node.kind) or title,
    }
    offered = dict.fromkeys(edge.technology for edge in diagram.edges if edge.target == node.name and edge.technology)
    if offered:
        found["interfaces"] = [
            {"unique-id": _interface(ids, node.name, words), "name": plain(words)} for words in offered
        ]
    said = {"kind": plain(node.kind), "technology": plain(node.technology)}
    found["metadata"] = {key: words for key, words in said.items() if words}
    return found


def _interface(ids: _Ids, node: str, technology: str) -> str:
    return f"{ids.nodes[node]}/{plain(technology)}"


def _parts(ids: _Ids, diagram: Diagram) -> Iterator[dict[str, Any]]:
    """What the whole and each group are made of."""
    known = {group.name for group in diagram.groups}
    groups = _used(diagram)
    top = [ids.groups[group.name] for group in groups]
    top += [ids.nodes[node.name] for node in diagram.nodes if node.group not in known]
    if top:
        yield _composed(ids, ids.whole, top)
    for group in groups:
        members = [ids.nodes[node.name] for node in diagram.nodes if node.group == group.name]
        yield _composed(ids, ids.groups[group.name], members)


def _composed(ids: _Ids, container: str, nodes: list[str]) -> dict[str, Any]:
    kind = {"composed-of": {"container": container, "nodes": nodes}}
    return {"unique-id": ids.relation(f"{container}-parts"), "relationship-type": kind}


def _connections(ids: _Ids, diagram: Diagram) -> Iterator[dict[str, Any]]:
    """What flows. An actor interacts; everything else connects."""
    nodes = {node.name: node for node in diagram.nodes}
    for edge in diagram.edges:
        source, target = nodes[edge.source], nodes[edge.target]
        if not edge.flows:
            continue
        name = ids.relation(f"{ids.nodes[edge.source]}-{edge.line}-{ids.nodes[edge.target]}")
        found: dict[str, Any] = {"unique-id": name}
        if plain(edge.label):
            found["description"] = plain(edge.label)
        kind: dict[str, Any]
        actor = source if source.shape == "person" else target if target.shape == "person" else None
        if actor is not None:
            other = target if actor is source else source
            kind = {"interacts": {"actor": ids.nodes[actor.name], "nodes": [ids.nodes[other.name]]}}
        else:
            kind = {"connects": {"source": {"node": ids.nodes[source.name]}, "destination": _end(ids, edge)}}
        found["relationship-type"] = kind
        protocol = _PROTOCOLS.get(edge.technology.strip().lower())
        if protocol is not None:
            found["protocol"] = protocol
        said = {"line": edge.line, "interface": plain(edge.technology)}
        yield {**found, "metadata": {key: words for key, words in said.items() if words}}


def _end(ids: _Ids, edge: Edge) -> dict[str, Any]:
    end: dict[str, Any] = {"node": ids.nodes[edge.target]}
    return {**end, "interfaces": [_interface(ids, edge.target, edge.technology)]} if edge.technology else end
