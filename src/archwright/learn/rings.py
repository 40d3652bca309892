"""The last rows of something, in a memory that does not grow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from archwright.learn.score import Array


class Ring:
    """The last `most` rows of `width` numbers."""

    def __init__(self, most: int, width: int) -> None:
        self._kept = np.zeros((most, width))
        self._pushed = 0

    def __len__(self) -> int:
        return min(self._pushed, len(self._kept))

    def push(self, row: Sequence[float]) -> None:
        """Another row; the oldest one goes where there is no place."""
        self._kept[self._pushed % len(self._kept)] = row
        self._pushed += 1

    def rows(self) -> Array:
        """What is kept, in the order of its places and not of its age."""
        return self._kept[: len(self)]

    def state(self) -> dict[str, Any]:
        """As JSON can say it."""
        return {"pushed": self._pushed, "rows": self.rows().tolist()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` wrote."""
        self._pushed = int(state["pushed"])
        if len(self):
            self._kept[: len(self)] = state["rows"]
