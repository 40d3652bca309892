"""AGT05: it acts, and nobody knows how to make it stop."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import held_by_agents
from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    stop = system.operation.stop
    lacks = [key for key in ("who", "how", "containment") if stop is None or not getattr(stop, key)]
    if not lacks:
        return
    acts = [(name, settings) for name, _, settings in held_by_agents(system) if settings.effect in _ACTS]
    if acts:
        grave = any(settings.effect != "reversible" for _, settings in acts)
        names = ", ".join(f"`{name}`" for name, _ in acts)
        where = stop.where if stop is not None else system.components[acts[0][0]].where
        told = f"unknown: {', '.join(lacks)}" if stop is not None else "unknown"
        message = f"agents act through {names}, and how they are stopped at once is {told}"
        yield Hit(message, where, acts[0][0], severity=None if grave else "warning")


_ACTS = ("reversible", "external", "irreversible")

RULE = Rule(
    code="AGT05",
    name="no-stop-switch",
    severity="error",
    summary="Agents act, and there is no switch to stop them.",
    why="On the night when one goes wrong, each minute of asking who may do what is a minute in which it goes on.",
    mend="write `operation: {stop: {who: …, how: …, containment: …}}`, and try it",
    detection="A system with a tool of `effect: reversible`, `external` or `irreversible` that agents may call, whose "
    "`operation: stop:` lacks `who`, `how` or `containment`. A warning where everything can be undone.",
    false_positives="A stop that the platform gives: name it.",
    references=("ASI:ASI10", "V:C9.6", "N:MANAGE 2.4", "EU:14", "AWS:AGENTSEC07-BP04"),
    bad="""\
system: Refunds
components:
  clerk: {kind: agent, max_steps: 4, max_cost: $0.10, tools: [pay]}
  pay: {kind: tool, effect: irreversible, approval: person}
# ^
flows:
  - {from: clerk, to: pay, identity: caller, timeout: 5 s}
""",
    good="""\
system: Refunds
components:
  clerk: {kind: agent, max_steps: 4, max_cost: $0.10, tools: [pay]}
  pay: {kind: tool, effect: irreversible, approval: person}
flows:
  - {from: clerk, to: pay, identity: caller, timeout: 5 s}
operation:
  stop: {who: whoever is on call, how: switch off the agent's key, containment: take back the payments of the hour}
""",
    find=_find,
)
