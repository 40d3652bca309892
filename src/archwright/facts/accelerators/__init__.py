"""The shelf of accelerators: what an hour of one was offered for, by whom, where and when. It knows no system.

One YAML file an accelerator. An offer is not a contract: where several are known, the dearest one counts, and an
`hourly` of the design wins over all of them.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml


class Offer(NamedTuple):
    """Dollars for one accelerator for one hour, on demand; who offers it where, the source, the day it was checked."""

    hourly: Decimal
    provider: str
    region: str
    source: str
    checked_on: str


class Accelerator(NamedTuple):
    """An accelerator and what is offered."""

    name: str
    title: str
    offers: tuple[Offer, ...]

    @property
    def counted(self) -> Offer:
        """The offer that a forecast counts with: the dearest one."""
        return max(self.offers, key=lambda offer: offer.hourly)


def names() -> tuple[str, ...]:
    """All accelerators, sorted."""
    return tuple(
        sorted(item.name.removesuffix(".yaml") for item in files(__package__).iterdir() if item.name.endswith(".yaml"))
    )


@cache
def accelerator(name: str) -> Accelerator | None:
    """The facts of one accelerator, or None."""
    if name not in names():
        return None
    facts = yaml.safe_load((files(__package__) / f"{name}.yaml").read_text("utf-8"))
    offers = (
        Offer(Decimal(str(item["hourly"])), item["provider"], item["region"], item["source"], str(item["checked_on"]))
        for item in facts["offers"]
    )
    return Accelerator(name, facts["title"], tuple(offers))
