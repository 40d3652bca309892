"""What the gateway does when targets that speak Anthropic's wire misbehave, for clients of both wires."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import openai
import pytest
from msgspec.structs import replace

from archwright.plan import model as m
from tests.runtime.claude import (
    CALLING,
    OVERLOADED,
    PING,
    SPOKEN,
    STOP,
    VERSION,
    claude,
    ending,
    event,
    gpt,
    more,
    start,
    stop,
    text_start,
    two,
    wrote,
)
from tests.runtime.sample import DONE, Answering, Case, Desk, Script, chunk, desk, hop, route, usage_chunk
from tests.runtime.test_faults import lost, silent, spoken, well

ASK: dict[str, Any] = {"model": "both", "messages": [{"role": "user", "content": "hello there"}], "max_tokens": 20}
PATHS = {"anthropic": "/v1/messages", "openai": "/v1/chat/completions"}


def refusing(status: int, kind: str = "api_error", text: str = "no", **headers: str) -> Answering:
    async def answer(case: Case) -> None:
        await case.reply(status, {"type": "error", "error": {"type": kind, "message": text}}, **headers)

    return answer


def pair(first: str = "anthropic", second: str = "mistral") -> m.Plan:
    """Two targets of two wires on one route."""
    return replace(two(first, second), routes=(route("both", (hop(0, timeout_s=0.5), hop(1))),), journeys=())


async def post(here: Desk, wire: str = "anthropic", **more_fields: Any) -> tuple[int, bytes, dict[str, str]]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{here.url}{PATHS[wire]}", json={**ASK, **more_fields}, headers=VERSION) as response,
    ):
        return response.status, await response.read(), {key.lower(): value for key, value in response.headers.items()}


@pytest.mark.parametrize("wire", sorted(PATHS))
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (refusing(529, "overloaded_error"), "overload"),
        (refusing(429, "rate_limit_error", retry_after="60"), "overload"),
        (refusing(500), "transient"), (refusing(504, "timeout_error"), "transient"), (lost, "transient"),
        (refusing(401, "authentication_error"), "key"), (refusing(402, "billing_error"), "key"),
        (refusing(400, "invalid_request_error", "You have reached your specified API usage limits."), "key"),
        (well, "transient"),  # an answer of the other wire is none
        (silent, "timeout"),
    ],
)  # fmt: skip
async def test_a_target_of_the_other_wire_takes_over(tmp_path: Path, wire: str, fault: Answering, outcome: str) -> None:
    with desk(tmp_path, pair(), supplier=Script({"first": fault, "second": well})) as here:
        status, body, headers = await post(here, wire)
    assert (status, b"from second" in body) == (200, True)
    assert (headers["x-archwright-target"], headers["x-archwright-attempts"]) == ("second", "2")
    assert [row.outcome for row in here.attempts] == [outcome, "ok"]


@pytest.mark.parametrize("wire", sorted(PATHS))
async def test_and_the_other_way_round(tmp_path: Path, wire: str) -> None:
    with desk(tmp_path, pair("mistral", "anthropic"), supplier=Script({"first": lost, "second": wrote})) as here:
        status, body, _ = await post(here, wire)
    assert (status, b"from second" in body) == (200, True)
    assert [(row.outcome, row.tokens_in, row.tokens_out) for row in here.attempts][1] == ("ok", 10, 5)


def test_a_caller_s_mistake_goes_back_in_the_caller_s_words(tmp_path: Path) -> None:
    wrong = refusing(400, "invalid_request_error", "messages: at least one")
    with desk(tmp_path, pair(), supplier=Script({"first": wrong})) as here:
        with claude(here) as client, pytest.raises(anthropic.BadRequestError, match="messages: at least one") as ours:
            client.messages.create(**ASK)
        with gpt(here) as other, pytest.raises(openai.BadRequestError, match="messages: at least one") as theirs:
            other.chat.completions.create(**ASK)
    assert ours.value.type == "invalid_request_error"
    assert theirs.value.code == "invalid_request_error"
    assert [row.outcome for row in here.attempts] == ["caller"] * 2


def test_an_openai_target_s_complaint_to_anthropic_s_client(tmp_path: Path) -> None:
    async def wrong(case: Case) -> None:
        await case.reply(422, {"error": {"message": "no such thing", "type": "t", "param": None, "code": "c"}})

    with (
        desk(tmp_path, pair("mistral"), supplier=Script({"first": wrong})) as here,
        claude(here) as client,
        pytest.raises(anthropic.UnprocessableEntityError, match="no such thing") as caught,
    ):
        client.messages.create(**ASK)
    assert (caught.value.type, caught.value.error_code) == ("invalid_request_error", "c")


async def test_what_the_target_is_asked_in_its_own_wire(tmp_path: Path) -> None:
    """Its own model's name; every other field as the client wrote it, also what nobody has heard of."""
    script = Script({"first": spoken(*SPOKEN)})
    odd = {**ASK, "stream": True, "thinking": {"type": "enabled"}, "unheard_of": {"a": [1]}, "top_k": 3}
    with desk(tmp_path, two("anthropic"), supplier=script) as here:
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{here.url}/v1/messages",
                json=odd,
                headers={"anthropic-version": "2026-10-21", "anthropic-beta": "one,two", "x-api-key": "secret"},
            ) as response,
        ):
            body = await response.read()
        await post(here, "openai", stream=True)
    assert body == b"".join(SPOKEN)
    case, other = script.seen
    assert case.body == {**odd, "model": "first-1"}
    assert (case.headers["anthropic-version"], case.headers["anthropic-beta"]) == ("2026-10-21", "one,two")
    assert other.headers["anthropic-version"] == "2023-06-01"
    assert "secret" not in str(case.headers)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_a_stream_in_any_pieces_for_both_clients(tmp_path: Path, size: int) -> None:
    """Characters of several bytes are cut in two by most of them."""
    whole = b"".join(SPOKEN).replace(PING, PING + b": a comment\n\n")
    script = Script({"first": pieces_of(whole, size)})
    with desk(tmp_path, two("anthropic"), supplier=script) as here:
        with claude(here) as client, client.messages.stream(**ASK) as stream:
            ours = stream.get_final_message()
        with gpt(here) as other:
            chunks = list(other.chat.completions.create(**ASK, stream=True))
    assert ours.content[0].text == "Grüße an alle ✓"
    assert "".join(one.choices[0].delta.content or "" for one in chunks) == "Grüße an alle ✓"
    assert [(row.tokens_in, row.tokens_out, row.estimated) for row in here.attempts] == [(10, 5, False)] * 2


