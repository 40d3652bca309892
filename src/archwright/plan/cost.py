"""The one arithmetic of money: what a model call costs, in the forecast and in the ledger."""

from __future__ import annotations

from typing import Final

from archwright.plan.model import Price
from archwright.report.figures import Formula

CALL_COST: Final = Formula(
    "(tokens_in - tokens_cached) * price_in + tokens_cached * price_cached + tokens_out * price_out"
)


def call_cost(tokens_in: int, tokens_cached: int, tokens_out: int, price: Price) -> int:
    """Pico-dollars of one call, exact. `tokens_cached` are part of `tokens_in`, which decide the context tier."""
    price = price.at(tokens_in)
    cost: int = CALL_COST.compute(
        price.cached_input, price.input, price.output, tokens_cached, tokens_in, tokens_out
    )  # in the order of their names
    return cost + price.request
