"""The price of a supplier's batch lane."""

from __future__ import annotations

from typing import Final

from archwright.plan.entries import Entries
from archwright.plan.model import Price
from archwright.report.figures import Formula
from archwright.spec.settings.models import BatchLane

# A price is a whole number of pico-dollars; half a one is rounded to the even neighbour, as everywhere.
LESS: Final = Formula("rounded(price * (1 - discount))", {"rounded": round})


def batch_price(work: Entries, component: str, lane: BatchLane) -> Price:
    """The price of the lane: that of real time, which has been entered already, less the discount."""
    book = work.book
    discount = f"components.{component}.batch.discount"
    work.note(discount, lane.discount, "off every token in the batch lane")

    def less(kind: str) -> int:
        key = f"prices.{component}.{kind}"
        if key not in book:  # its own problem has been noted
            return 0
        figure = book.derive(
            f"prices.{component}.batch.{kind}", LESS, "token-price", f"{kind.replace('_', ' ')} tokens, batch lane",
            price=key, discount=discount,
        )  # fmt: skip
        return int(figure.value)

    said = f"{lane.discount} off the price of real time"
    return Price(less("input"), less("cached_input"), less("output"), said, work.as_of.isoformat())
