"""Retry budget and pauses: retries are a share of the traffic, so that they cannot become a storm."""

from __future__ import annotations

from typing import NamedTuple


class RetryBudget(NamedTuple):
    """Each request earns `ratio` of a retry, at most `most` are saved up. A negative ratio is no bound."""

    ratio: float
    most: float


def earn(budget: RetryBudget, saved: float) -> float:
    """What is saved after one more request."""
    return min(budget.most, saved + max(0.0, budget.ratio))


def allowed(budget: RetryBudget, saved: float) -> int:
    """1 if one retry can be paid."""
    return 1 if budget.ratio < 0.0 or saved >= 1.0 else 0


def spend(budget: RetryBudget, saved: float) -> float:
    """What is saved after a retry."""
    return saved if budget.ratio < 0.0 else saved - 1.0


def pause(first_s: float, longest_s: float, tries: int, u: float) -> float:
    """Seconds before the try after `tries` tries (at least 1): full jitter under a doubling bound, `u` in [0, 1)."""
    bound = min(longest_s, first_s * 2.0 ** float(min(tries - 1, 30)))
    return float(bound * u)
