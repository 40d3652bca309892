"""What a route may say about the choice among its targets."""

from __future__ import annotations

import pytest

from archwright.base.errors import InputError
from archwright.spec.load import loads
from archwright.spec.settings.gateway import GatewaySettings

TEXT = """\
system: Routed
components:
  app: {{kind: client}}
  gateway:
    kind: gateway
    routes:
      answer: {{targets: [large, small], {route}}}
  answers: {{kind: cache}}
  large: {{kind: managed-model, model: acme/large, pace: {{first_token: 400 ms, per_token: 10 ms}}}}
  small: {{kind: managed-model, model: acme/small, pace: {{first_token: 200 ms, per_token: 5 ms}}}}
  other: {{kind: managed-model, model: acme/other, pace: {{first_token: 200 ms, per_token: 5 ms}}}}
flows:
  - {{from: app, to: gateway, timeout: 9 s}}
  - {{from: gateway, to: large, timeout: 9 s}}
  - {{from: gateway, to: small, timeout: 9 s}}
workload:
  journeys:
    ask:
      volume: 1k/month
      steps: [{{name: ask, at: app, route: answer, tokens: {{input: 10, output: 10}}}}]
  tenants: {{gold: {{share: 100 %}}}}
"""


def test_everything_that_can_be_said_is_read() -> None:
    ways = "{input_over: 8k, targets: [large]}, {tenant: gold, journey: ask, input_under: 100, targets: [small]}"
    said = f"choose: weight, weights: [90 %, 10 %], slow: 2 s, cache: answers, stale: 1 d, rules: [{ways}]"
    settings = loads(TEXT.format(route=said)).components["gateway"].settings_as(GatewaySettings)
    assert settings is not None
    route = settings.routes["answer"]
    assert route.choose == "weight"
    assert [weight.value for weight in route.weights] == [0.9, 0.1]
    assert [list(way.targets) for way in route.rules] == [["large"], ["small"]]
    assert route.slow is not None
    assert route.slow.value == 2.0


@pytest.mark.parametrize(
    ("said", "code", "hint"),
    [
        ("choose: weight", "weights", "0 weights"),
        ("choose: weight, weights: [90 %]", "weights", "1 weights"),
        ("weights: [90 %, 10 %]", "weights", "choose: weight"),
        ("choose: weight, weights: [90 %, 20 %]", "shares", "110 %"),
        ("choose: cheapest", "unknown-word", "cost"),
        ("stale: 1 h", "no-cache", "cache"),
        ("rules: [{input_over: 5, targets: []}]", "no-target", "names no targets"),
        ("rules: [{input_over: 5, targets: [other]}]", "not-a-target", "other"),
        ("rules: [{targets: [small]}]", "no-condition", "input_over"),
        ("rules: [{input_over: 5, input_under: 6, targets: [small]}]", "out-of-range", "more than 5"),
        ("rules: [{tenant: silver, targets: [small]}]", "unknown-name", "silver"),
        ("slow: 0 s", "out-of-range", "more than 0"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(said: str, code: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        loads(TEXT.format(route=said))
    (problem,) = caught.value.problems
    assert problem.code == code
    assert hint in f"{problem.message} {problem.mend}"
    assert problem.where.line == 7
