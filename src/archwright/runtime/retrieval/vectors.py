"""Search by vectors: the signs of their parts as bits find candidates, exact cosines order them. Plain Python.

So many passages as EXACT and fewer are all compared exactly, which takes about 15 ms for 1,000 vectors of 384 numbers.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from operator import mul
from typing import Final

EXACT: Final = 2000
CANDIDATES: Final = 1000  # of more passages


class Vectors:
    """Vectors by row, each made as long as 1.

    Args:
        vectors: one for each passage, in order, all of one length.

    Raises:
        ValueError: they differ in length, or hold what is no number.
    """

    def __init__(self, vectors: Iterable[Sequence[float]]) -> None:
        self.rows = [unit(vector) for vector in vectors]
        self.size = len(self.rows[0]) if self.rows else 0
        if any(len(row) != self.size for row in self.rows):
            raise ValueError("vectors of different length")
        self.signs = [_signs(row) for row in self.rows]

    def search(self, vector: Sequence[float], most: int) -> dict[int, float]:
        """Cosines from 0 to 1 by row (negative ones count as 0) of the nearest passages, at most `most`.

        Raises:
            ValueError: the vector is of another length, or holds what is no number.
        """
        asked = unit(vector)
        if len(asked) != self.size:
            raise ValueError(f"a vector of {len(asked)} numbers; the passages have {self.size}")
        rows: Iterable[int] = range(len(self.rows))
        if len(self.rows) > EXACT:
            signs = _signs(asked)
            rows = nsmallest(CANDIDATES, rows, key=lambda row: (signs ^ self.signs[row]).bit_count())
        scores = [(-max(0.0, sum(map(mul, asked, self.rows[row]))), row) for row in rows]
        return {row: min(1.0, -score) for score, row in nsmallest(most, scores)}


def unit(vector: Sequence[float]) -> array[float]:
    """A vector of the same direction and length 1; one without direction stays as it is.

    Raises:
        ValueError: it holds what is no number.
    """
    length = math.sqrt(math.fsum(part * part for part in vector))
    if not math.isfinite(length):
        raise ValueError("a vector with a part that is no number")
    return array("f", (part / length for part in vector) if length > 0 else vector)


def _signs(row: Iterable[float]) -> int:
    """The signs of a vector's parts as the bits of a number."""
    return int("".join("1" if part > 0 else "0" for part in row) or "0", 2)
