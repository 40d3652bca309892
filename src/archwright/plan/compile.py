"""System and facts to a plan. Every price is resolved here, once; names become indices; shapes become numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from archwright.base.errors import InputError, Problem
from archwright.base.text import slug
from archwright.base.units import MONTH
from archwright.facts import prices, vendors
from archwright.plan import model as m
from archwright.plan import recording
from archwright.plan.batch import batch_price
from archwright.plan.charges import constant_tokens, enter_charges, media
from archwright.plan.economy import enter_economy
from archwright.plan.entries import Entries, Lookup
from archwright.plan.happenings import failing, scenarios
from archwright.plan.meaning import seen_through, semantic_of
from archwright.plan.passages import Index
from archwright.plan.pooled import pace_of, pool_of
from archwright.plan.prices import price_of, warn_of_sound, warn_of_unused
from archwright.plan.retrieval import answering_from_documents, retrievers_of
from archwright.plan.routes import compile_route, patience
from archwright.plan.standing import standing_cost
from archwright.plan.stations import station
from archwright.plan.team import team
from archwright.plan.workload import STEPS
from archwright.report.figures import Book
from archwright.spec.given import Given
from archwright.spec.judge import routes_of
from archwright.spec.model import Component, Journey, Step, System, TokenLaw
from archwright.spec.overrides import Overrides
from archwright.spec.settings.gateway import CacheSettings, GatewaySettings
from archwright.spec.settings.models import ModelSettings

# Keys of figures that stand where a journey's name would.
TAKEN = (
    "carbon", "component", "each", "energy", "engineering", "growth", "hardware", "infrastructure", "kind", "models",
    "month", "people", "request", "requests", "scenario", "spread", "tenant", "unit", "year",
)  # fmt: skip
PRIORITIES = ("high", "normal", "low")


@dataclass(frozen=True, slots=True)
class Compiled:
    """The plan, and a book of the numbers that went into it: those that a person wrote and facts, with their places.

    `warnings` are what is doubtful about its facts.
    """

    plan: m.Plan
    book: Book
    warnings: tuple[Problem, ...] = ()


def compile_plan(
    system: System,
    as_of: dt.date,
    overrides: Overrides | None = None,
    lookup: Lookup = prices.published,
    indexes: Mapping[str, Index] | None = None,
) -> Compiled:
    """Compile a system with the facts of a day. `indexes` are those of its retrievers by name.

    Raises:
        InputError: a model has no price, or the system cannot run (no gateway, more than one); all at once.
    """
    work = Entries(system, as_of, overrides or Overrides(), lookup)
    gateways = system.with_trait("gateway")
    if len(gateways) != 1:
        work.problems.append(_not_one_gateway(system, len(gateways)))
    for name, journey in system.workload.journeys.items():
        _check_names(work, name, journey)
    if work.problems:
        raise InputError(work.problems)
    gateway_name = next(iter(gateways))
    targets = {name: index for index, name in enumerate(system.with_trait("token-model"))}
    caches = {name: index for index, name in enumerate(system.with_trait("cache"))}
    routes = {name: index for index, name in enumerate(routes_of(system))}
    stations = {name: index for index, name in enumerate(_at_work(system))}
    agents, tools = team(work, gateway_name, routes)
    plan = m.Plan(
        system=str(system.system),
        facts=prices.version(),
        as_of=as_of.isoformat(),
        gateway=_gateway(work, gateway_name, gateways[gateway_name]),
        routes=tuple(compile_route(work, name, targets, caches) for name in routes),
        targets=tuple(_target(work, gateway_name, name) for name in targets),
        caches=tuple(_cache(work, name, targets, routes) for name in caches),
        stations=tuple(station(work, name) for name in stations),
        journeys=tuple(
            _journey(work, name, journey, routes, stations) for name, journey in system.workload.journeys.items()
        ),
        tenants=tuple(
            m.Tenant(
                name,
                work.note(f"tenants.{name}.share", tenant.share, "share of the journeys"),
                work.whole(f"tenants.{name}.budget", tenant.budget, "spend cap", MONTH),
                work.note(f"tenants.{name}.requests", tenant.requests, "requests let in"),
                work.note(f"tenants.{name}.tokens", tenant.tokens, "tokens let in"),
                work.whole(f"tenants.{name}.concurrent", tenant.concurrent, "requests at once"),
            )
            for name, tenant in system.workload.tenants.items()
        ),
        objectives=_objectives(work),
        scenarios=scenarios(work),
        failing=failing(work),
        agents=agents,
        tools=tools,
    )
    plan = seen_through(answering_from_documents(work, plan, indexes or {}))
    enter_charges(work, plan)
    enter_economy(work)
    plan = replace(plan, standing=standing_cost(work.book, plan))
    warn_of_unused(work)
    warn_of_sound(work)
    if work.problems:
        raise InputError(work.problems)
    return Compiled(plan, work.book, tuple(work.warnings))


def _at_work(system: System) -> list[str]:
    """Components at which a step happens or that a step's route asks for passages, in file order."""
    at = {str(step.at) for journey in system.workload.journeys.values() for step in journey.steps}
    at.update(retrievers_of(system))
    return [name for name in system.components if name in at]


