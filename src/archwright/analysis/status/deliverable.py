"""One of the profession's deliverables: what it asks for, and how a system's file shows that it is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from archwright.spec.model import System

SHOWN: Final = 4  # names that are listed before the rest is counted


@dataclass(frozen=True, slots=True)
class Seen:
    """How one thing stands: whether it is there (None: this system needs none), and what there is or lacks."""

    there: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a deliverable asks for.

    Args:
        name: what it is, in a few words.
        look: how it stands in a system on a day.
        step: what to write or run where it is lacking.
        rank: how much it helps to have it, 1 the most; the next step is the lacking one with the lowest.
    """

    name: str
    look: Callable[[System, dt.date], Seen]
    step: str
    rank: int


@dataclass(frozen=True, slots=True)
class Deliverable:
    """One deliverable: its number, its title, the question that it answers, the commands that give it, its items."""

    number: int
    title: str
    question: str
    commands: tuple[str, ...]
    items: tuple[Item, ...]


def listed(names: list[str]) -> str:
    """A few names, and how many more there are."""
    few = ", ".join(f"`{name}`" for name in names[:SHOWN])
    return few if len(names) <= SHOWN else f"{few} and {len(names) - SHOWN} more"


def lacking(names: list[str], what: str, all_there: str) -> Seen:
    """There where no name lacks it."""
    return Seen(not names, all_there if not names else f"{what}: {listed(names)}")
