"""System and facts to a plan. Every price is resolved here, once; names become indices; shapes become numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from archwright.base.errors import InputError, Problem
from archwright.base.money import pico
from archwright.base.units import MONTH
from archwright.facts import prices, vendors
from archwright.plan import model as m
from archwright.report.figures import Book, Figure
from archwright.spec.given import Given
from archwright.spec.judge import routes_of
from archwright.spec.model import Component, Journey, Step, System, TokenLaw
from archwright.spec.overrides import Overrides
from archwright.spec.settings import CacheSettings, GatewaySettings, HumanSettings, ModelSettings, WorkSettings

Lookup = Callable[[str, str, dt.date], prices.TokenPrice]


@dataclass(frozen=True, slots=True)
class Compiled:
    """The plan, and a book of the numbers that went into it: what a person wrote, and the facts, each with its place."""

    plan: m.Plan
    book: Book


@dataclass(slots=True)
class _Work:
    system: System
    as_of: dt.date
    overrides: Overrides
    lookup: Lookup
    book: Book = field(default_factory=Book)
    problems: list[Problem] = field(default_factory=list)

    def note(self, key: str, item: Given | None, label: str = "") -> float:
        """Enter a number that a person wrote; its value, or 0 if it was left out."""
        if item is None:
            return 0.0
        origin = item.origin if item.origin != "chosen" else "set"
        if item.note == "default" and item.value in (0, 1):
            origin = "default"  # nothing, all or once: leaving it out is not a guess
        self.book.add(
            Figure(
                key,
                item.value,
                item.dimension,
                label,
                origin=origin,
                note=item.note,
                written=item.text,
                where=item.where,
            )
        )
        return item.value


def compile_plan(
    system: System, as_of: dt.date, overrides: Overrides | None = None, lookup: Lookup = prices.published
) -> Compiled:
    """Compile a system with the facts of a day.

    Raises:
        InputError: a model has no price, or the system cannot run (no gateway, more than one); all at once.
    """
    work = _Work(system, as_of, overrides or Overrides(), lookup)
    gateways = system.with_trait("gateway")
    if len(gateways) != 1:
        found = f"it has {len(gateways)}" if gateways else "it has none"
        mend = (
            "add a component of kind gateway with its routes"
            if not gateways
            else "split the system in files, one gateway each"
        )
        work.problems.append(
            Problem("one-gateway", f"a system runs from one gateway; {found}", system.place("components"), mend)
        )
        raise InputError(work.problems)
    gateway_name = next(iter(gateways))
    targets = {name: index for index, name in enumerate(system.with_trait("token-model"))}
    caches = {name: index for index, name in enumerate(system.with_trait("cache"))}
    routes = {name: index for index, name in enumerate(routes_of(system))}
    stations = {name: index for index, name in enumerate(_at_work(system))}
    plan = m.Plan(
        system=str(system.system),
        facts=prices.version(),
        as_of=as_of.isoformat(),
        gateway=_gateway(work, gateway_name, gateways[gateway_name]),
        routes=tuple(_route(work, name, targets, caches) for name in routes),
        targets=tuple(_target(work, gateway_name, name) for name in targets),
        caches=tuple(_cache(work, name) for name in caches),
        stations=tuple(_station(work, name) for name in stations),
        journeys=tuple(
            _journey(work, name, journey, routes, stations) for name, journey in system.workload.journeys.items()
        ),
        tenants=tuple(
            m.Tenant(
                name,
                work.note(f"tenants.{name}.share", tenant.share),
                round(work.note(f"tenants.{name}.budget", tenant.budget) * MONTH),
                work.note(f"tenants.{name}.requests", tenant.requests),
            )
            for name, tenant in system.workload.tenants.items()
        ),
        objectives=_objectives(work),
        scenarios=_scenarios(system),
    )
    if work.problems:
        raise InputError(work.problems)
    return Compiled(plan, work.book)


def _at_work(system: System) -> list[str]:
    """Components at which a step happens, in file order."""
    at = {step.at for journey in system.workload.journeys.values() for step in journey.steps}
    return [name for name in system.components if name in at]


def _gateway(work: _Work, name: str, component: Component) -> m.Gateway:
    settings = component.settings_as(GatewaySettings)
    if settings is None:
        raise InputError([Problem("no-routes", f"`{name}` has no routes", component.where)])
    key = f"components.{name}"
    budget = work.note(f"{key}.budget", settings.budget, "spend cap")
    return m.Gateway(
        name=name,
        concurrency=round(work.note(f"{key}.concurrency", settings.concurrency, "requests at once")),
        queue=round(work.note(f"{key}.queue", settings.queue, "requests that may wait")),
        queue_timeout_s=work.note(f"{key}.queue_timeout", settings.queue_timeout, "longest wait"),
        budget=round(budget * MONTH),
        month_s=MONTH,
    )


def _route(work: _Work, name: str, targets: dict[str, int], caches: dict[str, int]) -> m.Route:
    gateway, route = routes_of(work.system)[name]
    hops = []
    ratios = []
    for target in route.targets:
        flow = work.system.flow(gateway, target)
        retry = flow.retry if flow else None
        deadline = route.deadline.value
        hops.append(
            m.Hop(
                target=targets[target],
                attempts=retry.attempts.whole if retry else 1,
                timeout_s=flow.timeout.value if flow and flow.timeout else deadline,
                backoff_s=retry.backoff.value if retry and retry.backoff else 0.0,
                longest_s=retry.longest.value if retry else 0.0,
            )
        )
        if retry is not None:
            ratios.append(retry.budget.value if retry.budget else -1.0)
    return m.Route(
        name=name,
        hops=tuple(hops),
        deadline_s=work.note(f"routes.{name}.deadline", route.deadline, "all attempts end by then"),
        cache=caches[route.cache] if route.cache else -1,
        degraded=" ".join(route.degraded.split()),
        retry_ratio=min(ratios, default=-1.0),
        journey=str(route.journey or next(iter(work.system.workload.journeys), "")),
    )


def _target(work: _Work, gateway: str, name: str) -> m.Target:
    component = work.system.components[name]
    settings = component.settings_as(ModelSettings)
    if settings is None:
        raise InputError([Problem("no-model", f"`{name}` names no model", component.where)])
    key = f"components.{name}"
    provider, _, model = settings.model.partition("/")
    flow = work.system.flow(gateway, name)
    cut = flow.breaker if flow else None
    known = vendors.vendor(provider)
    return m.Target(
        name=name,
        title=str(component.title or name),
        provider=provider,
        model=model,
        version=str(settings.version),
        region=str(component.region),
        endpoint=str(settings.endpoint) or (known.endpoint if known else ""),
        price=_price(work, name, settings),
        first_token_s=work.note(f"{key}.first_token", settings.pace.first_token, "median time to the first token"),
        per_token_s=work.note(f"{key}.per_token", settings.pace.per_token, "median time for each further token"),
        prefill_rate=work.note(f"{key}.prefill", settings.pace.prefill, "input tokens read a second"),
        spread=work.note(f"{key}.spread", settings.pace.spread, "sigma of the spread of times"),
        request_rate=work.note(f"{key}.limits.requests", settings.limits.requests, "the supplier's request limit"),
        token_rate=work.note(f"{key}.limits.tokens", settings.limits.tokens, "the supplier's token limit"),
        concurrent=round(work.note(f"{key}.limits.concurrent", settings.limits.concurrent, "requests at once")),
        prompt_cache=work.note(f"{key}.prompt_cache", settings.prompt_cache, "input tokens at the cached price"),
        error_rate=work.note(f"{key}.error_rate", settings.error_rate, "calls that fail without an outage"),
        breaker_failures=cut.failures.whole if cut else 0,
        breaker_open_s=cut.open_for.value if cut else 0.0,
        breaker_probes=cut.probes.whole if cut else 1,
    )


def _price(work: _Work, name: str, settings: ModelSettings) -> m.Price:
    """The agreed price in the file, else the one in the overrides, else the published one."""
    provider, _, model = settings.model.partition("/")
    agreed = settings.price
    override = work.overrides.find(settings.model, work.as_of)
    given = agreed or override
    if given is not None:
        source = (
            f"agreed: {override.source}, valid from {override.valid_from}"
            if agreed is None and override
            else "agreed, in the file"
        )
        cached = given.cached_input or given.input
        price = m.Price(given.input.whole, cached.whole, given.output.whole, source, work.as_of.isoformat())
    else:
        try:
            found = work.lookup(provider, model, work.as_of)
        except InputError as error:
            where = settings.model.where
            work.problems.extend(Problem(p.code, f"`{name}`: {p.message}", where, p.mend) for p in error.problems)
            return m.Price(0, 0, 0, "unknown", work.as_of.isoformat())
        price = m.Price(pico(found.input), pico(found.cached_input), pico(found.output), found.source, found.as_of)
    for kind, value in (("input", price.input), ("cached_input", price.cached_input), ("output", price.output)):
        note = f"{settings.model}, {price.source}, as of {price.as_of}"
        where = (
            (given.place(kind) if given is not None else settings.model.where)
            if given is agreed or override
            else settings.model.where
        )
        work.book.add(
            Figure(
                f"prices.{name}.{kind}",
                value,
                "token-price",
                f"{kind.replace('_', ' ')} tokens",
                origin="fact",
                note=note,
                where=where,
            )
        )
    return price


def _cache(work: _Work, name: str) -> m.Cache:
    settings = work.system.components[name].settings_as(CacheSettings) or CacheSettings()
    key = f"components.{name}"
    return m.Cache(
        name,
        work.note(f"{key}.ttl", settings.ttl, "an answer is reused for so long"),
        round(work.note(f"{key}.entries", settings.entries, "answers kept")),
    )


def _station(work: _Work, name: str) -> m.Station:
    component = work.system.components[name]
    title = str(component.title or name)
    settings = component.settings_as(WorkSettings)
    if settings is None:
        return m.Station(name, title, 0, 0.0, 0.0, 0.0, 0)
    key = f"components.{name}"
    workers = work.note(f"{key}.workers", settings.workers, "pieces of work at once in each replica")
    replicas = work.note(f"{key}.replicas", component.replicas, "replicas")
    human = component.settings_as(HumanSettings)
    return m.Station(
        name=name,
        title=title,
        servers=round(workers * replicas),
        median_s=work.note(f"{key}.latency", settings.latency, "median time of one piece of work"),
        spread=work.note(f"{key}.work_spread", settings.spread, "sigma of the spread of that time"),
        error_rate=work.note(f"{key}.work_errors", settings.error_rate, "work that fails without an outage"),
        hourly=round(work.note(f"{key}.wage", human.wage if human else None, "an hour of one person")),
    )


def _journey(work: _Work, name: str, journey: Journey, routes: dict[str, int], stations: dict[str, int]) -> m.Journey:
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
        peak=work.note(f"{key}.peak", journey.peak, "busiest hour over the mean"),
        burstiness=work.note(f"{key}.burstiness", journey.burstiness, "variation of the gaps between arrivals"),
        answers=round(work.note(f"{key}.answers", again.answers, "different questions")) if again else 0,
        skew=work.note(f"{key}.skew", again.skew, "Zipf exponent of the questions") if again else 0.0,
        wordings=round(work.note(f"{key}.wordings", again.wordings, "wordings of each question")) if again else 1,
        trace=str(journey.trace),
        traced_step=traced if traced >= 0 else (calls[0] if calls else -1),
        steps=tuple(steps),
    )


def _step(  # noqa: PLR0913
    work: _Work, journey: str, step: Step, routes: dict[str, int], stations: dict[str, int], stage: int
) -> m.Step:
    key = f"{journey}.{step.name.replace(' ', '-')}"
    tokens = step.tokens

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
        system_tokens=round(work.note(f"{key}.system", tokens.system, "instruction tokens")) if tokens else 0,
        tokens_in=law("input", tokens.input if tokens else None),
        tokens_out=law("output", tokens.output if tokens else None),
        growth=round(work.note(f"{key}.growth", tokens.growth, "tokens each repeat adds")) if tokens else 0,
        probability=work.note(f"{key}.probability", step.probability, "journeys that take this step"),
        repeat_mean=work.note(f"{key}.repeats.mean", step.repeats.mean, "mean runs"),
        repeat_most=round(work.note(f"{key}.repeats.most", step.repeats.most, "most runs")),
        stage=stage,
        background=step.background,
        skips=step.on_failure == "skip",
        timeout_s=min(timeouts, default=0.0) if step.route is None else 0.0,
    )


def _objectives(work: _Work) -> tuple[m.Objective, ...]:
    found = []
    for name, item in work.system.objectives.items():
        limit = item.at_most or item.at_least
        if limit is not None and item.measure != "quality":
            value = work.note(f"objectives.{name}", limit, f"{item.measure} promised")
            value = value * MONTH if limit.dimension == "money-rate" else value
            found.append(m.Objective(name, str(item.measure), str(item.journey or ""), item.at_most is not None, value))
    return tuple(found)


def _scenarios(system: System) -> tuple[m.Scenario, ...]:
    return tuple(
        m.Scenario(
            name=name,
            summary=str(item.summary),
            lasts_s=item.lasts.value,
            changes=tuple(
                m.Change(str(c.what), str(c.component or ""), c.factor.value, c.share.value, c.at.value, c.lasts.value)  # type: ignore[arg-type]
                for c in item.changes
            ),
        )
        for name, item in system.scenarios.items()
    )
