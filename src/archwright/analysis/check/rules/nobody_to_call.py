"""OBS05: it goes wrong, and there is no number to call."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import PERSONAL, grade, is_public
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    plan = system.operation.incidents
    public = [name for name in system.with_trait("actor") if is_public(system, system.components[name])]
    private = any(grade(system, word) >= PERSONAL for flow in system.flows for word in flow.data)
    if plan is None or not plan.contact:
        if public and private:
            message = "the public uses it, personal data flows, and who is called when it goes wrong is unknown"
            yield Hit(message, system.system.where, str(system.system))
    elif private and plan.report_within is None:
        message = "within what time a breach of personal data is reported is unknown"
        yield Hit(message, plan.where, str(system.system), "write `report_within:` and `authority:`", "note")


RULE = Rule(
    code="OBS05",
    name="nobody-to-call",
    severity="warning",
    summary="There is no contact for incidents, or no time within which they are reported.",
    why="The clock for telling the authority runs from the first message, which lies in nobody's inbox.",
    mend="write `operation: {incidents: {contact: …, severities: […], report_within: 72 h, authority: …}}`",
    detection="A system with an actor in a group of the public and personal data on its flows, and no contact under "
    "`operation: incidents:`; a contact without `report_within` is a note.",
    false_positives="A plan of the whole house: name its contact.",
    references=("EU:73", "EU:26", "N:MANAGE 4.3", "AWS:SEC10-BP01", "G:33", "H:164.404"),
    bad="""\
system: Desk
      # ^
data:
  question: {sensitivity: personal}
groups:
  outside: {title: Visitors, trust: public}
components:
  visitor: {kind: client, group: outside}
  desk: {kind: service}
flows:
  - {from: visitor, to: desk, interface: HTTPS, data: [question]}
""",
    good="""\
system: Desk
data:
  question: {sensitivity: personal}
groups:
  outside: {title: Visitors, trust: public}
components:
  visitor: {kind: client, group: outside}
  desk: {kind: service}
flows:
  - {from: visitor, to: desk, interface: HTTPS, data: [question]}
operation:
  incidents: {contact: on-call@desk, severities: [harm, wrong, slow], report_within: 72 h, authority: the regulator}
""",
    find=_find,
)
