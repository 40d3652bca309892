"""What a component costs besides tokens, accelerators and wages: plans, hours, calls, storage and egress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archwright.spec.given import Given
from archwright.spec.shapes import DEAREST, Record, number

# What is counted, and the price that it needs: one without the other is a question, not a zero.
PAIRS: Final = (("stored", "per_gb_month"), ("sent", "per_gb"))


@dataclass(frozen=True, kw_only=True)
class Charges(Record):
    """What a component costs beside what its kind is priced by; each part is a line of the bill."""

    monthly: Given | None = number(
        "money-rate", "a plan, a licence, a support contract, such as $95/month", default=None, estimate=True
    )
    hourly: Given | None = number(
        "money", "one replica for one hour, such as a machine", default=None, maximum=DEAREST, estimate=True
    )
    per_call: Given | None = number(
        "money",
        "one call: a search, a rerank, a tool, a score of a classical model",
        default=None,
        maximum=DEAREST,
        estimate=True,
    )
    calls: Given | None = number("rate", "calls, where no step of a journey happens at it", default=None, estimate=True)
    stored: Given | None = number("size", "what it keeps, such as 40 GB", default=None, estimate=True)
    per_gb_month: Given | None = number(
        "money", "one GB kept for one month", default=None, maximum=DEAREST, estimate=True
    )
    sent: Given | None = number("size", "sent out of its region by each call", default=None, estimate=True)
    per_gb: Given | None = number(
        "money", "one GB sent out of its region", default=None, maximum=DEAREST, estimate=True
    )


@dataclass(frozen=True, kw_only=True)
class Upkeep(Record):
    """Engineers who keep it running: their hours each month, and what one hour costs."""

    hours: Given = number("duration", "time of all engineers each month, such as 40 h", estimate=True)
    hourly: Given = number("money", "one hour of one engineer", maximum=DEAREST, estimate=True)


@dataclass(frozen=True, kw_only=True)
class Provisioned(Record):
    """Throughput that is bought by the unit and paid used or not; what it does not carry is paid by the token."""

    units: Given = number("count", "units that are bought", minimum=1)
    hourly: Given = number("money", "one unit for one hour", maximum=DEAREST, estimate=True, positive=True)
    covers: Given = number("share", "share of the calls that the units carry", default="100 %", maximum=1,
                           estimate=True)  # fmt: skip
