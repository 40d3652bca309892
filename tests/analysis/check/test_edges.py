"""What each rule looks at beyond its own examples: cases that it must find, and cases that it must leave alone."""

from __future__ import annotations

import pytest

from archwright.analysis.check import check
from archwright.spec.load import loads

PACE = "pace: {first_token: 1 s, per_token: 1 ms}"


def found(rule: str, body: str) -> list[str]:
    """What a rule says of a system, as `line:column subject`."""
    system = loads(f"system: x\nowner: me\n{body}")
    return [f"{f.where.line}:{f.where.column} {f.subject}" for f in check(system, [rule])]


def model(name: str, model: str, kind: str = "managed-model") -> str:
    return f"  {name}: {{kind: {kind}, model: {model}, {PACE}}}\n"


SITE = "components:\n  site: {kind: service}\n  index: {kind: vector-store}\n  user: {kind: client}\n"


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ("{from: site, to: index}", ["8:5 site"]),
        ("{from: site, to: index, mode: async}", []),
        ("{from: site, to: user, return: true}", []),
        ("{from: user, to: site}", []),
    ],
)
def test_only_calls_of_ours_that_wait_need_a_timeout(flow: str, expected: list[str]) -> None:
    assert found("no-timeout", f"{SITE}flows:\n  - {flow}\n") == expected


@pytest.mark.parametrize(
    ("retry", "words"),
    [
        ("{attempts: 1}", None),
        ("{attempts: 2, backoff: 1 s}", "no budget"),
        ("{attempts: 2, budget: 10 %}", "no backoff"),
        ("{attempts: 2, backoff: 0 s, budget: 10 %}", "no backoff"),
        ("{attempts: 2}", "no backoff and no budget"),
    ],
)
def test_a_retry_is_told_what_it_lacks(retry: str, words: str | None) -> None:
    system = loads(f"system: x\n{SITE}flows:\n  - {{from: site, to: index, retry: {retry}}}\n")
    messages = [finding.message for finding in check(system, ["REL02"])]
    assert messages == ([f"`site` tries `index` again with {words}"] if words else [])


def gate(targets: str, *models: str) -> str:
    names = [text.split(":")[0].strip() for text in models]
    flows = "".join(f"  - {{from: g, to: {name}}}\n" for name in names)
    return f"components:\n  g: {{kind: gateway, routes: {{r: {targets}}}}}\n{''.join(models)}flows:\n{flows}"


def test_two_models_of_one_supplier_fail_together() -> None:
    one, two = model("a", "openai/gpt-4.1"), model("b", "openai/gpt-4.1-mini")
    assert found("MOD05", gate("[a, b]", one, two)) == ["4:35 r"]
    assert found("MOD05", gate("[a, b]", one, model("b", "mistral/large"))) == []
    assert found("MOD05", gate("[a, b]", one, model("b", "openai/gpt-oss", "self-hosted-model"))) == []


def test_a_route_that_may_fail_needs_no_fallback() -> None:
    body = gate("[a]", model("a", "openai/gpt-4.1"))
    journey = (
        "workload: {journeys: {j: {volume: 1/s, steps: [{name: s, at: g, route: r, tokens: {input: 1, output: 1}%s}]}}}"
    )
    assert found("MOD05", f"{body}{journey % ', on_failure: skip'}\n") == []
    assert found("MOD05", f"{body}{journey % ''}\n") == ["4:35 r"]


def test_calls_past_the_gateway_have_no_fallback_and_no_cap() -> None:
    body = f"components:\n  site: {{kind: service}}\n{model('a', 'x/y')}flows: [{{from: site, to: a}}]\n"
    assert found("MOD05", body) == ["6:9 site"]
    assert found("REL04", body) == ["6:9 site"]
    assert found("REL04", body.replace("managed", "self-hosted")) == []


def test_a_model_of_our_own_needs_no_cap() -> None:
    assert found("REL04", gate("[a]", model("a", "x/y", "self-hosted-model"))) == []
    assert found("REL04", gate("[a]", model("a", "x/y"))) == ["4:3 g"]


DATA = "data:\n  claim: {sensitivity: personal, residency: [eu, ch]}\n  note: {sensitivity: public}\n"


