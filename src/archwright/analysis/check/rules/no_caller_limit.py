"""REL03: one caller may take everything."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import ahead, reached
from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import is_public
from archwright.report.document import Severity
from archwright.spec.model import Flow, System
from archwright.spec.settings.gateway import GatewaySettings


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("actor").items():
        if not is_public(system, component):
            continue
        models = [found for found in reached(system, name) if system.components[found].has("token-model")]
        for flow in ahead(system, name):
            limited = flow.limit is not None and flow.limit.requests is not None
            if models and not limited and not _by_tenant(system, flow):
                message = f"one `{name}` may ask `{flow.target}` as often as it likes"
                yield Hit(message, flow.where, str(flow.target), severity=_severity(system))


def _by_tenant(system: System, flow: Flow) -> bool:
    """Whether it is a gateway's door, and each tenant's requests are limited there."""
    tenants = system.workload.tenants.values()
    limited = bool(tenants) and all(tenant.requests is not None for tenant in tenants)
    return limited and system.components[flow.target].has("gateway")


def _severity(system: System) -> Severity:
    """An error where no spend cap ends it either."""
    gateways = [item.settings_as(GatewaySettings) for item in system.with_trait("gateway").values()]
    capped = bool(gateways) and all(item is not None and item.budget is not None for item in gateways)
    return "warning" if capped else "error"


RULE = Rule(
    code="REL03",
    name="no-caller-limit",
    severity="error",
    summary="The public reaches a model through a door without a limit for each caller.",
    why="One script asks as much as all customers together: they wait, and the bill is ours.",
    mend="limit it at the door, and write `limit: 20/min` at the flow",
    detection="Every flow from an actor in a group of the public, from which a model is reached, without a `limit` of "
    "requests; a gateway whose tenants all have `requests` is left out. A warning where every gateway has a `budget`.",
    false_positives="A limit in front of the system that the file does not draw: write it at the flow.",
    references=("L:LLM10:2025", "F:AIR-PREV-008", "AWS:GENOPS02-BP03", "AWS:REL05-BP02", "M:AML.M0004"),
    bad="""\
system: Desk
groups:
  outside: {title: Visitors, trust: public}
components:
  visitor: {kind: client, group: outside}
  desk: {kind: service}
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: visitor, to: desk}
  # ^
  - {from: desk, to: large, timeout: 20 s}
""",
    good="""\
system: Desk
groups:
  outside: {title: Visitors, trust: public}
components:
  visitor: {kind: client, group: outside}
  desk: {kind: service}
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: visitor, to: desk, limit: 20/min}
  - {from: desk, to: large, timeout: 20 s}
""",
    find=_find,
)
