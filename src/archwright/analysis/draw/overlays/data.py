"""Where the data lives: what each part keeps or passes on, and where personal data crosses a trust boundary."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from archwright.analysis.draw.overlay import Answered, Evidence, Overlay, redrawn
from archwright.analysis.draw.picture import flows_of
from archwright.report.diagram import Diagram, Edge, Node
from archwright.spec.handling import Supplier
from archwright.spec.model import SENSITIVITIES, DataClass, System

_PERSONAL: Final = frozenset(SENSITIVITIES[SENSITIVITIES.index("personal") :])
_KNOWN: Final = {"true": "trains on it", "false": "does not train on it", "unknown": "nobody knows whether it trains"}


def _draw(system: System, picture: Diagram, _: Evidence) -> Answered:
    drawn = redrawn(picture, _SUBTITLE, lambda node: _node(system, node), lambda edge: _edge(system, edge))
    used = {item.sensitivity for item in system.data.values()}
    return Answered(
        replace(
            drawn,
            legend=tuple(_class(name, item) for name, item in system.data.items()),
            scale=tuple((_heat(word), word) for word in SENSITIVITIES if word in used),
            alarm="personal data crosses a trust boundary",
        )
    )


def _node(system: System, node: Node) -> Node:
    component = system.components[node.name]
    kept = [str(name) for name in component.data]
    passed = {str(name) for flow in system.flows if node.name in (flow.source, flow.target) for name in flow.data}
    lines = [f"keeps {', '.join(kept)}"] if kept else []
    lines += [f"passes {', '.join(name for name in system.data if name in passed.difference(kept))}"]
    lines = [line for line in lines if not line.endswith(" ")]
    if passed and (component.has("managed") or component.supplier is not None):
        lines += _terms(component.supplier)
    badges = [_worst(system, kept)] if kept else []
    if not kept and component.has("store"):
        badges = ["nobody says what it keeps"]
    where = (str(component.region),) if component.region and kept else ()
    heat = _heat(_worst(system, kept)) if kept else None
    return replace(node, lines=(*lines, *where), badges=tuple(badges), heat=heat)


def _terms(terms: Supplier | None) -> Iterator[str]:
    """What the supplier may do with what it gets. What is not stated is unknown."""
    if terms is None:
        yield "the supplier's terms are unknown"
        return
    yield f"kept {terms.retention}" if terms.retention is not None else "kept for an unknown time"
    yield _KNOWN[terms.training]


def _edge(system: System, edge: Edge) -> Edge:
    if not edge.flows:
        return edge
    carried = {str(name) for flow in flows_of(system, edge) for name in flow.data}
    if not carried:
        return replace(edge, label="not stated")
    worst = _worst(system, carried)
    words = ", ".join(name for name in system.data if name in carried)
    crossing = _crossing(system, edge) if worst in _PERSONAL else ""
    label = f"{words}, {crossing}" if crossing else words
    return replace(edge, label=label, heat=_heat(worst), alarm=bool(crossing))


def _crossing(system: System, edge: Edge) -> str:
    """Whose ground a flow comes to or from, where it crosses a trust boundary."""
    source, target = (_trust(system, name) for name in (edge.source, edge.target))
    if source == target:
        return ""
    return f"to {_GROUND[target]}" if target != "ours" else f"from {_GROUND[source]}"


_GROUND: Final = {"supplier": "a supplier", "public": "the public"}


def _trust(system: System, name: str) -> str:
    group = system.components[name].group
    return system.groups[group].trust if group is not None else "ours"


def _worst(system: System, names: Collection[str]) -> str:
    return max((system.data[name].sensitivity for name in names), key=SENSITIVITIES.index)


def _heat(sensitivity: str) -> float:
    """The middle of the sensitivity's own step of the scale."""
    return (SENSITIVITIES.index(sensitivity) + 0.5) / len(SENSITIVITIES)


def _class(name: str, item: DataClass) -> str:
    where = f"stays in {' or '.join(item.residency)}" if item.residency else "may lie anywhere"
    kept = f"kept {item.retention}" if item.retention is not None else "kept for an unknown time"
    gone = f"deleted {item.deletion}" if item.deletion else "nobody says how it is deleted"
    # What was published needs neither an end nor a way to delete it.
    rest = [] if item.sensitivity == "public" and item.retention is None else [kept, gone]
    return f"{name}: {', '.join([item.sensitivity, where, *rest])}."


_SUBTITLE: Final = "Where the data lives, and how sensitive what flows is. Filled: keeps it."

OVERLAY = Overlay("data", "Where does which data live, and where does it leave us?", frozenset(), _draw)
