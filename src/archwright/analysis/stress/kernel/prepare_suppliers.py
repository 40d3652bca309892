"""The kernel's tables of models and their prices, from a plan."""

from __future__ import annotations

from archwright.analysis.stress.kernel import tables as t
from archwright.analysis.stress.kernel.prepare_pools import pooled
from archwright.plan.model import Plan, Target
from archwright.plan.price import Price
from archwright.plan.rules import price_of
from archwright.policy.lanes import BATCH, REALTIME

NAMES = (
    "first_token_s", "per_token_s", "prefill_rate", "spread", "error_rate", "prompt_cache", "prompt_writes",
    "batch_slower", "first_content_s",
)  # fmt: skip


def suppliers(plan: Plan) -> tuple[t.Table, t.Table]:
    """All targets, and the tiers of all prices: each target points to its first in both lanes."""
    prices: list[dict[str, float]] = []
    rows: list[dict[str, float]] = []
    for target, place in pooled(plan):
        row: dict[str, float] = {name: getattr(target, name) for name in NAMES}
        row |= {"pool": place, "price": len(prices)}
        prices += _tiers(target, REALTIME)
        row["batch_price"] = len(prices)
        prices += _tiers(target, BATCH)
        rows.append(row)
    return t.written(t.TARGET, rows), t.written(t.PRICE, prices)


def _tiers(target: Target, lane: int) -> list[dict[str, float]]:
    """The prices of a target in a lane, by how long the input is."""
    price = price_of(target, lane)
    overs = (0, *(tier.over for tier in price.tiers))
    rows = [_price(price.at(over + 1), over, target.prompt_keeps) for over in overs]
    rows[-1]["last"] = 1
    return rows


def _price(price: Price, over: int, keeps: str) -> dict[str, float]:
    row: dict[str, float] = {
        "over": over, "input": price.input, "cached": price.cached_input, "output": price.output,
        "request": price.request, "stored": price.input, "most_in": price.input, "most_out": price.output,
    }  # fmt: skip
    if price.special is not None:
        row["stored"] = price.special.cache_write_1h if keeps == "1h" else price.special.cache_write_5m
        row["most_in"], row["most_out"] = price.special.dearest(price.input, price.output, False)
    return row