def pieces_of(whole: bytes, size: int) -> Answering:
    async def answer(case: Case) -> None:
        listed = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await case.send({"type": "http.response.start", "status": 200, "headers": listed})
        for place in range(0, len(whole), size):
            await case.send({"type": "http.response.body", "body": whole[place : place + size], "more_body": True})
            await asyncio.sleep(0)
        await case.send({"type": "http.response.body", "body": b""})

    return answer


def test_calls_of_tools_for_both_clients(tmp_path: Path) -> None:
    tools: Any = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    own: Any = [{"name": "weather", "input_schema": {"type": "object"}}]
    with desk(tmp_path, two("anthropic"), supplier=Script({"first": spoken(*CALLING)})) as here:
        with gpt(here) as other, other.chat.completions.stream(**ASK, tools=tools) as stream:
            said = stream.get_final_completion().choices[0]
        with claude(here) as client, client.messages.stream(**ASK, tools=own) as stream_:
            whole = stream_.get_final_message()
    assert said.finish_reason == "tool_calls"
    calls = [(call.id, call.function.name, call.function.arguments) for call in said.message.tool_calls or ()]
    assert calls == [("toolu_01", "weather", '{"city": "München"}'), ("toolu_02", "time", "{}")]
    assert [(block.type, getattr(block, "input", None)) for block in whole.content] == [
        ("text", None), ("tool_use", {"city": "München"}), ("tool_use", {}),
    ]  # fmt: skip


