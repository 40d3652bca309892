"""What a call costs, as `plan.cost` says it."""

from __future__ import annotations

from archwright.analysis.stress.kernel.tables import State
from archwright.policy.lanes import BATCH


def cost(s: State, number: int, lane: int, tokens: tuple[int, int, int, int]) -> int:
    """Pico-dollars of a call of a target with so many tokens: in, of them cached, written to the cache; and out."""
    target = s.targets[number]
    asked, cached, stored, written = tokens
    at = target.batch_price if lane == BATCH else target.price
    while s.prices[at].last == 0 and asked > s.prices[at + 1].over:
        at += 1
    price = s.prices[at]
    found = (asked - cached - stored) * price.input + cached * price.cached + written * price.output
    return int(found + stored * price.stored + price.request)
