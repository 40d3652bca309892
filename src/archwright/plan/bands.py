"""How far a number may be off: the band of a leaf, and what it is drawn as. The same key meets the same luck.

A band runs from p10 to p90. One that the file states (`low`, `high`) holds as it is, also for what is measured. A guess
without one is taken to lie within a factor of 1.5 of what was guessed, four times of five: a convention, not knowledge,
which is why the file may say better. Shares keep between 0 and 1: their odds vary by the factor. What is measured,
sourced or set, and states no band, is taken at its word, and so are prices.

Between and beyond the ends a number follows a log-normal law (a log-odds one for shares), whose two halves may differ
in width. Where an end is not above 0, it is normal instead.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from archwright.policy.chance import fold, normal
from archwright.report.figures import Book, Figure

FACTOR: Final = 1.5
Z90: Final = 1.2815515655446004  # the standard normal quantile of 0.9
DRAWN: Final = 41  # the purpose of these draws
LEAST: Final = {"repeats.mean": 1.0, "answers": 1.0, "wordings": 1.0}  # what a number cannot be below, by its key's end
STATED: Final = "as stated"
ASSUMED: Final = f"a guess without a band: a factor of {FACTOR:g} either way"


class Band(NamedTuple):
    """The p10 and p90 of a number, and whose they are."""

    low: float
    value: float
    high: float
    share: bool
    least: float
    words: str


def band(figure: Figure) -> Band | None:
    """The band of a leaf; None where the number is taken at its word."""
    if figure.formula:
        return None
    least = next((bound for end, bound in LEAST.items() if figure.key.endswith(f".{end}")), 0.0)
    share = figure.dimension == "share" and 0 < figure.value < 1
    if figure.low is not None and figure.high is not None:
        return Band(figure.low, figure.value, figure.high, share, least, STATED) if figure.high > figure.low else None
    if figure.origin != "guessed" or figure.value <= least:
        return None
    if share:
        odds = figure.value / (1 - figure.value)
        low, high = (odds * k / (1 + odds * k) for k in (1 / FACTOR, FACTOR))
    else:
        above = figure.value - least
        low, high = least + above / FACTOR, least + above * FACTOR
    return Band(low, figure.value, high, share, least, ASSUMED)


def bands(book: Book, keys: Iterable[str]) -> dict[str, Band]:
    """The leaves that `keys` rest on and that have a band, in the order in which they are met."""
    found: dict[str, Band] = {}
    for key in keys:
        for leaf in book.leaves(key):
            own = band(leaf)
            if own is not None:
                found.setdefault(leaf.key, own)
    return found


def quantile(item: Band, u: float) -> float:
    """The value that a share `u` of all draws lies below; 0.1 gives the low end, 0.9 the high one."""
    z = normal(u) / Z90
    end = item.low if z < 0 else item.high
    size = abs(z)
    low, value, far = min(item.low, end), item.value, end
    if item.share and low > 0 and far < 1:
        odds: float = value / (1 - value) * ((far / (1 - far)) / (value / (1 - value))) ** size
        return odds / (1 + odds)
    floor = item.least if low > item.least else 0.0
    if low > floor:
        found: float = floor + (value - floor) * ((far - floor) / (value - floor)) ** size
        return found
    moved = value + (far - value) * size
    return max(moved, item.least) if value >= 0 and item.low >= 0 else moved


def luck(key: str, draws: int, seed: int) -> list[float]:
    """`draws` numbers in (0, 1) for a key: one of each equal part, in a random order (a Latin hypercube)."""
    salt = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=6).digest(), "big")
    order = sorted(range(draws), key=lambda n: fold(seed, n, salt, DRAWN))
    places = [0.0] * draws
    for rank, n in enumerate(order):
        places[n] = (rank + 0.5) / draws
    return places


def drawn(found: Mapping[str, Band], draws: int, seed: int) -> dict[str, list[float]]:
    """Draws of every leaf; a key that two designs share is drawn alike for both."""
    return {key: [quantile(item, u) for u in luck(key, draws, seed)] for key, item in found.items()}


def finite(values: Iterable[float]) -> list[float]:
    """The values that are numbers, rising."""
    return sorted(value for value in values if math.isfinite(value))
