"""The shelf of technologies: what each costs, constrains and permits. It knows no system.

One YAML file a family. A statement is `seen` where a copy of its source was read on the day that is named, and from
`memory` where it was not: that one has to be looked up before anything rests on it. What is not known is said to be
unknown; it is never left out, and never read as free or as allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import yaml

from archwright.base.units import parse

CONFIDENCES: Final = ("seen", "memory")
# What an entry may limit: the dimension of the limit, and what is limited.
MEASURES: Final = {
    "dimensions": ("count", "dimensions of a vector"),
    "vectors": ("count", "vectors in an index"),
    "results": ("count", "results of a query"),
    "metadata": ("size", "metadata of a vector"),
    "value": ("size", "one value"),
    "message": ("size", "one message"),
    "retention": ("duration", "time that it is kept"),
    "object": ("size", "one object"),
    "memory": ("size", "memory of a chip"),
    "bandwidth": ("size", "memory read in a second"),
    "tflops": ("count", "bf16 TFLOPS of a chip"),
    "batch": ("duration", "time until a batch is done"),
}
# What an entry may permit.
ASPECTS: Final = {
    "self-hosted": "can be run by ourselves",
    "managed": "can be had as a service",
    "regions": "where it runs, and whether one may choose",
    "transactions": "several changes at once, or none",
    "filtering": "search within a condition",
    "persistence": "survives a restart",
    "ordering": "keeps an order",
    "replay": "what was read can be read again",
    "hardware": "what it runs on",
    "engines": "what can be served on it",
    "batch": "cheaper work that may wait",
    "reserved": "throughput that is kept for one",
}
_SIGNS: Final = {"USD": "$", "EUR": "€"}
_LONG: Final = re.compile(r"\d{4,}")


class Source(NamedTuple):
    """The title of a page and its address."""

    title: str
    url: str


class Cost(NamedTuple):
    """A unit price: what is paid for, by which unit, and how much; `amount` None is unknown, 0 is free."""

    what: str
    unit: str
    amount: Decimal | None
    currency: str
    note: str
    source: Source
    confidence: str

    @property
    def hourly(self) -> bool:
        """Whether it is paid by the hour."""
        return self.unit.endswith("an hour")

    @property
    def shown(self) -> str:
        """`storage: $0.06 a GB a month (from memory)`."""
        if self.amount is None:
            price = "unknown"
        elif self.amount == 0:
            price = "free"
        else:
            written = f"{self.amount:,}" if self.amount == self.amount.to_integral() else f"{self.amount:,.2f}"
            exact = written if Decimal(written.replace(",", "")) == self.amount else f"{self.amount:,}"
            price = f"{_SIGNS[self.currency]}{exact} {self.unit}"
        return f"{self.what}: {price}{_remark(self.note, self.confidence if self.amount is not None else 'seen')}"


class Limit(NamedTuple):
    """The most of something, in the base unit of its dimension, and as it is written; `most` None is unknown."""

    measure: str
    most: float | None
    written: str
    note: str
    source: Source
    confidence: str

    @property
    def shown(self) -> str:
        """`dimensions of a vector: 2,000 (with an index)`."""
        remark = _remark(self.note, self.confidence if self.most is not None else "seen")
        return f"{MEASURES[self.measure][1]}: {self.written}{remark}"


class Technology(NamedTuple):
    """One entry. `permits` holds `yes`, `no`, words or `unknown` by aspect; `read` are those that its source says.

    `checked_on` is the day on which it was looked at.
    """

    name: str
    title: str
    family: str
    licence: str
    costs: tuple[Cost, ...]
    limits: Mapping[str, Limit]
    permits: Mapping[str, str]
    read: frozenset[str]
    source: Source
    checked_on: str
    confidence: str

    @property
    def constrains(self) -> str:
        """Its limits in one line."""
        return "; ".join(limit.shown for limit in self.limits.values()) or "unknown"

    @property
    def allows(self) -> str:
        """What it permits in one line, what its source says first."""
        read: list[str] = []
        remembered: list[str] = []
        unknown: list[str] = []
        for aspect, words in self.permits.items():
            kept = unknown if words == "unknown" else read if aspect in self.read else remembered
            kept.append(f"{aspect}: {words}")
        remembered[:1] = [f"from memory, {words}" for words in remembered[:1]]
        return "; ".join([*read, *unknown, *remembered]) or "unknown"

    @property
    def charges(self) -> str:
        """What it costs in one line."""
        return "; ".join(cost.shown for cost in self.costs)

    def priced(self, what: str) -> Cost | None:
        """Its price called `what`; without a name the only one that it has. None where that is none, or not one."""
        if not what:
            return self.costs[0] if len(self.costs) == 1 else None
        return next((cost for cost in self.costs if cost.what == what), None)

    @property
    def origin(self) -> str:
        """Where it is from, when it was looked at, and how far it can be trusted."""
        how = "seen" if self.confidence == "seen" else "from memory"
        return f"{self.source.title}, {how}, {self.checked_on}"

    @property
    def remembered(self) -> int:
        """How many of its prices and limits nobody looked up."""
        stated = [cost.confidence for cost in self.costs if cost.amount is not None]
        stated += [limit.confidence for limit in self.limits.values() if limit.most is not None]
        return stated.count("memory")


class Family(NamedTuple):
    """Technologies of one kind, under the name of their file."""

    name: str
    title: str
    entries: Mapping[str, Technology]


@cache
def families() -> Mapping[str, Family]:
    """Every family by its name, sorted."""
    found = (item for item in files(__package__).iterdir() if item.name.endswith(".yaml"))
    texts = {item.name.removesuffix(".yaml"): item.read_text("utf-8") for item in found}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {name: _family(name, yaml.load(texts[name], loader)) for name in sorted(texts)}


@cache
def technologies() -> Mapping[str, Technology]:
    """Every entry by its name, family by family."""
    return {name: item for family in families().values() for name, item in family.entries.items()}


def names() -> tuple[str, ...]:
    """The names of all entries, sorted."""
    return tuple(sorted(technologies()))


def technology(name: str) -> Technology | None:
    """The facts of one technology, or None."""
    return technologies().get(name)


def entries(wanted: Iterable[str]) -> tuple[Technology, ...]:
    """The entries of some names, each once; names that are not on the shelf are left out."""
    found = (technology(name) for name in dict.fromkeys(wanted))
    return tuple(item for item in found if item is not None)


def _remark(note: str, confidence: str) -> str:
    words = "; ".join(filter(None, (note, "from memory" if confidence == "memory" else "")))
    return f" ({words})" if words else ""


def _family(name: str, facts: dict[str, Any]) -> Family:
    entries = {key: _technology(key, name, item, facts) for key, item in facts["entries"].items()}
    return Family(name, facts["title"], entries)


def _technology(name: str, family: str, item: dict[str, Any], facts: dict[str, Any]) -> Technology:
    source, confidence = Source(**item["source"]), item["confidence"]
    said = item.get("permits", {})
    return Technology(
        name=name,
        title=item["title"],
        family=family,
        licence=item["licence"],
        costs=tuple(_cost(cost, source, confidence) for cost in item["costs"]),
        limits={limit.measure: limit for limit in _limits(item.get("limits", {}), facts["limits"], source, confidence)},
        permits={aspect: _words(said.get(aspect)) for aspect in dict.fromkeys((*facts["permits"], *said))},
        read=frozenset(item.get("read", ())),
        source=source,
        checked_on=str(item.get("checked_on", facts["checked_on"])),
        confidence=confidence,
    )


def _cost(item: dict[str, Any], source: Source, confidence: str) -> Cost:
    amount = item.get("amount")
    return Cost(
        what=item["what"],
        unit=item.get("unit", ""),
        amount=Decimal(str(amount)) if amount is not None else None,
        currency=item.get("currency", "USD"),
        note=item.get("note", ""),
        source=Source(**item["source"]) if "source" in item else source,
        confidence=item.get("confidence", confidence),
    )


def _limits(stated: dict[str, dict[str, Any]], asked: list[str], source: Source, confidence: str) -> Iterator[Limit]:
    """The limits that every entry of the family is asked for, known or not, and those that are its own."""
    for measure in dict.fromkeys((*asked, *stated)):
        item = stated.get(measure, {})
        most = item.get("most")
        yield Limit(
            measure=measure,
            most=parse(str(most), MEASURES[measure][0]) if most is not None else None,
            written=_LONG.sub(lambda found: f"{int(found[0]):,}", str(most)) if most is not None else "unknown",
            note=item.get("note", ""),
            source=Source(**item["source"]) if "source" in item else source,
            confidence=item.get("confidence", confidence),
        )


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else str(value)
