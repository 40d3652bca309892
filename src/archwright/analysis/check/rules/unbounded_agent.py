"""AGT04: an agent that may go on and on."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System
from archwright.spec.settings.agents import AgentSettings


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("agent").items():
        settings = component.settings_as(AgentSettings)
        if settings is None:
            continue
        lacks = [key for key in ("max_steps", "max_cost") if getattr(settings, key) is None]
        if lacks:
            message = f"agent `{name}` has no {' and no '.join(f'`{key}`' for key in lacks)}"
            yield Hit(message, component.where, name)
        if settings.max_steps is not None:
            yield from _longer(system, name, settings.max_steps.value)


def _longer(system: System, agent: str, most: float) -> Iterator[Hit]:
    """Steps that are said to run more often than the agent may."""
    for journey in system.workload.journeys.values():
        for step in journey.steps:
            if step.at == agent and step.repeats.mean.value > 1 and step.repeats.most.value > most:
                message = f"step `{step.name}` may run {step.repeats.most} times, but `{agent}` stops after {most:g}"
                where = step.repeats.place("most")
                yield Hit(message, where, agent, "write the smaller number in both places")


RULE = Rule(
    code="AGT04",
    name="unbounded-agent",
    severity="error",
    summary="An agent's loop is not bounded in steps and in money.",
    why="An agent that misreads an answer repeats itself; each turn is longer than the last one and is paid in full.",
    mend="add `max_steps: 8` and `max_cost: $0.10`: about three times what a good run takes",
    detection="Every agent without `max_steps` or without `max_cost`, and every repeated step that may run more often "
    "than its agent's `max_steps`.",
    false_positives="An agent whose framework bounds it elsewhere. Write the same bounds here, for all to see.",
    references=("L:LLM10:2025", "ASI:ASI08", "V:C9.1", "AWS:GENCOST05-BP01", "AWS:AGENTCOST07-BP01"),
    bad="""\
system: Research
components:
  researcher:
# ^
    kind: agent
    max_steps: 12
""",
    good="""\
system: Research
components:
  researcher:
    kind: agent
    max_steps: 12
    max_cost: $0.40
""",
    find=_find,
)
