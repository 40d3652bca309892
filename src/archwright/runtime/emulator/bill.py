"""The supplier's own bill, kept in dollars by a calculation of its own: another way to the same sum as the ledger's."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from archwright.plan.price import NO_KINDS, Kinds, Price

MILLION = Decimal(1_000_000)


class Rates(NamedTuple):
    """Dollars for a million tokens of each kind, and for a million calls besides."""

    fresh: Decimal
    cached: Decimal
    written: Decimal
    kept_5m: Decimal
    kept_1h: Decimal
    call: Decimal


class Charged(NamedTuple):
    """One call that was charged, `finished` or `cut`; dollars as exact decimal text."""

    request: int
    attempt: int
    target: str
    kind: str
    dollars: str


@dataclass(slots=True)
class Line:
    """What one target charged: calls, tokens by kind and dollars, finished answers and cut ones apart.

    `lane` is the price of its batch lane, and `batch` counts the calls that were charged by it.
    """

    price: Price
    lane: Price
    calls: dict[str, int] = field(default_factory=lambda: {"finished": 0, "cut": 0})
    dollars: dict[str, Decimal] = field(default_factory=lambda: {"finished": Decimal(0), "cut": Decimal(0)})
    tokens: dict[str, int] = field(default_factory=lambda: {"input": 0, "cached": 0, "output": 0})
    refused: int = 0
    failed: int = 0
    batch: int = 0

    def charge(
        self, kind: str, batch: bool, prompt: int, cached: int, written: int, kinds: Kinds = NO_KINDS
    ) -> Decimal:
        """Charge for a call, `prompt` tokens of which `cached` are cheaper, and what was really written; in dollars.

        Of `kinds` those that the prompt cache keeps are told apart: they are dearer than what is only read.
        """
        rates = _rates((self.lane if batch else self.price).at(prompt))
        self.batch += batch
        self.calls[kind] += 1
        self.tokens["input"] += prompt
        self.tokens["cached"] += cached
        self.tokens["output"] += written
        short, long = kinds.cache_write_5m, kinds.cache_write_1h
        millionths = (prompt - cached - short - long) * rates.fresh + cached * rates.cached + written * rates.written
        millionths += short * rates.kept_5m + long * rates.kept_1h + rates.call
        self.dollars[kind] += millionths / MILLION
        return millionths / MILLION


def line(price: Price, batch: Price | None = None) -> Line:
    """An empty line; `batch` is the price of the batch lane, where there is one."""
    return Line(price, batch or price)


@lru_cache(maxsize=64)
def _rates(price: Price) -> Rates:
    """A pico-dollar a token is a millionth of a dollar for a million tokens."""
    kept = (price.input, price.input)
    if price.special is not None:
        kept = (price.special.cache_write_5m, price.special.cache_write_1h)
    each = (price.input, price.cached_input, price.output, *kept, price.request)
    return Rates(*(Decimal(kind) / MILLION for kind in each))


def statement(lines: dict[str, Line]) -> dict[str, object]:
    """The bill as plain data; dollars as exact decimal text."""
    return {
        "finished": str(sum((item.dollars["finished"] for item in lines.values()), Decimal(0))),
        "cut": str(sum((item.dollars["cut"] for item in lines.values()), Decimal(0))),
        "targets": {
            name: {
                "finished": str(item.dollars["finished"]),
                "cut": str(item.dollars["cut"]),
                "calls": item.calls,
                "tokens": item.tokens,
                "refused": item.refused,
                "failed": item.failed,
                "batch": item.batch,
            }
            for name, item in lines.items()
        },
    }
