"""The shelf of model shapes: what a forward pass reads and computes. It knows no system.

One YAML file a model whose weights are open: layers, width, heads that keep keys and values, their size, parameters,
and for a mixture of experts how many experts there are, how many a token uses and how many parameters are theirs.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

BYTES = {"bf16": 2.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.5, "int4": 0.5}  # of a weight, by precision


class Shape(NamedTuple):
    """A model's shape. Counts of parameters and of context tokens; `experts` 0: every weight serves every token."""

    name: str
    title: str
    layers: int
    hidden: int
    kv_heads: int
    head_size: int
    parameters: float
    active: float
    experts: int
    used: int
    expert_parameters: float
    context: int
    source: str
    checked_on: str

    @property
    def dense(self) -> bool:
        """Whether every weight serves every token."""
        return self.experts == 0

    @property
    def kv_bytes(self) -> float:
        """Bytes that one token of context takes in the KV cache, kept in 16 bits."""
        return 2.0 * self.layers * self.kv_heads * self.head_size * 2.0


def names() -> tuple[str, ...]:
    """All models, sorted."""
    return tuple(
        sorted(item.name.removesuffix(".yaml") for item in files(__package__).iterdir() if item.name.endswith(".yaml"))
    )


@cache
def shape(model: str) -> Shape | None:
    """The shape of a model by its name or another one that it is known by, or None. Case does not matter."""
    wanted = model.lower()
    return next((found for found, known in _all() if wanted in known), None)


@cache
def _all() -> tuple[tuple[Shape, frozenset[str]], ...]:
    return tuple(_read(name) for name in names())


def _read(name: str) -> tuple[Shape, frozenset[str]]:
    facts = yaml.safe_load((files(__package__) / f"{name}.yaml").read_text("utf-8"))
    experts = facts.get("experts", {"count": 0, "used": 0, "parameters": 0})
    parameters = float(facts["parameters"])
    found = Shape(
        name=name,
        title=facts["title"],
        layers=facts["layers"],
        hidden=facts["hidden"],
        kv_heads=facts["kv_heads"],
        head_size=facts["head_size"],
        parameters=parameters,
        active=float(facts.get("active", parameters)),
        experts=experts["count"],
        used=experts["used"],
        expert_parameters=float(experts["parameters"]),
        context=facts["context"],
        source=facts["source"],
        checked_on=str(facts["checked_on"]),
    )
    return found, frozenset((name, *facts.get("aliases", ())))
