"""Every provider on the shelf behaves as one: its calls reach a real server and say what they must."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from archwright.base.errors import UsageError
from archwright.plan import model as m
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.providers import PROVIDERS, provider_for, stand_in
from archwright.runtime.wires import WIRES
from tests.runtime.claude import message
from tests.runtime.sample import Case, Desk, Script, completion, plan, running
from tests.runtime.test_faults import post

KEY = "sk-conformance"


def test_the_shelf_has_its_own() -> None:
    assert {"openai-compatible", "emulated", "mistral", "anthropic"} <= set(PROVIDERS.names())


def test_every_wire_has_one_stand_in_and_vendors_get_that_of_their_wire() -> None:
    spoken = [provider.wire for provider in PROVIDERS if provider.emulated]
    assert sorted(spoken) == sorted(WIRES.names())
    assert stand_in("anthropic") == "emulated-anthropic"
    assert stand_in("mistral") == stand_in("a vendor without a provider") == "emulated"
    assert (provider_for("anthropic"), provider_for("acme")) == ("anthropic", "openai-compatible")


def test_an_unknown_provider_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="did you mean 'emulated'"):
        PROVIDERS.get("emulatd")


@pytest.mark.parametrize("name", PROVIDERS.names())
def test_what_a_provider_is(name: str) -> None:
    provider = PROVIDERS.get(name)
    assert provider.name == name
    assert inspect.getdoc(inspect.getmodule(provider.url))
    assert provider.url("http://host/v1/", "t").startswith("http://host/v1/")
    assert provider.url("http://host/v1", "t") == provider.url("http://host/v1/", "t")
    assert provider.url("http://host", "t").endswith(WIRES.get(provider.wire).path.removeprefix("/v1"))
    sent = provider.headers(KEY, "42", 3)
    assert (KEY in str(sent)) is provider.needs_key
    assert "None" not in str(provider.headers("", "42", 1))
    assert "Bearer" not in str(provider.headers("", "42", 1))
    assert "42" in sent.values()
    assert not {"model", "messages", "stream"} & {*provider.without, *provider.renamed}


@pytest.mark.parametrize("name", PROVIDERS.names())
async def test_a_call_through_the_gateway(tmp_path: Path, name: str) -> None:
    answers = {"openai": completion("hello", 9, 4, 2), "anthropic": message("hello", 7, 4, 2)}
    provider = PROVIDERS.get(name)

    async def well(case: Case) -> None:
        await case.reply(200, answers[provider.wire])

    # The first part of the path stands for the target in the scripted supplier, whatever the provider makes of it.
    script = Script({"base": well})
    with running(script) as supplier:
        made = plan()
        upstream = tuple(Upstream(name, f"{supplier.url}/base", KEY) for _ in made.targets)
        setup = Setup(m.encode(made), upstream, str(tmp_path / "ledger.jsonl"))
        with gateway(setup) as app, running(app) as server:
            here = Desk(server.url, app, tmp_path / "ledger.jsonl", tmp_path / "none", supplier.url)
            status, body, headers = await post(here, headers={"X-Request-Id": "7"})
    assert status == 200
    assert b"hello" in body
    (case,) = script.seen
    assert case.body["model"] == "first-1"
    assert (KEY in str(case.headers)) is provider.needs_key
    assert "7" in case.headers.values()
    assert (here.attempts[0].tokens_in, here.attempts[0].tokens_cached, here.attempts[0].tokens_out) == (9, 2, 4)
    assert KEY not in str(headers)
    assert KEY not in here.ledger.read_text()
