"""Kept streams given as a whole, and calls of tools: whatever a supplier calls them, and however it says their end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.runtime.sample import DONE, Case, Script, desk, plan, usage_chunk
from tests.runtime.test_faults import ASK, post

FORCED = {"type": "function", "function": {"name": "f"}}


def event(said: object) -> bytes:
    return b"data: " + json.dumps(said).encode() + b"\n\n"


def part(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def tool(identity: str, index: int | None, name: str, arguments: str) -> dict[str, Any]:
    call = {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"tool_calls": [{"index": index, **call}]}


STREAMS: dict[str, tuple[list[Any], int, list[tuple[str, str, str]]]] = {
    "one place for all calls": (
        [part(tool("a", 0, "f", '{"x":1}')), part(tool("b", 0, "g", '{"y":2}')), part({}, "tool_calls")],
        200,
        [("a", "f", '{"x":1}'), ("b", "g", '{"y":2}')],
    ),
    "no place": ([part(tool("a", None, "f", "{}")), part({}, "tool_calls")], 200, [("a", "f", "{}")]),
    "no choices": ([part({"content": "x"}), {"id": "c", "choices": None}, part({}, "stop")], 200, []),
    "no object": ([part({"content": "x"}), 12, part({}, "stop")], 502, []),
}


@pytest.mark.parametrize("name", list(STREAMS))
async def test_a_kept_stream_is_given_as_a_whole_or_refused(tmp_path: Path, name: str) -> None:
    said, status, calls = STREAMS[name]

    async def streams(case: Case) -> None:
        await case.events(*map(event, said), usage_chunk(10, 5), DONE)

    with desk(tmp_path, plan(), supplier=Script({"first": streams, "second": streams})) as here:
        answers = [await post(here, {**ASK, "model": "kept", "stream": stream}) for stream in (True, False, True)]
    assert [answer[0] for answer in answers] == [200, status, 200]
    if calls:
        found = json.loads(answers[1][1])["choices"][0]["message"]["tool_calls"]
        assert [(item["id"], item["function"]["name"], item["function"]["arguments"]) for item in found] == calls


@pytest.mark.parametrize("stream", [False, True])
async def test_a_call_of_a_tool_that_was_asked_for_by_name_ends_as_one(tmp_path: Path, stream: bool) -> None:
    """OpenAI ends it with `stop`; a client of Anthropic's wire waits for `tool_use`."""

    async def forced(case: Case) -> None:
        assert case.body["tool_choice"] == FORCED
        if stream:
            await case.events(event(part(tool("1", 0, "f", "{}"))), event(part({}, "stop")), usage_chunk(10, 5), DONE)
            return
        call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 10, "completion_tokens": 5}
        await case.reply(200, {"id": "c", "model": "m", "choices": [choice], "usage": usage})

    ask = {
        "model": "both",
        "max_tokens": 9,
        "stream": stream,
        "messages": [{"role": "user", "content": "q"}],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "tool", "name": "f"},
    }
    with desk(tmp_path, plan(), supplier=Script({"first": forced, "second": forced})) as here:
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{here.url}/v1/messages", json=ask, headers={"anthropic-version": "2023-06-01"})
    assert answer.status_code == 200
    assert '"stop_reason":"tool_use"' in answer.text
