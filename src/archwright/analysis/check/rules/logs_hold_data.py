"""DAT04: the log knows everything, for ever."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import PERSONAL, by_grade, grade, gravest, passing_by
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    logs = system.operation.logs
    if logs is None or logs.records is None or not {"input", "output"}.intersection(logs.records):
        return
    words_by = passing_by(system)
    word = gravest(system, (word for name in system.with_trait("token-model") for word in words_by[name]))
    lacks = [] if logs.redaction == "true" else ["not redacted" if logs.redaction == "false" else "redacted, unknown"]
    lacks += [] if logs.retention is not None else ["kept for an unknown time"]
    if word is not None and grade(system, word) >= PERSONAL and lacks:
        message = f"what models are asked and answer is recorded with `{word}`: {', '.join(lacks)}"
        severity = "error" if logs.redaction == "false" else by_grade(grade(system, word), "error", "warning", "note")
        yield Hit(message, logs.where, str(logs.store or word), severity=severity)


RULE = Rule(
    code="DAT04",
    name="logs-hold-data",
    severity="error",
    summary="Prompts and answers with personal data are recorded unredacted or without a limit.",
    why="The log becomes the largest and least guarded copy of what customers said, and outlives every deletion.",
    mend="remove personal data before it is kept, and write `redaction: true` and `retention: 90 d`",
    detection="`operation: logs:` that records `input` or `output`, in a system where personal or special data reach a "
    "model, without `redaction: true` or without `retention`. Redaction that is unknown is a warning.",
    false_positives="A record that the law demands in full: accept it, and name the law.",
    references=("G:5", "H:164.502(b)", "L:LLM02:2025", "V:C12.1", "AWS:RAIMON01-BP03"),
    bad="""\
system: Letters
data:
  letter: {sensitivity: personal}
components:
  desk: {kind: service}
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: desk, to: large, data: [letter], timeout: 20 s}
operation:
  logs:
    records: [time, input, output]
  # ^
    redaction: false
""",
    good="""\
system: Letters
data:
  letter: {sensitivity: personal}
components:
  desk: {kind: service}
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: desk, to: large, data: [letter], timeout: 20 s}
operation:
  logs: {records: [time, input, output], redaction: true, retention: 90 d}
""",
    find=_find,
)
