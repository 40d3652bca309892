"""REL04: nothing stops the bill."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.calls import past_gateway
from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System
from archwright.spec.settings.gateway import GatewaySettings


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("gateway").items():
        settings = component.settings_as(GatewaySettings)
        if settings is not None and settings.budget is None and _pays(system, settings):
            yield Hit(f"`{name}` has no spend cap", component.where, name)
    for flow in past_gateway(system):
        if system.components[flow.target].has("managed"):
            message = f"`{flow.source}` calls `{flow.target}` past any gateway, so no spend cap holds"
            yield Hit(message, flow.where, str(flow.source), "call it through a gateway with a `budget`")


def _pays(system: System, settings: GatewaySettings) -> bool:
    targets = {target for route in settings.routes.values() for target in route.targets}
    return any(system.components[target].has("managed") for target in targets)


RULE = Rule(
    code="REL04",
    name="no-spend-cap",
    severity="error",
    summary="Paid model calls have no spend cap.",
    why="A loop, an attack or a good day multiplies the calls, and the invoice comes a month later.",
    mend="add `budget: $2k/month` to the gateway: a little more than a good month costs",
    detection="Every gateway with a route to a model that a supplier runs and no `budget`, and every call of such a "
    "model that no gateway makes.",
    false_positives="The supplier's own account may have a hard limit; the gateway's cap still says it in one place.",
    references=("L:LLM10:2025", "F:AIR-DET-009", "AWS:COST02-BP05", "AWS:AGENTCOST07-BP01"),
    bad="""\
system: Summaries
components:
  gateway:
# ^
    kind: gateway
    routes:
      short: [large]
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
    budget: $300/month
    routes:
      short: [large]
  large:
    kind: managed-model
    model: openai/gpt-4.1
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: gateway, to: large, timeout: 20 s}
""",
    find=_find,
)
