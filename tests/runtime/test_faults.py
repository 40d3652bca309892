"""What the gateway does when its targets misbehave: scripted suppliers over real sockets."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace as replaced
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest
from msgspec.structs import replace

from archwright.runtime.providers import PROVIDERS
from tests.runtime.sample import (
    DONE,
    Answering,
    Case,
    Desk,
    Script,
    chunk,
    completion,
    desk,
    hop,
    plan,
    route,
    usage_chunk,
)

ASK: dict[str, Any] = {"model": "both", "messages": [{"role": "user", "content": "hello there"}], "max_tokens": 20}


async def well(case: Case) -> None:
    await case.reply(200, completion(f"from {case.target}"))


def refusing(status: int, **headers: str) -> Answering:
    async def answer(case: Case) -> None:
        await case.reply(status, {"error": {"message": "no", "type": "t", "param": None, "code": "c"}}, **headers)

    return answer


async def lost(case: Case) -> None:
    raise ConnectionError("the test breaks the connection")


async def silent(case: Case) -> None:
    while (await case.receive())["type"] != "http.disconnect":
        pass


async def nonsense(case: Case) -> None:
    await case.reply(200, b"<html>no json</html>")


def spoken(*pieces: bytes, end: bool = True) -> Answering:
    async def answer(case: Case) -> None:
        await case.events(*pieces, end=end)
        if not end:
            await silent(case)

    return answer


async def post(
    here: Desk, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes, dict[str, str]]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{here.url}/v1/chat/completions", json=body or ASK, headers=headers or {}) as response,
    ):
        return response.status, await response.read(), {key.lower(): value for key, value in response.headers.items()}


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (refusing(500), "transient"), (refusing(408), "transient"), (refusing(503), "transient"), (lost, "transient"),
        (nonsense, "transient"), (refusing(302, location="http://127.0.0.1:1/"), "transient"), (refusing(401), "key"),
        (refusing(402), "key"), (refusing(403), "key"), (refusing(429, retry_after="60"), "overload"),
        (refusing(503, retry_after="60"), "overload"), (refusing(429, retry_after_ms="90000"), "overload"),
        (silent, "timeout"),
    ],
)  # fmt: skip
async def test_the_next_target_takes_over(tmp_path: Path, fault: Answering, outcome: str) -> None:
    made = plan(routes=(route("both", (hop(0, timeout_s=0.3), hop(1))),))
    with desk(tmp_path, made, supplier=Script({"first": fault, "second": well})) as here:
        status, body, headers = await post(here)
    assert status == 200
    assert b"from second" in body
    assert (headers["x-archwright-target"], headers["x-archwright-attempts"]) == ("second", "2")
    assert [row.outcome for row in here.attempts] == [outcome, "ok"]
    # Who was too slow has worked on it: that is estimated from its pace.
    assert (here.attempts[0].cost > 0, here.attempts[0].estimated) == (outcome == "timeout", outcome == "timeout")
    assert here.requests[0].hop == 1


@pytest.mark.parametrize("status", [400, 404, 413, 422])
async def test_a_caller_s_mistake_goes_back_to_the_caller(tmp_path: Path, status: int) -> None:
    script = Script({"first": refusing(status), "second": well})
    with desk(tmp_path, plan(), supplier=script) as here:
        answered, body, _ = await post(here)
    assert answered == status
    assert b'"message":"no"' in body
    assert [case.target for case in script.seen] == ["first"]
    assert [row.outcome for row in here.attempts] == ["caller"]


async def test_an_empty_account_is_not_waited_for(tmp_path: Path) -> None:
    async def empty(case: Case) -> None:
        await case.reply(429, {"error": {"code": "insufficient_quota", "message": "pay"}}, retry_after="0.01")

    made = plan(routes=(route("both", (hop(0, attempts=3), hop(1))),))
    with desk(tmp_path, made, supplier=Script({"first": empty, "second": well})) as here:
        assert (await post(here))[0] == 200
    assert [row.outcome for row in here.attempts] == ["key", "ok"]


async def test_retry_after_is_waited_for(tmp_path: Path) -> None:
    calls = []

    async def busy(case: Case) -> None:
        calls.append(asyncio.get_running_loop().time())
        await (case.reply(429, {}, retry_after="0.05") if len(calls) == 1 else well(case))

    made = plan(routes=(route("both", (hop(0, attempts=2),)),))
    with desk(tmp_path, made, supplier=Script({"first": busy, "second": well})) as here:
        status, _, headers = await post(here)
    assert (status, headers["x-archwright-attempts"]) == (200, "2")
    assert calls[1] - calls[0] >= 0.045
    assert here.requests[0].overhead_s < here.requests[0].total_s - 0.04


async def test_nobody_answers(tmp_path: Path) -> None:
    with desk(tmp_path, plan(), supplier=Script({"first": refusing(500), "second": lost})) as here:
        status, body, headers = await post(here)
        with (
            openai.OpenAI(base_url=f"{here.url}/v1", api_key="x", max_retries=0) as client,
            pytest.raises(openai.InternalServerError) as caught,
        ):
            await asyncio.to_thread(lambda: client.chat.completions.create(**ASK))
    assert status == 502
    assert b'"code":"upstream_failed"' in body
    assert headers["x-archwright-attempts"] == "2"
    assert caught.value.code == "upstream_failed"
    assert here.requests[0].how == "failed"


@pytest.mark.parametrize("stream", [False, True])
async def test_a_route_s_own_words_when_nobody_answers(tmp_path: Path, stream: bool) -> None:
    with desk(tmp_path, plan(), supplier=Script({"first": refusing(500)})) as here:
        async with openai.AsyncOpenAI(base_url=f"{here.url}/v1", api_key="x") as client:
            raw = await client.chat.completions.with_raw_response.create(**{**ASK, "model": "kind", "stream": stream})
            answer = raw.parse()
            text = (
                "".join([part.choices[0].delta.content or "" async for part in answer])
                if stream
                else answer.choices[0].message.content
            )
    assert text == "A colleague will answer."
    assert raw.headers["x-archwright-degraded"] == "1"
    assert "x-archwright-target" not in raw.headers
    assert (here.requests[0].how, here.requests[0].degraded) == ("degraded", 1)


async def test_what_the_target_is_asked(tmp_path: Path) -> None:
    """Its own model's name and usage at the end; the rest byte for byte as the client wrote it."""
    script = Script({"first": spoken(chunk("hi"), chunk(finish="stop"), usage_chunk(3, 1), DONE)})
    odd = {
        **ASK,
        "model": "kind",
        "stream": True,
        "stream_options": {"x": 1},
        "temperature": 0.7,
        "unheard_of": {"a": [1]},
    }
    with desk(tmp_path, plan(), supplier=script) as here:
        await post(here, odd, {"X-Request-Id": "42", "Authorization": "Bearer secret"})
    (case,) = script.seen
    expected = {**odd, "model": "first-1", "stream_options": {"x": 1, "include_usage": True}}
    assert case.body == expected
    assert case.headers["x-request-id"] == "42"
    assert case.headers["x-archwright-attempt"] == "1"
    assert "secret" not in str(case.headers)


