"""Tripwires of decisions: assumptions that a change moves towards their edge, and when growth will cross it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from archwright.plan.model import Plan
from archwright.report.document import Cell, Section, Table, Tone
from archwright.report.figures import Book, Figure
from archwright.spec.decisions import Decision
from archwright.spec.predicate import Predicate

# Subjects that are foreseen without a simulation, and those of them that grow with the journeys.
FORECAST: Final = frozenset(
    {"monthly requests", "monthly journeys", "monthly cost", "cost per journey", "cost per request", "input tokens",
     "output tokens"}
)  # fmt: skip
GROWING: Final = frozenset({"monthly requests", "monthly journeys", "monthly cost"})
FURTHEST: Final = 120  # months that growth is followed
NOTICED: Final = 0.005  # a smaller part of the limit is no movement
STANDING: Final = frozenset({"proposed", "accepted"})
Foresee = Callable[[Predicate], Figure | None]


@dataclass(frozen=True, slots=True)
class Tripwire:
    """An assumption before and after a change, as shares of its limit that are used up (above 1: broken).

    `crosses` is the month, counted from now, in which growth breaks it, `crossed` the one before the change; 0 where it
    does not within ten years. `dropped`: the change takes it out of the decision, or moves its edge.
    """

    decision: str
    title: str
    assumption: Predicate
    before: Figure | None
    after: Figure
    used_before: float
    used_after: float
    crosses: int
    crossed: int = 0
    dropped: bool = False

    @property
    def broken(self) -> bool:
        """Whether it does not hold after the change."""
        return not self.assumption.holds(self.after.value)

    @property
    def nearer(self) -> bool:
        """Whether the change moved it towards its edge, or the month in which growth crosses it towards today."""
        sooner = self.crosses > 0 and not 0 < self.crossed <= self.crosses
        return self.used_after > self.used_before + NOTICED or sooner


class Sight(NamedTuple):
    """One side of a change: its decisions, what is foreseen of an assumption, and its plan."""

    decisions: Mapping[str, Decision]
    of: Foresee
    plan: Plan


def tripwires(before: Sight, after: Sight) -> tuple[Tripwire, ...]:
    """Assumptions of standing decisions that a change moved towards their edge or that it broke.

    An edge that was moved in the same change counts as it is now. What was dropped, alone or with its decision, or had
    its edge moved is told as it was decided where it would not hold any more; what was superseded is let go.
    """
    found = []
    for name, decision in after.decisions.items():
        for demand in decision.assumptions if decision.status in STANDING else ():
            item = _tripwire(name, decision, demand, before, after)
            if item is not None and item.nearer:
                found.append(item)
    for name, decision in before.decisions.items():
        still = after.decisions.get(name)
        let_go = still is not None and still.status not in STANDING
        kept = decision.assumptions if let_go else still.assumptions if still is not None else ()
        for demand in decision.assumptions if decision.status in STANDING else ():
            item = _tripwire(name, decision, demand, before, after) if demand not in kept else None
            if item is not None and item.broken:
                found.append(replace(item, dropped=True))
    return tuple(found)


def _tripwire(name: str, decision: Decision, demand: Predicate, before: Sight, after: Sight) -> Tripwire | None:
    now = after.of(demand)
    if now is None:
        return None
    then, edge = before.of(demand), _edge(before.decisions.get(name), demand)
    used = _used(edge, then.value) if then is not None else 0.0
    crossed = _crosses(edge, then.value, before) if then is not None else 0
    crosses = _crosses(demand, now.value, after)
    return Tripwire(name, str(decision.title), demand, then, now, used, _used(demand, now.value), crosses, crossed)


def _edge(decision: Decision | None, demand: Predicate) -> Predicate:
    """The assumption of before about the same thing, or itself."""
    about = (demand.subject, demand.journey, demand.sign)
    stated = decision.assumptions if decision is not None else ()
    return next((item for item in stated if (item.subject, item.journey, item.sign) == about), demand)


def _grows(demand: Predicate, value: float, sight: Sight) -> list[tuple[float, float]]:
    """(part of a value, its growth a month): each journey's grows by itself, what no journey makes stays as it is."""
    parts = []
    for journey in sight.plan.journeys:
        if demand.journey in ("", journey.name):
            own = sight.of(replace(demand, journey=journey.name))
            parts.append((own.value if own is not None else 0.0, journey.growth))
    return [*parts, (value - sum(part for part, _ in parts), 0.0)]


def _used(demand: Predicate, value: float) -> float:
    """How much of the way to the limit is used up."""
    limit = demand.limit.value
    part, whole = (value, limit) if demand.sign in ("<=", "<") else (limit, value)
    return part / whole if whole else (0.0 if part <= 0 else math.inf)


def _crosses(demand: Predicate, value: float, sight: Sight) -> int:
    if demand.subject not in GROWING or demand.sign not in ("<=", "<") or value <= 0:
        return 0
    parts = _grows(demand, value, sight)
    if all(growth <= 0 for _, growth in parts):
        return 0

    def after(months: int) -> float:
        return sum(part * (1 + growth) ** months for part, growth in parts)

    return next((month for month in range(1, FURTHEST + 1) if not demand.holds(after(month))), 0)


def tripwire_section(found: tuple[Tripwire, ...], book: Book) -> Section:
    """The tripwires as a table; values are entered in `book` under `diff.tripwire.`."""
    rows: list[tuple[str | Cell, ...]] = []
    for number, item in enumerate(found, 1):
        key = f"diff.tripwire.{item.decision}.{number}"
        cells = []
        for end, figure in (("before", item.before), ("after", item.after)):
            if figure is None:
                cells.append(Cell("–", "muted"))
                continue
            own = book.leaf(f"{key}.{end}", figure.value, figure.dimension, label=f"{item.assumption}, {end}",
                            origin="computed", note=figure.key)  # fmt: skip
            cells.append(Cell(own.shown, figure=own.key))
        tone: Tone = "bad" if item.broken else "plain"
        word = "broken: decide again" if item.broken else f"{item.used_after * 100:.0f} % of the way to its edge"
        word = "broken as it was decided, and no longer stated: decide again" if item.dropped else word
        when = f"month {item.crosses}" if item.crosses and not item.broken else "–"
        rows.append((f"{item.title} (`{item.decision}`)", str(item.assumption), *cells, Cell(word, tone), when))
    headings = ("Decision", "Assumes", "Before", "After", "", "Growth crosses it in")
    lead = "Assumptions of decisions that this change moves towards their edge."
    table = Table(headings, tuple(rows), numeric=frozenset({2, 3}))
    return Section("diff-tripwires", "Decisions that it touches", (table,), lead)
