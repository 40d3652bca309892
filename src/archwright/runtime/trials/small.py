"""A small plan for trials: two quick targets, and one route for each way of going on after a failure."""

from __future__ import annotations

from msgspec.structs import replace

from archwright.base.units import MONTH
from archwright.plan import model as m

FIRST_PRICE = m.Price(400_000, 100_000, 1_600_000, "trial", "2026-11-21")
SECOND_PRICE = m.Price(200_000, 50_000, 600_000, "trial", "2026-11-21")
BATCH_PRICE = m.Price(200_000, 50_000, 800_000, "trial", "2026-11-21")
HEDGE = 1.1  # a second target is called after so many times what the first takes to begin


def target(name: str, price: m.Price, first_s: float, token_s: float) -> m.Target:
    """A target that answers after `first_s` seconds and takes `token_s` for each further token."""
    return m.Target(
        name=name, title=name, provider="test", model=f"{name}-1", version="1", region="eu", endpoint="", price=price,
        first_token_s=first_s, per_token_s=token_s, prefill_rate=1e6, spread=0.2, request_rate=0.0, token_rate=0.0,
        concurrent=0, prompt_cache=0.3, error_rate=0.0, breaker_failures=0, breaker_open_s=1.0, breaker_probes=1,
        batch_price=replace(BATCH_PRICE), batch_slower=1.0, batch_tier="flex",
    )  # fmt: skip


def hop(place: int, timeout_s: float, attempts: int = 1) -> m.Hop:
    """A target of a route, tried `attempts` times, each for `timeout_s` seconds."""
    return m.Hop(place, attempts, timeout_s, 0.01, 0.05)


def route(
    name: str,
    hops: tuple[m.Hop, ...],
    cache: int = -1,
    degraded: str = "",
    stale_s: float = 0.0,
    hedge_s: float = 0.0,
) -> m.Route:
    """A route in the order of its hops; beside one that is silent for `hedge_s` (0: never) the next is called."""
    return m.Route(name, hops, 10.0, cache, degraded, -1.0, "", stale_s=stale_s, hedge_s=hedge_s)


def plan(
    budget: int = 0, first_s: float = 0.005, token_s: float = 0.0005, timeout_s: float = 2.0, cache_s: float = 3600.0
) -> m.Plan:
    """The plan.

    Args:
        budget: spend cap of the month in pico-dollars; 0: none.
        first_s: seconds to the first token.
        token_s: seconds for each further token.
        timeout_s: seconds that a target is given.
        cache_s: seconds for which an answer is reused.
    """
    first, second = hop(0, timeout_s), hop(1, timeout_s)
    return m.Plan(
        system="Trial",
        facts="none",
        as_of="2026-11-21",
        gateway=m.Gateway("gateway", 256, 256, 5.0, budget, MONTH, batch_places=128, batch_queue=256, batch_wait_s=5.0),
        routes=(
            route("alone", (first,)),
            route("fallback", (first, second)),
            route("retry", (hop(0, timeout_s, attempts=2),)),
            route("degraded", (first,), degraded="A colleague will answer."),
            route("stale", (first,), cache=0, stale_s=86_400.0),
            route("hedged", (first, second), hedge_s=HEDGE * first_s),
        ),
        targets=(target("first", FIRST_PRICE, first_s, token_s), target("second", SECOND_PRICE, first_s, token_s)),
        caches=(m.Cache("answers", cache_s, 100),),
        stations=(),
        journeys=(),
        tenants=(),
        objectives=(),
        scenarios=(),
    )