async def test_chunks_pass_as_they_are_and_the_usage_chunk_only_where_asked_for(tmp_path: Path) -> None:
    odd = b'data: {"choices":[{"delta":{"content":"h\\u00e9"  },"index":0}], "odd":true}\n\n'
    pieces = (chunk(""), odd[:20], odd[20:], b": comment\n\n", chunk(finish="stop"), usage_chunk(3, 1), DONE)
    with desk(tmp_path, plan(), supplier=Script({"first": spoken(*pieces)})) as here:
        _, plain, _ = await post(here, {**ASK, "stream": True})
        _, full, _ = await post(here, {**ASK, "stream": True, "stream_options": {"include_usage": True}})
    assert full == b"".join(pieces)
    assert plain == full.replace(usage_chunk(3, 1), b"")
    assert here.attempts[0].tokens_in == 3


@pytest.mark.parametrize(
    "fault",
    [
        spoken(),  # nothing at all
        spoken(chunk(""), chunk("")),  # a beginning and an end, no content
        spoken(b'data: {"error":{"message":"overloaded"}}\n\n', DONE),
        spoken(b"data: no json\n\n", DONE),
        spoken(chunk(""), end=False),  # holds the line and says nothing
        refusing(500),
        well,  # a whole answer where a stream was asked for
    ],
)
async def test_a_stream_that_has_not_begun_is_taken_over(tmp_path: Path, fault: Answering) -> None:
    second = spoken(chunk("second"), chunk(finish="stop"), usage_chunk(2, 1), DONE)
    made = plan(routes=(route("both", (hop(0, timeout_s=0.3), hop(1))),))
    with desk(tmp_path, made, supplier=Script({"first": fault, "second": second})) as here:
        status, body, headers = await post(here, {**ASK, "stream": True})
    assert status == 200
    assert body == chunk("second") + chunk(finish="stop") + DONE
    assert headers["x-archwright-target"] == "second"
    assert [row.outcome for row in here.attempts][1] == "ok"


