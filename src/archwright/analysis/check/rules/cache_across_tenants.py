"""RAG06: one tenant's question is answered with another one's secret."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import CONFIDENTIAL, grade, gravest
from archwright.report.document import Severity
from archwright.spec.judge import routes_of
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    if len(system.workload.tenants) < 2:
        return
    # The gateway keeps the answers of tenants apart by itself.
    ours = {str(route.cache) for _, route in routes_of(system).values() if route.cache is not None}
    for name, component in system.with_trait("cache").items():
        word = gravest(system, component.data)
        if name in ours or component.kept.separated == "true" or word is None or grade(system, word) < CONFIDENTIAL:
            continue
        said = "all tenants share" if component.kept.separated == "false" else "tenants may share (unknown)"
        severity: Severity | None = None if component.kept.separated == "false" else "warning"
        yield Hit(f"`{name}` keeps `{word}` in answers that {said}", component.where, name, severity=severity)


RULE = Rule(
    code="RAG06",
    name="cache-across-tenants",
    severity="error",
    summary="A cache of confidential answers is shared between tenants.",
    why="Two customers ask alike, and the second one reads what was written for the first.",
    mend="make the tenant, and the caller's permissions, a part of the key, and write `kept: {separated: true}`",
    detection="Every cache that keeps confidential or personal data in a system of two tenants or more, without `kept: "
    "{separated: true}`: an error where it says false, a warning where it is unknown. The exact cache of a gateway's "
    "route is left out: its key holds the tenant.",
    false_positives="A cache of answers that hold nothing of a tenant: give them a class of their own.",
    references=("L:LLM08:2025", "L:LLM02:2025", "V:C5.3", "F:AIR-SEC-002", "V:C8.1"),
    bad="""\
system: Desk
data:
  answer: {sensitivity: personal, retention: 30 d}
components:
  desk: {kind: service}
  answers:
# ^
    kind: cache
    data: [answer]
    kept: {encrypted: true, separated: false}
workload:
  tenants: {north: {share: 50 %}, south: {share: 50 %}}
  journeys:
    ask: {volume: 10k/month, steps: [{name: ask, at: desk}]}
""",
    good="""\
system: Desk
data:
  answer: {sensitivity: personal, retention: 30 d}
components:
  desk: {kind: service}
  answers:
    kind: cache
    data: [answer]
    kept: {encrypted: true, separated: true}
workload:
  tenants: {north: {share: 50 %}, south: {share: 50 %}}
  journeys:
    ask: {volume: 10k/month, steps: [{name: ask, at: desk}]}
""",
    find=_find,
)
