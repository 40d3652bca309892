"""The one place that talks to Graphviz: a graph in its language in, the places of its nodes out."""

from __future__ import annotations

import json
from typing import Any

import pygraphviz

Places = dict[str, tuple[float, float]]


def places(source: str) -> Places:
    """Where `dot` puts each node of the graph `source`: x to the right and y upwards, in points.

    The Graphviz that is inside the pygraphviz wheel does the work; no program is started.
    """
    drawn: bytes = pygraphviz.AGraph(string=source).draw(format="json0", prog="dot")
    read: dict[str, Any] = json.loads(drawn)
    found: Places = {}
    for thing in read.get("objects", ()):
        if "pos" in thing:
            x, y = thing["pos"].split(",")
            found[thing["name"]] = (float(x), float(y))
    return found
