"""AGT06: somebody else's tool, whatever it is today."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import held_by_agents
from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import theirs
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    for name, component, settings in held_by_agents(system):
        if not theirs(system, component):
            continue
        reads = settings.effect == "read"
        if not settings.version:
            message = f"which version of `{name}`, a tool of others, an agent calls is unknown"
            yield Hit(message, component.where, name, severity="warning" if reads else None)
        for flow in system.flows:
            if flow.target == name and flow.identity == "none":
                message = f"`{flow.source}` calls `{name}`, a tool of others, and neither side knows who the other is"
                yield Hit(message, flow.place("identity"), name, "authenticate both sides, and write `identity:`")


RULE = Rule(
    code="AGT06",
    name="unpinned-tool",
    severity="error",
    summary="A tool of others is not pinned, or is called without authentication.",
    why="Its owner, or whoever took his place, can change what it does and what its description tells the agent.",
    mend="pin it, and write the version or digest under `version:`",
    detection="Every tool that agents may call in a group whose trust is not `ours`: without `version` an error (a "
    "warning where its `effect` is `read`), and called with `identity: none` an error.",
    false_positives="An interface that its owner versions in its address: write that as the version.",
    references=("ASI:ASI04", "F:AIR-SEC-026", "F:AIR-PREV-020", "V:C10.1", "V:C10.2", "AWS:AGENTSEC02-BP03"),
    bad="""\
system: Trips
groups:
  partners: {title: Partners, trust: supplier}
components:
  planner: {kind: agent, max_steps: 4, max_cost: $0.10, tools: [book]}
  book: {kind: tool, group: partners, effect: external, approval: person}
# ^
flows:
  - {from: planner, to: book, identity: none, timeout: 5 s}
                            # ^
""",
    good="""\
system: Trips
groups:
  partners: {title: Partners, trust: supplier}
components:
  planner: {kind: agent, max_steps: 4, max_cost: $0.10, tools: [book]}
  book: {kind: tool, group: partners, effect: external, approval: person, version: "2.4.1"}
flows:
  - {from: planner, to: book, identity: caller, timeout: 5 s}
""",
    find=_find,
)
