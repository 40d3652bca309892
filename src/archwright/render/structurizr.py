"""The drawing as Structurizr DSL: one software system with its containers, who uses it, and what it relies on.

People, and parts on others' ground, stand outside the software system. Colours are those of the picture.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from archwright.render.drawing.lettering import plain
from archwright.render.drawing.palette import COLOURS
from archwright.report.diagram import Diagram, Edge, Node, Shape

_SHAPES: Final[dict[Shape, str]] = {
    "person": "Person",
    "store": "Cylinder",
    "queue": "Pipe",
    "model": "Hexagon",
    "agent": "Robot",
    "external": "Box",
    "gateway": "RoundedBox",
    "box": "RoundedBox",
}
_TAGS: Final[dict[Shape, str]] = {shape: shape.capitalize() for shape in _SHAPES}
_LINES: Final = {"sync": "call", "async": "asynchronous", "fallback": "fallback", "return": "return"}
_DASHED: Final = ("asynchronous", "fallback", "return")
_OTHERS: Final = {"supplier": "Supplier", "public": "Public"}
_OWN: Final = re.compile(r"[{}=]|-/>|-.*->|->|extends", re.IGNORECASE)
_SUBSTITUTION: Final = re.compile(r"\$(?=\{)")


def structurizr(diagram: Diagram) -> str:
    """`diagram` as the text of a file `workspace.dsl`.

    Raises:
        KeyError: an edge names a node that the diagram does not have.
    """
    return "\n".join([*_workspace(diagram)]) + "\n"


def quoted(text: str) -> str:
    """`text` as one token of the language, on one line.

    The language has no way to write a backslash, puts variables of the environment in for `${NAME}` in a string too,
    and forgets that a token was quoted: a name that is a lone brace would open a block. All of these are written so
    that they say the same and mean nothing.
    """
    words = _SUBSTITUTION.sub("$ ", plain(text).replace("\\", "∖"))
    if _OWN.fullmatch(words):
        words = f"({words})"
    return '"' + words.replace('"', '\\"') + '"'


def _workspace(diagram: Diagram) -> Iterator[str]:
    title = plain(diagram.title) or "System"
    yield f"workspace {quoted(title)} {quoted(diagram.subtitle)} {{"
    yield "  !identifiers flat"
    yield from _facts(diagram)
    yield "  model {"
    ids = {node.name: f"n{number}" for number, node in enumerate(diagram.nodes)}
    names = _names(diagram)
    outside: list[Node] = []
    inside: list[Node] = []
    for node in diagram.nodes:
        (inside if _is_container(diagram, node) else outside).append(node)
    yield from _members(diagram, outside, names, ids, "    ")
    yield f"    whole = softwareSystem {quoted(names[''])} {quoted(diagram.subtitle)} {{"
    yield from _members(diagram, inside, names, ids, "      ")
    yield "    }"
    yield from (f"    {line}" for line in _relationships(diagram, ids))
    yield "  }"
    yield from _views(diagram, bool(inside))
    yield "}"


def _facts(diagram: Diagram) -> Iterator[str]:
    if diagram.facts:
        yield "  properties {"
        yield from (f"    {quoted(f'archwright.{name}')} {quoted(value)}" for name, value in diagram.facts)
        yield "  }"


def _names(diagram: Diagram) -> dict[str, str]:
    """A name for each node, and for the whole under `""`: no two may be equal in the language, whatever their case."""
    titles = {node.name: plain(node.title) or node.name for node in diagram.nodes}
    whole = plain(diagram.title) or "System"
    often = Counter(title.lower() for title in (*titles.values(), whole))
    taken = {whole.lower()}
    named = {
        name: _fresh(title if often[title.lower()] == 1 else f"{title} ({name})", taken)
        for name, title in titles.items()
    }
    return {**named, "": whole}


def _fresh(words: str, taken: set[str]) -> str:
    """`words`, with a number behind them where they are taken; they are taken from then on."""
    number, found = 1, words
    while found.lower() in taken:
        number += 1
        found = f"{words} {number}"
    taken.add(found.lower())
    return found


def _is_container(diagram: Diagram, node: Node) -> bool:
    trusts = {group.name: group.trust for group in diagram.groups}
    return node.shape not in ("person", "external") and trusts.get(node.group, "ours") == "ours"


def _members(
    diagram: Diagram, nodes: list[Node], names: dict[str, str], ids: dict[str, str], pad: str
) -> Iterator[str]:
    """Elements in the author's order, those of a group together where the first of them stands."""
    titles = {group.name: plain(group.title) or group.name for group in diagram.groups}
    done: set[str] = set()
    for node in nodes:
        if node.group not in titles:
            yield from _element(diagram, node, names, ids, pad)
        elif node.group not in done:
            done.add(node.group)
            yield f"{pad}group {quoted(titles[node.group])} {{"
            for other in nodes:
                if other.group == node.group:
                    yield from _element(diagram, other, names, ids, pad + "  ")
            yield f"{pad}}}"


