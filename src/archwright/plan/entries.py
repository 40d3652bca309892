"""What compiling enters into its book, and what it finds wrong. It knows keys and numbers, not the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from archwright.base.errors import Location, Problem
from archwright.base.units import MONTH
from archwright.facts import prices
from archwright.report.figures import Book, Figure
from archwright.spec.given import Given
from archwright.spec.model import System
from archwright.spec.overrides import Overrides

Lookup = Callable[[str, str, dt.date], prices.TokenPrice]
LARGEST = 2**63 - 1  # what every reader of a plan or a ledger can hold


@dataclass(slots=True)
class Entries:
    """The system, the facts, and what was entered and found wrong so far."""

    system: System
    as_of: dt.date
    overrides: Overrides
    lookup: Lookup
    book: Book = field(default_factory=Book)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def note(self, key: str, item: Given | None, label: str = "") -> float:
        """Enter a number that a person wrote; its value, or 0 if it was left out."""
        if item is None:
            return 0.0
        origin: str = item.origin if item.origin != "chosen" else "set"
        if item.note == "default" and item.value in (0, 1):
            origin = "default"  # nothing, all or once: leaving it out is not a guess
        self.book.add(
            Figure(
                key,
                item.value,
                item.dimension,
                label,
                origin=origin,
                note=item.note,
                written=item.text,
                where=item.where,
                low=item.low.value if item.low else None,
                high=item.high.value if item.high else None,
            )
        )
        return item.value

    def whole(self, key: str, item: Given | None, label: str = "", times: float = 1.0) -> int:
        """Enter a number and round it, multiplied by `times`; what is too large for the ledger is a problem."""
        value = round(self.note(key, item, label) * times)
        if item is not None and value > LARGEST:
            mend = "money is counted in millionths of a millionth of a dollar, up to nine million dollars"
            self.problems.append(
                Problem(
                    "out-of-range", f"`{item}` is too large to be counted", item.where, mend if times == MONTH else ""
                )
            )
            return 0
        return value

    def fact(self, key: str, value: float, dimension: str, label: str, note: str) -> None:
        """Enter a number that is a fact about the world."""
        self.book.leaf(key, value, dimension, label=label, origin="fact", note=note)

    def price(self, component: str, kind: str, value: int, origin: str, note: str, where: Location) -> int:
        """Enter the price of a kind of tokens."""
        label = f"{kind.replace('_', ' ')} tokens"
        key = f"prices.{component}.{kind}"
        self.book.add(Figure(key, value, "token-price", label, origin=origin, note=note, where=where))
        return value
