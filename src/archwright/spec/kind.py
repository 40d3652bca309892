"""Kinds of components: data with traits. Rules and compilers ask for traits; nothing switches on a kind's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archwright.spec.shapes import Record

TRAITS: Final = {
    "actor": "a person or system outside that starts requests",
    "gateway": "routes model calls, keeps limits and budgets",
    "token-model": "is called with tokens and is priced or sized by them",
    "managed": "is run by a supplier",
    "self-hosted": "runs on hardware that we pay for",
    "agent": "decides its next step itself and may loop",
    "tool": "does something when an agent asks",
    "retrieval": "finds passages for a question",
    "store": "keeps state",
    "cache": "keeps answers for reuse",
    "queue": "holds work until it is taken",
    "batch": "works through a backlog, nobody waits",
    "human": "is a person at work",
    "guard": "lets through or stops content",
    "predictor": "a classical model that scores its input",
    "external": "belongs to someone else",
    "compute": "does work with a limited number of workers",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of component.

    `traits` are keys of TRAITS; `settings` declares the keys that this kind adds to a component; `shape` and `caption`
    say how it is drawn (`shape` is one of report.diagram.Shape).
    """

    name: str
    doc: str
    traits: frozenset[str]
    shape: str = "box"
    caption: str = ""
    settings: type[Record] = Record

    def __post_init__(self) -> None:
        unknown = self.traits - TRAITS.keys()
        if unknown:
            raise ValueError(f"kind {self.name}: unknown traits {sorted(unknown)}")
