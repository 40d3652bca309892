"""The plan: everything that the simulator and the gateway run from, as plain serialisable data.

Times in seconds, rates a second, money in pico-dollars. Components are named by their index in `targets`, `stations`
and `caches`. The hash of the serialised plan is the configuration hash that every ledger row carries.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

from archwright.base.errors import InputError, Location, Problem

SCHEMA = 1


class Price(msgspec.Struct, frozen=True):
    """Pico-dollars for one token of each kind, where the price is from and the day for which it was looked up."""

    input: int
    cached_input: int
    output: int
    source: str
    as_of: str


class Target(msgspec.Struct, frozen=True):
    """A model: its price, its latency law, its limits (rates; 0: none) and its breaker."""

    name: str
    title: str
    provider: str
    model: str
    version: str
    region: str
    endpoint: str
    price: Price
    first_token_s: float
    per_token_s: float
    prefill_rate: float
    spread: float
    request_rate: float
    token_rate: float
    concurrent: int
    prompt_cache: float
    error_rate: float
    breaker_failures: int
    breaker_open_s: float
    breaker_probes: int


class Hop(msgspec.Struct, frozen=True):
    """One target of a route and how patiently it is tried."""

    target: int
    attempts: int
    timeout_s: float
    backoff_s: float
    longest_s: float


class Route(msgspec.Struct, frozen=True):
    """A name that clients ask for. `cache` -1: none. `retry_ratio` below 0: retries are not bounded."""

    name: str
    hops: tuple[Hop, ...]
    deadline_s: float
    cache: int
    degraded: str
    retry_ratio: float
    journey: str


class Cache(msgspec.Struct, frozen=True):
    """An exact cache."""

    name: str
    ttl_s: float
    entries: int


class Gateway(msgspec.Struct, frozen=True):
    """The door: places, queue, spend cap for each month (0: none)."""

    name: str
    concurrency: int
    queue: int
    queue_timeout_s: float
    budget: int
    month_s: float


class Station(msgspec.Struct, frozen=True):
    """A component that works: `servers` at once (0: no limit), log-normal time of work, and what an hour of one costs."""

    name: str
    title: str
    servers: int
    median_s: float
    spread: float
    error_rate: float
    hourly: int


class TokenLaw(msgspec.Struct, frozen=True):
    """A log-normal number of tokens; a spread of 0 is a constant."""

    median: float
    spread: float


class Step(msgspec.Struct, frozen=True):
    """One step of a journey. `route` -1: no model call. Steps of the same `stage` run beside each other.

    `timeout_s` bounds the work at the station (0: no bound).
    """

    name: str
    station: int
    route: int
    system_tokens: int
    tokens_in: TokenLaw
    tokens_out: TokenLaw
    growth: int
    probability: float
    repeat_mean: float
    repeat_most: int
    stage: int
    background: bool
    skips: bool
    timeout_s: float


class Journey(msgspec.Struct, frozen=True):
    """A kind of request: mean rate a second, the peak hour over the mean, burstiness (CV of gaps), repetition, path.

    `answers` 0: nothing is ever asked twice. `trace` names recorded traffic that replaces rate and tokens.
    """

    name: str
    critical: bool
    rate: float
    growth: float
    peak: float
    burstiness: float
    answers: int
    skew: float
    wordings: int
    trace: str
    traced_step: int
    steps: tuple[Step, ...]


class Tenant(msgspec.Struct, frozen=True):
    """Who pays: share of the journeys, monthly cap (pico-dollars, 0: none), requests a second (0: no limit)."""

    name: str
    share: float
    budget: int
    request_rate: float


class Change(msgspec.Struct, frozen=True):
    """One thing that happens: to target or station `component` (by name), from `at_s` for `lasts_s`."""

    what: Literal["load", "down", "slow", "errors", "limit"]
    component: str
    factor: float
    share: float
    at_s: float
    lasts_s: float


class Scenario(msgspec.Struct, frozen=True):
    """What the system must survive."""

    name: str
    summary: str
    lasts_s: float
    changes: tuple[Change, ...]


class Objective(msgspec.Struct, frozen=True):
    """A promise. `limit` in base units; cost is pico-dollars a month."""

    name: str
    measure: str
    journey: str
    at_most: bool
    limit: float


class Plan(msgspec.Struct, frozen=True):
    """A system compiled with its facts."""

    system: str
    facts: str
    as_of: str
    gateway: Gateway
    routes: tuple[Route, ...]
    targets: tuple[Target, ...]
    caches: tuple[Cache, ...]
    stations: tuple[Station, ...]
    journeys: tuple[Journey, ...]
    tenants: tuple[Tenant, ...]
    objectives: tuple[Objective, ...]
    scenarios: tuple[Scenario, ...]
    schema: int = SCHEMA

    def scenario(self, name: str) -> Scenario:
        """The scenario called `name`.

        Raises:
            KeyError: there is none.
        """
        return (
            next(item for item in self.scenarios if item.name == name)
            if name in self.scenario_names
            else _missing(name)
        )

    @property
    def scenario_names(self) -> tuple[str, ...]:
        """Names of all scenarios, in file order."""
        return tuple(item.name for item in self.scenarios)


def _missing(name: str) -> Scenario:
    raise KeyError(name)


def encode(plan: Plan) -> bytes:
    """The plan as canonical JSON: the same plan gives the same bytes."""
    return msgspec.json.encode(plan)


def decode(data: bytes, file: str) -> Plan:
    """A plan from its bytes.

    Raises:
        InputError: it is no plan, or one of another version.
    """
    try:
        plan = msgspec.json.decode(data, type=Plan)
    except msgspec.DecodeError as error:
        raise InputError(
            [Problem("bad-plan", f"not a plan: {error}", Location(file), "make it with `archwright build`")]
        ) from error
    if plan.schema != SCHEMA:
        message = f"plan version {plan.schema}, this program reads {SCHEMA}"
        raise InputError([Problem("bad-plan", message, Location(file), "make it again with `archwright build`")])
    return plan


def plan_hash(plan: Plan) -> str:
    """The configuration hash: 16 hexadecimal digits of BLAKE2b over the canonical bytes."""
    return hashlib.blake2b(encode(plan), digest_size=8).hexdigest()