@pytest.mark.parametrize(
    ("component", "outside"),
    [
        ("{kind: database, region: us-east-1, data: [claim]}", True),
        ("{kind: database, region: us-east-1, data: [note]}", False),
        ("{kind: database, region: eu, data: [claim]}", False),
        ("{kind: database, region: CH-north-1, data: [claim]}", False),
        ("{kind: database, region: europe-west1, data: [claim]}", True),
        ("{kind: database, data: [claim]}", False),
        ("{kind: external-system, data: [claim]}", True),
        ("{kind: database, group: theirs, data: [claim]}", True),
        ("{kind: client, region: us-east-1, data: [claim]}", False),
    ],
)
def test_where_data_may_lie(component: str, outside: bool) -> None:
    head = "groups: {theirs: {title: T, trust: supplier}}\n"
    body = f"{DATA}components:\n  c: {component}\n{head}"
    column = len("  c: ") + component.index("claim") + 1 if outside else 0
    assert found("DAT01", body) == ([f"7:{column} c"] if outside else [])


def test_each_class_is_told_once_a_component() -> None:
    flows = "flows:\n  - {from: a, to: b, data: [claim]}\n  - {from: b, to: a, mode: async, data: [claim]}\n"
    parts = "components:\n  a: {kind: service, region: eu}\n  b: {kind: service, region: us}\n"
    assert found("DAT01", f"{DATA}{parts}{flows}") == ["10:29 b"]


def critical(steps: str, extra: str = "") -> list[str]:
    parts = """components:
  site: {kind: service, replicas: 2}
  store: {kind: database}
  cache: {kind: cache}
  clerk: {kind: human-review}
  other: {kind: external-system}
"""
    flows = "flows: [{from: site, to: store}, {from: site, to: cache}, {from: store, to: other, mode: async}]\n"
    journey = f"workload: {{journeys: {{j: {{critical: true, volume: 1/s, steps: [{steps}]}}}}}}\n"
    return [text.split()[1] for text in found("REL07", parts + flows + journey + extra)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("{name: s, at: site}", ["store"]),
        ("{name: s, at: site}, {name: t, at: store, on_failure: skip}", []),
        ("{name: s, at: site, on_failure: skip}", []),
        ("{name: s, at: site, background: true}", []),
        ("{name: s, at: store}", ["store"]),
        ("{name: s, at: clerk}", ["clerk"]),
        ("{name: s, at: other}", ["other"]),
        ("{name: s, at: store}, {name: t, at: store, on_failure: skip}", ["store"]),
    ],
)
def test_what_a_critical_journey_cannot_do_without(steps: str, expected: list[str]) -> None:
    assert critical(steps) == expected


def test_a_journey_that_is_not_critical_may_fail() -> None:
    body = "components: {a: {kind: service}}\nworkload: {journeys: {j: {volume: 1/s, steps: [{name: s, at: a}]}}}\n"
    assert found("REL07", body) == []
    assert found("REL07", body.replace("volume", "critical: true, volume")) == ["3:14 a"]


def test_a_gateway_is_a_part_of_the_path() -> None:
    body = gate("[a]", model("a", "x/y")) + (
        "workload: {journeys: {j: {critical: true, volume: 1/s, steps: ["
        "{name: s, at: g, route: r, tokens: {input: 1, output: 1}}]}}}\n"
    )
    assert found("REL07", body) == ["4:3 g"]


def test_a_step_cannot_repeat_longer_than_its_agent() -> None:
    agent = "components: {a: {kind: agent, max_steps: 3, max_cost: $1}}\n"
    step = "workload: {journeys: {j: {volume: 1/s, steps: [{name: s, at: a, repeats: {mean: 2, most: 4}}]}}}\n"
    assert found("AGT04", agent + step) == [f"4:{step.index('most') + 1} a"]
    assert found("AGT04", agent + step.replace("most: 4", "most: 3")) == []
    assert found("AGT04", agent + step.replace("mean: 2", "mean: 1")) == []


def test_an_owner_may_stand_at_each_component() -> None:
    (finding,) = check(loads("system: x\ncomponents: {a: {kind: service, owner: me}, b: {kind: service}}\n"), ["GOV02"])
    assert finding.message == "the system has no owner; nobody answers for `b`"
