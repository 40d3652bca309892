"""AGT08: an agent that believes whoever speaks to it."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import calls_of_agents
from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import crosses
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    for agent, flow in calls_of_agents(system):
        if not system.components[flow.target].has("agent"):
            continue
        far = crosses(system, flow)
        if flow.identity == "none":
            message = f"agent `{flow.target}` does not know that it is `{agent}` who calls"
            yield Hit(message, flow.place("identity"), str(flow.target), severity=None if far else "warning")
        elif flow.identity == "unknown" and far:
            message = f"how agent `{flow.target}` knows `{agent}`, across a border of trust, is unknown"
            yield Hit(message, flow.where, str(flow.target))


RULE = Rule(
    code="AGT08",
    name="strange-agents",
    severity="error",
    summary="An agent takes orders from another without knowing who it is.",
    why="Whoever reaches the address can give orders in the other's name, and the answer is believed as well.",
    mend="authenticate the caller and write `identity: service` or `caller` at the flow",
    detection="Every flow from an agent to an agent with `identity: none` (a warning within one trust, an error across "
    "a border of trust), and every one across such a border whose `identity` is unknown.",
    false_positives="Two agents in one process. Draw them as one component.",
    references=("ASI:ASI07", "F:AIR-OP-028", "F:AIR-PREV-022", "AWS:AGENTSEC06-BP01", "V:C9.4"),
    bad="""\
system: Trips
groups:
  partners: {title: Partners, trust: supplier}
components:
  planner: {kind: agent, max_steps: 4, max_cost: $0.10}
  booker: {kind: agent, group: partners, max_steps: 4, max_cost: $0.10}
  writer: {kind: agent, max_steps: 4, max_cost: $0.10}
flows:
  - {from: planner, to: booker, timeout: 5 s}
  # ^
  - {from: planner, to: writer, identity: none, timeout: 5 s}
                              # ^
""",
    good="""\
system: Trips
groups:
  partners: {title: Partners, trust: supplier}
components:
  planner: {kind: agent, max_steps: 4, max_cost: $0.10}
  booker: {kind: agent, group: partners, max_steps: 4, max_cost: $0.10}
  writer: {kind: agent, max_steps: 4, max_cost: $0.10}
flows:
  - {from: planner, to: booker, identity: service, timeout: 5 s}
  - {from: planner, to: writer, timeout: 5 s}
""",
    find=_find,
)
