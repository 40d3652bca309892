"""The one arithmetic of money: what a model call costs, in the forecast and in the ledger."""

from __future__ import annotations

from typing import Final

from msgspec.structs import astuple

from archwright.plan.price import Kinds, Price, Special
from archwright.report.figures import Formula

CALL_COST: Final = Formula(
    "(tokens_in - tokens_cached) * price_in + tokens_cached * price_cached + tokens_out * price_out"
)


def call_cost(tokens_in: int, tokens_cached: int, tokens_out: int, price: Price, kinds: Kinds | None = None) -> int:
    """Pico-dollars of one call, exact. `tokens_cached` are part of `tokens_in`, which decide the context tier.

    `kinds` are those of its tokens that may have a price of their own; None: there are none.
    """
    price = price.at(tokens_in)
    aside = 0
    if kinds is not None and price.special is not None:
        aside = kinds_cost(kinds, price.special)
        tokens_in, tokens_out = tokens_in - kinds.inward, tokens_out - kinds.outward
    cost: int = CALL_COST.compute(
        price.cached_input, price.input, price.output, tokens_cached, tokens_in, tokens_out
    )  # in the order of their names
    return cost + aside + price.request


def kinds_cost(kinds: Kinds, special: Special) -> int:
    """Pico-dollars of the tokens that have a price of their own: `tokens * price`, kind by kind."""
    return (
        kinds.cache_write_5m * special.cache_write_5m
        + kinds.cache_write_1h * special.cache_write_1h
        + kinds.image * special.image
        + kinds.audio * special.audio
        + kinds.reasoning * special.reasoning
        + kinds.speech * special.speech
    )


def kinds_told(kinds: Kinds | None, price: Price) -> tuple[tuple[str, int, int], ...]:
    """(kind, tokens, pico-dollars each) of those that there are, as a ledger writes them down."""
    if kinds is None:
        return ()
    usual = (price.input,) * 4 + (price.output,) * 2
    each = usual if price.special is None else astuple(price.special)
    return tuple((name, count, cost) for name, count, cost in zip(Kinds._fields, kinds, each, strict=True) if count)
