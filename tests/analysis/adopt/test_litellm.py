"""LiteLLM's configuration as evidence: groups, deployments, fallbacks, limits, and no key of it in a draft."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.analysis.adopt import secrets
from archwright.base.errors import InputError
from archwright.base.units import MONTH
from archwright.spec.settings.gateway import GatewaySettings
from archwright.spec.settings.models import ModelSettings
from tests.analysis.adopt.drafts import drafted, of_file, of_text

ONE = "model_list:\n- model_name: desk\n  litellm_params: {model: gpt-4o}\n"
LITERALS = ("fake-literal", "sk-fake", "OPENAI_API_KEY", "DATABASE_URL")


def test_groups_are_routes_and_fallbacks_follow_their_deployments() -> None:
    text, system, _ = drafted(of_file("config.yaml"))
    gateway = system.components["gateway"].settings_as(GatewaySettings)
    assert gateway is not None
    assert {name: route.targets for name, route in gateway.routes.items()} == {
        "desk": ("desk-azure-desk-eu", "desk", "small"),  # the one with the larger weight is asked first
        "small": ("small",),
        "night-batch": ("night-batch",),
    }
    assert "clients ask for 'night.batch', and the route is called night-batch" in text
    assert list(system.workload.journeys) == ["ask-desk", "ask-night-batch"]  # `small` only stands in


def test_order_goes_before_weight() -> None:
    entry = "- {{model_name: desk, litellm_params: {{model: openai/{0}, order: {1}, weight: {2}}}}}\n"
    parts = [entry.format(*item) for item in (("gpt-4o", 2, 9), ("gpt-4.1", 1, 1), ("gpt-4.1-mini", 1, 5))]
    targets = of_text("model_list:\n" + "".join(parts)).targets
    assert [target.model.text for target in targets] == ["openai/gpt-4.1-mini", "openai/gpt-4.1", "openai/gpt-4o"]


def test_limits_timeouts_retries_cooldowns_budget_and_cache_are_carried_over() -> None:
    _, system, _ = drafted(of_file("config.yaml"))
    desk = system.components["desk"].settings_as(ModelSettings)
    assert desk is not None
    assert desk.model == "openai/gpt-4.1-mini"
    assert str(desk.limits.requests) == "500/min"
    assert str(desk.limits.tokens) == "200000/min"
    flow = system.flow("gateway", "desk")
    assert flow is not None
    assert flow.timeout is not None
    assert flow.retry is not None
    assert flow.breaker is not None
    assert (flow.timeout.value, flow.retry.attempts.value) == (20, 3)  # the router's 2 wins over 7
    assert (flow.breaker.failures.value, flow.breaker.open_for.value) == (4, 30)
    small = system.flow("gateway", "small")
    assert small is not None
    assert small.retry is None  # its own 0 wins over the router's 2
    gateway = system.components["gateway"].settings_as(GatewaySettings)
    assert gateway is not None
    assert gateway.budget is not None
    assert gateway.budget.value * MONTH / 1e12 == pytest.approx(500 / 7 * 30.4375, abs=0.01)
    assert system.components["cache"].has("cache")
    assert str(gateway.routes["desk"].cache) == "cache"
    assert system.flow("gateway", "cache") is not None


def test_what_runs_in_ones_own_network_is_self_hosted_and_priced_by_the_hour() -> None:
    _, system, book = drafted(of_file("config.yaml"))
    own = system.components["night-batch"]
    assert own.has("self-hosted")
    settings = own.settings_as(ModelSettings)
    assert settings is not None
    assert settings.endpoint == "http://10.1.2.3:8000/v1"
    assert book["components.night-batch.hourly"].origin == "guessed"
    assert system.components["desk-azure-desk-eu"].region == "eu-west-1"


def test_no_key_is_copied_and_every_literal_one_is_found_by_its_line() -> None:
    evidence = of_file("config.yaml")
    text, _, _ = drafted(evidence)
    assert [finding.where.line for finding in evidence.findings] == [14, 26, 41, 46]
    assert "a key stands in line 14 of config.yaml" in evidence.findings[0].message
    for literal in LITERALS:
        assert literal not in text
        assert not any(literal in str(finding) for finding in evidence.findings)


def test_every_line_that_was_inferred_says_why() -> None:
    text, _, _ = drafted(of_file("config.yaml"))
    for key in (
        "targets:",
        "model:",
        "requests:",
        "timeout:",
        "attempts:",
        "budget: $",
        "ttl:",
        "region: eu",
        "cache: cache",
    ):
        lines = [line for line in text.splitlines() if line.strip().startswith(key)]
        assert lines
        assert all("# " in line and line.endswith((", sure", ", likely", ", a guess")) for line in lines), lines
    assert "# from config.yaml:7, sure" in text


def test_what_it_cannot_hold_is_said() -> None:
    lost = "\n".join(of_file("config.yaml").lost)
    assert "config.yaml:27: a model for embedding" in lost
    assert "config.yaml:32: latency-based-routing" in lost


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("router_settings: {model_group_alias: {gpt: desk}}", "targets: [desk]"),
        ("litellm_settings: {default_fallbacks: [nobody]}", "the fallback 'nobody' is no model of this file"),
        ("litellm_settings: {max_budget: 100}", "budget: $100.00/month"),
        ("litellm_settings: {cache: true, cache_params: {type: redis-semantic}}", "a cache by meaning"),
        ("litellm_settings: {cache: true}", "ttl: 1 h"),
        ("router_settings: {disable_cooldowns: true, allowed_fails: 1}", "timeout: 10 min"),
        ("router_settings: {context_window_fallbacks: [{desk: [x]}]}", "a longer context is no reason"),
        ("general_settings: {global_max_parallel_requests: 40}", "concurrency: 40"),
    ],
)
def test_settings_here_and_there(extra: str, said: str) -> None:
    text, system, _ = drafted(
        of_text(f"model_list:\n- model_name: desk\n  litellm_params: {{model: gpt-4o}}\n{extra}\n")
    )
    assert said in text
    flow = system.flow("gateway", "desk")
    assert flow is not None
    assert flow.breaker is None


def test_a_stated_price_wins_and_an_unknown_one_is_a_guess() -> None:
    text, _, book = drafted(
        of_text(
            "model_list:\n- model_name: a\n  litellm_params: {model: openai/mine, input_cost_per_token: 0.0000005, "
            "output_cost_per_token: 2e-06}\n- model_name: b\n  litellm_params: {model: openai/thine}\n"
        )
    )
    assert book["prices.a.input"].shown == "$0.500/Mtok"
    assert book["prices.a.input"].origin == "sourced"
    assert book["prices.b.input"].origin == "guessed"
    assert "no price is published under this name" in text


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("model_list: []\n", 1, "no `model_list` with models"),
        ("x: 1\nmodel_list:\n- model_name: a\n  litellm_params: {rpm: 1}\n", 3, "no `litellm_params.model`"),
        ("model_list:\n- model_name: a\n  litellm_params: {model: b, rpm: many}\n", 3, "'many' is no number"),
        ("model_list:\n- model_name: a\n  litellm_params: {model: b, timeout: 1e99}\n", 3, "'1e99' is no number"),
        ('model_list:\n- model_name: "*"\n  litellm_params: {model: "openai/*"}\n', 2, "answers questions"),
        ("model_list:\n- model_name: a: b\n", 2, "mapping values"),
        (
            ONE + "litellm_settings:\n  max_budget: 1\n  budget_duration: x\n",
            6,
            "no `budget_duration`",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(InputError) as error:
        of_text(text)
    assert said in str(error.value)
    assert error.value.problems[0].where.line == line


NUMBERS = st.one_of(st.integers(0, 10**6), st.floats(0, 1e5, allow_nan=False))
WORDS = st.text(min_size=1, max_size=12).filter(lambda words: words.strip() and words.isprintable())
DEPLOYMENT = st.fixed_dictionaries(
    {"model_name": WORDS, "litellm_params": st.fixed_dictionaries(
        {"model": WORDS},
        optional={
            "rpm": NUMBERS, "tpm": NUMBERS, "timeout": NUMBERS, "num_retries": st.integers(0, 99), "api_base": WORDS,
            "region_name": WORDS, "weight": NUMBERS, "order": NUMBERS,
        },
    )}
)  # fmt: skip
ROUTER = st.fixed_dictionaries(
    {},
    optional={
        "num_retries": st.integers(0, 99), "timeout": NUMBERS, "allowed_fails": st.integers(0, 99),
        "cooldown_time": NUMBERS, "retry_after": st.integers(0, 9), "routing_strategy": WORDS,
        "fallbacks": st.lists(st.dictionaries(WORDS, st.lists(WORDS, max_size=2), max_size=2), max_size=2),
    },
)  # fmt: skip
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "max_budget": NUMBERS, "budget_duration": st.sampled_from(["1s", "30d", "1mo", "24h"]),
        "cache": st.booleans(), "cache_params": st.fixed_dictionaries({}, optional={"ttl": NUMBERS, "type": WORDS}),
    },
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(DEPLOYMENT, min_size=1, max_size=4), ROUTER, SETTINGS)
def test_whatever_stands_in_it_the_draft_loads_and_has_a_price(models: object, router: object, rest: object) -> None:
    text = yaml.safe_dump(
        {"model_list": models, "router_settings": router, "litellm_settings": rest}, allow_unicode=True
    )
    try:
        evidence = of_text(text, "litellm")
    except InputError:
        return  # refused with its reasons, which other tests look at
    _, _, book = drafted(evidence)
    assert book["price.month"].value >= 0


@settings(deadline=None)
@given(st.text(alphabet="abcdef0123456789", min_size=8, max_size=30))
def test_a_key_is_known_by_its_name_or_its_look(word: str) -> None:
    assert secrets.secret("api_key", word)
    assert secrets.secret("redis_password", word)
    assert secrets.secret("extra", f"sk-{word}")
    assert secrets.secret("url", f"redis://me:{word}@host:1")
    assert not secrets.secret("api_key", f"os.environ/{word}")
    assert not secrets.secret("max_tokens", "4096")
    assert not secrets.secret("vertex_credentials", f"/etc/{word}.json")
    assert not secrets.secret("model", f"openai/{word}")


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("http://localhost:11434", True),
        ("http://ollama:11434", True),
        ("http://192.168.1.9/v1", True),
        ("http://172.20.0.2/v1", True),
        ("http://172.40.0.2/v1", False),
        ("http://[::1]:80", True),
        ("http://vllm.models.svc.cluster.local/v1", True),
        ("https://api.openai.com/v1", False),
        ("https://10.example.com/v1", False),
        ("os.environ/BASE", False),
        ("http://[bad", False),
    ],
)
def test_addresses_of_ones_own(address: str, private: bool) -> None:
    assert secrets.private(address) is private


def test_json_is_yaml_and_will_do() -> None:
    text = json.dumps({"model_list": [{"model_name": "a", "litellm_params": {"model": "openai/gpt-4o"}}]})
    assert of_text(text, "litellm").routes[0].name == "a"
