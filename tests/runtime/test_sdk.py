"""An unchanged OpenAI client against the gateway and the emulated supplier."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest
from msgspec.structs import replace

from archwright.base.money import dollars
from tests.runtime.sample import Desk, desk, plan

ASK: Any = [{"role": "user", "content": "where is my parcel for order 17"}]


def wait_until(reached: Callable[[], bool]) -> None:
    while not reached():
        time.sleep(0.01)


def client_of(here: Desk) -> Any:
    return openai.OpenAI(base_url=f"{here.url}/v1", api_key="any")


def async_client_of(here: Desk) -> Any:
    return openai.AsyncOpenAI(base_url=f"{here.url}/v1", api_key="any")


def test_a_whole_answer(tmp_path: Path) -> None:
    with desk(tmp_path, plan()) as here, client_of(here) as client:
        raw = client.chat.completions.with_raw_response.create(
            model="both",
            messages=ASK,
            max_tokens=12,
            extra_headers={"x-request-id": "77", "x-archwright-step": "answer"},
        )
        answer = raw.parse()
    assert len(answer.choices[0].message.content.split()) == 12
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (7, 12)
    assert raw.headers["x-request-id"] == "77"
    assert raw.headers["x-archwright-route"] == "both"
    assert raw.headers["x-archwright-target"] == "first"
    assert raw.headers["x-archwright-cache"] == "none"
    assert raw.headers["x-archwright-attempts"] == "1"
    (request,) = here.requests
    (attempt,) = here.attempts
    assert (request.request, request.how, request.target, request.journey, request.step) == (
        "77", "answered", "first", "question", "answer",
    )  # fmt: skip
    assert (attempt.tokens_in, attempt.tokens_out, attempt.estimated) == (7, 12, False)
    assert attempt.cost == request.cost == 7 * 400_000 + 12 * 1_600_000
    assert request.plan == attempt.plan == here.app.house.hash


@pytest.mark.parametrize("usage", [True, False])
def test_a_stream(tmp_path: Path, usage: bool) -> None:
    options = {"stream_options": {"include_usage": True}} if usage else {}
    with desk(tmp_path, plan()) as here, client_of(here) as client:
        chunks = list(client.chat.completions.create(model="both", messages=ASK, max_tokens=50, stream=True, **options))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert len(text.split()) == 50
    assert len(chunks) > 4
    assert [bool(chunk.usage) for chunk in chunks if not chunk.choices] == [True] * usage
    (request,) = here.requests
    assert request.stream
    assert 0 < request.first_s < request.total_s
    assert here.attempts[0].tokens_out == 50
    assert not here.attempts[0].estimated


async def test_the_asynchronous_client(tmp_path: Path) -> None:
    with desk(tmp_path, plan()) as here:
        async with async_client_of(here) as client:
            whole = await client.chat.completions.create(model="kept", messages=ASK, max_tokens=5)
            stream = await client.chat.completions.create(model="both", messages=ASK, max_tokens=70, stream=True)
            text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
            models = [model.id async for model in client.models.list()]
    assert len(whole.choices[0].message.content.split()) == 5
    assert len(text.split()) == 70
    assert models == ["both", "kept", "kind"]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_the_same_request_comes_from_the_cache(tmp_path: Path, first: bool, second: bool) -> None:
    """Whole or streamed, in either order: the same words and the same usage."""

    def ask(client: Any, stream: bool) -> tuple[str, str, int]:
        options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
        raw = client.chat.completions.with_raw_response.create(model="kept", messages=ASK, max_tokens=30, **options)
        if not stream:
            whole = raw.parse()
            return raw.headers["x-archwright-cache"], whole.choices[0].message.content, whole.usage.completion_tokens
        chunks = list(raw.parse())
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        return raw.headers["x-archwright-cache"], text, chunks[-1].usage.completion_tokens

    with desk(tmp_path, plan()) as here, client_of(here) as client:
        missed = ask(client, first)
        hit = ask(client, second)
        other = client.chat.completions.with_raw_response.create(model="kept", messages=ASK, max_tokens=31)
    assert missed[0] == "miss"
    assert hit == ("hit", *missed[1:])
    assert other.headers["x-archwright-cache"] == "miss"
    assert [row.how for row in here.requests] == ["answered", "cached", "answered"]
    assert [row.cache for row in here.requests] == ["miss", "hit", "miss"]
    assert here.requests[1].cost == 0
    assert len(here.attempts) == 2


async def test_a_full_disk_does_not_end_the_service(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(lines: object, head: object) -> None:
        raise OSError(28, "No space left on device")

    with desk(tmp_path, plan()) as here:
        journal = here.app.house.journal
        disk = journal.store.append
        monkeypatch.setattr(journal.store, "append", full)
        async with async_client_of(here) as client:
            for _ in range(2):
                assert (await client.chat.completions.create(model="both", messages=ASK, max_tokens=2)).choices
            async with asyncio.timeout(60):
                await asyncio.to_thread(wait_until, lambda: bool(journal.failures.values))
            monkeypatch.setattr(journal.store, "append", disk)
            assert (await client.chat.completions.create(model="both", messages=ASK, max_tokens=2)).choices
    assert "the ledger cannot be written: No space left on device" in caplog.text
    assert len(here.requests) == 3


async def test_the_ledger_and_the_supplier_s_own_bill_are_the_same_to_the_pico_dollar(tmp_path: Path) -> None:
    made = plan(targets=tuple(replace(target, prompt_cache=0.37) for target in plan().targets))
    with desk(tmp_path, made) as here:
        async with async_client_of(here) as client:
            for number in range(12):
                words = " ".join(f"word{index}" for index in range(1 + 37 * number))
                stream = number % 2 == 0
                answer = await client.chat.completions.create(
                    model="both",
                    messages=[{"role": "user", "content": words}],
                    max_tokens=1 + 9 * number,
                    stream=stream,
                )
                if stream:
                    assert [chunk async for chunk in answer]
        async with aiohttp.ClientSession() as session, session.get(f"{here.supplier}/_emulator/bill") as response:
            bill = await response.json()
    assert Decimal(bill["finished"]) == dollars(sum(row.cost for row in here.attempts)) > 0
    assert bill["cut"] == "0"
    assert sum(row.cost for row in here.requests) == sum(row.cost for row in here.attempts)
    assert any(row.tokens_cached for row in here.attempts)