@pytest.mark.parametrize(
    "fault",
    [
        spoken(chunk("one two")),  # broken off
        spoken(chunk("one two"), end=False),  # stalls until the timeout
        spoken(chunk("one two"), b'data: {"error":{"message":"gone"}}\n\n', DONE),
        spoken(chunk("one two"), DONE),  # says that it is done without having finished
    ],
)
async def test_a_cut_answer_says_so(tmp_path: Path, fault: Answering) -> None:
    made = plan(routes=(route("both", (hop(0, timeout_s=0.3), hop(1))),))
    script = Script({"first": fault, "second": well})
    with desk(tmp_path, made, supplier=script) as here:
        status, body, _ = await post(here, {**ASK, "stream": True})
        async with openai.AsyncOpenAI(base_url=f"{here.url}/v1", api_key="x", max_retries=0) as client:
            stream = await client.chat.completions.create(**{**ASK, "stream": True})
            with pytest.raises(openai.APIError, match="broke off"):
                assert [part async for part in stream]
    assert status == 200
    assert body.startswith(chunk("one two"))
    assert b'"code":"stream_cut"' in body
    assert b"[DONE]" not in body
    assert {case.target for case in script.seen} == {"first"}
    cut = here.attempts[0]
    assert (cut.outcome, cut.estimated, cut.tokens_out) == ("cut", True, 2)
    assert here.requests[0].how == "failed"
    assert here.requests[0].estimated
    assert here.requests[0].cost == cut.cost > 0


async def test_a_stream_without_done_is_whole_where_it_said_stop(tmp_path: Path) -> None:
    with desk(tmp_path, plan(), supplier=Script({"first": spoken(chunk("all"), chunk(finish="stop"))})) as here:
        _, body, _ = await post(here, {**ASK, "stream": True})
    assert body == chunk("all") + chunk(finish="stop") + DONE
    assert (here.attempts[0].outcome, here.attempts[0].estimated) == ("ok", True)
    assert here.attempts[0].cost > 0


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_leaves_is_settled(tmp_path: Path, stream: bool) -> None:
    asked, left = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def slow(case: Case) -> None:
        if stream:
            listed = [(b"content-type", b"text/event-stream")]
            await case.send({"type": "http.response.start", "status": 200, "headers": listed})
            await case.send({"type": "http.response.body", "body": chunk("a few words here"), "more_body": True})
        loop.call_soon_threadsafe(asked.set)
        await silent(case)
        loop.call_soon_threadsafe(left.set)

    base = plan()
    made = replace(base, gateway=replace(base.gateway, concurrency=1, queue=0, budget=10**12))
    with desk(tmp_path, made, supplier=Script({"first": slow, "second": well})) as here:
        async with aiohttp.ClientSession() as session:
            task = asyncio.create_task(_ask(session, here, stream))
            await asyncio.wait_for(asked.wait(), 60)
            await asyncio.sleep(0.3)  # for the words on their way to the client
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(60):
            await left.wait()  # the target was left too
        brain = here.app.house.brain
        for _ in range(1000):
            if not brain.exchanges:
                break
            await asyncio.sleep(0.02)
        assert brain.machine.in_flight == 0
        assert brain.machine.spent.reserved == 0
    (request,) = here.requests
    (attempt,) = here.attempts
    assert (request.how, request.status) == ("left", 499)
    assert attempt.estimated
    assert (attempt.tokens_in > 0, attempt.cost > 0) == (True, True)
    assert attempt.tokens_out > 0
    assert brain.machine.spent.settled == request.cost == attempt.cost


async def test_a_client_that_leaves_before_the_target_has_the_request_pays_nothing(tmp_path: Path) -> None:
    with socket.socket() as deaf:  # it accepts nobody, and its queue is full: a call waits for its connection
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        with socket.create_connection(deaf.getsockname()), desk(tmp_path, plan(), supplier=Script({})) as here:
            line = here.app.house.lines[0]
            url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
            here.app.house.lines = (replaced(line, url=url), *here.app.house.lines[1:])
            async with aiohttp.ClientSession() as session:
                task = asyncio.create_task(_ask(session, here, stream=False))
                await asyncio.sleep(0.3)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    assert [(row.outcome, row.cost) for row in here.attempts] == [("cut", 0)]


async def test_an_answer_without_usage_is_billed_by_its_letters(tmp_path: Path) -> None:
    async def silent_on_usage(case: Case) -> None:
        said = completion("x" * 40)
        del said["usage"]
        await case.reply(200, {**said, "padding": "y" * 4000})

    with desk(tmp_path, plan(), supplier=Script({"first": silent_on_usage})) as here:
        assert (await post(here))[0] == 200
    (attempt,) = here.attempts
    assert (attempt.outcome, attempt.estimated, attempt.tokens_out) == ("ok", True, 10)
    assert attempt.tokens_in > 0


async def test_a_key_that_no_header_can_carry_fails_the_attempt_only(tmp_path: Path) -> None:
    with desk(tmp_path, plan(), supplier=Script({"first": well, "second": well})) as here:
        first, second = here.app.house.lines
        here.app.house.lines = (replaced(first, provider=PROVIDERS.get("openai-compatible"), key="a\nb"), second)
        status, body, _ = await post(here)
    assert (status, b"from second" in body) == (200, True)
    assert [row.outcome for row in here.attempts] == ["transient", "ok"]


async def _ask(session: aiohttp.ClientSession, here: Desk, stream: bool) -> None:
    async with session.post(f"{here.url}/v1/chat/completions", json={**ASK, "stream": stream}) as response:
        while await response.content.readany():
            pass
