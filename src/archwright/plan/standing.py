"""What models cost a month, called or not: hardware that is paid by the hour, throughput that is bought by the unit."""

from __future__ import annotations

from typing import Final

from archwright.plan.model import Plan
from archwright.report.figures import Book

HOUR: Final = 3600.0
HARDWARE: Final = ("hourly", "accelerators", "replicas")
UNITS: Final = ("unit_hourly", "units")


def standing_cost(book: Book, plan: Plan) -> int:
    """Pico-dollars a month, from the numbers of a compiled plan; what `price` bills as hardware and units of models."""
    hourly = 0.0
    for target in plan.targets:
        for parts in (HARDWARE, UNITS):
            keys = [f"components.{target.name}.{part}" for part in parts]
            if keys[0] in book:
                product = 1.0
                for key in keys:
                    product *= book[key].value
                hourly += product
    return round(hourly * plan.gateway.month_s / HOUR)
