"""What an overlay is: one question to the picture, what must be known for it, and how its answer is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from archwright.report.diagram import Diagram, Edge, Node
from archwright.report.figures import Book
from archwright.spec.model import System

Need = Literal["price", "load", "breaking"]
"""What is computed for an overlay: the forecast of `price`, one simulated scenario, the search for what breaks."""


@dataclass(frozen=True, slots=True)
class Use:
    """How full something of a component is: the keys of its figures. `share` is its use over its limit."""

    component: str
    what: str
    used: str
    share: str
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """What breaks first: the component, the mechanism, the load (key of its figure), and the promise that goes.

    `chain` are sentences. `component` is empty where the simulation found no cause. Where `holds`, no promise goes:
    canned answers stand in.
    """

    component: str
    mechanism: str
    load: str
    promise: str
    chain: tuple[str, ...]
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was computed besides the system; whatever an overlay did not ask for is empty.

    `scenario` says in words what was simulated, `tried` is the key of the largest load that was tried. `rates` are keys
    of figures in calls a second, by the two components between which they flow; a component with itself stands for the
    work that it does, and `""` for whoever begins journeys.
    """

    book: Book = field(default_factory=Book)
    scenario: str = ""
    tried: str = ""
    uses: tuple[Use, ...] = ()
    rates: Mapping[tuple[str, str], str] = field(default_factory=dict)
    breaks: Break | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer as a picture, and the figures that stand on it: what of whom, and the key."""

    picture: Diagram
    figures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Overlay:
    """An overlay.

    Args:
        name: its file's name.
        question: what it answers, as a question.
        needs: what must be computed for it.
        draw: the picture with the answer on it, from the system, its plain picture and what was computed.
    """

    name: str
    question: str
    needs: frozenset[Need]
    draw: Callable[[System, Diagram, Evidence], Answered]


def cleared(node: Node) -> Node:
    """A node that says nothing but what it is: an overlay puts its own words on it."""
    return replace(node, lines=(), badges=(), heat=None, alarm=False)


def redrawn(picture: Diagram, subtitle: str, nodes: Callable[[Node], Node], edges: Callable[[Edge], Edge]) -> Diagram:
    """`picture` under another subtitle, each node made anew from its cleared one, each edge from itself."""
    return replace(
        picture,
        subtitle=subtitle,
        nodes=tuple(nodes(cleared(node)) for node in picture.nodes),
        edges=tuple(edges(edge) for edge in picture.edges),
    )