def _gateway(work: Entries, name: str, component: Component) -> m.Gateway:
    settings = component.settings_as(GatewaySettings)
    if settings is None:
        raise InputError([Problem("no-routes", f"`{name}` has no routes", component.where)])
    unallowed = recording.refused(work.system, name, settings.ledger)
    if unallowed is not None:
        work.problems.append(unallowed)
    work.problems.extend(recording.refused_caches(work.system, name))
    key = f"components.{name}"
    return m.Gateway(
        name=name,
        concurrency=work.whole(f"{key}.concurrency", settings.concurrency, "requests at once"),
        queue=work.whole(f"{key}.queue", settings.queue, "requests that may wait"),
        queue_timeout_s=work.note(f"{key}.queue_timeout", settings.queue_timeout, "longest wait"),
        budget=work.whole(f"{key}.budget", settings.budget, "spend cap", MONTH),
        month_s=MONTH,
        half_life_s=work.note(f"{key}.memory", settings.memory, "half-life of measured latencies"),
        batch_places=max(1, int(settings.concurrency.whole * settings.batch.places.value)),
        batch_queue=settings.batch.queue.whole,
        batch_wait_s=settings.batch.wait.value,
        floor=work.whole(f"{key}.floor", settings.floor, "places that are always left"),
        fair=settings.fair,
        shed_early=settings.shed_early,
        ledger_sync=settings.ledger.writes == "sync",
        ledger_lost="refuse" if settings.ledger.lost == "refuse" else "serve",
        record_prompts=settings.ledger.record == "prompts",
    )


