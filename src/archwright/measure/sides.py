"""The two sides of the comparison in the same words: a simulation's outcome, and a ledger's tally."""

from __future__ import annotations

from collections.abc import Sequence

from archwright.analysis.stress.outcome import Outcome
from archwright.base.histogram import Histogram
from archwright.base.numbers import percentile
from archwright.ledger.tally import Part, Tally
from archwright.plan.model import Plan
from archwright.policy import machine

PERCENTILES = (("p50", 0.50), ("p95", 0.95), ("p99", 0.99))


def of_outcome(outcome: Outcome) -> dict[str, float]:
    """What a simulation predicts, by the keys of `compare.MEASURES`."""
    refused = outcome.hows[machine.OVER_BUDGET] + outcome.hows[machine.OVER_RATE]
    return {
        "journeys": outcome.arrivals,
        "requests": outcome.requests,
        "attempts": outcome.calls,
        "cost": outcome.cost,
        **_predicted("", outcome.latencies),
        **_predicted("request_", outcome.request_latencies),
        "cache_hits": outcome.cached,
        "fallbacks": outcome.fallbacks,
        "degraded": outcome.hows[machine.DEGRADED] + outcome.hows[machine.STALE],
        "failures": outcome.hows[machine.FAILED],
        "shed": outcome.shed + refused,
    }


def carried(plan: Plan, part: Part) -> int:
    """What of the calls' list price bought units carry: the ledger has all tokens, those are paid with the units."""
    return round(sum(target.covers * part.costs.get(target.name, 0) for target in plan.targets))


def of_tally(tally: Tally) -> dict[str, float]:
    """What ran, by the keys of `compare.MEASURES`. Journeys are known only where a client's ledger was read."""
    journeys: dict[str, float] = {}
    if tally.journeys:
        journeys = {"journeys": sum(tally.journeys.values()), **_percentiles("", tally.journey_durations)}
    return {
        **journeys,
        "requests": tally.requests,
        "attempts": tally.attempts,
        "cost": tally.cost,
        **_percentiles("request_", tally.durations),
        "cache_hits": tally.how("cached"),
        "fallbacks": tally.fallbacks,
        "degraded": tally.how("degraded", "stale"),
        "failures": tally.how("failed"),
        "shed": tally.how("shed", "over-budget", "over-rate"),
    }


def scaled(predicted: dict[str, float], requests: int) -> dict[str, float]:
    """A prediction for another number of requests: counts and cost in proportion, latencies as they are."""
    factor = requests / predicted["requests"] if predicted.get("requests") else 0.0
    latencies = {prefix + name for prefix in ("", "request_") for name, _ in PERCENTILES}
    return {key: value if key in latencies else value * factor for key, value in predicted.items()}


def _predicted(prefix: str, latencies: Histogram) -> dict[str, float]:
    return {prefix + name: latencies.percentile(share) for name, share in PERCENTILES} if latencies else {}


def _percentiles(prefix: str, rising: Sequence[float]) -> dict[str, float]:
    return {prefix + name: percentile(rising, share) for name, share in PERCENTILES} if rising else {}
