"""DAT06: sensitive data that anybody on the way, or with the disk, can read."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import CONFIDENTIAL, by_grade, crosses, grade, gravest, is_secure
from archwright.spec.model import Component, Flow, System


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.components.items():
        if not component.has("actor"):
            yield from _at_rest(system, name, component)
    for flow in system.flows:
        if crosses(system, flow) or flow.encrypted == "false":
            yield from _on_the_way(system, flow)


def _at_rest(system: System, name: str, component: Component) -> Iterator[Hit]:
    word = gravest(system, component.data)
    said = component.kept.encrypted
    if word is None or grade(system, word) < CONFIDENTIAL or said == "true":
        return
    where = component.kept.place("encrypted") if "kept" in component.marks else component.place("data")
    if said == "false":
        yield Hit(f"`{name}` keeps `{word}` without encryption", where, name, _KEPT)
    else:
        severity = by_grade(grade(system, word), "warning", "note", "note")
        yield Hit(f"`{name}` keeps `{word}`, and whether it is encrypted is unknown", where, name, _KEPT, severity)


def _on_the_way(system: System, flow: Flow) -> Iterator[Hit]:
    word = gravest(system, flow.data)
    if word is None or grade(system, word) < CONFIDENTIAL or is_secure(system, flow):
        return
    way = f"`{word}` goes from `{flow.source}` to `{flow.target}`"
    if flow.encrypted == "false":
        yield Hit(f"{way} without encryption", flow.where, str(flow.source))
    else:
        severity = by_grade(grade(system, word), "error", "warning", "note")
        message = f"{way}, across a border of trust, and whether it is encrypted is unknown"
        yield Hit(message, flow.where, str(flow.source), severity=severity)


_KEPT = "encrypt it, and write `kept: {encrypted: true}`"

RULE = Rule(
    code="DAT06",
    name="not-encrypted",
    severity="error",
    summary="Sensitive data is kept, or crosses a border of trust, without encryption.",
    why="A lost disk, a wrong copy or one who listens on the way is enough to make the data public.",
    mend="use HTTPS or another encrypted protocol, and write `interface: HTTPS` or `encrypted: true` at the flow",
    detection="Every component that keeps confidential, personal or special data without `kept: {encrypted: true}`, "
    "and every flow that carries such data between groups of different trust, and names no protocol that encrypts. "
    "Said to be false it is an error anywhere. Calls of a supplier's model by an HTTPS address are left out.",
    false_positives="A line that is encrypted beneath the protocol: write `encrypted: true`.",
    references=("F:AIR-PREV-014", "AWS:SEC08-BP02", "AWS:SEC09-BP02", "H:164.312(a)", "H:164.312(e)", "M:AML.M0012",
                "V:C5.2"),
    bad="""\
system: Claims
data:
  claim: {sensitivity: personal}
groups:
  outside: {title: Customers, trust: public}
components:
  customer: {kind: client, group: outside}
  portal: {kind: service}
  archive:
    kind: database
    data: [claim]
    kept: {encrypted: false}
         # ^
flows:
  - {from: customer, to: portal, data: [claim]}
  # ^
  - {from: portal, to: archive, data: [claim], timeout: 1 s}
""",
    good="""\
system: Claims
data:
  claim: {sensitivity: personal}
groups:
  outside: {title: Customers, trust: public}
components:
  customer: {kind: client, group: outside}
  portal: {kind: service}
  archive:
    kind: database
    data: [claim]
    kept: {encrypted: true}
flows:
  - {from: customer, to: portal, interface: HTTPS, data: [claim]}
  - {from: portal, to: archive, data: [claim], timeout: 1 s}
""",
    find=_find,
)  # fmt: skip
