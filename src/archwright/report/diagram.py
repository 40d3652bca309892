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

    `heat` (0 to 1) colours the node in an overlay; None is no overlay. `alarm` marks what a reader must not miss; it
    stands on its first badge. `summary` and `technology` are for formats that hold more than a picture can show.
    """

    name: str
    title: str
    kind: str
    shape: Shape = "box"
    group: str = ""
    lines: tuple[str, ...] = ()
    badges: tuple[str, ...] = ()
    heat: float | None = None
    alarm: bool = False
    summary: str = ""
    technology: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A frame around nodes. A group whose `trust` is not "ours" is a trust boundary and is drawn as one."""

    name: str
    title: str
    trust: Trust = "ours"


@dataclass(frozen=True, slots=True)
class Edge:
    """A flow from `source` to `target` (names of nodes). A `return` edge goes against the reading direction.

    `heat` (0 to 1) colours and widens the line in an overlay; `alarm` marks its label. `technology` is the protocol or
    API. Where `flows` is False nothing flows: the edge says which node stands in for which.
    """

    source: str
    target: str
    line: Line = "sync"
    label: str = ""
    heat: float | None = None
    alarm: bool = False
    technology: str = ""
    flows: bool = True


@dataclass(frozen=True, slots=True)
class Diagram:
    """A whole drawing. Order is the author's order and layouts keep to it where they can.

    `scale` says what heats mean, the lowest first; without it the legend says "low to high". `wide` says what a line
    with heat means, where that is another thing than a card with heat. `alarm` says what the mark means. `facts` are
    where the drawing is from, as name and value, for formats that carry them.
    """

    title: str
    subtitle: str
    nodes: tuple[Node, ...]
    groups: tuple[Group, ...] = ()
    edges: tuple[Edge, ...] = ()
    legend: tuple[str, ...] = ()
    scale: tuple[tuple[float, str], ...] = ()
    wide: str = ""
    alarm: str = ""
    facts: tuple[tuple[str, str], ...] = ()
