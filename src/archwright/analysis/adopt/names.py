"""Names for what had another name, or none: as the file allows them, each once."""

from __future__ import annotations

import re
from collections.abc import Collection

from archwright.base.units import show

TAKEN = frozenset({"component", "kind", "models", "people", "requests"})  # a journey cannot be called so
LONGEST = 60


def name(words: str, used: Collection[str], otherwise: str = "part") -> str:
    """`words` as a name that is not in `used`: ASCII letters, digits, `-` and `_`."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", words).strip("-")[:LONGEST].strip("-") or otherwise
    plain = f"{plain}-use" if plain in TAKEN else plain
    found, number = plain, 1
    while found in used:
        number += 1
        found = f"{plain}-{number}"
    return found


def a_month(count: float) -> str:
    """A number of events a month, with all its digits."""
    return f"{count:.0f}/month" if count >= 10 else f"{count:.3g}/month"


def tokens(count: float) -> str:
    """A number of tokens."""
    return f"{count:.0f}" if count >= 10 else f"{count:.3g}"


def decimals(value: float) -> str:
    """A plain number with three figures."""
    return f"{value:.3g}"


def share(value: float) -> str:
    """A share in per cent; `0.12 %`."""
    return f"{100 * value:.3g} %"


def seconds(value: float) -> str:
    """A duration as people write it."""
    return show(value, "duration").replace(",", "")
