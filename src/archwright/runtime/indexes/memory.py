"""An index in memory: for each space a matrix, and the signs of its numbers as bits.

Bits that differ tell the angle between two vectors roughly (Charikar 2002, random hyperplanes; here the axes serve as
such), and counting them is some ten times as fast as multiplying. So they choose candidates; exact cosines order them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from archwright.learn.recall import Near
from archwright.runtime.directions import Floats, unit
from archwright.runtime.index import Index, IndexKind, checked

EXACT: Final = 2000  # so many rows and fewer are all compared exactly
CANDIDATES: Final = 300  # of more rows; measured recall of the five nearest: over 0.99 among 100,000
WORD: Final = 64
Words = NDArray[np.uint64]


class Block:
    """The rows of one space. Its room doubles as it fills and halves as it empties.

    The bits stand with all rows' first words in a row, then all their second words: one pass through memory for each.
    """

    def __init__(self, dimensions: int) -> None:
        self.count = 0
        self.entries = np.zeros(1, np.int64)
        self.rows = np.zeros((1, dimensions), np.float32)
        self.bits = np.zeros((-(-dimensions // WORD), 1), np.uint64)

    def append(self, entry: int, row: Floats) -> int:
        """Put a row behind the last one; its place."""
        at = self.count
        if at == len(self.entries):
            self._room(2 * at)
        self.entries[at], self.rows[at], self.bits[:, at] = entry, row, signs(row)
        self.count += 1
        return at

    def drop(self, at: int) -> int:
        """Take the row at a place away; the last one takes its place. The entry that moved, or was dropped."""
        self.count -= 1
        last = self.count
        moved = int(self.entries[last])
        self.entries[at], self.rows[at], self.bits[:, at] = moved, self.rows[last], self.bits[:, last]
        if 0 < self.count <= len(self.entries) // 4:
            self._room(len(self.entries) // 2)
        return moved

    def _room(self, rows: int) -> None:
        keep = self.count
        entries, matrix = np.zeros(rows, np.int64), np.zeros((rows, self.rows.shape[1]), np.float32)
        bits = np.zeros((len(self.bits), rows), np.uint64)
        entries[:keep], matrix[:keep], bits[:, :keep] = self.entries[:keep], self.rows[:keep], self.bits[:, :keep]
        self.entries, self.rows, self.bits = entries, matrix, bits

    def nearest(self, asked: Floats, most: int) -> list[Near]:
        """The nearest rows, nearest first."""
        if self.count > EXACT:
            chosen = self._candidates(signs(asked), max(CANDIDATES, most))
            entries, cosines = self.entries[chosen], self.rows[chosen] @ asked
        else:
            entries, cosines = self.entries[: self.count], self.rows[: self.count] @ asked
        order = np.lexsort((entries, -cosines))[:most]
        return [Near(int(entries[at]), max(-1.0, min(1.0, float(cosines[at])))) for at in order]

    def _candidates(self, asked: Words, many: int) -> NDArray[np.intp]:
        """The rows with the fewest bits that differ, at most `many`."""
        differing = np.zeros(self.count, np.uint16)
        for word, row in zip(asked, self.bits[:, : self.count], strict=True):
            differing += np.bitwise_count(row ^ word)
        if many >= self.count:
            return np.arange(self.count)
        return np.argpartition(differing, many)[:many]


class MemoryIndex(Index):
    """All spaces in memory. 100,000 vectors of 384 numbers take about 170 MB.

    Args:
        dimensions: how many numbers a vector has, 1 to 65,535.
    """

    def __init__(self, dimensions: int) -> None:
        if not 0 < dimensions < 65_536:
            raise ValueError(f"vectors of {dimensions} numbers")
        self.dimensions = dimensions
        self._blocks: dict[int, Block] = {}
        self._places: dict[int, tuple[int, int]] = {}  # of each entry: its space and its row there

    def add(self, entry: int, vector: Sequence[float], space: int) -> None:
        """Put an entry into a space."""
        checked(entry, space)
        row = unit(vector, self.dimensions)
        self.remove(entry)
        block = self._blocks.get(space)
        if block is None:
            block = self._blocks[space] = Block(self.dimensions)
        self._places[entry] = (space, block.append(entry, row))

    def remove(self, entry: int) -> None:
        """Take an entry out."""
        if entry not in self._places:
            return
        space, at = self._places[entry]
        block = self._blocks[space]
        self._places[block.drop(at)] = (space, at)
        del self._places[entry]
        if not block.count:
            del self._blocks[space]

    def search(self, vector: Sequence[float], space: int, most: int) -> list[Near]:
        """The nearest entries of a space."""
        checked(0, space)
        asked = unit(vector, self.dimensions)
        block = self._blocks.get(space)
        return block.nearest(asked, most) if block is not None and most > 0 else []

    def __len__(self) -> int:
        return len(self._places)

    def close(self) -> None:
        """Free its memory."""
        self._blocks.clear()
        self._places.clear()


def signs(row: Floats) -> Words:
    """The signs of a vector's numbers as bits, in words of 64; the last word is filled up with zeros."""
    packed = np.packbits(row > 0)
    filled = np.zeros(-(-len(row) // WORD) * (WORD // 8), np.uint8)
    filled[: len(packed)] = packed
    return filled.view(np.uint64)


def _open(dimensions: int, place: str) -> Index:
    return MemoryIndex(dimensions)


def _ready(place: str) -> None:
    """It needs nothing but what is loaded."""


INDEX = IndexKind("memory", False, _open, _ready)
