"""The nearest earlier questions of a recorded stream, found once for every setting that is tried on it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from archwright.learn.recall import Near

Vectors = NDArray[np.float32]
KEPT: Final = 256  # earlier questions that are remembered for each; where too few of them are stored, all are looked at
BLOCK: Final = 512


class Stream:
    """The questions of a log in their order, by row. A row that is stored is found by the rows after it."""

    def __init__(self, vectors: Vectors) -> None:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        self.vectors: Vectors = (vectors / np.where(lengths > 0.0, lengths, 1.0)).astype(np.float32)
        self._rows, self._similar = _earlier(self.vectors)
        self._stored = np.zeros(len(vectors), dtype=np.bool_)

    def __len__(self) -> int:
        return len(self.vectors)

    def clear(self) -> None:
        """Nothing is stored any more."""
        self._stored[:] = False

    def store(self, row: int) -> None:
        """The rows after `row` may find it from now on."""
        self._stored[row] = True

    def near(self, row: int, most: int) -> list[Near]:
        """The stored rows before `row` that are nearest to it, nearest first, at most `most`."""
        rows = self._rows[row]
        found = np.flatnonzero(self._stored[rows])[:most]
        if len(found) == most or row <= len(rows):
            return [Near(int(rows[at]), float(self._similar[row, at])) for at in found if rows[at] < row]
        stored = np.flatnonzero(self._stored[:row])
        similar = self.vectors[stored] @ self.vectors[row]
        order = np.argsort(-similar, kind="stable")[:most]
        return [Near(int(stored[at]), float(similar[at])) for at in order]


def _earlier(vectors: Vectors) -> tuple[NDArray[np.int32], Vectors]:
    """For each row the nearest rows before it and their cosines; where there are too few, the rest is not before it."""
    count = len(vectors)
    most = min(KEPT, max(1, count))
    rows = np.zeros((count, most), dtype=np.int32)
    similar = np.full((count, most), -2.0, dtype=np.float32)
    for begin in range(0, count, BLOCK):
        end = min(count, begin + BLOCK)
        block = vectors[begin:end] @ vectors[: max(end, most)].T
        block[np.arange(block.shape[1])[None, :] >= np.arange(begin, end)[:, None]] = -2.0
        best = np.argpartition(-block, most - 1, axis=1)[:, :most]
        values = np.take_along_axis(block, best, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        rows[begin:end] = np.take_along_axis(best, order, axis=1)
        similar[begin:end] = np.take_along_axis(values, order, axis=1)
    return rows, similar
