"""OVR03: those whom it concerns cannot answer back."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.report.document import Severity
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    decisions = system.context.decisions
    if decisions.effect in ("operational", "legal-or-similar") and not decisions.contest:
        severity: Severity = "error" if decisions.effect == "legal-or-similar" else "warning"
        message = "its output has an effect on persons, and where they can object is unknown"
        yield Hit(message, decisions.where, str(system.system), severity=severity)


RULE = Rule(
    code="OVR03",
    name="no-contest",
    severity="error",
    summary="Persons that are affected have no way to object.",
    why="Wrong outcomes stay, and you are the last to hear of them.",
    mend="write under `contest:` where a person can object and be heard by a person",
    detection="`context: decisions:` with `effect: operational` (a warning) or `legal-or-similar` and no `contest`.",
    false_positives="A channel of the whole house: name it.",
    references=("N:MEASURE 3.3", "N:MANAGE 4.1", "EU:86", "AWS:GENOPS01-BP02", "F:AIR-DET-011"),
    bad="""\
system: Grants
context:
  decisions:
    effect: legal-or-similar
  # ^
    mode: reviewed
components:
  desk: {kind: service}
""",
    good="""\
system: Grants
context:
  decisions:
    effect: legal-or-similar
    mode: reviewed
    contest: the grants desk, by letter or in person
components:
  desk: {kind: service}
""",
    find=_find,
)
