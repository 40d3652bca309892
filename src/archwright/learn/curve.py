"""What could be chosen: the share of look-ups that hit against the share of those hits that are right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from archwright.learn.score import Array

POINTS: Final = 40


class Point(NamedTuple):
    """One point of the curve: serve at or above `score`, and this share of look-ups hits, with this precision."""

    score: float
    hits: float
    precision: float


def frontier(scores: Array, right: Array, weights: Array, points: int = POINTS) -> tuple[Point, ...]:
    """The curve over labelled look-ups, from the fewest hits to the most; `weights` say how many each stands for."""
    if not len(scores):
        return ()
    order = np.argsort(-scores, kind="stable")
    scores, right, weights = scores[order], right[order], weights[order]
    hits, good = np.cumsum(weights), np.cumsum(weights * right)
    # Look-ups of one score are served together or not at all.
    last = np.flatnonzero(np.append(scores[1:] < scores[:-1], True))
    chosen = last[np.unique(np.linspace(0, len(last) - 1, points).round().astype(int))]
    return tuple(Point(float(scores[at]), float(hits[at] / hits[-1]), float(good[at] / hits[at])) for at in chosen)


def area(curve: Sequence[Point]) -> float:
    """The mean precision over all shares of hits, 0 to 1: one number by which caches are compared (P-CHR-AUC).

    Source: Closing the Calibration Gap, arXiv 2606.19719.
    """
    total, hits, precision = 0.0, 0.0, curve[0].precision if curve else 0.0
    for point in curve:
        total += (point.hits - hits) * (point.precision + precision) / 2.0
        hits, precision = point.hits, point.precision
    return total
