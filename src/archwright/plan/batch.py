"""The price of a supplier's batch lane."""

from __future__ import annotations

from typing import Final

from archwright.base.errors import Problem
from archwright.facts.vendors import Vendor
from archwright.plan.entries import Entries
from archwright.plan.price import Price
from archwright.plan.prices import EXTRA, made, tier_prefix
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

    def less(kind: str, prefix: str) -> int:
        key = f"prices.{component}.{prefix}{kind}"
        figure = book.derive(
            f"prices.{component}.batch.{prefix}{kind}", LESS, "token-price",
            f"{prefix}{kind} tokens, batch lane".replace("_", " "), price=key, discount=discount,
        )  # fmt: skip
        return int(figure.value)

    def entered(prefix: str) -> dict[str, int]:
        """All kinds that have a price; where there is none, its own problem has been noted."""
        found = {kind: less(kind, prefix) for kind in (*KINDS, *EXTRA) if f"prices.{component}.{prefix}{kind}" in book}
        return dict.fromkeys(KINDS, 0) | found

    above: list[tuple[int, dict[str, int]]] = []
    while f"prices.{component}.{tier_prefix(len(above) + 1)}over" in book:
        prefix = tier_prefix(len(above) + 1)
        above.append((int(book[f"prices.{component}.{prefix}over"].value), entered(prefix)))
    said = f"{lane.discount} off the price of real time"
    fee = f"prices.{component}.request"  # of a call and of no token, so nothing is off it
    return made(entered(""), above, said, work.as_of.isoformat(), int(book[fee].value) if fee in book else 0)
