"""The plan: everything that the simulator and the gateway run from, as plain serialisable data.

Times in seconds, rates a second, money in pico-dollars. Components are named by their index in `targets`, `stations`
and `caches`. The hash of the serialised plan is the configuration hash that every ledger row carries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from archwright.base.errors import InputError, Location, Problem
from archwright.plan.agents import Agent, Tool, strays
from archwright.plan.amounts import Amount, Count, MaybePlace, Place, Rate, Seconds, Share, Whole
from archwright.plan.pool import Pool
from archwright.plan.price import Price as Price
from archwright.plan.price import Tier as Tier
from archwright.plan.semantic import Semantic as Semantic
from archwright.plan.shadow import Shadow as Shadow
from archwright.plan.world import Change as Change
from archwright.plan.world import Failing as Failing
from archwright.plan.world import Scaling as Scaling
from archwright.plan.world import Scenario as Scenario
from archwright.plan.world import Station as Station

SCHEMA = 1


class Target(msgspec.Struct, frozen=True):
    """A model: its price, its latency law, its limits (rates; 0: none) and its breaker.

    Its batch lane, where it has one, has a price of its own, is so many times slower, and is asked for by a word. With
    a `pool` its times follow from the load of its replicas, and those of the target are of a call alone. Of its input,
    a share `prompt_writes` is written to the prompt cache, to be kept so long as `prompt_keeps`. Units that are bought
    carry a share `covers` of its calls, which cost no tokens.
    """

    name: str
    title: str
    provider: str
    model: str
    version: str
    region: str
    endpoint: str
    price: Price
    first_token_s: Seconds
    per_token_s: Seconds
    prefill_rate: Rate
    spread: Amount
    request_rate: Rate
    token_rate: Rate
    concurrent: Whole
    prompt_cache: Share
    error_rate: Share
    breaker_failures: Whole
    breaker_open_s: Seconds
    breaker_probes: Whole
    batch_price: Price | None = None
    batch_slower: Annotated[float, msgspec.Meta(ge=1)] = 1.0
    batch_tier: str = ""
    pool: Pool | None = None
    breaker_ramp_s: Seconds = 0.0
    breaker_slower: Amount = 0.0
    provisioned_rate: Rate = 0.0
    connect_s: Seconds = 0.0
    first_content_s: Seconds = 0.0
    stall_s: Seconds = 0.0
    prompt_writes: Share = 0.0
    prompt_keeps: Literal["5m", "1h"] = "5m"
    covers: Share = 0.0


class Hop(msgspec.Struct, frozen=True):
    """One target of a route and how patiently it is tried."""

    target: Place
    attempts: Count
    timeout_s: Seconds
    backoff_s: Seconds
    longest_s: Seconds


class Way(msgspec.Struct, frozen=True):
    """Requests of one sort and the hops (positions in the route) that they take. `tenant` and `journey` -1: any."""

    least: Whole
    most: Whole
    tenant: MaybePlace
    journey: MaybePlace
    hops: tuple[Place, ...]


class Route(msgspec.Struct, frozen=True):
    """A name that clients ask for. `cache` -1: none. `retry_ratio` below 0: retries are not bounded.

    `choose` says which hop comes first (`weights` are those of the hops), the first of `ways` that fits which hops
    there are. A target slower than `slow_s` (0: never) is passed over; an answer up to `stale_s` too old comes before
    the canned one. While nothing has come for `hedge_s` (0: never) the next target is called beside; no attempt is made
    that would cost a request more than `most_cost` (0: no bound); with so large a share of the places taken as `relief`
    (0: never) the cheapest target comes first. `walled` says which of its targets a wall keeps it from, and which;
    `unplaced` names those of which nobody says where they lie, and which get its data for want of another.
    `retriever` -1: answers rest on the model alone; else on passages, which add about so many tokens as `passages` to
    the input, and `refusal` is said where none supports an answer. Copies of requests go to the `shadow`. Before a
    canned answer the `smaller` model is asked. For what is `sticky` chance draws once.
    """

    name: str
    hops: tuple[Hop, ...]
    deadline_s: Seconds
    cache: MaybePlace
    degraded: str
    retry_ratio: float
    journey: str
    choose: Literal["order", "cost", "latency", "load", "weight", "errors"] = "order"
    weights: tuple[Share, ...] = ()
    ways: tuple[Way, ...] = ()
    slow_s: Seconds = 0.0
    stale_s: Seconds = 0.0
    retriever: MaybePlace = -1
    refusal: str = ""
    passages: Whole = 0
    hedge_s: Seconds = 0.0
    most_cost: Whole = 0
    relief: Share = 0.0
    walled: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    shadow: Shadow | None = None
    smaller: Hop | None = None
    sticky: Literal["request", "session", "tenant"] = "request"

    @property
    def ladder(self) -> tuple[Hop, ...]:
        """All models that may answer, the smaller one last."""
        return (*self.hops, self.smaller) if self.smaller else self.hops


class Retriever(msgspec.Struct, frozen=True):
    """Finds passages in an index, whose digest it names, by words and, with an `embedder` (-1: none), by vectors.

    `fusion` is the weight of vectors. `timeout_s` bounds a call of the embedder.
    """

    name: str
    index: str
    passages: Whole
    top: Count
    support: Share
    embedder: MaybePlace
    fusion: Share
    timeout_s: Seconds
    tokens_per_word: Amount


class Cache(msgspec.Struct, frozen=True):
    """A cache, exact unless it has a `semantic` part."""

    name: str
    ttl_s: Seconds
    entries: Count
    semantic: Semantic | None = None


class Gateway(msgspec.Struct, frozen=True):
    """The door: places, queue, spend cap for each month (0: none).

    Batch requests have fewer places and a queue of their own. Places shrink down to `floor` while targets are slow (0:
    never). What is measured is half forgotten after `half_life_s`.
    Rows of the ledger are stored before an answer ends (`ledger_sync`) or soon after; requests are served or refused
    while they cannot be (`ledger_lost`). Prompts are kept nowhere unless `record_prompts`.
    """

    name: str
    concurrency: Count
    queue: Whole
    queue_timeout_s: Seconds
    budget: Whole
    month_s: Seconds
    half_life_s: Seconds = 30.0
    batch_places: Whole = 0
    batch_queue: Whole = 0
    batch_wait_s: Seconds = 0.0
    ledger_sync: bool = False
    ledger_lost: Literal["serve", "refuse"] = "serve"
    record_prompts: bool = False
    floor: Whole = 0
    fair: bool = False
    shed_early: bool = False


class TokenLaw(msgspec.Struct, frozen=True):
    """A log-normal number of tokens; a spread of 0 is a constant."""

    median: Amount
    spread: Amount


class Step(msgspec.Struct, frozen=True):
    """One step of a journey. `route` -1: no model call. Steps of the same `stage` run beside each other.

    `timeout_s` bounds the work at the station (0: no bound). Where the route answers from documents, `search` is the
    station that finds them (-1: none) and `passages` are the tokens that they add to the input. Between two runs lies a
    pause, log-normal; with `prefix` a run finds the input of the one before in the supplier's prompt cache. `seen` is
    the share of its contents that are answered by what was answered before and means the same. Of the input, `image`
    and `audio` tokens are pictures and sound; of the output, the shares `reasoning` and `speech` are thought and sound.
    """

    name: str
    station: Place
    route: MaybePlace
    system_tokens: Whole
    tokens_in: TokenLaw
    tokens_out: TokenLaw
    growth: Whole
    probability: Share
    repeat_mean: Annotated[float, msgspec.Meta(ge=1)]
    repeat_most: Count
    stage: Place
    background: bool
    skips: bool
    timeout_s: Seconds
    search: MaybePlace = -1
    passages: Whole = 0
    prefix: bool = False
    pause_s: Seconds = 0.0
    pause_spread: Amount = 0.0
    seen: Share = 0.0
    image: Whole = 0
    audio: Whole = 0
    reasoning: Share = 0.0
    speech: Share = 0.0


class Journey(msgspec.Struct, frozen=True):
    """A kind of request: mean rate a second, the peak hour over the mean, burstiness (CV of gaps), repetition, path.

    `answers` 0: nothing is ever asked twice. `trace` names recorded traffic that replaces rate and tokens. Of work that
    waits at a station, that of a smaller `rank` goes first. `shape` holds 168 factors of the rate, from Monday 0:00,
    with mean 1 (empty: even). With `users` nobody arrives: each user comes back a thinking time after a visit ended.
    `semantic` is the share of visits whose wording does not matter.
    """

    name: str
    critical: bool
    rate: Annotated[float, msgspec.Meta(gt=0)]
    growth: Annotated[float, msgspec.Meta(ge=-1)]
    peak: Annotated[float, msgspec.Meta(ge=1)]
    burstiness: Annotated[float, msgspec.Meta(gt=0)]
    answers: Whole
    skew: Amount
    wordings: Count
    trace: str
    traced_step: MaybePlace
    steps: tuple[Step, ...]
    batch: bool = False
    rank: Annotated[int, msgspec.Meta(ge=0, le=2)] = 1
    shape: tuple[Amount, ...] = ()
    users: Whole = 0
    think_s: Seconds = 0.0
    think_spread: Amount = 0.0
    semantic: Share = 0.0


class Tenant(msgspec.Struct, frozen=True):
    """Who pays: share of the journeys, monthly cap (pico-dollars, 0: none), requests a second (0: no limit)."""

    name: str
    share: Share
    budget: Whole
    request_rate: Rate
    token_rate: Rate = 0.0
    concurrent: Whole = 0


class Objective(msgspec.Struct, frozen=True):
    """A promise. `limit` in base units; cost is pico-dollars a month."""

    name: str
    measure: str
    journey: str
    at_most: bool
    limit: float


class Plan(msgspec.Struct, frozen=True):
    """A system compiled with its facts. `standing`: pico-dollars a month that models cost without being called."""

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
    agents: tuple[Agent, ...] = ()
    tools: tuple[Tool, ...] = ()
    retrievers: tuple[Retriever, ...] = ()
    failing: tuple[Failing, ...] = ()
    standing: Whole = 0
    schema: int = SCHEMA

    def scenario(self, name: str) -> Scenario:
        """The scenario called `name`.

        Raises:
            KeyError: there is none.
        """
        return {item.name: item for item in self.scenarios}[name]

    @property
    def scenario_names(self) -> tuple[str, ...]:
        """Names of all scenarios, in file order."""
        return tuple(item.name for item in self.scenarios)


def encode(plan: Plan) -> bytes:
    """The plan as canonical JSON: the same plan gives the same bytes."""
    return msgspec.json.encode(plan)


def decode(data: bytes, file: str) -> Plan:
    """A plan from its bytes.

    Raises:
        InputError: it is no plan, one of another version, or one that names what it does not hold.
    """

    def refused(message: str) -> InputError:
        return InputError([Problem("bad-plan", message, Location(file), "make it again with `archwright build`")])

    try:
        schema = msgspec.json.decode(data, type=_Version).schema
        if schema != SCHEMA:
            raise refused(f"plan version {schema}, this program reads {SCHEMA}")
        plan = msgspec.json.decode(data, type=Plan)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refused(f"not a plan: {error}") from error
    stray = next(_strays(plan), None)
    if stray is not None:
        raise refused(stray)
    return plan


class _Version(msgspec.Struct, frozen=True):
    """What every version of a plan has."""

    schema: int


def _strays(plan: Plan) -> Iterator[str]:
    """Places in lists that are not there."""
    named: list[tuple[str, str, int, Sequence[object]]]
    named = [(f"route {r.name}", "target", hop.target, plan.targets) for r in plan.routes for hop in r.ladder]
    named += [(f"route {r.name}", "target", r.shadow.target, plan.targets) for r in plan.routes if r.shadow]
    named += [(f"route {route.name}", "cache", route.cache, plan.caches) for route in plan.routes]
    named += [(f"route {r.name}", "hop", hop, r.hops) for r in plan.routes for way in r.ways for hop in way.hops]
    named += [(f"route {route.name}", "retriever", route.retriever, plan.retrievers) for route in plan.routes]
    named += [(f"retriever {item.name}", "embedder", item.embedder, plan.targets) for item in plan.retrievers]
    learned = [(cache.name, cache.semantic) for cache in plan.caches if cache.semantic is not None]
    named += [(f"cache {name}", "embedder", item.embedder, plan.targets) for name, item in learned]
    named += [(f"cache {name}", "judge", item.judge, plan.routes) for name, item in learned]
    for journey in plan.journeys:
        named.append((f"journey {journey.name}", "step", journey.traced_step, journey.steps))
        for step in journey.steps:
            named.append((f"step {step.name}", "station", step.station, plan.stations))
            named.append((f"step {step.name}", "search", step.search, plan.stations))
            named.append((f"step {step.name}", "route", step.route, plan.routes))
    yield from strays(plan.agents, plan.tools, len(plan.routes))
    yield from (f"route {route.name} has no target" for route in plan.routes if not route.hops)
    yield from (f"{who} names {what} {at} of {len(all_)}" for who, what, at, all_ in named if at >= len(all_))


def plan_hash(plan: Plan) -> str:
    """The configuration hash: 16 hexadecimal digits of BLAKE2b over the canonical bytes.

    Scenarios are questions to a configuration and not a part of it, so they are left out.
    """
    return hashlib.blake2b(encode(replace(plan, scenarios=())), digest_size=8).hexdigest()
