"""REL05: when every model is away, the business stops."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.analysis.check.rule import Hit, Rule
from archwright.spec.judge import routes_of
from archwright.spec.model import System


def _find(system: System) -> Iterator[Hit]:
    routes = routes_of(system)
    seen = set()
    for name, journey in system.workload.journeys.items():
        for step in journey.steps if journey.critical else ():
            if step.route is None or step.on_failure != "fail" or step.background or step.route in seen:
                continue
            route = routes[step.route][1]
            if not route.degraded:
                seen.add(step.route)
                message = f"critical journey `{name}` ends with an error when no model of route `{step.route}` answers"
                yield Hit(message, route.where, str(step.route))


RULE = Rule(
    code="REL05",
    name="no-degraded-mode",
    severity="warning",
    summary="A critical journey has nothing to fall back on when no model answers.",
    why="Two suppliers can be away at once; then people see an error where a sentence and a colleague would have done.",
    mend="write a `degraded:` answer at the route, or let the journey go on without it (`on_failure: skip`)",
    detection="Every route without `degraded` that a step of a journey with `critical: true` asks for, and that may "
    "not be skipped and is not in the background.",
    false_positives="A client that has a fallback of its own, such as a form: write its words as the degraded answer.",
    references=("EU:15", "N:MANAGE 2.3", "AWS:REL05-BP01", "AWS:AGENTREL04-BP03", "V:C9.6"),
    bad="""\
system: Desk
components:
  desk: {kind: service, replicas: 2}
  gateway:
    kind: gateway
    replicas: 2
    routes:
      answer: [large]
    # ^
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: desk, to: gateway, timeout: 30 s}
  - {from: gateway, to: large, timeout: 20 s}
workload:
  journeys:
    ask:
      critical: true
      volume: 10k/month
      steps:
        - {name: answer, at: desk, route: answer, tokens: {input: 300, output: 100}}
""",
    good="""\
system: Desk
components:
  desk: {kind: service, replicas: 2}
  gateway:
    kind: gateway
    replicas: 2
    routes:
      answer: {targets: [large], degraded: A colleague will write to you within two hours.}
  large:
    kind: self-hosted-model
    model: meta/llama-3.3
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
  - {from: desk, to: gateway, timeout: 30 s}
  - {from: gateway, to: large, timeout: 20 s}
workload:
  journeys:
    ask:
      critical: true
      volume: 10k/month
      steps:
        - {name: answer, at: desk, route: answer, tokens: {input: 300, output: 100}}
""",
    find=_find,
)
