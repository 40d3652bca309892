"""The shelf of accelerators: what one can do, and what an hour of it was offered for, by whom, where and when.

It knows no system. One YAML file an accelerator. An offer is not a contract: where several are known, the dearest one
counts, and an `hourly` of the design wins over all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

GIB = 2.0**30
# A precision that an accelerator has no unit for is computed in the next one that it has.
WIDER = {
    "bf16": ("bf16",),
    "fp8": ("fp8", "bf16"),
    "int8": ("int8", "fp8", "bf16"),
    "fp4": ("fp4", "fp8", "bf16"),
    "int4": ("bf16",),
}


class Offer(NamedTuple):
    """Dollars for one accelerator for one hour, on demand; who offers it where, the source, the day it was checked.

    `spot` is the price of an hour that may end at any moment, None where none was seen.
    """

    hourly: Decimal
    provider: str
    region: str
    source: str
    checked_on: str
    spot: Decimal | None = None


class Hardware(NamedTuple):
    """What an accelerator can do at best: bytes of memory, bytes and operations a second, and who says so when.

    `flops` are by precision, dense; `link` is what goes out to a neighbour.
    """

    memory: float
    bandwidth: float
    flops: Mapping[str, float]
    link: float
    source: str
    checked_on: str

    def speed(self, precision: str) -> float:
        """Operations a second on weights of a precision; where there is no unit for it, those of the next wider one."""
        return next(self.flops[wider] for wider in WIDER[precision] if wider in self.flops)


class Accelerator(NamedTuple):
    """An accelerator and what is offered; nobody may offer it."""

    name: str
    title: str
    offers: tuple[Offer, ...]
    hardware: Hardware

    @property
    def counted(self) -> Offer | None:
        """The offer that a forecast counts with: the dearest one."""
        return max(self.offers, key=lambda offer: offer.hourly, default=None)


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
        Offer(
            Decimal(str(item["hourly"])),
            item["provider"],
            item["region"],
            item["source"],
            str(item["checked_on"]),
            Decimal(str(item["spot"])) if "spot" in item else None,
        )
        for item in facts["offers"]
    )
    able = facts["hardware"]
    hardware = Hardware(
        memory=able["memory"] * GIB,
        bandwidth=able["bandwidth"] * 1e9,
        flops={precision: tera * 1e12 for precision, tera in able["tflops"].items()},
        link=able["link"] * 1e9,
        source=able["source"],
        checked_on=str(able["checked_on"]),
    )
    return Accelerator(name, facts["title"], tuple(offers), hardware)