def _target(work: Entries, gateway: str, name: str) -> m.Target:
    component = work.system.components[name]
    settings = component.settings_as(ModelSettings)
    if settings is None:
        raise InputError([Problem("no-model", f"`{name}` names no model", component.where)])
    key = f"components.{name}"
    provider, _, model = settings.model.partition("/")
    flow = work.system.flow(gateway, name)
    cut = flow.breaker if flow else None
    lane = settings.batch
    known = vendors.vendor(provider)
    price = price_of(work, name, settings)
    pool = pool_of(work, name, settings)
    first_token, per_token, prefill, spread = pace_of(work, name, settings, pool)
    return m.Target(
        name=name,
        title=str(component.title or name),
        provider=provider,
        model=model,
        version=str(settings.version),
        region=str(component.region),
        endpoint=str(settings.endpoint) or (known.endpoint if known else ""),
        price=price,
        first_token_s=first_token,
        per_token_s=per_token,
        prefill_rate=prefill,
        spread=spread,
        request_rate=work.note(f"{key}.limits.requests", settings.limits.requests, "the supplier's request limit"),
        token_rate=work.note(f"{key}.limits.tokens", settings.limits.tokens, "the supplier's token limit"),
        concurrent=work.whole(f"{key}.limits.concurrent", settings.limits.concurrent, "requests at once"),
        prompt_cache=work.note(f"{key}.prompt_cache", settings.prompt_cache, "input tokens at the cached price"),
        error_rate=work.note(f"{key}.error_rate", settings.error_rate, "calls that fail without an outage"),
        breaker_failures=cut.failures.whole if cut else 0,
        breaker_open_s=cut.open_for.value if cut else 0.0,
        breaker_probes=cut.probes.whole if cut else 1,
        batch_price=batch_price(work, name, lane, known) if lane else None,
        batch_slower=work.note(f"{key}.batch.slower", lane.slower, "times as slow in the batch lane") if lane else 1.0,
        batch_tier=str(lane.tier) if lane else "",
        pool=pool,
        provisioned_rate=work.note(f"{key}.provisioned", settings.limits.provisioned, "tokens paid for in advance"),
        prompt_writes=settings.prompt_cache_writes.value,
        prompt_keeps="1h" if settings.prompt_cache_keeps == "1h" else "5m",
        covers=settings.provisioned.covers.value if settings.provisioned is not None else 0.0,
        **patience(work, gateway, name),
    )


def _cache(work: Entries, name: str, targets: Mapping[str, int], routes: Mapping[str, int]) -> m.Cache:
    settings = work.system.components[name].settings_as(CacheSettings) or CacheSettings()
    key = f"components.{name}"
    return m.Cache(
        name,
        work.note(f"{key}.ttl", settings.ttl, "an answer is reused for so long"),
        work.whole(f"{key}.entries", settings.entries, "answers kept"),
        semantic_of(work, name, settings.semantic, targets, routes),
    )


def _journey(work: Entries, name: str, journey: Journey, routes: dict[str, int], stations: dict[str, int]) -> m.Journey:
    key = f"journeys.{name}"
    again = journey.repetition
    steps: list[m.Step] = []
    stage = -1
    for step in journey.steps:
        stage += 0 if step.parallel else 1
        steps.append(_step(work, key, step, routes, stations, stage))
    calls = [index for index, step in enumerate(steps) if step.route >= 0]
    traced = next((index for index, step in enumerate(steps) if step.name == journey.traced_step), -1)
    return m.Journey(
        name=name,
        critical=journey.critical,
        rate=work.note(f"{key}.volume", journey.volume, "journeys"),
        growth=work.note(f"{key}.growth", journey.growth, "growth a month"),
        peak=_peak(work, key, journey),
        burstiness=work.note(f"{key}.burstiness", journey.burstiness, "variation of the gaps between arrivals"),
        answers=work.whole(f"{key}.answers", again.answers, "different questions") if again else 0,
        skew=work.note(f"{key}.skew", again.skew, "Zipf exponent of the questions") if again else 0.0,
        wordings=work.whole(f"{key}.wordings", again.wordings, "wordings of each question") if again else 1,
        trace=str(journey.trace),
        traced_step=traced if traced >= 0 else (calls[0] if calls else -1),
        steps=tuple(steps),
        batch=journey.lane == "batch",
        rank=PRIORITIES.index(journey.priority),
        **_over_time(work, key, journey),
    )


def _over_time(work: Entries, key: str, journey: Journey) -> dict[str, Any]:
    """How the rate runs, who comes back, and what a cache makes of it."""
    again, think = journey.repetition, journey.think
    return {
        "shape": journey.shape.week if journey.shape else (),
        "users": work.whole(f"{key}.users", journey.users, "users") if journey.users else 0,
        "think_s": work.note(f"{key}.think", think.median, "median time between visits") if think else 0.0,
        "think_spread": work.note(f"{key}.think_spread", think.spread, "sigma of that time") if think else 0.0,
        "semantic": work.note(f"{key}.semantic", again.semantic, "wordings seen through") if again else 0.0,
    }


