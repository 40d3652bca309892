"""Anthropic's unchanged client against the gateway, and both clients against both wires of the emulated supplier."""

from __future__ import annotations

import asyncio
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import pytest
from msgspec.structs import replace

from archwright.base.money import dollars
from archwright.plan import model as m
from tests.runtime.claude import VERSION, claude, gpt, message, two
from tests.runtime.sample import Case, Desk, Script, desk, hop, plan, route
from tests.runtime.test_faults import refusing, well
from tests.runtime.test_refusals import TENANTS, key

SAID: Any = [{"role": "user", "content": "where is my parcel for order 17"}]
UPSTREAMS = ["anthropic", "mistral"]


def ask(here: Desk, stream: bool, number: int = 7, **more: Any) -> tuple[str, tuple[int, int]]:
    """Text and tokens of an answer to Anthropic's client."""
    fields: Any = {"model": "both", "max_tokens": 40, "messages": SAID, "extra_headers": {"x-request-id": str(number)}}
    with claude(here) as client:
        if not stream:
            whole = client.messages.create(**{**fields, **more})
        else:
            with client.messages.stream(**{**fields, **more}) as events:
                text = "".join(events.text_stream)
                whole = events.get_final_message()
            assert text == "".join(block.text for block in whole.content)
    assert whole.stop_reason == "end_turn"
    (block,) = whole.content
    return block.text, (
        whole.usage.input_tokens + (whole.usage.cache_read_input_tokens or 0),
        whole.usage.output_tokens,
    )


