"""The price of a supplier's batch lane."""

from __future__ import annotations

from typing import Final

from archwright.base.errors import Problem
from archwright.facts.vendors import Vendor
from archwright.plan.entries import Entries
from archwright.plan.model import Price
from archwright.report.figures import Formula
from archwright.spec.settings.models import BatchLane

KINDS: Final = ("input", "cached_input", "output")
# A price is a whole number of pico-dollars; half a one is rounded to the even neighbour, as everywhere.
LESS: Final = Formula("rounded(price * (1 - discount))", {"rounded": round})


def batch_price(work: Entries, component: str, lane: BatchLane, vendor: Vendor | None) -> Price:
    """The price of the lane: that of real time, which has been entered already, less the discount.

    A lane that cannot be asked for is a problem: its discount would stand in the forecast and never on the bill.
    `vendor` None: a supplier of whom nothing is known but what the file says.
    """
    book = work.book
    if (vendor is not None and not vendor.tier) or not lane.tier:
        found = "its `tier` is empty" if vendor is None or vendor.tier else f"no request to {vendor.name} can name one"
        message = f"the batch lane of `{component}` cannot be asked for: {found}"
        mend = "leave `batch` out: batch journeys then have the price of real time"
        work.problems.append(Problem("no-lane", message, lane.where, mend))
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
    long = [less(f"long_{kind}") if f"prices.{component}.long_{kind}" in book else 0 for kind in KINDS]
    over = int(book[f"prices.{component}.long_over"].value) if f"prices.{component}.long_over" in book else 0
    return Price(
        less("input"), less("cached_input"), less("output"), said, work.as_of.isoformat(), 0, over,
        long[0], long[1], long[2],
    )  # fmt: skip
