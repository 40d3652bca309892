"""OUT02: what a model says goes out to anybody as it is."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.reach import ahead, open_ways
from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import PERSONAL, grade, is_public, passing
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    for name, component in system.with_trait("actor").items():
        if not is_public(system, component):
            continue
        ways = open_ways(system, name, "output")
        model = next((found for found in ways if system.components[found].has("token-model")), None)
        if model is None:
            continue
        flow = next(flow for flow in ahead(system, name) if flow.target == ways[model][1])
        tells = any(grade(system, word) >= PERSONAL for word in passing(system, model))
        message = f"what `{model}` writes reaches `{name}` with no guard for output"
        yield Hit(message, flow.where, ways[model][1], severity="error" if tells else "warning")


RULE = Rule(
    code="OUT02",
    name="no-output-guard",
    severity="error",
    summary="What a model writes reaches the public with no guard on the way.",
    why="One invented price, one insult or one stranger's address is published in the company's name.",
    mend="put a component of kind `guard` with `side: output` on the way, or let one on the way ask it",
    detection="Every way along the flows from an actor in a group of the public to a model, on which no component is a "
    "guard for output or asks one and waits. An error where personal data reach that model, else a warning.",
    false_positives="A second agent that checks every answer: draw it as a guard. One that checks some is none.",
    references=("L:LLM02:2025", "L:LLM09:2025", "AWS:GENSEC02-BP01", "AWS:RAISP03-BP03", "V:C7.3", "F:AIR-PREV-003",
                "N:MEASURE 2.6"),
    bad="""\
system: Desk
data:
  question: {sensitivity: personal}
groups:
  outside: {title: Visitors, trust: public}
components:
  visitor: {kind: client, group: outside}
  desk: {kind: service}
  filter: {kind: guard, side: input}
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: visitor, to: desk, data: [question], interface: HTTPS}
  # ^
  - {from: desk, to: filter, timeout: 1 s}
  - {from: desk, to: large, data: [question], timeout: 20 s}
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
  filter: {kind: guard, side: both}
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: visitor, to: desk, data: [question], interface: HTTPS}
  - {from: desk, to: filter, timeout: 1 s}
  - {from: desk, to: large, data: [question], timeout: 20 s}
""",
    find=_find,
)  # fmt: skip
