"""How far a simulation and a rehearsal of the same workload are apart, in three numbers that have bounds.

Agreement is *consistency*: the gateway does what the simulator says. It says nothing of the world.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

COUNTS: Final = ("requests", "attempts", "cache_hits", "fallbacks", "degraded", "failures", "shed", "openings")
LATENCIES: Final = ("p50", "p95", "request_p50", "request_p95")
FEW: Final = 20  # a count is an error of 1 in `FEW` apart where it is smaller: by one at most within 5 %

COUNT: Final = 0.05
LATENCY: Final = 0.15
COST: Final = 0.02


class Agreement(NamedTuple):
    """The largest relative difference of a count, of a latency, and that of the cost; each at least 0."""

    counts: float
    latencies: float
    cost: float

    @property
    def holds(self) -> bool:
        """Whether all three are within their bounds."""
        return self.counts <= COUNT and self.latencies <= LATENCY and self.cost <= COST


def agreement(predicted: Mapping[str, float], ran: Mapping[str, float]) -> Agreement:
    """How far `ran` is from `predicted`, both by the keys of `sides.of_outcome`.

    Raises:
        KeyError: one of the two lacks a measure.
    """
    return Agreement(
        max(_apart(predicted[key], ran[key], FEW) for key in COUNTS),
        max(_apart(predicted[key], ran[key], 0.0) for key in LATENCIES),
        _apart(predicted["cost"], ran["cost"], 0.0),
    )


def _apart(expected: float, found: float, least: float) -> float:
    """The difference over what was expected, or over `least` where that is more; 0.0 where both are nothing."""
    base = max(abs(expected), least)
    return abs(found - expected) / base if base else float(found != 0.0)
