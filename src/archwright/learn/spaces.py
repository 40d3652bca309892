"""A recorded stream in namespaces: requests of different ones never meet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from archwright.learn.neighbours import Stream
from archwright.learn.recall import Near


class Spaces:
    """The questions of a log in their order, by row, each with its vector and its namespace."""

    def __init__(self, vectors: Sequence[Sequence[float]], spaces: Sequence[int]) -> None:
        rows: dict[int, list[int]] = {}
        for row, space in enumerate(spaces):
            rows.setdefault(space, []).append(row)
        self._rows = list(rows.values())
        self._at = {row: (place, at) for place, own in enumerate(self._rows) for at, row in enumerate(own)}
        self._streams = [Stream(np.array([vectors[row] for row in own], dtype=np.float32)) for own in self._rows]

    def clear(self) -> None:
        """Nothing is stored any more."""
        for stream in self._streams:
            stream.clear()

    def store(self, row: int) -> None:
        """The rows after `row` in its namespace may find it from now on."""
        place, at = self._at[row]
        self._streams[place].store(at)

    def near(self, row: int, most: int) -> list[Near]:
        """The stored rows before `row` in its namespace that are nearest to it, nearest first, at most `most`."""
        place, at = self._at[row]
        own = self._rows[place]
        return [Near(own[entry], similarity) for entry, similarity in self._streams[place].near(at, most)]
