"""AGT10: a second try that pays a second time."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System
from archwright.spec.settings.tools import Powers


def _find(system: System) -> Iterator[Hit]:
    for flow in system.flows:
        settings = system.components[flow.target].settings_as(Powers)
        tries = flow.retry is not None and flow.retry.attempts.value > 1
        if settings is None or not tries or settings.effect == "read" or settings.idempotent == "true":
            continue
        if settings.idempotent == "false":
            message = f"`{flow.source}` tries `{flow.target}` again, and what it does is then done twice"
            yield Hit(message, flow.place("retry"), str(flow.target))
        elif settings.effect != "unknown":
            message = f"`{flow.source}` tries `{flow.target}` again, and whether it is then done twice is unknown"
            yield Hit(message, flow.place("retry"), str(flow.target), severity="warning")


RULE = Rule(
    code="AGT10",
    name="done-twice",
    severity="error",
    summary="A tool with an effect is tried again, and may do it twice.",
    why="The first try was slow, not lost: the customer is paid, mailed or charged two times.",
    mend="give each call a key that the tool remembers, and write `idempotent: true`; or do not retry",
    detection="Every flow with a `retry` of more than one attempt to a tool whose `effect` is not `read` and that is "
    "not `idempotent: true`. Said to be false it is an error; unknown, a warning.",
    false_positives="A retry that only follows refusals before anything was done.",
    references=("ASI:ASI08", "AWS:AGENTREL06-BP04", "AWS:REL05-BP03"),
    bad="""\
system: Refunds
components:
  clerk: {kind: service}
  pay: {kind: tool, effect: irreversible, approval: person, idempotent: false}
  mail: {kind: tool, effect: external, approval: rule}
flows:
  - {from: clerk, to: pay, timeout: 5 s, retry: {attempts: 2, backoff: 1 s, budget: 10 %}}
                                       # ^
  - {from: clerk, to: mail, timeout: 5 s, retry: {attempts: 2, backoff: 1 s, budget: 10 %}}
                                        # ^
""",
    good="""\
system: Refunds
components:
  clerk: {kind: service}
  pay: {kind: tool, effect: irreversible, approval: person, idempotent: true}
flows:
  - {from: clerk, to: pay, timeout: 5 s, retry: {attempts: 2, backoff: 1 s, budget: 10 %}}
""",
    find=_find,
)