def _element(diagram: Diagram, node: Node, names: dict[str, str], ids: dict[str, str], pad: str) -> Iterator[str]:
    trusts = {group.name: group.trust for group in diagram.groups}
    own = _OTHERS.get(trusts.get(node.group, "ours"), "")
    tags = " ".join(quoted(tag) for tag in (_TAGS[node.shape], own) if tag)
    begin = f"{pad}{ids[node.name]} ="
    # Only a container has a technology of its own.
    words = f"{quoted(names[node.name])} {quoted(_description(diagram, node))}"
    if _is_container(diagram, node):
        yield f"{begin} container {words} {quoted(node.technology)} {{"
    else:
        yield f"{begin} {'person' if node.shape == 'person' else 'softwareSystem'} {words} {{"
    yield f"{pad}  tags {tags}"
    yield f"{pad}}}"


def _description(diagram: Diagram, node: Node) -> str:
    apart = node.technology if node.technology != node.kind and not _is_container(diagram, node) else ""
    return ": ".join(words for words in (node.summary or node.kind, apart) if words)


def _relationships(diagram: Diagram, ids: dict[str, str]) -> Iterator[str]:
    """Calls with their words and technology. Two of the same ends and words may not be, so the later says its line."""
    said: dict[tuple[str, str], set[str]] = {}
    for edge in diagram.edges:
        words = plain(edge.label) or _LINES[edge.line]
        taken = said.setdefault((ids[edge.source], ids[edge.target]), set())
        words = _fresh(f"{words} ({_LINES[edge.line]})" if words.lower() in taken else words, taken)
        yield f"{ids[edge.source]} -> {ids[edge.target]} {quoted(words)} {quoted(edge.technology)} {_tag(edge)}"


def _tag(edge: Edge) -> str:
    return quoted(_LINES[edge.line])


def _views(diagram: Diagram, containers: bool) -> Iterator[str]:
    yield "  views {"
    for view, key, there in (("systemContext", "context", True), ("container", "containers", containers)):
        if there:
            yield f'    {view} whole "{key}" {{'
            yield from ("      include *", "      autolayout tb", "    }")
    yield "    styles {"
    for shape in dict.fromkeys(node.shape for node in diagram.nodes):
        fill, stroke = COLOURS[f"tile-{shape}"][0], COLOURS[f"hue-{shape}"][0]
        yield f"      element {quoted(_TAGS[shape])} {{"
        yield f"        shape {_SHAPES[shape]}"
        yield f"        background {fill}"
        yield f"        stroke {stroke}"
        yield f"        color {COLOURS['ink'][0]}"
        yield "      }"
    for line in dict.fromkeys(_LINES[edge.line] for edge in diagram.edges):
        yield f"      relationship {quoted(line)} {{"
        yield f"        style {'dashed' if line in _DASHED else 'solid'}"
        yield "      }"
    yield "    }"
    yield "  }"
