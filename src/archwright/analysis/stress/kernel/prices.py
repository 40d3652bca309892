"""What a call costs, as `plan.cost` says it."""

from __future__ import annotations

from archwright.analysis.stress.kernel.tables import State
from archwright.policy.lanes import BATCH


def cost(s: State, number: int, lane: int, tokens: tuple[int, int, int, int]) -> int:
    """Pico-dollars of a call of a target with so many tokens: in, of them cached, written to the cache; and out."""
    asked, cached, stored, written = tokens
    price = s.prices[_at(s, number, lane, asked)]
    found = (asked - cached - stored) * price.input + cached * price.cached + written * price.output
    return int(found + stored * price.stored + price.request)


def most(s: State, number: int, lane: int, asked: int, written: int) -> int:
    """What it may cost at most: what is reserved for it, as `plan.price` says it."""
    price = s.prices[_at(s, number, lane, asked)]
    return int(asked * price.most_in + written * price.most_out + price.request)


def _at(s: State, number: int, lane: int, asked: int) -> int:
    """The place of the price that holds for a call with so many input tokens."""
    target = s.targets[number]
    at = int(target.batch_price if lane == BATCH else target.price)
    while s.prices[at].last == 0 and asked > s.prices[at + 1].over:
        at += 1
    return at
