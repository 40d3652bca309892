"""Reader `litellm`: the `config.yaml` of a LiteLLM proxy.

Model groups become routes, deployments become models, fallbacks follow them in their order. Keys as in LiteLLM's own
reference (docs.litellm.ai/docs/proxy/config_settings, read on 2026-11-21); what stands in `router_settings` wins over
`litellm_settings`, as it does there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from archwright.analysis.adopt import secrets
from archwright.analysis.adopt.config import Config, config
from archwright.analysis.adopt.evidence import Evidence, Fact, Journey, Route, Step, Target, assumed, seen, sourced
from archwright.analysis.adopt.names import counted, name, seconds
from archwright.analysis.adopt.reader import Reader, Source
from archwright.base.errors import InputError, Problem
from archwright.base.units import DAY, MONTH, parse
from archwright.facts.prices import named

_SECTIONS: Final = ("model_list", "litellm_settings", "router_settings", "general_settings")
_OWN: Final = frozenset(
    {"ollama", "ollama_chat", "vllm", "hosted_vllm", "llamafile", "lm_studio", "xinference", "triton"}
)
_CHAT: Final = frozenset({"", "chat", "completion", "responses"})
_PERIOD: Final = re.compile(r"(\d{1,4})(s|m|h|d|mo)")
_PERIODS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": DAY, "mo": MONTH}
_MOST: Final = 200  # deployments; a design with more is read by nobody
_WAITS: Final = 600.0  # seconds; LiteLLM's router waits ten minutes where nothing is said


@dataclass(slots=True)
class _Work:
    """The file, and what was found in it so far. `deployments` are targets by their group, in order of preference."""

    file: Config
    problems: list[Problem] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    deployments: dict[str, list[Target]] = field(default_factory=dict)
    places: dict[str, Config] = field(default_factory=dict)
    fallbacks: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    ranks: dict[str, tuple[float, float]] = field(default_factory=dict)

    def router(self, *keys: str) -> Config:
        """A setting of the router, which may also stand among LiteLLM's own."""
        return self.file.first(*(f"{part}.{key}" for part in ("router_settings", "litellm_settings") for key in keys))


def _recognises(source: Source) -> bool:
    return re.search(r"^[\"']?model_list[\"']?\s*:", source.text, re.MULTILINE) is not None


def _read(source: Source) -> Evidence:
    work = _Work(config(source))
    models = work.file.at("model_list")
    if not models.parts:
        raise source.refused("there is no `model_list` with models in it", _mend(work), models.where.line or 1)
    for entry in models.parts[:_MOST]:
        _deployment(work, entry)
    if len(models.parts) > _MOST:
        work.lost.append(f"{len(models.parts) - _MOST} more models of {models.place}: {_MOST} are drafted")
    if not work.deployments and not work.problems:
        raise source.refused("no model of `model_list` answers questions", "\n".join(work.lost[:3]), models.where.line)
    for group in work.deployments.values():
        group.sort(key=lambda target: work.ranks[target.name])
    cache = _cache(work)
    work.fallbacks = _fallbacks(work)
    routes = list(_routes(work, cache is not None))
    evidence = Evidence(
        kind="litellm",
        file=source.called,
        targets=tuple(target for group in work.deployments.values() for target in group),
        routes=tuple(route for _, route in routes),
        journeys=tuple(_journeys(work, routes)),
        gateway=_gateway(work),
        cache=cache,
        lost=(*work.lost, *_strategies(work)),
        findings=tuple(secrets.found(work.file)),
    )
    if work.problems:
        raise InputError(work.problems)
    return evidence


def _mend(work: _Work) -> str:
    known = [key for key in work.file.keys if key in _SECTIONS]
    return "models that are kept in a database are not in the file" if known else "is it a LiteLLM config.yaml?"


# ------------------------------------------------------------------------------------------------ deployments


