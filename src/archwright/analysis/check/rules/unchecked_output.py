"""OUT01: what a model writes is taken for a command."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import guarded
from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System
from archwright.spec.settings.tools import Powers


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("tool").items():
        settings = component.settings_as(Powers)
        if settings is None or settings.runs not in ("sql", "html") or settings.approval == "person":
            continue
        callers = [flow.source for flow in system.flows if flow.target == name and not flow.returns]
        if guarded(system, name, "output") or (callers and all(guarded(system, who, "output") for who in callers)):
            continue
        message = f"`{name}` runs {settings.runs} that a model wrote, and nothing looks at it before"
        grave = settings.runs == "html" or settings.effect != "read"
        where = settings.place("runs") if "runs" in settings.marks else component.where
        yield Hit(message, where, name, severity=None if grave else "warning")


RULE = Rule(
    code="OUT01",
    name="unchecked-output",
    severity="error",
    summary="What a model writes is run as SQL or shown as HTML, and nothing looks at it before.",
    why="A stranger's words come out of the model as a query that drops a table or a script in a customer's browser.",
    mend="check the form against a list of what is allowed: ask a guard with `side: output` before it runs",
    detection="Every tool with `runs: sql` or `runs: html` that no guard for output stands before, or is asked by "
    "those that call it, and that no person approves. A warning where it runs SQL that only reads. Code is AGT09's.",
    false_positives="A check inside the tool: draw it as a guard that the tool asks.",
    references=("L:LLM05:2025", "ASI:ASI05", "V:C7.1", "F:AIR-PREV-019", "M:AML.M0033"),
    bad="""\
system: Reports
components:
  analyst: {kind: agent, max_steps: 4, max_cost: $0.10, tools: [query]}
  query:
    kind: tool
    effect: reversible
    runs: sql
  # ^
flows:
  - {from: analyst, to: query, identity: caller, timeout: 5 s}
""",
    good="""\
system: Reports
components:
  analyst: {kind: agent, max_steps: 4, max_cost: $0.10, tools: [query]}
  query:
    kind: tool
    effect: reversible
    runs: sql
  checker: {kind: guard, side: output, checks: [format]}
flows:
  - {from: analyst, to: query, identity: caller, timeout: 5 s}
  - {from: query, to: checker, timeout: 100 ms}
""",
    find=_find,
)