def test_calls_of_a_tool_and_its_answer_through_an_openai_target(tmp_path: Path) -> None:
    """A whole turn of Anthropic's client: it is asked, calls the tool, and sends back what it was given."""
    asked = [
        chunk(choices=[{"index": 0, "delta": {"role": "assistant", "tool_calls": [
            {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"a":1}'}},
        ]}, "finish_reason": None}]),
        chunk(finish="tool_calls"), usage_chunk(9, 4), DONE,
    ]  # fmt: skip
    turns = [asked, [chunk("Sunny."), chunk(finish="stop"), usage_chunk(20, 2), DONE]]

    async def answer(case: Case) -> None:
        await case.events(*turns[len(script.seen) - 1])

    script = Script({"first": answer})
    tools: Any = [{"name": "weather", "input_schema": {"type": "object"}}]
    with desk(tmp_path, two("mistral"), supplier=script) as here, claude(here) as client:
        with client.messages.stream(**ASK, tools=tools) as stream:
            first = stream.get_final_message()
        result: Any = {"type": "tool_result", "tool_use_id": first.content[0].id, "content": "18"}
        talk: Any = [
            *ASK["messages"],
            {"role": "assistant", "content": first.content},
            {"role": "user", "content": [result]},
        ]
        with client.messages.stream(**{**ASK, "messages": talk}, tools=tools) as stream:
            last = stream.get_final_message()
    assert (first.stop_reason, first.content[0].input) == ("tool_use", {"a": 1})
    assert (last.content[0].text, last.usage.input_tokens) == ("Sunny.", 20)
    _, said, told = script.seen[1].body["messages"]
    assert said["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"a":1}'}
    assert told == {"role": "tool", "tool_call_id": "call_1", "content": "18"}


@pytest.mark.parametrize("wire", sorted(PATHS))
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (spoken(), "transient"), (spoken(start(), PING, text_start()), "transient"), (wrote, "transient"),
        (spoken(start(), OVERLOADED), "overload"), (spoken(start(), b"data: no json\n\n"), "transient"),
        (spoken(start(), text_start(), end=False), "timeout"),
        (spoken(start(), text_start(), stop(), STOP), "transient"),
        (spoken(event("error", error={"type": "permission_error", "message": "no"})), "key"),
    ],
)  # fmt: skip
async def test_a_stream_that_has_not_begun_is_taken_over(
    tmp_path: Path, wire: str, fault: Answering, outcome: str
) -> None:
    second = spoken(chunk("second"), chunk(finish="stop"), usage_chunk(2, 1), DONE)
    with desk(tmp_path, pair(), supplier=Script({"first": fault, "second": second})) as here:
        status, body, headers = await post(here, wire, stream=True)
    assert (status, headers["x-archwright-target"], b"second" in body) == (200, "second", True)
    assert [row.outcome for row in here.attempts] == [outcome, "ok"]
    assert body.endswith(DONE if wire == "openai" else STOP)


@pytest.mark.parametrize(
    "fault",
    [
        spoken(start(8, 2), text_start(), more("one two")),  # broken off
        spoken(start(8, 2), text_start(), more("one two"), end=False),  # stalls until the timeout
        spoken(start(8, 2), text_start(), more("one two"), OVERLOADED),
        spoken(start(8, 2), text_start(), more("one two"), stop(), STOP),  # ends without having said why
    ],
)
async def test_a_cut_answer_says_so_in_both_wires(tmp_path: Path, fault: Answering) -> None:
    with desk(tmp_path, pair(), supplier=Script({"first": fault, "second": well})) as here:
        status, ours, _ = await post(here, "anthropic", stream=True)
        _, theirs, _ = await post(here, "openai", stream=True)
        async with anthropic.AsyncAnthropic(base_url=here.url, api_key="x", max_retries=0) as client:
            stream = await client.messages.create(**ASK, stream=True)
            with pytest.raises(anthropic.APIStatusError, match="broke off") as caught:
                assert [part async for part in stream]
    assert status == 200
    assert (b"event: error" in ours, b"message_stop" in ours, b"one two" in ours) == (True, False, True)
    assert (b'"code":"stream_cut"' in theirs, b"[DONE]" in theirs) == (True, False)
    assert (caught.value.type, caught.value.error_code) == ("api_error", "stream_cut")
    for cut in here.attempts:  # what was read is told at the beginning, what was written is estimated
        assert (cut.outcome, cut.estimated) == ("cut", True)
        assert (cut.tokens_in, cut.tokens_cached, cut.tokens_out) == (10, 2, 2)
    assert [row.how for row in here.requests] == ["failed"] * 3


