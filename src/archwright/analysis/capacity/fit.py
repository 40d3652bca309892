"""Coefficients that fit measured points: a search along each of them and each pair, in steps that get smaller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from archwright.plan.steady import Request, steady
from archwright.policy.batching import Law

FIRST, LAST = 0.3, 0.002  # relative steps
LEAST_POINTS = 5
LEAST = 0.05  # of a factor: nothing is free
SINGULAR = 1e-9

Error = Callable[[tuple[float, ...]], float]


class Point(NamedTuple):
    """What was measured: requests at work at once, their tokens, and seconds for each output token."""

    concurrency: float
    prompt: float
    answer: float
    per_token_s: float


class Factors(NamedTuple):
    """How many times as long as the facts say memory and arithmetic take, and what is added to each step."""

    busy: float
    overhead: float


def search(error: Error, start: Sequence[float], most: Sequence[float], last: float = LAST) -> tuple[float, ...]:
    """Where an error is smallest, as far as steps find it; all coefficients are positive.

    A step changes one of them, or two against each other: what one explains the other can often explain, too. `most`
    bounds each; the steps begin at 30 % and end at `last`.
    """
    best = tuple(start)
    lowest = error(best)
    ways = _ways(len(best))
    step = FIRST
    while step > last:
        moved = False
        for way in ways:
            tried = tuple(
                min(bound, value * (1.0 + step) ** power) for value, bound, power in zip(best, most, way, strict=True)
            )
            found = error(tried)
            if found < lowest - 1e-12:
                best, lowest, moved = tried, found, True
        if not moved:
            step /= 2.0
    return best


def _ways(count: int) -> list[tuple[int, ...]]:
    """Up and down along each coefficient, then one up and another down."""
    single = [tuple(power if at == place else 0 for at in range(count)) for place in range(count) for power in (1, -1)]
    pairs = [
        tuple(1 if at == one else -1 if at == two else 0 for at in range(count))
        for one in range(count)
        for two in range(count)
        if one != two
    ]
    return [*single, *pairs]


def scaled(law: Law, factors: Factors) -> Law:
    """The law of a replica that takes so many times as long."""
    return law._replace(
        weights_s=law.weights_s * factors.busy,
        experts_s=law.experts_s * factors.busy,
        kv_s=law.kv_s * factors.busy,
        compute_s=law.compute_s * factors.busy,
        token_s=law.token_s * factors.busy,
        fixed_s=law.fixed_s * factors.overhead,
        sequence_s=law.sequence_s * factors.overhead,
    )


def errors(law: Law, points: Sequence[Point]) -> list[float]:
    """The relative error of the time for each output token at each point."""
    return [
        steady(law, Request(point.prompt, point.answer), point.concurrency).per_token_s / point.per_token_s - 1.0
        for point in points
    ]


def mape(found: Sequence[float]) -> float:
    """The mean of absolute relative errors."""
    return sum(abs(item) for item in found) / len(found)


def calibrated(law: Law, points: Sequence[Point]) -> Factors:
    """The two factors with the smallest sum of squared relative errors at the points.

    The time of a step is a sum of what each factor multiplies, so they solve two linear equations. A factor that would
    be below LEAST is LEAST, and the other one is the best beside it.
    """
    busy = [1.0 + error for error in errors(scaled(law, Factors(1.0, 0.0)), points)]
    rest = [1.0 + error for error in errors(scaled(law, Factors(0.0, 1.0)), points)]
    bb, br, rr = (_dot(busy, busy), _dot(busy, rest), _dot(rest, rest))
    determinant = bb * rr - br * br
    if determinant > SINGULAR * bb * rr:
        found = Factors(
            (rr * sum(busy) - br * sum(rest)) / determinant, (bb * sum(rest) - br * sum(busy)) / determinant
        )
        if min(found) >= LEAST:
            return found
    edges = (
        Factors(LEAST, max(LEAST, (sum(rest) - LEAST * br) / rr if rr else 1.0)),
        Factors(max(LEAST, (sum(busy) - LEAST * br) / bb), LEAST),
    )
    return min(edges, key=lambda factors: mape(errors(scaled(law, factors), points)))


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def left_out(law: Law, points: Sequence[Point]) -> list[float]:
    """The error at each point of a calibration with all the others: what to expect of a point that was not seen."""
    found = []
    for place, point in enumerate(points):
        others = [*points[:place], *points[place + 1 :]]
        found += errors(scaled(law, calibrated(law, others)), [point])
    return found
