"""OVR02: a machine decides about a person, and there is no one to turn to."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    decisions = system.context.decisions
    if decisions.effect == "legal-or-similar" and decisions.mode in ("automatic", "unknown"):
        alone = "by itself" if decisions.mode == "automatic" else "and who stands between is unknown"
        heard = "" if decisions.contest else "; nobody can be heard against it"
        message = f"its output has a legal or similar effect on persons, {alone}{heard}"
        yield Hit(message, decisions.where, str(system.system))


RULE = Rule(
    code="OVR02",
    name="decides-alone",
    severity="error",
    summary="A decision with legal or similar effect is made by the machine alone.",
    why="People may demand that a person decides, says why and hears them; without that the decision cannot stand.",
    mend="let a person review each decision, and write `mode: reviewed` and `contest:`",
    detection="`context: decisions:` with `effect: legal-or-similar` and a `mode` that is `automatic` or unknown.",
    false_positives="A law or a contract may allow it with safeguards: accept it, and name them.",
    references=("G:22", "EU:14", "EU:86", "N:MEASURE 3.3"),
    bad="""\
system: Credit
context:
  decisions:
    effect: legal-or-similar
  # ^
    mode: automatic
components:
  desk: {kind: service}
""",
    good="""\
system: Credit
context:
  decisions:
    effect: legal-or-similar
    mode: reviewed
    contest: letter to the credit desk, answered by a person within ten days
components:
  desk: {kind: service}
""",
    find=_find,
)