async def test_an_openai_stream_that_is_cut_for_anthropic_s_client(tmp_path: Path) -> None:
    with desk(tmp_path, pair("mistral"), supplier=Script({"first": spoken(chunk("one two"))})) as here:
        _, body, _ = await post(here, stream=True)
    assert body.startswith(b"event: message_start\n")
    assert b"event: error" in body
    assert b"message_stop" not in body


async def test_a_stream_without_its_last_event_is_whole_where_it_said_why(tmp_path: Path) -> None:
    with desk(tmp_path, two("anthropic"), supplier=Script({"first": spoken(*SPOKEN[:-1])})) as here:
        _, body, _ = await post(here, stream=True)
    assert body == b"".join(SPOKEN)
    assert here.attempts[0].outcome == "ok"


async def test_unknown_fields_of_the_last_event_arrive(tmp_path: Path) -> None:
    last = event("message_stop", metrics={"a": 1})
    with desk(tmp_path, two("anthropic"), supplier=Script({"first": spoken(*SPOKEN[:-1], last)})) as here:
        _, body, _ = await post(here, stream=True)
    assert body == b"".join((*SPOKEN[:-1], last))


async def test_what_cannot_be_translated_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    """Also where the first target could: which of them answers must not decide what is allowed."""
    script = Script({"first": well, "second": wrote})
    with desk(tmp_path, pair("mistral", "anthropic"), supplier=script) as here:
        status, body, _ = await post(here, "openai", n=2)
        other, ours, _ = await post(here, "anthropic", top_k=2)
        with gpt(here) as client, pytest.raises(openai.BadRequestError) as caught:
            await asyncio.to_thread(lambda: client.chat.completions.create(**ASK, seed=3))
        fine, _, _ = await post(here, "openai")
    assert (status, other, fine) == (400, 400, 200)
    assert b"`$.n`" in body
    assert b"top_k" in ours
    assert (caught.value.param, caught.value.code) == ("seed", "not_translatable")
    assert len(script.seen) == 1
    assert len(here.requests) == 1


@pytest.mark.parametrize("wire", sorted(PATHS))
async def test_hostile_requests_get_a_clean_refusal(tmp_path: Path, wire: str) -> None:
    deep = b'{"model":"both","max_tokens":1,"messages":[],"x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"
    half = b'{"model":"both","max_tokens":1,"messages":[{"role":"user","content":"\\ud800"}]}'
    bad = b'{"model":"both","max_tokens":1,"messages":[{"role":"user","content":"\xff"}]}'
    with desk(tmp_path, pair(), supplier=Script({"first": wrote, "second": well})) as here:
        async with aiohttp.ClientSession(headers={**VERSION, "Content-Type": "application/json"}) as session:
            for body in (b"", b"{", b"[]", b"null", deep, half, bad, b'{"model":"both","max_tokens":1,"messages":[7]}'):
                async with session.post(f"{here.url}{PATHS[wire]}", data=body) as response:
                    answer = await response.json()
                assert (response.status, "error" in answer) == (400, True), body[:50]
                assert len(str(answer)) < 700
        assert (await post(here, wire))[0] == 200


async def test_a_kept_stream_that_makes_no_whole_answer_is_refused_cleanly(tmp_path: Path) -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "[1"}}
    odd = chunk(choices=[{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": "tool_calls"}])
    made = two("mistral")
    with desk(tmp_path, made, supplier=Script({"first": spoken(odd, usage_chunk(3, 2), DONE)})) as here:
        first, _, _ = await post(here, model="kept", stream=True)
        second, body, headers = await post(here, model="kept")
    assert (first, second, headers["x-archwright-cache"]) == (200, 500, "hit")
    assert b"cannot be given in this form" in body


async def test_reasons_and_usage_arrive_where_the_answer_has_no_words(tmp_path: Path) -> None:
    quiet = (start(3), ending("end_turn", 0), STOP)
    with desk(tmp_path, two("anthropic"), supplier=Script({"first": spoken(*quiet)})) as here:
        _, ours, _ = await post(here, stream=True)
        _, theirs, _ = await post(here, "openai", stream=True)
    assert ours == b"".join(quiet)
    assert b'"finish_reason":"stop"' in theirs