def _deployment(work: _Work, entry: Config) -> None:
    group, model = entry.at("model_name"), entry.at("litellm_params", "model")
    if not group.words or not model.words:
        lacks = "model_name" if not group.words else "litellm_params.model"
        work.problems.append(Problem("bad-evidence", f"this model has no `{lacks}`", entry.where, f"add `{lacks}`"))
        return
    mode = entry.at("model_info", "mode").words
    if "*" in group.words or "*" in model.words:
        work.lost.append(f"{group.place}: a name with `*` stands for any model; name the ones that are used")
    elif mode not in _CHAT:
        work.lost.append(f"{group.place}: a model for {mode} has no place among questions and answers")
    elif secrets.secret("", group.words) or secrets.secret("", model.words):
        work.lost.append(f"{group.place}: its name looks like a key and is not copied")
    else:
        target = _target(work, entry, group.words, model)
        work.used.add(target.name)
        work.ranks[target.name] = _rank(work, entry.at("litellm_params"))
        work.places.setdefault(group.words, group)
        work.deployments.setdefault(group.words, []).append(target)


def _rank(work: _Work, params: Config) -> tuple[float, float]:
    """What is asked first in a group: a lower `order`, then a larger `weight`."""
    order, weight = params.at("order").number(work.problems), params.at("weight").number(work.problems)
    return (order if order is not None else 1e12, -(weight or 0.0))


def _target(work: _Work, entry: Config, group: str, model: Config) -> Target:
    params, info = entry.at("litellm_params"), entry.at("model_info")
    prefix = model.words.partition("/")[0]
    base = params.at("api_base")
    hosted = prefix in _OWN or secrets.private(base.words)
    settings = {**_limits(work, params), **_price(work, params, info)}
    region = params.first("region_name", "aws_region_name", "vertex_location", "vertex_ai_location")
    if region.words and not region.words.startswith("os.environ/"):
        settings["region"] = seen(region.words, region.place)
    endpoint = secrets.address(base.words)
    if endpoint and (hosted or prefix == "openai"):
        settings["endpoint"] = seen(endpoint, base.place)
    remarks: tuple[str, ...] = ()
    if params.at("weight"):
        remarks = (f"weight {params.at('weight').words[:12]} in {params.at('weight').place}; see the end of the file",)
    return Target(
        name=name(group if group not in work.deployments else f"{group}-{model.words}", {*work.used, *_RESERVED}),
        model=_model(model, info),
        hosted=hosted,
        settings=settings,
        flow=_flow(work, params),
        remarks=remarks,
    )


_RESERVED: Final = ("clients", "gateway", "cache")


def _model(model: Config, info: Config) -> Fact:
    """`provider/model`: what prices are known by. A deployment's own name gives way to its base model."""
    base = info.at("base_model")
    if base.words:
        provider = model.words.partition("/")[0]
        words = base.words if "/" in base.words else f"{provider}/{base.words}"
        return seen(words, f"{base.place} (base_model)")
    if "/" in model.words:
        return seen(model.words, model.place)
    words = named(model.words)
    return seen(words or f"openai/{model.words}", model.place, "likely" if words else "a guess")


def _limits(work: _Work, params: Config) -> dict[str, Fact]:
    found = {}
    for key, setting, unit in (
        ("rpm", "limits.requests", "/min"),
        ("tpm", "limits.tokens", "/min"),
        ("max_parallel_requests", "limits.concurrent", ""),
    ):
        value = params.at(key).number(work.problems, 1e9)
        if value and (unit or value >= 1):
            found[setting] = seen(f"{counted(value) if unit else int(value)}{unit}", params.at(key).place)
    return found


def _price(work: _Work, params: Config, info: Config) -> dict[str, Fact]:
    """A price that the file states."""
    found = {}
    for key, setting in (("input_cost_per_token", "price.input"), ("output_cost_per_token", "price.output")):
        item = params.at(key) or info.at(key)
        value = item.number(work.problems, 1.0)
        if value:
            found[setting] = sourced(f"${Decimal(repr(value)) * 10**6:f}/Mtok", item.place)
    return found if len(found) == 2 else {}


