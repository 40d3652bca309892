"""INP02: secrets, strangers' words and a way out, all in one agent."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import guarded, open_ways, reached, tools_of
from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import CONFIDENTIAL, grade, is_public, passing_by, theirs
from archwright.spec.given import Word
from archwright.spec.model import System
from archwright.spec.settings.tools import Powers


def _find(system: System) -> Iterator[Hit]:
    agents = system.with_trait("agent")
    words_by = passing_by(system) if agents else {}
    public = _public(system) if agents else {}
    for name, component in agents.items():
        around = [name, *reached(system, name), *tools_of(system, name)]
        words = list(dict.fromkeys(word for each in around for word in words_by[each]))
        secret = _secret(system, words)
        stranger = public.get(name) or _stranger(system, name, words)
        out = _way_out(system, around)
        if secret and stranger and out:
            message = f"agent `{name}` joins {secret}, {stranger} and {out}, and nothing stands between them"
            yield Hit(message, component.where, name)


def _public(system: System) -> dict[str, str]:
    """What is reached by anybody's words past no guard, and whose they are."""
    found: dict[str, str] = {}
    for name, component in system.with_trait("actor").items():
        if is_public(system, component):
            for reached_by in open_ways(system, name, "input"):
                found.setdefault(reached_by, f"what anybody writes (`{name}`)")
    return found


def _secret(system: System, words: list[Word]) -> str:
    word = next((word for word in words if grade(system, word) >= CONFIDENTIAL), None)
    return f"private data (`{word}`)" if word is not None else ""


def _stranger(system: System, agent: str, words: list[Word]) -> str:
    """Content of outsiders that the agent reads without asking a guard."""
    if guarded(system, agent, "input"):
        return ""
    word = next((word for word in words if system.data[word].authors == "outsiders"), None)
    return f"what outsiders write (`{word}`)" if word is not None else ""


def _way_out(system: System, around: list[str]) -> str:
    """What reaches others without being asked for by a person."""
    for name in around:
        component = system.components[name]
        settings = component.settings_as(Powers)
        if settings is not None and settings.effect in ("external", "irreversible") and settings.approval != "person":
            return f"a way out (`{name}`)"
        if component.has("external") and not component.has("token-model") and theirs(system, component):
            return f"a way out (`{name}`)"
    return ""


RULE = Rule(
    code="INP02",
    name="deadly-three",
    severity="error",
    summary="One agent joins private data, strangers' words and a way out.",
    why="A stranger's words can make the agent fetch what is private and send it out; no prompt prevents that.",
    mend="take one of the three away: split the agent, guard its input, or let a person approve what goes out",
    detection="Every agent from which confidential or personal data, content of outsiders (a public actor that reaches "
    "it past no input guard, or a class with `authors: outsiders`) and a way out (a tool with `effect: external` or "
    "`irreversible` without `approval: person`, or an outside system) are all reached along the flows.",
    false_positives="An outside system that only answers and is told nothing: draw it as a tool with `effect: read`.",
    references=("L:LLM01:2025", "L:LLM06:2025", "ASI:ASI01", "ASI:ASI02", "M:AML.M0030", "M:AML.M0032", "V:C9.3",
                "F:AIR-SEC-025"),
    bad="""\
system: Mailbox
data:
  file: {sensitivity: confidential}
  mail: {sensitivity: internal, authors: outsiders}
components:
  helper:
# ^
    kind: agent
    max_steps: 4
    max_cost: $0.10
  inbox: {kind: database, data: [mail]}
  files: {kind: database, data: [file]}
  sender: {kind: tool, effect: external, approval: rule}
flows:
  - {from: helper, to: inbox, timeout: 1 s}
  - {from: helper, to: files, timeout: 1 s}
  - {from: helper, to: sender, timeout: 5 s}
""",
    good="""\
system: Mailbox
data:
  file: {sensitivity: confidential}
  mail: {sensitivity: internal, authors: outsiders}
components:
  helper:
    kind: agent
    max_steps: 4
    max_cost: $0.10
  inbox: {kind: database, data: [mail]}
  files: {kind: database, data: [file]}
  sender: {kind: tool, effect: external, approval: person}
flows:
  - {from: helper, to: inbox, timeout: 1 s}
  - {from: helper, to: files, timeout: 1 s}
  - {from: helper, to: sender, timeout: 5 s}
""",
    find=_find,
)  # fmt: skip
