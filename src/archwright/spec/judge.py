"""What a file can say that no single key shows to be wrong: the whole has to make sense. Each judge is one function."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.errors import Problem
from archwright.spec.model import System
from archwright.spec.settings import GatewaySettings, ModelSettings, RouteSpec

_LIMITS = {
    "p50": ("duration",), "p95": ("duration",), "p99": ("duration",), "availability": ("share",),
    "cost": ("money-rate", "money"), "cache-hit": ("share",), "quality": ("share", "count", "number"),
}  # fmt: skip


def judge(system: System) -> list[Problem]:
    """Every problem of the whole, in the order of the judges."""
    return [problem for one in JUDGES for problem in one(system)]


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
                yield Problem("duplicate-name", f"route `{name}` is declared by `{seen[name]}` too", route.where, "rename one")
            seen[name] = gateway


def _flows(system: System) -> Iterator[Problem]:
    seen = set()
    for flow in system.flows:
        if flow.source == flow.target:
            yield Problem("self-flow", f"`{flow.source}` flows to itself", flow.where, "remove it; a loop is a step's `repeats`")
        pair = (flow.source, flow.target, flow.label)
        if pair in seen:
            yield Problem("duplicate-flow", f"a flow from `{flow.source}` to `{flow.target}` stands twice", flow.where, "give them different labels")
        seen.add(pair)


def _cycles(system: System) -> Iterator[Problem]:
    """A synchronous call that waits for itself never ends; a way back is marked `return: true`."""
    calls: dict[str, list[str]] = {}
    for flow in system.flows:
        if flow.mode == "sync" and not flow.returns and flow.source != flow.target:
            calls.setdefault(flow.source, []).append(flow.target)
    state: dict[str, int] = {}
    for start in calls:
        stack: list[tuple[str, int]] = [(start, 0)] if start not in state else []
        path = [start]
        state.setdefault(start, 1)
        while stack:
            node, index = stack.pop()
            targets = calls.get(node, [])
            if index == len(targets):
                state[node] = 2
                path.pop()
                continue
            stack.append((node, index + 1))
            target = targets[index]
            if state.get(target) == 1:
                circle = " -> ".join([*path[path.index(target) :], target])
                flow = system.flow(node, target)
                where = flow.where if flow else system.where
                yield Problem("call-cycle", f"synchronous calls go in a circle: {circle}", where, "mark the way back `return: true` or `mode: async`")
            elif target not in state:
                state[target] = 1
                stack.append((target, 0))
                path.append(target)


def _routes(system: System) -> Iterator[Problem]:
    for name, (gateway, route) in routes_of(system).items():
        if not route.targets:
            yield Problem("no-target", f"route `{name}` has no targets", route.where, "name at least one model")
        for index, target in enumerate(route.targets):
            if not system.components[target].has("token-model"):
                yield Problem("not-a-model", f"route `{name}` leads to `{target}`, which is no model", target.where, "name a model")
            if target in route.targets[:index]:
                yield Problem("target-twice", f"route `{name}` falls back to `{target}` again", target.where, "name each model once")
            if system.flow(gateway, target) is None:
                mend = f"add a flow from `{gateway}` to `{target}` with its timeout"
                yield Problem("no-flow", f"route `{name}` calls `{target}`, but no flow leads there", target.where, mend)
        if route.cache is not None and not system.components[route.cache].has("cache"):
            yield Problem("not-a-cache", f"`{route.cache}` is no cache", route.cache.where, "name a component of kind cache")


def _models(system: System) -> Iterator[Problem]:
    for name, component in system.with_trait("token-model").items():
        settings = component.settings_as(ModelSettings)
        if settings is not None and settings.model.count("/") < 1:
            mend = "write it as `openai/gpt-5-mini`"
            yield Problem("no-provider", f"`{name}`: {settings.model!r} does not name its provider", settings.model.where, mend)


def _journeys(system: System) -> Iterator[Problem]:
    for name, journey in system.workload.journeys.items():
        if not journey.steps:
            yield Problem("no-steps", f"journey `{name}` has no steps", journey.where, "write its path")
        seen = set()
        for index, step in enumerate(journey.steps):
            if step.name in seen:
                yield Problem("duplicate-name", f"journey `{name}` has two steps called `{step.name}`", step.where, "rename one")
            seen.add(step.name)
            if (step.route is None) != (step.tokens is None):
                lacks = "tokens" if step.tokens is None else "a route"
                yield Problem("half-a-call", f"step `{step.name}` of `{name}` has no {lacks}", step.where, "a model call has both `route` and `tokens`")
            if step.parallel and index == 0:
                yield Problem("nothing-beside", f"step `{step.name}` of `{name}` has no step before it to run beside", step.place("parallel"))
            if step.repeats.mean.value > step.repeats.most.value:
                yield Problem("out-of-range", f"step `{step.name}` of `{name}` repeats more in the mean than at most", step.repeats.where)
        if journey.traced_step and journey.traced_step not in seen:
            yield Problem("unknown-name", f"journey `{name}` has no step called `{journey.traced_step}`", journey.traced_step.where)


def _tenants(system: System) -> Iterator[Problem]:
    tenants = system.workload.tenants
    total = sum(tenant.share.value for tenant in tenants.values())
    if tenants and abs(total - 1) > 1e-6:
        yield Problem("shares", f"the tenants' shares sum to {total * 100:.4g} %, not 100 %", system.workload.place("tenants"))


def _objectives(system: System) -> Iterator[Problem]:
    for name, objective in system.objectives.items():
        limits = [limit for limit in (objective.at_most, objective.at_least) if limit is not None]
        if len(limits) != 1:
            yield Problem("one-limit", f"objective `{name}` needs `at_most` or `at_least`", objective.where, "give exactly one")
        for limit in limits:
            if limit.dimension not in _LIMITS[objective.measure]:
                wanted = " or ".join(_LIMITS[objective.measure])
                yield Problem("wrong-unit", f"objective `{name}`: {objective.measure} is a {wanted}, not a {limit.dimension}", limit.where)


def _scenarios(system: System) -> Iterator[Problem]:
    for name, scenario in system.scenarios.items():
        for change in scenario.changes:
            if (change.component is None) != (change.what == "load"):
                mend = "`load` has no component" if change.what == "load" else "name the component"
                yield Problem("half-a-change", f"scenario `{name}`: `{change.what}` and `component` do not fit", change.where, mend)
            if change.at.value >= scenario.lasts.value:
                yield Problem("too-late", f"scenario `{name}`: a change at {change.at} begins after its end", change.at.where, "lengthen `lasts`")


JUDGES = (_names, _flows, _cycles, _routes, _models, _journeys, _tenants, _objectives, _scenarios)
