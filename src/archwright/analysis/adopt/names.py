"""Names for what had another name, or none: as the file allows them, each once."""

from __future__ import annotations

import re
from collections.abc import Collection

from archwright.base.units import show

TAKEN = frozenset({"component", "kind", "models", "people", "requests"})  # a journey cannot be called so
LONGEST = 60


def name(words: str, used: Collection[str], otherwise: str = "part") -> str:
    """`words` as a name that is not in `used`: ASCII letters, digits, `-` and `_`."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", words).strip("-_")[:LONGEST].strip("-_") or otherwise
    plain = f"{plain}-use" if plain in TAKEN else plain
    found, number = plain, 1
    while found in used:
        number += 1
        found = f"{plain}-{number}"
    return found


def counted(number: float) -> str:
    """A count with all its digits, or three figures of a small one."""
    return f"{number:.0f}" if number >= 10 else f"{number:.3g}"


def a_month(number: float) -> str:
    """A number of events a month."""
    return f"{counted(number)}/month"


def decimals(value: float) -> str:
    """A plain number with three figures."""
    return f"{value:.3g}"


def share(value: float) -> str:
    """A share in per cent; `0.12 %`."""
    return f"{100 * value:.3g} %"


def seconds(value: float) -> str:
    """A duration as people write it."""
    return show(value, "duration").replace(",", "")
