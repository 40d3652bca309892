"""AGT02: an agent with everybody's key."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import calls_of_agents
from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import CONFIDENTIAL, grade, gravest, passing
from archwright.report.document import Severity
from archwright.spec.model import Flow, System
from archwright.spec.settings.tools import Powers

_WHOSE = {"admin": "an administrator's rights", "shared": "a key that others share", "none": "no identity at all"}


def _find(system: System) -> Iterator[Hit]:
    for agent, flow in calls_of_agents(system):
        target = system.components[flow.target]
        if target.has("token-model") or target.has("gateway") or target.has("agent") or target.has("human"):
            continue
        if flow.identity in _WHOSE:
            message = f"agent `{agent}` acts at `{flow.target}` with {_WHOSE[flow.identity]}"
            yield Hit(message, flow.place("identity"), agent, severity=_severity(system, flow))
        elif flow.identity == "unknown" and _acts(system, flow):
            message = f"with whose rights agent `{agent}` acts at `{flow.target}` is unknown"
            yield Hit(message, flow.where, agent, severity="warning")


def _acts(system: System, flow: Flow) -> bool:
    settings = system.components[flow.target].settings_as(Powers)
    return settings is not None and settings.effect in ("reversible", "external", "irreversible")


def _severity(system: System, flow: Flow) -> Severity:
    """Grave where it can do something, or see what not everybody may."""
    word = gravest(system, passing(system, flow.target))
    sees = word is not None and grade(system, word) >= CONFIDENTIAL
    return "error" if flow.identity == "admin" or sees or _acts(system, flow) else "note"


RULE = Rule(
    code="AGT02",
    name="shared-rights",
    severity="error",
    summary="An agent acts with rights that are not its caller's, nor its own.",
    why="Whoever turns the agent gets all that the key opens, and no log says who it was.",
    mend="let it act with the caller's rights or with a narrow identity of its own: `identity: caller` or `service`",
    detection="Every flow from an agent to something that is no model, gateway, agent or person with `identity: "
    "admin`, `shared` or `none` (a note where nothing is changed and nothing confidential seen), and every one to a "
    "tool that changes something whose `identity` is unknown (a warning).",
    false_positives="Published content needs no identity: it is a note at most.",
    references=("ASI:ASI03", "V:C9.4", "F:AIR-PREV-023", "F:AIR-SEC-029", "AWS:AGENTSEC03-BP01",
                "AWS:AGENTSEC03-BP02", "AWS:GENSEC05-BP01", "M:AML.M0026", "M:AML.M0027"),
    bad="""\
system: Refunds
components:
  clerk: {kind: agent, max_steps: 4, max_cost: $0.10}
  pay: {kind: tool, effect: irreversible, approval: person}
  note: {kind: tool, effect: reversible}
flows:
  - {from: clerk, to: pay, identity: admin, timeout: 5 s}
                         # ^
  - {from: clerk, to: note, timeout: 5 s}
  # ^
""",
    good="""\
system: Refunds
components:
  clerk: {kind: agent, max_steps: 4, max_cost: $0.10}
  pay: {kind: tool, effect: irreversible, approval: person}
  note: {kind: tool, effect: reversible}
flows:
  - {from: clerk, to: pay, identity: caller, timeout: 5 s}
  - {from: clerk, to: note, identity: service, timeout: 5 s}
""",
    find=_find,
)  # fmt: skip
