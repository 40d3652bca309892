"""How data is kept, on whose terms, and how a caller is let in: facts of any component or flow, whatever its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from archwright.spec.given import Given, Word
from archwright.spec.shapes import Record, choice, number, text, truth

ERASURES: Final = ("by-key", "expires", "none", "unknown")
IDENTITIES: Final = ("caller", "service", "shared", "admin", "none", "unknown")


@dataclass(frozen=True, kw_only=True)
class Kept(Record):
    """How a component keeps its data."""

    encrypted: str = truth("is it encrypted where it lies?")
    erasure: str = choice(ERASURES, "how the data of one person leaves it", default="unknown")
    separated: str = truth("does each tenant see only its own?")
    freshness: Given | None = number("duration", "what it gives is never older than this", default=None, positive=True)


@dataclass(frozen=True, kw_only=True)
class CallerLimit(Record):
    """How much one caller may ask for."""

    SHORT: ClassVar[str] = "requests"
    requests: Given | None = number("rate", "requests of one caller, such as 20/min", default=None, positive=True)
    size: Given | None = number("size", "largest request, such as 20 KB", default=None, positive=True)


@dataclass(frozen=True, kw_only=True)
class Supplier(Record):
    """The terms that somebody gave who runs it for us. Unknown is never read as good."""

    name: Word = text("who runs it")
    training: str = truth("may the supplier train on our data?")
    retention: Given | None = number("duration", "how long the supplier keeps our data", default=None)
    agreement: str = truth("is a data processing agreement signed?")
