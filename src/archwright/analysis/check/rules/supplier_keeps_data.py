"""DAT03: what is sent to a supplier may be learned from, or kept."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import CONFIDENTIAL, PERSONAL, SPECIAL, grade, gravest, passing_by
from archwright.report.document import Severity
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    words_by = passing_by(system)
    for name, component in system.with_trait("managed").items():
        word = gravest(system, words_by[name])
        if word is None or grade(system, word) < CONFIDENTIAL:
            continue
        terms = component.supplier
        training = terms.training if terms is not None else "unknown"
        if training == "true":
            message = f"`{word}` reaches `{name}`, whose supplier may train on it"
            yield Hit(message, component.where, name)
            continue
        lacks = ["training"] if training == "unknown" else []
        lacks += ["retention"] if terms is None or terms.retention is None else []
        if lacks:
            message = f"`{word}` reaches `{name}`, whose terms of {' and '.join(lacks)} are unknown"
            mend = "ask, and write " + " and ".join(f"`{_SHOWN[key]}`" for key in lacks) + f" under `{name}: supplier`"
            yield Hit(message, component.where, name, mend, _severity(grade(system, word), lacks))


def _severity(step: int, lacks: list[str]) -> Severity:
    if "training" not in lacks:
        return "note" if step < SPECIAL else "warning"
    return "error" if step >= SPECIAL else "warning" if step >= PERSONAL else "note"


_SHOWN = {"training": "training: false", "retention": "retention: 30 d"}

RULE = Rule(
    code="DAT03",
    name="supplier-keeps-data",
    severity="error",
    summary="Confidential data reaches a supplier that may train on it, or whose terms are unknown.",
    why="What a model has learned cannot be taken back, and what a supplier keeps can be lost or asked for by others.",
    mend="agree that nothing is trained on, use another supplier, or send it no such data",
    detection="Every managed model that confidential, personal or special data reach, with `training: true`, or with "
    "`training` or `retention` left out. Unknown terms are a note for confidential data, a warning for personal data "
    "and an error for special categories.",
    false_positives="Terms differ by plan and region; write those of the contract that is used.",
    references=("L:LLM02:2025", "F:AIR-RC-001", "N:GOVERN 6.1", "V:C6.2", "F:AIR-DET-001"),
    bad="""\
system: Letters
data:
  letter: {sensitivity: personal}
components:
  desk: {kind: service}
  large:
# ^
    kind: managed-model
    model: openai/gpt-4.1
    pace: {first_token: 500 ms, per_token: 12 ms}
    supplier: {name: OpenAI, training: true, retention: 30 d, agreement: true}
  small:
# ^
    kind: managed-model
    model: mistral/mistral-small
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: desk, to: large, data: [letter], timeout: 20 s}
  - {from: desk, to: small, data: [letter], timeout: 20 s}
""",
    good="""\
system: Letters
data:
  letter: {sensitivity: personal}
components:
  desk: {kind: service}
  large:
    kind: managed-model
    model: openai/gpt-4.1
    pace: {first_token: 500 ms, per_token: 12 ms}
    supplier: {name: OpenAI, training: false, retention: 30 d, agreement: true}
flows:
  - {from: desk, to: large, data: [letter], timeout: 20 s}
""",
    find=_find,
)