def ask_gpt(here: Desk, stream: bool, number: int = 7) -> tuple[str, tuple[int, int]]:
    """Text and tokens of an answer to OpenAI's client."""
    fields: Any = {"model": "both", "max_tokens": 40, "messages": SAID, "extra_headers": {"x-request-id": str(number)}}
    with gpt(here) as client:
        if not stream:
            whole = client.chat.completions.create(**fields)
            assert whole.choices[0].finish_reason == "stop"
            return whole.choices[0].message.content or "", (whole.usage.prompt_tokens, whole.usage.completion_tokens)
        chunks = list(client.chat.completions.create(**fields, stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    return text, (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens)


@pytest.mark.parametrize("vendor", UPSTREAMS)
def test_both_clients_get_the_same_answer_whole_and_streamed_whatever_the_target_speaks(
    tmp_path: Path, vendor: str
) -> None:
    with desk(tmp_path, two(vendor, prompt_cache=0.5)) as here:
        answers = [once(here, stream) for once in (ask, ask_gpt) for stream in (False, True)]
    assert len(set(answers)) == 1
    text, counted = answers[0]
    assert len(text.split()) == 40
    assert counted == (7, 40)
    assert [(row.tokens_in, row.tokens_cached, row.tokens_out) for row in here.attempts] == [(7, 3, 40)] * 4
    assert not any(row.estimated for row in here.attempts)
    assert len({row.cost for row in here.requests}) == 1
    assert [row.stream for row in here.requests] == [False, True] * 2


def test_targets_of_both_wires_answer_the_same(tmp_path: Path) -> None:
    """So that it does not matter which of them takes over."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with desk(tmp_path / "a", two("anthropic")) as one, desk(tmp_path / "b", two("mistral")) as other:
        assert ask(one, True) == ask(other, True) == ask_gpt(one, False) == ask_gpt(other, True)


@pytest.mark.parametrize("vendor", UPSTREAMS)
def test_the_events_of_a_stream_come_in_their_order(tmp_path: Path, vendor: str) -> None:
    with desk(tmp_path, two(vendor)) as here, claude(here) as client:
        events = list(client.messages.create(model="both", max_tokens=30, messages=SAID, stream=True))
    kinds = [event.type for event in events]
    deltas = kinds.count("content_block_delta")
    assert deltas > 2
    assert kinds == [
        "message_start", "content_block_start", *["content_block_delta"] * deltas, "content_block_stop",
        "message_delta", "message_stop",
    ]  # fmt: skip
    assert events[0].message.content == []
    assert (events[-2].delta.stop_reason, events[-2].usage.output_tokens) == ("end_turn", 30)


@pytest.mark.parametrize("vendor", UPSTREAMS)
async def test_the_asynchronous_client_and_our_own_headers(tmp_path: Path, vendor: str) -> None:
    with desk(tmp_path, two(vendor)) as here:
        async with anthropic.AsyncAnthropic(base_url=here.url, auth_token="any", max_retries=0) as client:
            raw = await client.messages.with_raw_response.create(
                model="both",
                max_tokens=5,
                system=[{"type": "text", "text": "be kind", "cache_control": {"type": "ephemeral"}}],
                messages=[
                    {"role": "user", "content": [{"type": "text", "text": "good day"}]},
                    {"role": "assistant", "content": "to you"},
                    {"role": "user", "content": "and now"},
                ],
                stop_sequences=["never"],
                metadata={"user_id": "u-1"},
                extra_body={"temperature": 0.5, "top_p": 0.9},
                extra_headers={"x-request-id": "77", "x-archwright-step": "answer"},
            )
            whole = await raw.parse()
            async with client.messages.stream(model="both", max_tokens=9, messages=SAID) as stream:
                text = "".join([part async for part in stream.text_stream])
    assert len(text.split()) == 9
    assert (whole.usage.output_tokens, whole._request_id) == (5, "77")
    headers = {name: raw.headers[f"x-archwright-{name}"] for name in ("route", "target", "cache", "attempts")}
    assert headers == {"route": "both", "target": "first", "cache": "none", "attempts": "1"}
    first = here.requests[0]
    assert (first.request, first.how, first.journey, first.step) == ("77", "answered", "question", "answer")
    assert here.attempts[0].tokens_in == 8  # the instructions were read too


@pytest.mark.parametrize("vendor", UPSTREAMS)
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_the_same_request_comes_from_the_cache(tmp_path: Path, vendor: str, first: bool, second: bool) -> None:
    with desk(tmp_path, two(vendor)) as here:
        assert ask(here, first, 1, model="kept") == ask(here, second, 2, model="kept")
        ask(here, second, 3, model="kept", max_tokens=41)
    assert [row.cache for row in here.requests] == ["miss", "hit", "miss"]
    assert here.requests[1].cost == 0
    assert len(here.attempts) == 2


def test_equal_bytes_of_two_wires_are_two_requests(tmp_path: Path) -> None:
    body = {"model": "kept", "max_tokens": 4, "messages": SAID}

    async def both(here: Desk) -> list[str]:
        found = []
        async with aiohttp.ClientSession() as session:
            for path in ("/v1/messages", "/v1/chat/completions", "/v1/messages"):
                async with session.post(f"{here.url}{path}", json=body, headers=VERSION) as response:
                    found.append(f"{response.status} {response.headers['x-archwright-cache']}")
        return found

    with desk(tmp_path, two("anthropic")) as here:
        assert asyncio.run(both(here)) == ["200 miss", "200 miss", "200 hit"]


@pytest.mark.parametrize("vendor", UPSTREAMS)
@pytest.mark.parametrize("stream", [True, False])
def test_a_route_s_own_words_when_nobody_answers(tmp_path: Path, vendor: str, stream: bool) -> None:
    with desk(tmp_path, two(vendor), supplier=Script({"first": refusing(500)})) as here:
        text, counted = ask(here, stream, model="kind")
    assert (text, counted) == ("A colleague will answer.", (0, 0))
    assert here.requests[0].how == "degraded"


async def test_the_ledger_and_the_supplier_s_own_bill_are_the_same_to_the_pico_dollar(tmp_path: Path) -> None:
    with desk(tmp_path, two("anthropic", "mistral", prompt_cache=0.37)) as here:
        for number in range(6):
            for once in (ask, ask_gpt):
                await asyncio.to_thread(once, here, number % 2 == 0, number)
        async with aiohttp.ClientSession() as session, session.get(f"{here.supplier}/_emulator/bill") as response:
            bill = await response.json()
    assert Decimal(bill["finished"]) == dollars(sum(row.cost for row in here.attempts)) > 0
    assert bill["cut"] == "0"


# ---------------------------------------------------------------------------------------------------------- refusals


def refused(here: Desk, **more: Any) -> Any:
    fields: Any = {"model": "both", "max_tokens": 5, "messages": SAID}
    options = {name: more.pop(name) for name in ("api_key", "default_headers") if name in more}
    with claude(here, **options) as client, pytest.raises(anthropic.APIStatusError) as caught:
        client.messages.create(**{**fields, **more})
    body: Any = caught.value.body
    assert (body["type"], body["request_id"]) == ("error", caught.value.request_id)
    return caught.value


def test_errors_are_those_of_the_wire(tmp_path: Path) -> None:
    with desk(tmp_path, two("anthropic"), supplier=Script({"first": refusing(500), "second": refusing(500)})) as here:
        unknown = refused(here, model="boht")
        missing = refused(here, extra_body={"max_tokens": None})
        version = refused(here, default_headers={"anthropic-version": "2020-01-01"})
        nobody = refused(here)
    assert isinstance(unknown, anthropic.NotFoundError)
    assert (unknown.type, unknown.error_code) == ("not_found_error", "model_not_found")
    assert "did you mean `both`" in str(unknown)
    assert isinstance(missing, anthropic.BadRequestError)
    assert (missing.type, "$.max_tokens" in str(missing)) == ("invalid_request_error", True)
    assert (version.status_code, version.type) == (400, "invalid_request_error")
    assert "2026-10-21" in str(version)
    assert isinstance(nobody, anthropic.InternalServerError)
    assert (nobody.status_code, nobody.type, nobody.error_code) == (500, "api_error", "upstream_failed")


async def test_a_missing_version_and_another_method(tmp_path: Path) -> None:
    body = {"model": "both", "max_tokens": 5, "messages": SAID}
    with desk(tmp_path, two("anthropic")) as here:
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{here.url}/v1/messages", json=body) as response:
                assert (response.status, (await response.json())["error"]["type"]) == (400, "invalid_request_error")
            async with session.post(f"{here.url}/v1/messages/count_tokens", json=body) as response:
                assert (response.status, (await response.json())["error"]["type"]) == (404, "not_found_error")
            async with session.get(f"{here.url}/v1/messages") as response:
                assert response.status == 405


def test_keys_come_in_either_header(tmp_path: Path) -> None:
    async def status(here: Desk, headers: dict[str, str]) -> int:
        body = {"model": "both", "max_tokens": 5, "messages": SAID}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{here.url}/v1/messages", json=body, headers={**VERSION, **headers}) as response,
        ):
            return response.status

    made = replace(two("anthropic"), tenants=TENANTS)
    with desk(tmp_path, made, keys=(key("shop", "k-shop"), key("lab", "k-lab"))) as here:
        given: tuple[dict[str, str], ...] = (
            {},
            {"x-api-key": ""},
            {"x-api-key": "k-sho"},
            {"Authorization": "Bearer "},
            {"x-api-key": "k-lab"},
        )
        found = [asyncio.run(status(here, headers)) for headers in given]
        wrong = refused(here, api_key="k")
        with claude(here, api_key="k-shop") as client:
            assert client.messages.create(model="both", max_tokens=2, messages=SAID).content
    assert found == [401, 401, 401, 401, 200]
    assert isinstance(wrong, anthropic.AuthenticationError)
    assert wrong.type == "authentication_error"
    assert [row.tenant for row in here.requests] == ["lab", "shop"]


def test_a_spent_budget(tmp_path: Path) -> None:
    made = replace(two("anthropic"), tenants=(m.Tenant("shop", 1.0, 1, 0.0),))
    with desk(tmp_path, made, keys=(key("shop", "k"),)) as here:
        spent = refused(here, api_key="k")
    assert (spent.status_code, spent.type, spent.error_code) == (402, "billing_error", "budget_exceeded")


async def test_a_full_gateway_is_overloaded(tmp_path: Path) -> None:
    gate, asked = threading.Event(), threading.Event()

    async def slow(case: Case) -> None:
        asked.set()
        await asyncio.to_thread(gate.wait, 10)
        await case.reply(200, message("at last"))

    base = replace(two("anthropic"), routes=(route("both", (hop(0),)),), journeys=())
    made = replace(base, gateway=replace(base.gateway, concurrency=1, queue=0))
    with desk(tmp_path, made, supplier=Script({"first": slow})) as here:
        first = asyncio.create_task(asyncio.to_thread(ask, here, False))
        assert await asyncio.to_thread(asked.wait, 10)
        full = await asyncio.to_thread(refused, here)
        gate.set()
        assert (await first)[0] == "at last"
    assert isinstance(full, anthropic.InternalServerError)
    assert (full.status_code, full.type, full.error_code) == (529, "overloaded_error", "overloaded")
    assert int(full.response.headers["retry-after"]) > 0


def test_a_limit_of_rate_says_when_to_come_back(tmp_path: Path) -> None:
    tenants = (m.Tenant("shop", 1.0, 0, 0.001),)
    made = replace(two("mistral"), tenants=tenants, routes=(route("both", (hop(0),)),), journeys=())
    with desk(tmp_path, made, supplier=Script({"first": well}), keys=(key("shop", "k"),)) as here:
        found: list[Any] = []
        with claude(here, api_key="k") as client:
            for _ in range(3):
                try:
                    found.append(client.messages.create(model="both", max_tokens=5, messages=SAID))
                except anthropic.RateLimitError as refusal:
                    found.append(refusal)
    limited = found[-1]
    assert isinstance(limited, anthropic.RateLimitError)
    assert (limited.type, limited.error_code) == ("rate_limit_error", "rate_limit_exceeded")
    assert int(limited.response.headers["retry-after"]) > 0


def test_the_list_of_models_is_as_it_was(tmp_path: Path) -> None:
    with desk(tmp_path, plan()) as here, gpt(here) as client:
        assert [model.id for model in client.models.list()] == ["both", "kept", "kind"]
