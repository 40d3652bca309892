"""The facts of a file by name, each true, false or unknown, with the place where it stands or would stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from archwright.base.errors import Location
from archwright.spec.context import MARKETS, ROLES, UNKNOWN, Context
from archwright.spec.day import Day
from archwright.spec.given import Given
from archwright.spec.kind import TRAITS
from archwright.spec.model import SENSITIVITIES, System
from archwright.spec.operation import Operation
from archwright.spec.shapes import Choice, Many, Named, One, Quantity, Record, Shape, fields_of

GIVEN = "given"  # the word of everything that was written at all
PERSONAL = ("personal", "special-category")
# Claims are made or not made; one that is left out is not unknown.
_ACTS = frozenset({"derogation"})


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known under one name.

    `words` are known to be true of it; `closed` says that no other word is. `vocabulary` holds the words that it could
    have; `single` says that it has one of them at most. A number has its value in the base unit of its dimension.
    """

    where: Location
    words: frozenset[str] = frozenset()
    closed: bool = False
    vocabulary: tuple[str, ...] = ()
    single: bool = True
    number: float | None = None
    dimension: str = ""

    def has(self, word: str) -> bool | None:
        """Whether `word` is true of it; None where nobody knows."""
        return True if word in self.words else (False if self.closed else None)


Facts = Mapping[str, Fact]


def situation(system: System, market: str = "") -> dict[str, Fact]:
    """Every fact of `system`; `roles` and `since` are those on `market` (on any market if empty)."""
    facts = dict(_record(Context, system.context, "", system.where))
    facts |= _record(Operation, system.operation, "operation.", system.where)
    facts |= {"roles": _roles(system.context, market), "since": _since(system.context, market)}
    facts["markets"] = replace(facts["markets"], vocabulary=MARKETS)
    return facts | _of_design(system)


def _record(kind: type[Record], record: Record | None, prefix: str, where: Location) -> Iterator[tuple[str, Fact]]:
    for item in fields_of(kind):
        value = getattr(record, item.name) if record is not None else None
        place = record.place(item.key) if record is not None and record.where.file else where
        name = f"{prefix}{item.key}"
        if isinstance(item.shape, One):
            yield from _record(item.shape.record, value, f"{name}.", place)
        else:
            fact = _fact(item.shape, value, place)
            unmade = record is None and prefix.removesuffix(".") in _ACTS
            yield name, replace(fact, closed=True) if unmade else fact


def _fact(shape: Shape, value: Any, where: Location) -> Fact:
    match shape:
        case Choice(words):
            vocabulary = tuple(word for word in words if word != UNKNOWN)
            if value is None or value == UNKNOWN:
                return Fact(where, vocabulary=vocabulary)
            return Fact(where, frozenset({str(value)}), closed=True, vocabulary=vocabulary)
        case Many(Choice(words)):
            vocabulary = tuple(word for word in words if word != UNKNOWN)
            if value is None:
                return Fact(where, vocabulary=vocabulary, single=False)
            known = frozenset(map(str, value))
            return Fact(where, (known - {UNKNOWN}) | {GIVEN}, UNKNOWN not in known, vocabulary, single=False)
        case Named():
            return Fact(where, frozenset({*value, GIVEN}), closed=True, single=False) if value else Fact(where)
        case Quantity(dimension):
            number = value.value if isinstance(value, Given) else None
            return Fact(where, frozenset({GIVEN} if value else ()), number=number, dimension=dimension)
    written = bool(value) and (not isinstance(value, str) or bool(value.strip()))
    return Fact(where, frozenset({GIVEN}) if written else frozenset())


def _roles(context: Context, market: str) -> Fact:
    place = context.place("markets")
    entries = [entry for name, entry in context.markets.items() if not market or name == market]
    if not context.markets:
        return Fact(place, vocabulary=ROLES, single=False)
    known = [entry.roles for entry in entries if entry.roles is not None]
    words = frozenset(str(word) for roles in known for word in roles)
    closed = len(known) == len(entries) and UNKNOWN not in words
    where = entries[0].where if entries else place
    return Fact(where, (words - {UNKNOWN}) | ({GIVEN} if words else set()), closed, ROLES, single=False)


def _since(context: Context, market: str) -> Fact:
    entry = context.markets.get(market)
    since: Day | None = entry.since if entry else None
    where = entry.where if entry else context.place("markets")
    return Fact(since.where, frozenset({since}), closed=True) if since else Fact(where)


def _of_design(system: System) -> dict[str, Fact]:
    """What the design says without being asked: data classes, parts, suppliers' terms."""
    data = [item for item in system.data.values() if item.sensitivity in PERSONAL]
    place = system.place("data")
    sensitivities = frozenset(str(item.sensitivity) for item in system.data.values())
    traits = frozenset(trait for item in system.components.values() for trait in item.of_kind.traits)
    return {
        "data": Fact(place, sensitivities, bool(system.data), SENSITIVITIES, single=False),
        "data.retention": _all(place, [_truth(item.retention is not None) for item in data]),
        "data.deletion": _all(place, [_truth(bool(item.deletion)) for item in data]),
        "parts": Fact(system.place("components"), traits, True, tuple(TRAITS), single=False),
        "suppliers.agreement": _agreements(system),
    }


def _agreements(system: System) -> Fact:
    terms = [
        item.supplier.agreement if item.supplier is not None else UNKNOWN
        for item in system.with_trait("managed").values()
    ]
    return _all(system.place("components"), terms)


def _truth(value: bool) -> str:
    return "true" if value else UNKNOWN


def _all(where: Location, values: list[str]) -> Fact:
    """Whether all are true: one that is not settles it, one that is unknown leaves it open."""
    if not values or ("false" not in values and UNKNOWN in values):
        return Fact(where, vocabulary=("true", "false"))
    return Fact(where, frozenset({"false" if "false" in values else "true"}), True, ("true", "false"))
