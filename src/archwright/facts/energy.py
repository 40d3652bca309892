"""Energy and carbon of tokens and accelerators: few numbers, wide bands, each with its source. It knows no system."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

WORLD = "world"


class Estimate(NamedTuple):
    """A number with the ends of its band (p10 and p90), its source and the day on which that was looked at."""

    value: float
    low: float
    high: float
    source: str
    checked_on: str


@cache
def _facts() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((files(__package__) / "energy.yaml").read_text("utf-8"))
    return found


def _estimate(numbers: dict[str, float], source: str) -> Estimate:
    return Estimate(numbers["value"], numbers["low"], numbers["high"], " ".join(source.split()), _day())


def _day() -> str:
    return str(_facts()["checked_on"])


def of_tokens(direction: str) -> Estimate:
    """Wh for a thousand tokens, `input` or `output`, the data centre's overhead included."""
    facts = _facts()["tokens"]
    return _estimate(facts[direction], facts["source"])


def watts(accelerator: str) -> Estimate | None:
    """Watts that one accelerator may draw, or None where that is not known; no band: it is a limit."""
    power = _facts()["accelerators"].get(accelerator)
    return Estimate(power, power, power, _facts()["accelerators_source"], _day()) if power is not None else None


def draw() -> Estimate:
    """The share of its limit that a serving accelerator draws."""
    return _estimate(_facts()["draw"], _facts()["draw_source"])


def overhead() -> Estimate:
    """Wh that a data centre uses for each Wh of its machines."""
    return _estimate(_facts()["overhead"], _facts()["overhead_source"])


def grid(region: str) -> tuple[str, Estimate]:
    """Grams of CO2 equivalent for a kWh of the grid that a region's name begins with, else the world's; and whose."""
    facts = _facts()["grids"]
    name = next((name for name in facts if name != WORLD and region.startswith(name)), WORLD)
    return name, _estimate(facts[name], _facts()["grids_source"])
