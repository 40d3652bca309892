"""The drawing as Mermaid flowchart text, which GitHub and GitLab show inside Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from archwright.render.drawing import lettering
from archwright.render.drawing.palette import COLOURS, heat_name, heat_step
from archwright.report.diagram import Diagram, Edge, Group, Line, Node, Shape

_BRACKETS: Final[dict[Shape, tuple[str, str]]] = {
    "box": ("[", "]"),
    "store": ("[(", ")]"),
    "person": ("([", "])"),
    "queue": ("[/", "/]"),
    "model": ("{{", "}}"),
    "agent": ("(", ")"),
    "external": ("[[", "]]"),
    "gateway": ("[", "]"),
}
_ARROWS: Final[dict[Line, str]] = {"sync": "-->", "async": "-.->", "fallback": "-.->", "return": "-.->"}
_UNSAFE: Final = re.compile(r"[^\w ,:()/'=?!+.-]|_")
_LIST: Final = re.compile(r"^(\d+)([.)])|^([-+])")


def mermaid(diagram: Diagram) -> str:
    """`diagram` as the text of a flowchart, to be put into a Markdown fence marked `mermaid`.

    Raises:
        KeyError: an edge names a node that the diagram does not have.
    """
    ids = {node.name: f"n{i}" for i, node in enumerate(diagram.nodes)}
    return "\n".join([*_head(diagram), *_members(diagram, ids), *_flows(diagram, ids), *_styles(diagram, ids)]) + "\n"


def escaped(text: str) -> str:
    """`text` for a quoted label: no character that Mermaid, its Markdown or HTML could read as its own."""
    words = _UNSAFE.sub(lambda found: f"#{ord(found.group())};", lettering.plain(text))
    return _LIST.sub(_not_a_list, words)


def _not_a_list(found: re.Match[str]) -> str:
    number, mark, dash = found.groups()
    return f"{number}#{ord(mark)};" if number else f"#{ord(dash)};"


def _head(diagram: Diagram) -> Iterator[str]:
    if title := lettering.plain(diagram.title).replace("<", "‹").replace(">", "›"):
        yield from ("---", f"title: {json.dumps(title, ensure_ascii=False)}", "---")
    yield "flowchart TB"


def _members(diagram: Diagram, ids: dict[str, str]) -> Iterator[str]:
    """Nodes and frames in the author's order, which Mermaid keeps to: a frame stands where its first node does."""
    numbers = {group.name: number for number, group in enumerate(diagram.groups)}
    done: set[str] = set()
    for node in diagram.nodes:
        if node.group not in numbers:
            yield f"  {_node(node, ids)}"
        elif node.group not in done:
            done.add(node.group)
            number = numbers[node.group]
            yield f'  subgraph g{number}["{_group_title(diagram.groups[number])}"]'
            yield from (f"    {_node(other, ids)}" for other in diagram.nodes if other.group == node.group)
            yield "  end"


def _group_title(group: Group) -> str:
    words = escaped(group.title) or escaped(group.name)
    return words if group.trust == "ours" else f"{words} ({group.trust})"


def _node(node: Node, ids: dict[str, str]) -> str:
    opening, closing = _BRACKETS[node.shape]
    kind = [f"<small>{escaped(node.kind)}</small>"] if node.kind.strip() else []
    small = [escaped(words) for words in (*node.lines, " / ".join(node.badges)) if words.strip()]
    words = "<br/>".join([f"<b>{escaped(node.title) or escaped(node.name)}</b>", *kind, *small])
    return f'{ids[node.name]}{opening}"{words}"{closing}'


def _flows(diagram: Diagram, ids: dict[str, str]) -> Iterator[str]:
    yield from (f"  {_flow(edge, ids)}" for edge in diagram.edges)


def _flow(edge: Edge, ids: dict[str, str]) -> str:
    words = escaped(edge.label)
    label = f'|"{words}"|' if words else ""
    return f"{ids[edge.source]} {_ARROWS[edge.line]}{label} {ids[edge.target]}"


def _styles(diagram: Diagram, ids: dict[str, str]) -> Iterator[str]:
    ink = COLOURS["ink"][0]
    for shape in _BRACKETS:
        members = [ids[node.name] for node in diagram.nodes if node.shape == shape]
        if members:
            fill, stroke = COLOURS[f"tile-{shape}"][0], COLOURS[f"hue-{shape}"][0]
            yield f"  classDef {shape} fill:{fill},stroke:{stroke},color:{ink}"
            yield f"  class {','.join(members)} {shape}"
    for node in diagram.nodes:
        if looks := _looks(node):
            yield f"  style {ids[node.name]} {','.join(looks)}"
    used = {node.group for node in diagram.nodes}
    for number, group in enumerate(diagram.groups):
        if group.name in used:
            yield f"  style g{number} {_frame_style(group)}"
    yield from _line_styles(diagram)


def _looks(node: Node) -> list[str]:
    fill = [f"fill:{COLOURS[heat_name(node.heat)][0]}"] if node.heat is not None else []
    return [*fill, f"stroke:{COLOURS['alarm'][0]}", "stroke-width:3px"] if node.alarm else fill


def _line_styles(diagram: Diagram) -> Iterator[str]:
    for line, width in (("fallback", 2), ("return", 1)):
        numbers = [str(i) for i, edge in enumerate(diagram.edges) if edge.line == line and edge.heat is None]
        if numbers:
            yield f"  linkStyle {','.join(numbers)} stroke:{COLOURS[f'line-{line}'][0]},stroke-width:{width}px"
    for i, edge in enumerate(diagram.edges):
        if edge.heat is not None:
            step = heat_step(edge.heat)
            yield f"  linkStyle {i} stroke:{COLOURS[f'line-heat-{step}'][0]},stroke-width:{step + 1}px"


def _frame_style(group: Group) -> str:
    ink = COLOURS["soft"][0]
    if group.trust == "ours":
        return f"fill:{COLOURS['frame'][0]},stroke:{COLOURS['frame-rule'][0]},color:{ink}"
    stroke = COLOURS[f"rule-{group.trust}"][0]
    return f"fill:{COLOURS[f'frame-{group.trust}'][0]},stroke:{stroke},stroke-dasharray:6 4,color:{stroke}"
