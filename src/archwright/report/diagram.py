"""A drawing before it is laid out: nodes, groups and edges with their meaning, no coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["box", "store", "person", "queue", "model", "agent", "external", "gateway"]
Line = Literal["sync", "async", "fallback", "return"]
Trust = Literal["ours", "supplier", "public"]


@dataclass(frozen=True, slots=True)
class Node:
    """One component. `title` and `lines` are shown in it; `kind` is shown as a small caption; `badges` are short marks.

    `heat` (0 to 1) colours the node in an overlay; None is no overlay.
    """

    name: str
    title: str
    kind: str
    shape: Shape = "box"
    group: str = ""
    lines: tuple[str, ...] = ()
    badges: tuple[str, ...] = ()
    heat: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A frame around nodes. A group whose `trust` is not "ours" is a trust boundary and is drawn as one."""

    name: str
    title: str
    trust: Trust = "ours"


@dataclass(frozen=True, slots=True)
class Edge:
    """A flow from `source` to `target` (names of nodes). A `return` edge goes against the reading direction."""

    source: str
    target: str
    line: Line = "sync"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """A whole drawing. Order is the author's order and layouts keep to it where they can."""

    title: str
    subtitle: str
    nodes: tuple[Node, ...]
    groups: tuple[Group, ...] = ()
    edges: tuple[Edge, ...] = ()
    legend: tuple[str, ...] = ()
