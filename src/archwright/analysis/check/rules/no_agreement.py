"""DAT02: personal data with somebody who signed nothing."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import PERSONAL, by_grade, grade, gravest, passing_by, theirs
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    words_by = passing_by(system)
    for name, component in system.components.items():
        word = gravest(system, words_by[name])
        if word is None or grade(system, word) < PERSONAL or component.has("actor") or not theirs(system, component):
            continue
        signed = component.supplier.agreement if component.supplier is not None else "unknown"
        if signed == "false":
            yield Hit(f"`{word}` reaches `{name}`, which signed no agreement", component.where, name)
        elif signed == "unknown":
            message = f"`{word}` reaches `{name}`, and whether an agreement is signed is unknown"
            severity = by_grade(grade(system, word), "error", "warning", "warning")
            yield Hit(message, component.where, name, _ASK.format(name), severity)


_ASK = "find out, and write `supplier: {{name: …, agreement: true}}` under `{}`"

RULE = Rule(
    code="DAT02",
    name="no-agreement",
    severity="error",
    summary="Personal data reaches a third party without an agreement on its processing.",
    why="Without a contract nobody may pass the data on, and nobody is bound to protect or to delete it.",
    mend="sign an agreement, or send it no personal data",
    detection="Every component of someone else's (outside systems, managed models, groups with another trust) that "
    "keeps personal data or stands at a flow that carries them, whose `supplier` has no `agreement: true`. Said to be "
    "false it is an error; unknown it is a warning, and an error for special categories.",
    false_positives="A partner who is a controller on its own needs another basis, not this contract; accept it then.",
    references=("H:164.504(e)", "H:164.308(b)", "G:28", "L:LLM02:2025", "F:AIR-RC-001", "F:AIR-PREV-007"),
    bad="""\
system: Letters
data:
  letter: {sensitivity: personal}
components:
  desk: {kind: service}
  printer:
# ^
    kind: external-system
    supplier: {name: Print & Post, agreement: false}
  scanner: {kind: external-system}
# ^
flows:
  - {from: desk, to: printer, data: [letter], timeout: 9 s}
  - {from: desk, to: scanner, data: [letter], timeout: 9 s}
""",
    good="""\
system: Letters
data:
  letter: {sensitivity: personal}
components:
  desk: {kind: service}
  printer:
    kind: external-system
    supplier: {name: Print & Post, agreement: true}
flows:
  - {from: desk, to: printer, data: [letter], timeout: 9 s}
""",
    find=_find,
)
