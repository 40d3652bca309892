"""MOD05: nothing stands in when a model, or its supplier, is away."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.calls import past_gateway
from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.judge import routes_of
from archwright.spec.model import System
from archwright.spec.settings.gateway import RouteSpec
from archwright.spec.settings.models import ModelSettings


def _find(system: System) -> Iterator[Hit]:
    for name, (_, route) in routes_of(system).items():
        if _may_fail(system, name):
            continue
        if len(route.targets) == 1:
            yield Hit(f"route `{name}` has no model but `{route.targets[0]}`", route.targets[0].where, name)
        elif supplier := _only_supplier(system, route):
            message = f"every model of route `{name}` is run by `{supplier}`, and may be away with it"
            yield Hit(message, route.targets[0].where, name, "add a model of another supplier, or one of your own")
    for flow in past_gateway(system):
        message = f"`{flow.source}` calls `{flow.target}` past any gateway, so nothing stands in for it"
        yield Hit(message, flow.where, str(flow.source), "call it through a gateway's route with two targets")


def _may_fail(system: System, route: str) -> bool:
    """Whether every step that asks for this route may be skipped."""
    steps = [step for journey in system.workload.journeys.values() for step in journey.steps if step.route == route]
    return bool(steps) and all(step.on_failure == "skip" for step in steps)


def _only_supplier(system: System, route: RouteSpec) -> str:
    """The one supplier of all targets, or nothing where there are several or one runs with us."""
    suppliers = set()
    for target in route.targets:
        component = system.components[target]
        settings = component.settings_as(ModelSettings)
        suppliers.add(settings.model.partition("/")[0] if settings and component.has("managed") else target)
    return suppliers.pop() if len(suppliers) == 1 else ""


RULE = Rule(
    code="MOD05",
    name="model-without-fallback",
    severity="warning",
    summary="A model has no fallback, or only one of the same supplier.",
    why="Every supplier has outages and rate limits; without a second model the feature is away for as long.",
    mend="name a second model in the route's `targets`, best of another supplier",
    detection="Every route with one target, or whose targets are all run by one supplier, and every call of a model "
    "that no gateway makes. A route that is only asked for in steps with `on_failure: skip` is left out.",
    false_positives="One supplier's models may lie in separate regions that fail apart; the rule cannot see that.",
    references=("F:AIR-OP-007", "N:GOVERN 6.2", "AWS:REL11-BP02", "AWS:GENREL03-BP01"),
    bad="""\
system: Summaries
components:
  gateway:
    kind: gateway
    routes:
      short: [large]
           #  ^
  large:
    kind: managed-model
    model: openai/gpt-4.1
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: gateway, to: large, timeout: 20 s}
""",
    good="""\
system: Summaries
components:
  gateway:
    kind: gateway
    routes:
      short: [large, other]
  large:
    kind: managed-model
    model: openai/gpt-4.1
    pace: {first_token: 500 ms, per_token: 12 ms}
  other:
    kind: managed-model
    model: mistral/mistral-large-latest
    pace: {first_token: 400 ms, per_token: 10 ms}
flows:
  - {from: gateway, to: large, timeout: 20 s}
  - {from: gateway, to: other, timeout: 20 s}
""",
    find=_find,
)