def _peak(work: Entries, key: str, journey: Journey) -> float:
    """The busiest hour over the mean: as stated, else that of the shape."""
    peak = journey.peak
    if journey.shape is not None and peak.note == "default":
        highest = max(journey.shape.week)
        peak = Given(highest, "ratio", f"{highest:.3g}x", "guessed", "the highest hour of `shape`", journey.shape.where)
    return work.note(f"{key}.peak", peak, "busiest hour over the mean")


def _not_one_gateway(system: System, count: int) -> Problem:
    found = f"it has {count}" if count else "it has none"
    mend = "split the system in files, one gateway each" if count else "add a component of kind gateway with its routes"
    return Problem("one-gateway", f"a system runs from one gateway; {found}", system.place("components"), mend)


def _check_names(work: Entries, name: str, journey: Journey) -> None:
    """Every journey and every step needs a key of its own, and a request's number has room for so many steps."""
    if name in TAKEN:
        message = f"a journey cannot be called `{name}`: figures have that name"
        work.problems.append(Problem("taken-name", message, journey.where, f"call it `{name}-journey`, or better"))
    if len(journey.steps) > STEPS:
        message = f"journey `{name}` has {len(journey.steps)} steps; {STEPS} are the most"
        work.problems.append(Problem("too-many-steps", message, journey.steps[STEPS].where, "split it in two journeys"))
    seen: dict[str, Step] = {}
    for step in journey.steps:
        first = seen.setdefault(slug(step.name), step)
        if first is not step:
            message = f"`{step.name}` and `{first.name}` differ in signs only, and figures could not tell them apart"
            work.problems.append(Problem("duplicate-name", message, step.name.where, "rename one"))


def _step(
    work: Entries, journey: str, step: Step, routes: dict[str, int], stations: dict[str, int], stage: int
) -> m.Step:
    key = f"{journey}.{slug(step.name)}"
    tokens, pause = step.tokens, step.repeats.pause

    def law(kind: str, item: TokenLaw | None) -> m.TokenLaw:
        if item is None:
            return m.TokenLaw(0.0, 0.0)
        median = work.note(f"{key}.{kind}.median", item.median, f"median {kind} tokens")
        return m.TokenLaw(median, work.note(f"{key}.{kind}.spread", item.spread, f"sigma of {kind} tokens"))

    timeouts = [flow.timeout.value for flow in work.system.flows if flow.target == step.at and flow.timeout]
    return m.Step(
        name=str(step.name),
        station=stations[step.at],
        route=routes[step.route] if step.route else -1,
        system_tokens=constant_tokens(work, key, tokens) if tokens else 0,
        tokens_in=law("input", tokens.input if tokens else None),
        tokens_out=law("output", tokens.output if tokens else None),
        growth=work.whole(f"{key}.growth", tokens.growth, "tokens each repeat adds") if tokens else 0,
        probability=work.note(f"{key}.probability", step.probability, "journeys that take this step"),
        repeat_mean=work.note(f"{key}.repeats.mean", step.repeats.mean, "mean runs"),
        repeat_most=work.whole(f"{key}.repeats.most", step.repeats.most, "most runs"),
        stage=stage,
        background=step.background,
        skips=step.on_failure == "skip",
        timeout_s=min(timeouts, default=0.0) if step.route is None else 0.0,
        prefix=tokens.prefix if tokens else False,
        pause_s=work.note(f"{key}.pause", pause.median, "median time between two runs") if pause else 0.0,
        pause_spread=work.note(f"{key}.pause_spread", pause.spread, "sigma of that time") if pause else 0.0,
        **media(tokens),
    )


def _objectives(work: Entries) -> tuple[m.Objective, ...]:
    found = []
    for name, item in work.system.objectives.items():
        limit = item.at_most or item.at_least
        if limit is not None and item.measure != "quality":
            value = work.note(f"objectives.{name}", limit, f"{item.measure} promised")
            value = value * MONTH if limit.dimension == "money-rate" else value
            found.append(m.Objective(name, str(item.measure), str(item.journey or ""), item.at_most is not None, value))
    return tuple(found)
