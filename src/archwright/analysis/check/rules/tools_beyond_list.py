"""AGT03: what an agent may call and what it calls are not the same."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import ahead
from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System
from archwright.spec.settings.agents import AgentSettings


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("agent").items():
        settings = component.settings_as(AgentSettings)
        if settings is None or not settings.tools:
            continue
        led = {str(flow.target): flow for flow in ahead(system, name)}
        beyond = [target for target in led if system.components[target].has("tool") and target not in settings.tools]
        for target in beyond:
            message = f"agent `{name}` calls tool `{target}`, which is not on its list of tools"
            mend = f"add `{target}` to the `tools` of `{name}`, or remove the flow"
            yield Hit(message, led[target].where, name, mend)
        for word in settings.tools:
            if word not in led:
                message = f"agent `{name}` may call `{word}`, but no flow leads there"
                yield Hit(message, word.where, name, severity="note")


RULE = Rule(
    code="AGT03",
    name="tools-beyond-list",
    severity="warning",
    summary="An agent's list of tools is not what it calls.",
    why="A tool that is offered and not needed is one more thing that a stranger's words can reach.",
    mend="take what it does not need off its `tools`, or draw the flow",
    detection="Every tool that a flow leads to from an agent and that its `tools` does not name (a warning), and every "
    "name of `tools` to which no flow leads (a note). An agent without a list is left out.",
    false_positives="A tool that is reached through another component: draw the flow from the agent to it.",
    references=("ASI:ASI02", "F:AIR-PREV-018", "M:AML.M0028", "AWS:AGENTREL02-BP02", "V:C9.5"),
    bad="""\
system: Refunds
components:
  clerk:
    kind: agent
    max_steps: 4
    max_cost: $0.10
    tools: [look]
          # ^
  look: {kind: tool, effect: read}
  list: {kind: tool, effect: read}
flows:
  - {from: clerk, to: list, timeout: 5 s}
  # ^
""",
    good="""\
system: Refunds
components:
  clerk: {kind: agent, max_steps: 4, max_cost: $0.10, tools: [look]}
  look: {kind: tool, effect: read}
flows:
  - {from: clerk, to: look, timeout: 5 s}
""",
    find=_find,
)
