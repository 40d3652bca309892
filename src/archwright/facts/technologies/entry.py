"""What an entry of the catalogue holds: prices, limits and permissions, each with its source, as it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import chain
from typing import Final, NamedTuple

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


class Source(NamedTuple):
    """The title of a page and its address; an address may be unknown where the title says where it was seen."""

    title: str
    url: str

    @property
    def place(self) -> str:
        """Where it can be looked up: its address, or else its title."""
        return self.url or self.title


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
    """One entry. `permits` holds `yes`, `no`, words or `unknown` by aspect; `read` where each was read, if it was.

    `checked_on` is the day on which it was looked at, `licensed` where its licence was read, None where nobody read it.
    """

    name: str
    title: str
    family: str
    licence: str
    costs: tuple[Cost, ...]
    limits: Mapping[str, Limit]
    permits: Mapping[str, str]
    read: Mapping[str, Source]
    source: Source
    checked_on: str
    confidence: str
    licensed: Source | None = None

    @property
    def terms(self) -> str:
        """Its licence, and whether that is from memory; a service has none of its own."""
        known = self.licensed is not None or self.licence.startswith("proprietary")
        return self.licence if known else f"{self.licence} (from memory)"

    @property
    def constrains(self) -> str:
        """Its limits in one line."""
        return "; ".join(limit.shown for limit in self.limits.values()) or "unknown"

    def trust(self, aspect: str) -> str:
        """Whether what it permits was `seen` on a page, is from `memory`, or is `unknown`."""
        if self.permits[aspect] == "unknown":
            return "unknown"
        return "seen" if aspect in self.read else "memory"

    @property
    def allows(self) -> str:
        """What it permits in one line, what was read first."""
        said: dict[str, list[str]] = {"seen": [], "unknown": [], "memory": []}
        for aspect, words in self.permits.items():
            said[self.trust(aspect)].append(f"{aspect}: {words}")
        said["memory"][:1] = [f"from memory, {words}" for words in said["memory"][:1]]
        return "; ".join(chain.from_iterable(said.values())) or "unknown"

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
    def sources(self) -> tuple[Source, ...]:
        """Every page that something of it was read on, its own first, each once."""
        told = [self.source, *(cost.source for cost in self.costs), *(limit.source for limit in self.limits.values())]
        return tuple(dict.fromkeys([*told, *self.read.values()]))

    @property
    def origin(self) -> str:
        """Where it is from, when it was looked at, and how far it can be trusted."""
        how = "seen" if self.confidence == "seen" else "from memory"
        return f"{'; '.join(source.title for source in self.sources)}, {how}, {self.checked_on}"

    @property
    def remembered(self) -> int:
        """How much of what is said of it nobody looked up: prices, limits, what it permits, and its licence."""
        stated = [cost.confidence for cost in self.costs if cost.amount is not None]
        stated += [limit.confidence for limit in self.limits.values() if limit.most is not None]
        stated += [self.trust(aspect) for aspect in self.permits]
        return stated.count("memory") + (self.terms != self.licence)


class Family(NamedTuple):
    """Technologies of one kind, under the name of their file."""

    name: str
    title: str
    entries: Mapping[str, Technology]


def _remark(note: str, confidence: str) -> str:
    words = "; ".join(filter(None, (note, "from memory" if confidence == "memory" else "")))
    return f" ({words})" if words else ""
