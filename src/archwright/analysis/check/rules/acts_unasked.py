"""AGT01: an agent that can do what cannot be undone, and nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import held_by_agents
from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System

_DOES = {"irreversible": "does what cannot be undone", "external": "reaches others"}


def _find(system: System) -> Iterator[Hit]:
    for name, component, settings in held_by_agents(system):
        if settings.effect == "unknown":
            message = f"what tool `{name}` can do is unknown, and an agent may call it"
            mend = f"write `effect:` under `{name}`: read, reversible, external or irreversible"
            yield Hit(message, component.where, name, mend, "warning")
        elif settings.effect in _DOES and settings.approval in ("none", "unknown"):
            asked = "nothing is asked before" if settings.approval == "none" else "what must agree before is unknown"
            message = f"tool `{name}` {_DOES[settings.effect]}, an agent calls it, and {asked}"
            yield Hit(message, component.where, name, severity=None if settings.effect == "irreversible" else "warning")


RULE = Rule(
    code="AGT01",
    name="acts-unasked",
    severity="error",
    summary="An agent's tool does what cannot be undone, and nothing is asked before.",
    why="A misread sentence pays, deletes or sends at once; there is nobody who could have said no.",
    mend="let a person or a fixed rule agree first, and write `approval: person` or `approval: rule`",
    detection="Every tool that an agent lists or calls with `effect: irreversible` (an error) or `external` (a "
    "warning) and no `approval`, and every such tool whose `effect` is unknown (a warning).",
    false_positives="A tool whose amounts are too small to matter: accept it, with the amount as the reason.",
    references=("L:LLM06:2025", "ASI:ASI02", "ASI:ASI09", "V:C9.2", "M:AML.M0029", "AWS:AGENTSEC04-BP02",
                "F:AIR-PREV-018", "EU:14", "F:AIR-SEC-024"),
    bad="""\
system: Refunds
components:
  clerk: {kind: agent, max_steps: 4, max_cost: $0.10, tools: [pay, write, look]}
  pay: {kind: tool, effect: irreversible}
# ^
  write: {kind: tool, effect: external, approval: none}
# ^
  look: {kind: tool}
# ^
""",
    good="""\
system: Refunds
components:
  clerk: {kind: agent, max_steps: 4, max_cost: $0.10, tools: [pay, write, look]}
  pay: {kind: tool, effect: irreversible, approval: person}
  write: {kind: tool, effect: external, approval: rule}
  look: {kind: tool, effect: read}
""",
    find=_find,
)  # fmt: skip
