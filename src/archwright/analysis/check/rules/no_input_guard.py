"""INP01: anybody's words reach the model as they are."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import ahead, open_ways
from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import PERSONAL, grade, is_public, passing_by
from archwright.report.document import Severity
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("actor").items():
        if not is_public(system, component):
            continue
        ways = open_ways(system, name, "input")
        models = [found for found in ways if system.components[found].has("token-model")]
        if models:
            way = ways[models[0]]
            flow = next(flow for flow in ahead(system, name) if flow.target == way[1])
            by = ", ".join(f"`{step}`" for step in way[1:-1])
            message = f"what `{name}` writes reaches `{models[0]}` by {by}" if by else f"`{name}` calls `{models[0]}`"
            message += " with no guard for input"
            yield Hit(message, flow.where, way[1], severity=_severity(system, list(ways)))


def _severity(system: System, reached: list[str]) -> Severity:
    """An error where the model could act on it or tell of others."""
    acts = any(system.components[name].has("agent") for name in reached)
    words_by = passing_by(system)
    tells = any(grade(system, word) >= PERSONAL for name in reached for word in words_by[name])
    return "error" if acts and tells else "warning"


RULE = Rule(
    code="INP01",
    name="no-input-guard",
    severity="error",
    summary="What anybody writes reaches a model with no guard on the way.",
    why="A few sentences can turn the model against its instructions: it tells what it should not, or does it.",
    mend="put a component of kind `guard` with `checks: [injection]` on the way, or let one on the way ask it first",
    detection="Every way along the flows from an actor in a group of the public to a model, on which no component is a "
    "guard for input or asks one and waits. An error where an agent and personal data are on these ways.",
    false_positives="A filter inside the gateway or at the supplier that the file does not draw. It is shown once for "
    "each actor, with the shortest way.",
    references=("L:LLM01:2025", "ASI:ASI01", "F:AIR-PREV-003", "F:AIR-PREV-017", "V:C2.1", "AWS:GENSEC04-BP02",
                "M:AML.M0015", "M:AML.M0020", "F:AIR-SEC-010"),
    bad="""\
system: Desk
data:
  question: {sensitivity: personal}
groups:
  outside: {title: Visitors, trust: public}
components:
  visitor: {kind: client, group: outside}
  helper: {kind: agent, max_steps: 4, max_cost: $0.10}
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: visitor, to: helper, data: [question], interface: HTTPS}
  # ^
  - {from: helper, to: large, data: [question], timeout: 20 s}
""",
    good="""\
system: Desk
data:
  question: {sensitivity: personal}
groups:
  outside: {title: Visitors, trust: public}
components:
  visitor: {kind: client, group: outside}
  helper: {kind: agent, max_steps: 4, max_cost: $0.10}
  filter: {kind: guard, side: input, checks: [injection]}
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: visitor, to: helper, data: [question], interface: HTTPS}
  - {from: helper, to: filter, timeout: 1 s}
  - {from: helper, to: large, data: [question], timeout: 20 s}
""",
    find=_find,
)  # fmt: skip
