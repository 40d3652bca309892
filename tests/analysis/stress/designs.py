"""Small plans, made by hand: everything that a test does not name is simple and never in the way."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from archwright.plan.model import (
    Cache,
    Change,
    Gateway,
    Hop,
    Journey,
    Objective,
    Plan,
    Price,
    Route,
    Scenario,
    Station,
    Step,
    Target,
    TokenLaw,
)

PRICE = Price(3, 1, 11, "made up", "2026-01-01")


def station(name: str = "work", **given: Any) -> Station:
    """Takes no time unless told."""
    return replace(Station(name, name.title(), 0, 0.0, 0.0, 0.0, 0), **given)


def target(name: str = "first", **given: Any) -> Target:
    """Answers 101 tokens in 0.5 + 0.1 * tokens_in / 100 + 1 seconds, without spread, error, limit or breaker."""
    made = Target(
        name=name, title=name, provider="made", model="up", version="", region="", endpoint="", price=PRICE,
        first_token_s=0.5, per_token_s=0.01, prefill_rate=1000.0, spread=0.0, request_rate=0.0, token_rate=0.0,
        concurrent=0, prompt_cache=0.0, error_rate=0.0, breaker_failures=0, breaker_open_s=10.0, breaker_probes=1,
    )  # fmt: skip
    return replace(made, **given)


def hop(index: int = 0, **given: Any) -> Hop:
    """Tried once, for a minute."""
    return replace(Hop(index, 1, 60.0, 0.25, 2.0), **given)


def route(*hops: Hop, **given: Any) -> Route:
    """A route over the first target unless told; no cache, no canned answer."""
    return replace(Route("way", hops or (hop(),), 120.0, -1, "", -1.0, "ask"), **given)


def step(name: str = "call", **given: Any) -> Step:
    """Calls the first route with 100 tokens for 101."""
    made = Step(
        name=name, station=0, route=0, system_tokens=0, tokens_in=TokenLaw(100.0, 0.0),
        tokens_out=TokenLaw(101.0, 0.0), growth=0, probability=1.0, repeat_mean=1.0, repeat_most=1, stage=0,
        background=False, skips=False, timeout_s=0.0,
    )  # fmt: skip
    return replace(made, **given)


def work(name: str = "work", **given: Any) -> Step:
    """A step that calls no model."""
    return step(name, route=-1, **given)


def journey(*steps: Step, **given: Any) -> Journey:
    """One a second at random, never the same question twice."""
    made = Journey(
        name="ask", critical=True, rate=1.0, growth=0.0, peak=1.0, burstiness=1.0, answers=0, skew=1.0, wordings=1,
        trace="", traced_step=0, steps=steps or (step(),),
    )  # fmt: skip
    return replace(made, **given)


def plan(*journeys: Journey, **given: Any) -> Plan:
    """One journey through one route to one target behind a wide gateway unless told."""
    made = Plan(
        system="small", facts="none", as_of="2026-01-01", gateway=Gateway("gateway", 10**6, 0, 60.0, 0, 2_629_800.0),
        routes=(route(),), targets=(target(),), caches=(), stations=(station(),), journeys=journeys or (journey(),),
        tenants=(), objectives=(), scenarios=(),
    )  # fmt: skip
    return replace(made, **given)


def scenario(lasts_s: float, *changes: Change) -> Scenario:
    """A scenario of so many seconds, with empty caches at first."""
    return Scenario("trial", "", lasts_s, changes, cold=True)


def change(what: Any, component: str, at_s: float, lasts_s: float, **given: Any) -> Change:
    """Something that happens."""
    return replace(Change(what, component, 1.0, 1.0, at_s, lasts_s), **given)


def cache(ttl_s: float, entries: int) -> Cache:
    """An exact cache."""
    return Cache("kept", ttl_s, entries)


def objective(measure: str, limit: float, *, at_most: bool = True, name: str = "promise") -> Objective:
    """A promise about all journeys."""
    return Objective(name, measure, "", at_most, limit)
