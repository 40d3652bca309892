"""Variants of a design side by side: what was set in each, what it costs, what its simulations say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

from archwright.analysis.stress.points import Reading
from archwright.analysis.stress.sure import Estimate, estimates
from archwright.plan.model import Plan

Values = tuple[tuple[str, str], ...]  # paths of the file and what is set there


@dataclass(frozen=True, slots=True)
class Design:
    """A variant that can be looked at, or why it cannot.

    `price` is the forecast of a month in pico-dollars, `models` the part of it that is model calls. `plan` is None
    where `why` says what is wrong. `unproven` says in words what is not known of its quality, `worse` what is known to
    be below what is promised; either rules it out of a search.
    """

    values: Values
    plan: Plan | None = None
    price: int = 0
    models: int = 0
    why: str = ""
    unproven: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What was set, in one line; nothing is the file as it is."""
        return ", ".join(f"{path}={value}" for path, value in self.values) or "the file as it is"


@dataclass(frozen=True, slots=True)
class Seen:
    """A variant and its simulations, by seed; `estimates` are of its objectives."""

    design: Design
    readings: tuple[Reading, ...] = ()
    estimates: tuple[Estimate, ...] = field(default=())

    @property
    def kept(self) -> bool:
        """Whether every objective is kept, the whole of its interval inside the limit."""
        return bool(self.readings) and all(item.standing == "kept" for item in self.estimates)


def look(design: Design, readings: Sequence[Reading]) -> Seen:
    """A variant with what its simulations say."""
    found = estimates(design.plan, readings) if design.plan is not None and readings else ()
    return Seen(design, tuple(readings), found)


def grid(axes: Iterable[tuple[str, Sequence[str]]]) -> list[Values]:
    """Every combination of the values of some paths, the last path changing first."""
    named = [[(path, value) for value in values] for path, values in axes]
    return [tuple(combination) for combination in product(*named)]