def _flow(work: _Work, params: Config) -> dict[str, Fact]:
    """How long is waited, how often is tried again, when a failing model is left alone."""
    timeout = params.at("timeout") or work.router("timeout", "request_timeout")
    value = timeout.number(work.problems, 1e6)
    found = {
        "timeout": seen(seconds(value), timeout.place)
        if value
        else assumed(seconds(_WAITS), "nothing is said, and LiteLLM then waits ten minutes")
    }
    retries = params.first("num_retries", "max_retries") or work.router("num_retries")
    again = retries.number(work.problems, 1e6)
    if again:
        found["retry.attempts"] = seen(f"{min(again, 19) + 1:.0f}", f"{retries.place} (num_retries {again:.0f})")
        found["retry.backoff"] = _backoff(work)
    if not work.router("disable_cooldowns").true:
        found |= _breaker(work)
    return found


def _backoff(work: _Work) -> Fact:
    pause = work.router("retry_after")
    value = pause.number(work.problems, 10.0)
    return seen(seconds(value), pause.place) if value else assumed("500 ms", "LiteLLM's own pause is not in the file")


def _breaker(work: _Work) -> dict[str, Fact]:
    fails, cooldown = work.router("allowed_fails"), work.router("cooldown_time")
    allowed, pause = fails.number(work.problems, 9999), cooldown.number(work.problems, 1e6)
    found = {}
    if allowed is not None:
        place = f"{fails.place} (more than {allowed:.0f} a minute there, in a row here)"
        found["breaker.failures"] = seen(f"{allowed + 1:.0f}", place, "likely")
    if pause:
        found["breaker.open_for"] = seen(seconds(pause), cooldown.place)
    return found


# ----------------------------------------------------------------------------------------------------- routes


def _routes(work: _Work, cached: bool) -> Iterator[tuple[str, Route]]:
    """Each group or alias, and its route."""
    groups = {group: group for group in work.deployments}
    for alias, value in work.router("model_group_alias").keys.items():
        meant = value.words or value.at("model").words
        if meant in work.deployments and alias not in groups:
            groups[alias] = meant
            work.places[alias] = value
    used: set[str] = set()
    for group, meant in groups.items():
        places = [work.places[group].place]
        targets = list(work.deployments[meant])
        for other, place in work.fallbacks.get(group) or work.fallbacks.get(meant) or work.fallbacks[""]:
            more = [item for item in work.deployments.get(other, []) if item not in targets]
            places += [place] if more and place not in places else []
            targets += more
        called = name(group, used, "route")
        used.add(called)
        if called != group:
            work.lost.append(f"{work.places[group].place}: clients ask for {group!r}, and the route is called {called}")
        yield group, _route(work, called, group, targets, places, cached)


def _route(work: _Work, called: str, group: str, targets: list[Target], places: list[str], cached: bool) -> Route:
    alone = len(work.deployments.get(group, [])) < 2
    return Route(
        name=called,
        targets=seen(tuple(target.name for target in targets), " and ".join(places), "sure" if alone else "likely"),
        settings={"deadline": _deadline(targets)},
        cached=seen("cache", work.file.at("litellm_settings", "cache").place) if cached else None,
    )


def _deadline(targets: list[Target]) -> Fact:
    total = 0.0
    for target in targets:
        again = target.flow.get("retry.attempts")
        attempts = parse(str(again.text), "count") if again else 1.0
        total += parse(str(target.flow["timeout"].text), "duration") * attempts
    return assumed(seconds(min(total, DAY)), "LiteLLM has no limit over all attempts; this is the sum of theirs")


