"""Emulated embeddings: counts of character n-grams, hashed into a vector. Texts that share wording are near each other.

They know nothing of meaning: what they show is that vectors are made, kept, searched and paid for.
"""

from __future__ import annotations

import math
import re
import zlib
from functools import lru_cache
from typing import Final

PARTS: Final = 384
GRAMS: Final = (3, 4, 5)
_SPACE = re.compile(r"\W+")


def vector(text: str) -> list[float]:
    """A vector of length 1 from the n-grams of a text; damped counts, each with the sign that its hash says."""
    counts: dict[str, int] = {}
    for word in _SPACE.split(text.lower()):
        for gram in _grams(word):
            counts[gram] = counts.get(gram, 0) + 1
    parts = [0.0] * PARTS
    for gram, count in counts.items():
        place = zlib.crc32(gram.encode())
        parts[place % PARTS] += (1.0 if place & 0x8000_0000 else -1.0) * math.log1p(count)
    length = math.sqrt(math.fsum(part * part for part in parts)) or 1.0
    return [round(part / length, 6) for part in parts]


@lru_cache(maxsize=65_536)
def _grams(word: str) -> tuple[str, ...]:
    marked = f"<{word}>" if word else ""
    return tuple(marked[at : at + size] for size in GRAMS for at in range(len(marked) - size + 1))
