"""What a semantic cache is held against: one threshold for everything, and vCache's published method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from archwright.learn.replay import Log

EARLY = 6  # observations of an entry that vCache waits for; two of them are made up


class Row(NamedTuple):
    """What one policy did with one stream: shares of requests, and wrong answers among those served."""

    saved: float
    audits: float
    wrong: float
    served: int


def fixed(log: Log, bound: float) -> Row:
    """Serve whatever is at least so similar; the rest is asked and stored."""
    log.stream.clear()
    served = wrong = 0
    for row in range(len(log.texts)):
        near = log.stream.near(row, 1)
        if near and near[0].similarity >= bound:
            served += 1
            wrong += log.answers[near[0].entry] != log.answers[row]
        else:
            log.stream.store(row)
    return Row(served / len(log.texts), 0.0, wrong / max(1, served), served)


def vcache(log: Log, target: float, luck: Callable[[int], float]) -> Row:
    """The method of vCache, from its paper (Schroeder et al., arXiv 2502.03771): a logistic curve for every entry."""
    log.stream.clear()
    seen: dict[int, list[tuple[float, float]]] = {}
    fits: dict[int, tuple[float, float, float]] = {}
    served = wrong = 0
    for row in range(len(log.texts)):
        near = log.stream.near(row, 1)
        if not near:
            log.stream.store(row)
            seen[row] = [(0.0, 0.0), (1.0, 1.0)]
            continue
        entry, similarity = near[0].entry, round(near[0].similarity, 3)
        same = log.answers[entry] == log.answers[row]
        if len(seen[entry]) >= EARLY and luck(row) > _explore(fits[entry], similarity, target):
            served += 1
            wrong += not same
            continue
        seen[entry].append((similarity, float(same)))
        if len(seen[entry]) >= EARLY:
            fits[entry] = _curve(seen[entry])
        if not same:
            log.stream.store(row)
            seen[row] = [(0.0, 0.0), (1.0, 1.0)]
    return Row(served / len(log.texts), 0.0, wrong / max(1, served), served)


def _curve(seen: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The similarity at which the curve crosses one half, its steepness, and the variance of the first."""
    points = np.asarray(seen)
    rows, right = np.column_stack([np.ones(len(points)), points[:, 0]]), points[:, 1]
    weights, bend = np.zeros(2), np.eye(2)
    for _ in range(60):
        chance = 1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -700, 700)))
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + 1e-12 * np.eye(2)
        slope = rows.T @ (right - chance)
        if np.abs(slope).max() < 1e-8:
            break
        step = np.linalg.solve(bend, slope)
        weights += step * min(1.0, 30.0 / max(1e-9, float(np.abs(step).max())))
    steep = max(float(weights[1]), 1e-6)
    middle = min(1.0, max(0.0, -float(weights[0]) / steep))
    if points[right == 1, 0].min() > points[right == 0, 0].max():
        # Separated classes have no finite fit: a variance stands in that falls as one does, between the ends of theirs.
        # Their table is not ours to copy.
        return middle, steep, max(0.01, 0.035 * EARLY / len(points))
    turn = np.asarray([-1.0 / steep, float(weights[0]) / steep**2])
    return middle, steep, max(0.0, float(turn @ np.linalg.solve(bend, turn)))


SURE = np.linspace(1e-6, 1 - 1e-6, 50)
REACH = np.asarray([NormalDist().inv_cdf(1 - value) for value in SURE])


def _explore(fit: tuple[float, float, float], similarity: float, target: float) -> float:
    """The probability with which a request is asked, the lowest over the confidences in the curve."""
    middle, steep, variance = fit
    bound = np.clip(middle + REACH * variance**0.5, 0, 1)
    right = (1 - SURE) / (1 + np.exp(-np.clip(steep * (similarity - bound), -700, 700)))
    return float(np.min(1 - target / (1 - right)))
