"""The supplier's own bill, kept in dollars by a calculation of its own: another way to the same sum as the ledger's."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from archwright.plan.model import Price

MILLION = Decimal(1_000_000)


@dataclass(slots=True)
class Line:
    """What one target charged: calls, tokens by kind and dollars, finished answers and cut ones apart."""

    per_million_in: Decimal
    per_million_cached: Decimal
    per_million_out: Decimal
    calls: dict[str, int] = field(default_factory=lambda: {"finished": 0, "cut": 0})
    dollars: dict[str, Decimal] = field(default_factory=lambda: {"finished": Decimal(0), "cut": Decimal(0)})
    tokens: dict[str, int] = field(default_factory=lambda: {"input": 0, "cached": 0, "output": 0})
    refused: int = 0
    failed: int = 0

    def charge(self, kind: str, prompt: int, cached: int, written: int) -> None:
        """Charge for a call: `prompt` tokens of which `cached` are cheaper, and what was really written."""
        self.calls[kind] += 1
        self.tokens["input"] += prompt
        self.tokens["cached"] += cached
        self.tokens["output"] += written
        fresh = prompt - cached
        millionths = fresh * self.per_million_in + cached * self.per_million_cached + written * self.per_million_out
        self.dollars[kind] += millionths / MILLION


def line(price: Price) -> Line:
    """An empty line. A pico-dollar a token is a millionth of a dollar for a million tokens."""
    return Line(Decimal(price.input) / MILLION, Decimal(price.cached_input) / MILLION, Decimal(price.output) / MILLION)


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
            }
            for name, item in lines.items()
        },
    }
