"""What a file can say that no single key shows to be wrong: the whole has to make sense. Each judge is one function."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from archwright.base.errors import Problem
from archwright.base.text import nearest
from archwright.base.units import mend_for
from archwright.spec import delegation, judge_traffic
from archwright.spec.addresses import addresses
from archwright.spec.attestations import judge_attestations
from archwright.spec.context import judge_context
from archwright.spec.given import Given
from archwright.spec.grounding import grounds
from archwright.spec.judge_decisions import judge_decisions
from archwright.spec.model import Change, Flow, Objective, Scenario, Step, System
from archwright.spec.outcomes import outcomes
from archwright.spec.paths import leads_outside
from archwright.spec.routing import choices
from archwright.spec.settings.gateway import GatewaySettings, RouteSpec
from archwright.spec.settings.models import ModelSettings

_LIMITS = {
    "p50": ("duration",), "p95": ("duration",), "p99": ("duration",),
    "availability": ("share",), "full-answers": ("share",), "cache-hit": ("share",),
    "cost": ("money-rate",), "quality": ("share", "count", "number"),
}  # fmt: skip
_MORE_IS_BETTER = frozenset({"availability", "full-answers", "cache-hit", "quality"})
_SHOWN = 8  # names of a circle that are written out


def judge(system: System, spoilt: Collection[str] = ()) -> Iterator[Problem]:
    """Every problem of the whole, in the order of the judges.

    `spoilt` names sections that could not be read completely. A judge that needs one of them is not asked, because
    it would complain about what is only missing.
    """
    for one, needs in JUDGES:
        if not needs.intersection(spoilt):
            yield from one(system)


def routes_of(system: System) -> dict[str, tuple[str, RouteSpec]]:
    """Every route: its name, and the gateway and settings behind it."""
    return {
        name: (gateway, route)
        for gateway, component in system.with_trait("gateway").items()
        if (settings := component.settings_as(GatewaySettings)) is not None
        for name, route in settings.routes.items()
    }


def _names(system: System) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for gateway, component in system.with_trait("gateway").items():
        settings = component.settings_as(GatewaySettings)
        for name, route in (settings.routes if settings else {}).items():
            if name in seen:
                yield Problem(
                    "duplicate-name", f"route `{name}` is declared by `{seen[name]}` too", route.where, "rename one"
                )
            seen[name] = gateway


def _flows(system: System) -> Iterator[Problem]:
    seen = set()
    for flow in system.flows:
        if flow.source == flow.target:
            yield Problem(
                "self-flow", f"`{flow.source}` flows to itself", flow.where, "remove it; a loop is a step's `repeats`"
            )
        pair = (flow.source, flow.target, flow.label, flow.mode)
        if pair in seen:
            yield Problem(
                "duplicate-flow",
                f"a flow from `{flow.source}` to `{flow.target}` stands twice",
                flow.where,
                "give them different labels",
            )
        seen.add(pair)


def _cycles(system: System) -> Iterator[Problem]:
    """A synchronous call that waits for itself never ends; a way back is marked `return: true`."""
    calls: dict[str, dict[str, Flow]] = {}
    for flow in system.flows:
        if flow.mode == "sync" and not flow.returns and flow.source != flow.target:
            calls.setdefault(flow.source, {}).setdefault(flow.target, flow)
    for path, flow in _circles(calls):
        names = path if len(path) <= _SHOWN else [*path[: _SHOWN - 1], "…", path[-1]]
        yield Problem(
            "call-cycle",
            f"synchronous calls go in a circle: {' -> '.join([*names, path[0]])}",
            flow.where,
            "mark the way back `return: true` or `mode: async`",
        )


def _circles(calls: dict[str, dict[str, Flow]]) -> Iterator[tuple[list[str], Flow]]:
    """Each circle that a walk along the calls meets, and the flow that closes it."""
    done: set[str] = set()
    for start in calls:
        if start in done:
            continue
        path = {start: iter(calls[start].items())}
        while path:
            node = next(reversed(path))
            target, flow = next(path[node], (None, None))
            if target is None or flow is None:
                done.add(node)
                del path[node]
            elif target in path:
                nodes = list(path)
                yield nodes[nodes.index(target) :], flow
            elif target not in done:
                path[target] = iter(calls.get(target, {}).items())


def _calls(system: System) -> Iterator[Problem]:
    for flow in system.flows:
        retry = flow.retry
        if retry is not None and retry.backoff is not None and retry.backoff.value > retry.longest.value:
            message = f"the first pause of {retry.backoff} is longer than the longest, {retry.longest}"
            yield Problem("out-of-range", message, retry.backoff.where, "shorten `backoff` or lengthen `longest`")


def _routes(system: System) -> Iterator[Problem]:
    led = {(flow.source, flow.target) for flow in system.flows}
    for name, (gateway, route) in routes_of(system).items():
        if not route.targets:
            yield Problem("no-target", f"route `{name}` has no targets", route.where, "name at least one model")
        seen: set[str] = set()
        for target in route.targets:
            if not system.components[target].has("token-model"):
                yield Problem(
                    "not-a-model",
                    f"route `{name}` leads to `{target}`, which is no model",
                    target.where,
                    "name a model",
                )
            if target in seen:
                yield Problem(
                    "target-twice",
                    f"route `{name}` falls back to `{target}` again",
                    target.where,
                    "name each model once",
                )
            seen.add(target)
            if (gateway, target) not in led:
                mend = f"add a flow from `{gateway}` to `{target}` with its timeout"
                yield Problem(
                    "no-flow", f"route `{name}` calls `{target}`, but no flow leads there", target.where, mend
                )
        if route.cache is not None and not system.components[route.cache].has("cache"):
            yield Problem(
                "not-a-cache", f"`{route.cache}` is no cache", route.cache.where, "name a component of kind cache"
            )


def _models(system: System) -> Iterator[Problem]:
    for name, component in system.with_trait("token-model").items():
        settings = component.settings_as(ModelSettings)
        if settings is not None and settings.model.count("/") < 1:
            mend = "write it as `openai/gpt-5-mini`"
            yield Problem(
                "no-provider", f"`{name}`: {settings.model!r} does not name its provider", settings.model.where, mend
            )


def _journeys(system: System) -> Iterator[Problem]:
    for name, journey in system.workload.journeys.items():
        if not journey.steps:
            yield Problem("no-steps", f"journey `{name}` has no steps", journey.where, "write its path")
        elif all(step.probability.value == 0 for step in journey.steps):
            where = journey.steps[0].probability.where
            yield Problem(
                "nothing-happens", f"no step of journey `{name}` is ever taken", where, "raise one probability"
            )
        seen = set()
        for index, step in enumerate(journey.steps):
            if step.name in seen:
                yield Problem(
                    "duplicate-name", f"journey `{name}` has two steps called `{step.name}`", step.where, "rename one"
                )
            seen.add(step.name)
            yield from _step(f"step `{step.name}` of `{name}`", step, index)
        if journey.traced_step and journey.traced_step not in seen:
            message = f"journey `{name}` has no step called `{journey.traced_step}`"
            hint = nearest(journey.traced_step, seen)
            mend = f"did you mean `{hint}`?" if hint else "name one of its steps"
            yield Problem("unknown-name", message, journey.traced_step.where, mend)
        if leads_outside(journey.trace):
            message = f"`{journey.trace}` lies outside the project"
            yield Problem("path-outside", message, journey.trace.where, "put the recording beside this file, or below")


def _step(title: str, step: Step, index: int) -> Iterator[Problem]:
    if (step.route is None) != (step.tokens is None):
        lacks = "tokens" if step.tokens is None else "route"
        mend = "a model call has both `route` and `tokens`"
        yield Problem("half-a-call", f"{title} has no `{lacks}`", step.where, mend)
    if step.parallel and index == 0:
        mend = "remove `parallel`, or move the step down"
        yield Problem("nothing-beside", f"{title} has no step before it to run beside", step.place("parallel"), mend)
    if step.repeats.mean.value > step.repeats.most.value:
        message = f"{title} repeats more in the mean ({step.repeats.mean}) than at most ({step.repeats.most})"
        yield Problem("out-of-range", message, step.repeats.where, "raise `most` or lower `mean`")


def _tenants(system: System) -> Iterator[Problem]:
    tenants = system.workload.tenants
    total = sum(tenant.share.value for tenant in tenants.values())
    if tenants and abs(total - 1) > 1e-6:
        message = f"the tenants' shares sum to {total * 100:.4g} %, not 100 %"
        yield Problem("shares", message, system.workload.place("tenants"), "change one so that they do")


def _objectives(system: System) -> Iterator[Problem]:
    for name, objective in system.objectives.items():
        limits = [limit for limit in (objective.at_most, objective.at_least) if limit is not None]
        if len(limits) != 1:
            mend = "give exactly one of `at_most` and `at_least`"
            yield Problem("one-limit", f"objective `{name}` has {len(limits) or 'no'} limits", objective.where, mend)
        yield from (problem for limit in limits for problem in _limit(name, objective, limit))


def _limit(name: str, objective: Objective, limit: Given) -> Iterator[Problem]:
    allowed = _LIMITS[objective.measure]
    if limit.dimension not in allowed:
        message = f"objective `{name}`: '{limit}' is no limit for {objective.measure}"
        yield Problem("wrong-unit", message, limit.where, mend_for(limit.text, allowed[0]))
    elif limit.dimension == "share" and not 0 <= limit.value <= 1:
        message = f"objective `{name}`: {limit} is not between 0 % and 100 %"
        yield Problem("out-of-range", message, limit.where, "write a share of all requests")
    key = "at_least" if objective.measure in _MORE_IS_BETTER else "at_most"
    if limit is not getattr(objective, key):
        message = f"objective `{name}` promises the wrong way: {objective.measure} is promised with `{key}`"
        yield Problem(
            "wrong-way", message, objective.place("at_most" if key == "at_least" else "at_least"), f"write `{key}`"
        )


def _scenarios(system: System) -> Iterator[Problem]:
    for name, scenario in system.scenarios.items():
        for change in scenario.changes:
            yield from _change(f"scenario `{name}`", scenario, change)


def _change(title: str, scenario: Scenario, change: Change) -> Iterator[Problem]:
    struck = change.component or change.components or change.region
    if not struck and change.what != "load":
        message = f"{title}: nobody knows what is `{change.what}`"
        yield Problem("half-a-change", message, change.where, "name the `component`, `components` or a `region`")
    if struck and change.what == "load":
        message = f"{title}: `load` is the whole system's and has no component"
        where = change.component.where if change.component is not None else change.where
        yield Problem("half-a-change", message, where, "remove what it strikes, or name a `journey`")
    if change.what in ("load", "slow", "limit", "brown-out") and change.factor.value == 1:
        message = f"{title}: `{change.what}` times 1 changes nothing"
        yield Problem("no-change", message, change.place("factor"), "add a `factor` such as 3x")
    if change.at.value >= scenario.lasts.value:
        message = f"{title}: a change at {change.at} begins after its end, at {scenario.lasts}"
        yield Problem("too-late", message, change.at.where, "begin earlier, or lengthen `lasts`")


def _context(system: System) -> Iterator[Problem]:
    yield from judge_context(system.context)


def _attestations(system: System) -> Iterator[Problem]:
    yield from judge_attestations(system.attestations)


Judge = Callable[[System], Iterator[Problem]]
# Each judge, and the sections that it must see complete. Those that need none only complain about what is there.
JUDGES: tuple[tuple[Judge, frozenset[str]], ...] = (
    (_names, frozenset()),
    (_flows, frozenset()),
    (_cycles, frozenset()),
    (_calls, frozenset({"flows"})),
    (_routes, frozenset({"components", "flows"})),
    (choices, frozenset({"components", "workload"})),
    (grounds, frozenset({"components", "flows"})),
    (_models, frozenset({"components"})),
    (addresses, frozenset({"components"})),
    (delegation.agents, frozenset({"components", "flows"})),
    (_journeys, frozenset({"workload"})),
    (_tenants, frozenset({"workload"})),
    (_objectives, frozenset({"objectives"})),
    (_scenarios, frozenset({"scenarios"})),
    (judge_traffic.stations, frozenset({"components"})),
    (judge_traffic.journeys, frozenset({"workload"})),
    (judge_traffic.scenarios, frozenset({"components", "scenarios", "workload"})),
    (judge_traffic.objectives, frozenset({"components", "objectives", "workload"})),
    (outcomes, frozenset({"metrics", "workload"})),
    (_context, frozenset()),
    (_attestations, frozenset()),
    (judge_decisions, frozenset({"decisions", "workload"})),
)
