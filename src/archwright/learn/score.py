"""The model: how likely it is that an answer is right, from a handful of features, by logistic regression."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STEPS: Final = 25  # Newton's steps; seven are mostly enough
HALVED: Final = 12  # times that a step is halved before it counts as none
CLOSE: Final = 1e-4  # of log-likelihood
ROUNDS: Final = 2
STRENGTH: Final = 1.0  # of the prior, in the precision of one weight
FOCUS: Final = 2.0  # labels count by this power of the chance to be right: the model must hold where it serves
FLOOR: Final = 1e-9
NEVER: Final = 2.0  # a threshold that no probability reaches
DOUBT: Final = 1.0
PROMISING: Final = 0.8  # from this chance on the model is held to its word
FEW: Final = 10.0  # errors that are taken to have been foreseen as they were, before any were counted
LUCK: Final = 1.0
SURE: Final = 2.0  # standard deviations by which a count of errors may be too small


class Model(NamedTuple):
    """Weights over the features as they are, the first for the constant, and the covariance of those weights."""

    weights: tuple[float, ...]
    spread: Array

    def chance(self, features: Sequence[float]) -> float:
        """The probability that the answer is right, 0 to 1."""
        at = sum(weight * value for weight, value in zip(self.weights, features, strict=True))
        return 1.0 / (1.0 + math.exp(-at)) if at > -700.0 else 0.0

    def chances(self, rows: Array) -> Array:
        """`chance` of many rows."""
        return _chance(rows @ np.asarray(self.weights))

    def state(self) -> dict[str, Any]:
        """As JSON can say it."""
        return {"weights": list(self.weights), "spread": self.spread.tolist()}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        """What `state` wrote."""
        return cls(tuple(state["weights"]), np.asarray(state["spread"], dtype=np.float64))


def fit(
    rows: Array, right: Array, weights: Array, prior: Sequence[float], begin: Sequence[float] | None = None
) -> Model:
    """The most probable weights given labels and a normal prior, by Newton's method (IRLS).

    `rows` has the features of one look-up a row, the first being 1; `right` its label, 0 or 1; `weights` what each
    label counts for. Features are brought to mean 0 and spread 1 first; there `prior` has the mean of each weight (the
    constant is free). Then the fit is repeated with each label weighed by its chance: a curve that bends in its lower
    part must not be wrong in its upper one. The posterior covariance is Laplace's approximation. With `begin`, weights
    such as those of the last fit, the same is found in fewer steps.
    Source: Bishop, Pattern Recognition and Machine Learning, 4.3.3 and 4.5.1.
    """
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    mean[0], scale[0] = 0.0, 1.0
    scale[scale < FLOOR] = 1.0
    inputs = (rows - mean) / scale
    centre = np.asarray(prior, dtype=np.float64)
    precision = np.full(len(centre), STRENGTH)
    precision[0] = 1e-3
    found = _scaled(begin, mean, scale) if begin is not None else centre
    found, hessian = _climb(inputs, right, weights, centre, precision, found)
    for _ in range(ROUNDS):
        near = weights * _chance(inputs @ found) ** FOCUS
        found, hessian = _climb(inputs, right, near, centre, precision, found)
    # Back to features as they are: w·(x - m)/s = (w/s)·x - (w/s)·m.
    turn = np.diag(1.0 / scale)
    turn[0, 1:] = -mean[1:] / scale[1:]
    plain = turn @ found
    return Model(tuple(float(value) for value in plain), turn @ np.linalg.inv(hessian) @ turn.T)


def worse(foreseen: Array, right: Array, weights: Array) -> float:
    """How many times as often promising answers were wrong as was foreseen when they were looked up; 1 at least.

    Of what a count of errors may mean it is the upper end. Where new questions come up that no label spoke of, a model
    that fits its labels still promises too much.
    """
    promising = foreseen >= PROMISING
    wrong = float(weights[promising] @ (1.0 - right[promising]))
    expected = float(weights[promising] @ (1.0 - foreseen[promising]))
    return max(1.0, (wrong + SURE * math.sqrt(wrong) + FEW) / (expected + FEW))


def _chance(at: Array) -> Array:
    found: Array = 1.0 / (1.0 + np.exp(-np.clip(at, -700.0, 700.0)))
    return found


def _scaled(plain: Sequence[float], mean: Array, scale: Array) -> Array:
    """Weights over features as they are, as weights over features of mean 0 and spread 1."""
    weights: Array = np.asarray(plain, dtype=np.float64)
    found = weights * scale
    found[0] = weights[0] + weights[1:] @ mean[1:]
    return found


def _climb(
    inputs: Array, right: Array, weights: Array, centre: Array, precision: Array, found: Array
) -> tuple[Array, Array]:
    """Newton's method from `found`, with steps that are halved until they lead up; the place and its bend."""

    def height(place: Array) -> float:
        at = inputs @ place
        return float(weights @ (right * at - np.logaddexp(0.0, at)) - 0.5 * precision @ (place - centre) ** 2)

    best = reached = height(found)
    hessian = np.diag(precision)
    for _ in range(STEPS):
        chance = _chance(inputs @ found)
        slope = inputs.T @ (weights * (right - chance)) - precision * (found - centre)
        hessian = (inputs * (weights * chance * (1.0 - chance))[:, None]).T @ inputs + np.diag(precision)
        step = np.linalg.solve(hessian, slope)
        for _ in range(HALVED):
            reached = height(found + step)
            if reached >= best:
                break
            step = step / 2.0
        gained = reached - best
        if gained < CLOSE:
            break
        found, best = found + step, best + gained
    return found, hessian


def threshold(model: Model, rows: Array, budget: float, per_all: bool, past: float = 0.0) -> float:
    """The lowest chance to serve at, so that the share of wrong answers stays within `budget`; 2 where there is none.

    Wrong answers are foreseen over `rows`, the features of recent look-ups: the model's sum, plus `DOUBT` standard
    deviations of that sum over the weights' posterior, plus `LUCK` of the Poisson number that comes of it. They may be
    `budget` of those that would hit, or of all (`per_all`). So where hits are few, more care is taken. The promise is
    one over all hits: with `past` ones before, the luck of the next ones moves that share by so much less.
    """
    if not len(rows):
        return NEVER
    chance = model.chances(rows)
    order = np.argsort(-chance, kind="stable")
    chance, ordered = chance[order], rows[order]
    pull = np.cumsum(ordered * (chance * (1.0 - chance))[:, None], axis=0)
    doubt = np.sqrt(np.maximum(0.0, np.einsum("ij,jk,ik->i", pull, model.spread, pull)))
    foreseen = np.cumsum(1.0 - chance) + DOUBT * doubt
    hits = np.arange(1, len(chance) + 1)
    allowed = budget * (len(rows) if per_all else hits)
    fits = np.flatnonzero(foreseen + LUCK * np.sqrt(foreseen * hits / (hits + past)) <= allowed)
    return float(chance[fits[-1]]) if len(fits) else NEVER