def _fallbacks(work: _Work) -> dict[str, list[tuple[str, str]]]:
    """Groups that stand in for a group, each with its place; those of every group stand under an empty name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for entry in work.router("fallbacks").parts:
        for group, others in entry.keys.items():
            found.setdefault(group, []).extend((other, others.place) for other in others.names)
    every = work.router("default_fallbacks")
    found[""] = [(other, every.place) for other in every.names]
    for group in [key for key in found if key]:
        found[group] += found[""]
    for group, stand_ins in found.items():
        for other, place in stand_ins:
            if other not in work.deployments and other not in work.router("model_group_alias").keys:
                whose = f" of {group}" if group else ""
                work.lost.append(f"{place}: the fallback {other!r}{whose} is no model of this file")
    return found


def _journeys(work: _Work, routes: list[tuple[str, Route]]) -> Iterator[Journey]:
    """Each group that is not only there to stand in is asked by somebody."""
    stand_in = {other for others in work.fallbacks.values() for other, _ in others}
    asked = [route for group, route in routes if group not in stand_in] or [route for _, route in routes]
    remark = "repetition: {answers: 2000}  # not known; without it a cache catches nothing"
    for route in asked:
        yield Journey(
            name=f"ask-{route.name}",
            steps=(Step(name="ask", route=route.name),),
            remarks=(remark,) if route.cached is not None else (),
        )


# ---------------------------------------------------------------------------------------- gateway, cache, rest


def _gateway(work: _Work) -> dict[str, Fact]:
    found = {}
    parallel = work.file.at("general_settings", "global_max_parallel_requests")
    value = parallel.number(work.problems, 100_000)
    if value:
        found["concurrency"] = seen(f"{value:.0f}", parallel.place)
    budget = work.file.first("litellm_settings.max_budget", "general_settings.max_budget")
    amount = budget.number(work.problems, 9e6)
    if amount:
        period = work.file.first("litellm_settings.budget_duration", "general_settings.budget_duration")
        found["budget"] = _budget(work, budget, amount, period)
    return found


def _budget(work: _Work, budget: Config, amount: float, period: Config) -> Fact:
    """A budget by the month. One that is never reset is taken for a month's, and says so."""
    match = _PERIOD.fullmatch(period.words)
    if match is None or int(match[1]) == 0:
        if period:
            mend = "write it as 30d"
            work.problems.append(Problem("bad-evidence", "this is no `budget_duration`", period.where, mend))
        return Fact(f"${max(amount, 0.01):.2f}/month", f"from {budget.place}, where it is never reset", "a guess")
    length = int(match[1]) * _PERIODS[match[2]]
    month = amount if abs(length - MONTH) < 2 * DAY else amount * MONTH / length
    return seen(f"${min(max(month, 0.01), 9e6):.2f}/month", f"{budget.place} (${amount:,.2f} each {match[0]})")


def _cache(work: _Work) -> dict[str, Fact] | None:
    settings = work.file.at("litellm_settings")
    if not settings.at("cache").true:
        return None
    params = settings.at("cache_params")
    kind = params.at("type").words
    if "semantic" in kind:
        work.lost.append(f"{params.at('type').place}: a cache by meaning; here a cache answers equal requests only")
        return None
    if params.at("mode").words == "default_off":
        work.lost.append(f"{params.at('mode').place}: callers opt in to the cache; here every request may be answered")
    ttl = params.at("ttl")
    value = ttl.number(work.problems, 3e9)
    found = {"ttl": seen(seconds(value), ttl.place)} if value else {}
    return found or {"ttl": assumed("1 h", "nothing says how long an answer is kept")}


def _strategies(work: _Work) -> Iterator[str]:
    """What LiteLLM does in another way."""
    strategy = work.router("routing_strategy")
    several = [group for group, targets in work.deployments.items() if len(targets) > 1]
    if strategy.words and not secrets.secret("", strategy.words):
        yield f"{strategy.place}: {strategy.words[:40]}; here the models of a route are tried in their order"
    elif several:
        yield f"LiteLLM spreads requests over the models of {several[0]}; here they are tried in their order"
    for key, why in (
        ("context_window_fallbacks", "a longer context is no reason for a fallback here"),
        ("content_policy_fallbacks", "a refused answer is no reason for a fallback here"),
        ("provider_budget_config", "here a budget is the gateway's, or a tenant's"),
        ("allowed_fails_policy", "here all failures count alike"),
        ("stream_timeout", "here a timeout is for the whole answer"),
        ("retry_policy", "here all failures are tried again alike"),
    ):
        if work.router(key):
            yield f"{work.router(key).place}: {key}; {why}"


READER = Reader("litellm", "the config.yaml of a LiteLLM proxy", _recognises, _read)
