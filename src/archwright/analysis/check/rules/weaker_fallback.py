"""MOD06: what stands in is not held to what the first one is held to."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.analysis.check.weight import CONFIDENTIAL, grade, gravest, passing
from archwright.spec.judge import routes_of
from archwright.spec.model import Component, System


def _find(system: System) -> Iterator[Hit]:
    seen = set()
    for name, (_, route) in routes_of(system).items():
        first = system.components[route.targets[0]]
        for target in route.targets[1:]:
            weaker = _weaker(first, system.components[target])
            if not weaker or (route.targets[0], target) in seen:
                continue
            seen.add((route.targets[0], target))
            word = gravest(system, passing(system, route.targets[0]))
            grave = word is not None and grade(system, word) >= CONFIDENTIAL
            message = f"`{target}` stands in for `{route.targets[0]}` on route `{name}`, but {', and '.join(weaker)}"
            yield Hit(message, target.where, str(target), severity="error" if grave else "warning")


def _weaker(first: Component, second: Component) -> list[str]:
    """In what the second model is held to less than the first one."""
    found = []
    if second.has("managed"):
        ours = not first.has("managed")
        terms, others = first.supplier, second.supplier
        promised = ours or (terms is not None and terms.agreement == "true")
        if promised and (others is None or others.agreement != "true"):
            found.append("it has no agreement")
        trained = ours or (terms is not None and terms.training == "false")
        if trained and (others is None or others.training != "false"):
            found.append("it may be trained on what it is sent")
        kept = terms.retention if terms is not None else None
        if kept is not None and (others is None or others.retention is None or others.retention.value > kept.value):
            found.append(f"it may keep it longer than {kept}")
    if first.region and not second.region:
        found.append("its region is unknown")
    elif first.region and first.region.split("-")[0].lower() != second.region.split("-")[0].lower():
        found.append(f"it runs in {second.region}, not in {first.region}")
    return found


RULE = Rule(
    code="MOD06",
    name="weaker-fallback",
    severity="error",
    summary="A fallback model is held to less than the model that it stands in for.",
    why="On the day of the outage the data goes where it was promised never to go, and nobody notices.",
    mend="hold it to the same terms and the same area, or take it off the route",
    detection="For each target after the first of a route: an agreement, a promise not to train, a time of keeping or "
    "an area (the first part of the region) that the first target has and it has not, unknown included. A model of "
    "ours counts as held to all terms. An error where confidential or personal data reach the route, else a warning.",
    false_positives="Regions whose names differ for one area, such as `eu` and `germany`: write them in one way.",
    references=("N:MEASURE 2.5", "AWS:GENREL03-BP01", "F:AIR-OP-007", "G:44", "V:C3.2"),
    bad="""\
system: Letters
data:
  letter: {sensitivity: personal}
components:
  gateway:
    kind: gateway
    budget: $300/month
    routes:
      short: [large, small]
                   # ^
  large:
    kind: managed-model
    model: openai/gpt-4.1
    region: eu
    pace: {first_token: 500 ms, per_token: 12 ms}
    supplier: {name: OpenAI, training: false, retention: 30 d, agreement: true}
  small:
    kind: managed-model
    model: groq/llama-3.1
    region: us
    pace: {first_token: 500 ms, per_token: 12 ms}
    supplier: {name: Groq, training: false, retention: 90 d, agreement: true}
flows:
  - {from: gateway, to: large, data: [letter], timeout: 20 s}
  - {from: gateway, to: small, data: [letter], timeout: 20 s}
""",
    good="""\
system: Letters
data:
  letter: {sensitivity: personal}
components:
  gateway:
    kind: gateway
    budget: $300/month
    routes:
      short: [large, small]
  large:
    kind: managed-model
    model: openai/gpt-4.1
    region: eu
    pace: {first_token: 500 ms, per_token: 12 ms}
    supplier: {name: OpenAI, training: false, retention: 30 d, agreement: true}
  small:
    kind: managed-model
    model: mistral/mistral-small
    region: eu-west
    pace: {first_token: 500 ms, per_token: 12 ms}
    supplier: {name: Mistral AI, training: false, retention: 30 d, agreement: true}
flows:
  - {from: gateway, to: large, data: [letter], timeout: 20 s}
  - {from: gateway, to: small, data: [letter], timeout: 20 s}
""",
    find=_find,
)
