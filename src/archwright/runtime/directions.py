"""Vectors as NumPy has them: checked and made as long as 1. Only what searches or makes vectors loads this."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def unit(vector: Sequence[float], dimensions: int) -> Floats:
    """A vector of the same direction and length 1.

    Raises:
        ValueError: it has another number of parts, a part that is no number, or no direction.
    """
    try:
        made = np.asarray(vector, np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"this is no vector: {error}") from error
    if made.shape != (dimensions,):
        raise ValueError(f"a vector of {made.size} numbers where {dimensions} are wanted")
    top = float(np.abs(made).max(initial=0.0))  # so that no square is too large
    if not np.isfinite(top):
        raise ValueError("a vector with a part that is no number")
    if top == 0.0:
        raise ValueError("a vector without direction: all its parts are 0")
    made = made / top
    return np.asarray(made / np.sqrt(made @ made), np.float32)
