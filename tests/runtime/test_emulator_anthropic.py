"""The emulated supplier in Anthropic's wire: the same laws, limits and bill, other words."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from archwright.runtime.emulator.app import Emulator
from archwright.runtime.wire import Events
from archwright.runtime.wires import WIRES
from tests.runtime.sample import plan, running, target
from tests.runtime.test_emulator import ask as ask_openai
from tests.runtime.test_emulator import bill
from tests.runtime.test_emulator import call as call_openai


def ask(words: int = 3, tokens: int = 10, **more: Any) -> dict[str, Any]:
    content = " ".join(f"w{number}" for number in range(words))
    return {"model": "x", "messages": [{"role": "user", "content": content}], "max_tokens": tokens, **more}


async def call(url: str, body: Any, request: int = 1, name: str = "first") -> tuple[int, Any, dict[str, str]]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/{name}/v1/messages", json=body, headers={"X-Request-Id": str(request)}) as response,
    ):
        data = await response.json() if response.content_type == "application/json" else await response.read()
        return response.status, data, {key.lower(): value for key, value in response.headers.items()}


async def test_the_same_words_and_the_same_charge_in_both_wires() -> None:
    made = plan(targets=(target("first", prompt_cache=0.5), target("second", prompt_cache=0.5)))
    with running(Emulator(made, 1.0)) as here:
        _, ours, _ = await call(here.url, ask(words=7, tokens=12), request=5)
        _, theirs, _ = await call_openai(here.url, ask_openai(words=7, tokens=12), request=5, name="second")
        charged = (await bill(here.url))["targets"]
    assert ours["content"][0]["text"] == theirs["choices"][0]["message"]["content"]
    assert ours["usage"] == {
        "input_tokens": 4, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 3, "output_tokens": 12,
    }  # fmt: skip
    assert charged["first"] == charged["second"]


async def test_everything_that_is_said_counts() -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "a b"}]}
    plain = {"type": "tool_result", "tool_use_id": "u", "content": "c"}
    use = {"type": "tool_use", "id": "t", "name": "f", "input": {"x": "not counted"}}
    talk = [
        {"role": "user", "content": [{"type": "text", "text": "one two"}]},
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [result, plain]},
    ]
    with running(Emulator(plan(), 1.0)) as here:
        _, one, _ = await call(here.url, ask(messages=talk, system="be kind"))
        _, other, _ = await call(here.url, ask(messages=talk, system=[{"type": "text", "text": "be"}]))
    assert (one["usage"]["input_tokens"], other["usage"]["input_tokens"]) == (7, 6)


async def test_a_stream_has_the_words_of_the_whole() -> None:
    with running(Emulator(plan(), 1.0)) as here:
        _, whole, _ = await call(here.url, ask(tokens=90), request=9)
        _, data, _ = await call(here.url, ask(tokens=90, stream=True), request=9)
    wire, events = WIRES.get("anthropic"), Events().feed(data)
    assert wire.said(wire.as_whole(events)).parts[0] == (whole["content"][0]["text"],)
    kinds = [event.split(b"\n")[0].decode().removeprefix("event: ") for event in events]
    deltas = kinds.count("content_block_delta")
    assert deltas > 9
    assert kinds == [
        "message_start", "content_block_start", "ping", *["content_block_delta"] * deltas, "content_block_stop",
        "message_delta", "message_stop",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "name", "status", "kind"),
    [
        ({"model": "x", "messages": []}, "first", 400, "invalid_request_error"),
        (ask(), "nobody", 404, "not_found_error"),
    ],
)
async def test_refusals(body: Any, name: str, status: int, kind: str) -> None:
    with running(Emulator(plan(), 1.0)) as here:
        found, answer, _ = await call(here.url, body, name=name)
    assert (found, answer["type"], answer["error"]["type"]) == (status, "error", kind)


async def test_limits_and_faults() -> None:
    limited = target("first", request_rate=1.0, first_token_s=0.001)
    with running(Emulator(plan(targets=(limited, target("second", error_rate=0.999999))), 1.0)) as here:
        found = [await call(here.url, ask(), request=number) for number in range(12)]
        failed, answer, _ = await call(here.url, ask(), name="second")
    refused = [one for one in found if one[0] == 429]
    assert refused
    assert refused[0][1]["error"]["type"] == "rate_limit_error"
    assert float(refused[0][2]["retry-after"]) > 0
    assert (failed, answer["error"]["type"]) == (500, "api_error")
