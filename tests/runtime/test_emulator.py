"""The emulated supplier: its laws, its limits, its faults, its bill."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.plan.cost import call_cost
from archwright.plan.model import Change, Scenario
from archwright.plan.price import Tier
from archwright.plan.rules import compress, pace
from archwright.policy import chance, provider
from archwright.policy.provider import Timing
from archwright.runtime.emulator.app import Emulator, request_number
from archwright.runtime.emulator.bill import line, statement
from archwright.runtime.emulator.writing import LONGEST, chunks, text
from archwright.runtime.neutral import Usage
from archwright.runtime.openai.events import read_event
from archwright.runtime.wire import Events
from tests.runtime.sample import plan, price, running, target


def ask(words: int = 3, tokens: int = 10, **more: Any) -> dict[str, Any]:
    content = " ".join(f"w{number}" for number in range(words))
    return {"model": "x", "messages": [{"role": "user", "content": content}], "max_tokens": tokens, **more}


async def call(
    url: str, body: Any, request: int = 1, attempt: int = 1, name: str = "first"
) -> tuple[int, Any, dict[str, str]]:
    headers = {"X-Request-Id": str(request), "X-Archwright-Attempt": str(attempt)}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/{name}/v1/chat/completions", json=body, headers=headers) as response,
    ):
        data = await response.json() if response.content_type == "application/json" else await response.read()
        return response.status, data, {key.lower(): value for key, value in response.headers.items()}


async def bill(url: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/_emulator/bill") as response:
        found: dict[str, Any] = await response.json()
        return found


async def start(url: str, scenario: str, seed: int) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/_emulator/start", json={"scenario": scenario, "seed": seed}) as response,
    ):
        assert response.status == 200


async def test_words_are_tokens_and_luck_is_the_request_s() -> None:
    made = plan(targets=(target("first", prompt_cache=0.5), target("second")))
    with running(Emulator(made, 1.0)) as here:
        status, answer, _ = await call(here.url, ask(words=7, tokens=12), request=5)
        _, again, _ = await call(here.url, ask(words=7, tokens=12), request=5)
        _, other, _ = await call(here.url, ask(words=7, tokens=12), request=6)
        _, default, _ = await call(
            here.url, {"model": "x", "messages": [{"content": [{"type": "text", "text": "a b"}]}]}
        )
        charged = await bill(here.url)
    assert status == 200
    assert answer["usage"] == {
        "prompt_tokens": 7, "completion_tokens": 12, "total_tokens": 19, "prompt_tokens_details": {"cached_tokens": 3},
    }  # fmt: skip
    said = answer["choices"][0]["message"]["content"]
    assert len(said.split()) == 12
    assert again["choices"][0]["message"]["content"] == said != other["choices"][0]["message"]["content"]
    assert default["usage"]["completion_tokens"] == len(default["choices"][0]["message"]["content"].split()) == 64
    assert default["usage"]["prompt_tokens"] == 2
    millionths = 3 * (4 * Decimal("0.4") + 3 * Decimal("0.1") + 12 * Decimal("1.6"))
    millionths += 1 * Decimal("0.4") + 1 * Decimal("0.1") + 64 * Decimal("1.6")
    assert Decimal(charged["finished"]) == millionths / 10**6
    assert charged["targets"]["first"]["calls"] == {"finished": 4, "cut": 0}


async def test_a_stream_has_the_words_of_the_whole() -> None:
    with running(Emulator(plan(), 1.0)) as here:
        _, whole, _ = await call(here.url, ask(tokens=90), request=9)
        _, data, _ = await call(
            here.url, ask(tokens=90, stream=True, stream_options={"include_usage": True}), request=9
        )
        _, plain, _ = await call(here.url, ask(tokens=90, stream=True), request=9)
    events = [read_event(event, False) for event in Events().feed(data)]
    assert events[-1].done
    assert events[-2].usage == Usage(3, 0, 90)
    assert b'"usage"' not in plain
    parts = [json.loads(line[6:])["choices"] for line in data.decode().split("\n\n")[:-2]]
    said = "".join(choices[0]["delta"].get("content", "") for choices in parts if choices)
    assert said == whole["choices"][0]["message"]["content"]


@given(st.integers(1, 400), st.integers(0, 10**12), st.integers(1, 9))
def test_chunks_never_run_ahead_of_the_law(tokens: int, request: int, attempt: int) -> None:
    law = Timing(0.4, 0.4 + 0.01 * (tokens - 1))
    found = list(chunks(law, tokens, 1, request, attempt))
    assert found[0][:2] == (0, 1)
    assert found[0].due_s == law.first_s
    assert found[-1].end == tokens
    assert found[-1].due_s == pytest.approx(law.last_s)
    for before, after in pairwise(found):
        assert after.begin == before.end
        assert 1 <= after.end - after.begin <= LONGEST
        assert after.due_s > before.due_s
    for one in found:
        assert provider.written(law, tokens, one.due_s + 1e-9) >= one.end
    assert "".join(text(1, request, one.begin, one.end) for one in found) == text(1, request, 0, tokens)


async def test_limits_answer_429_and_say_when_to_come_back() -> None:
    made = plan(targets=(target("first", request_rate=1.0, first_token_s=0.001), target("second")))
    with running(Emulator(made, 1.0)) as here:
        statuses = [await call(here.url, ask(), request=number) for number in range(12)]
        assert (await call(here.url, ask(), name="second"))[0] == 200
        charged = await bill(here.url)
    assert [status for status, _, _ in statuses] == [200] * 10 + [429] * 2
    refused = statuses[-1]
    assert 0.1 < float(refused[2]["retry-after"]) <= 1.0
    assert refused[1]["error"]["code"] == "rate_limit_exceeded"
    assert charged["targets"]["first"]["refused"] == 2


async def test_in_compressed_time_a_burst_is_as_large_as_ever() -> None:
    """Ten seconds' worth of requests pass at once, however fast time runs; only the wait is shorter."""
    made = compress(plan(targets=(target("first", request_rate=1.0, first_token_s=0.001), target("second"))), 20.0)
    with running(Emulator(made, 20.0)) as here:
        answers = await asyncio.gather(*(call(here.url, ask(tokens=1), request=number) for number in range(20)))
    statuses = [status for status, _, _ in answers]
    assert 10 <= statuses.count(200) <= 14
    waits = [float(headers["retry-after"]) for status, _, headers in answers if status == 429]
    assert max(waits) <= 1 / 20 + 1e-3


async def test_too_many_at_once_come_back_after_a_second_of_the_design_s_time() -> None:
    slow = target("first", concurrent=1, first_token_s=4.0)
    with running(Emulator(compress(plan(targets=(slow, target("second"))), 20.0), 20.0)) as here:
        answers = await asyncio.gather(*(call(here.url, ask(tokens=1), request=number) for number in range(3)))
    assert sorted(status for status, _, _ in answers) == [200, 429, 429]
    assert {float(headers["retry-after"]) for status, _, headers in answers if status == 429} == {0.05}


async def test_faults_come_and_go_with_the_scenario() -> None:
    now = Scenario(
        "now", "", 60.0, (Change("down", "first", 1.0, 0.0, 0.0, 60.0), Change("errors", "second", 1.0, 0.5, 0.0, 60.0))
    )
    with running(Emulator(plan(scenarios=(*plan().scenarios, now)), 1.0)) as here:
        assert (await call(here.url, ask()))[0] == 200
        await start(here.url, "now", 3)
        down = await call(here.url, ask())
        second = [(await call(here.url, ask(), request=number, name="second"))[0] for number in range(30)]
        await start(here.url, "calm", 3)
        assert (await call(here.url, ask()))[0] == 200
        charged = await bill(here.url)
    assert down[0] == 503
    assert down[1]["error"]["code"] == "server_error"
    assert "retry-after" not in down[2]
    expected = [500 if chance.uniform(3, number, 1, chance.ERROR) < 0.5 else 200 for number in range(30)]
    assert second == expected
    assert charged["targets"]["first"]["failed"] == 1
    assert charged["targets"]["second"]["calls"]["finished"] == expected.count(200)


async def test_a_caller_that_leaves_pays_for_what_was_written() -> None:
    slow = target("first", first_token_s=0.02, per_token_s=0.01)
    with running(Emulator(plan(targets=(slow, target("second"))), 1.0)) as here:
        async with aiohttp.ClientSession() as session:
            url = f"{here.url}/first/v1/chat/completions"
            async with session.post(url, json=ask(tokens=400, stream=True)) as response:
                data = b""
                while data.count(b"data: ") < 4:
                    data += await response.content.readany()
            response.close()
            with pytest.raises(asyncio.TimeoutError):
                await session.post(url, json=ask(tokens=3), timeout=aiohttp.ClientTimeout(total=0.01))
        for _ in range(1000):
            charged = (await bill(here.url))["targets"]["first"]
            if charged["calls"]["cut"]:
                break
            await asyncio.sleep(0.02)
    assert charged["calls"] == {"finished": 0, "cut": 1}
    assert 2 <= charged["tokens"]["output"] < 100
    assert Decimal(charged["cut"]) * 10**6 == 3 * Decimal("0.4") + charged["tokens"]["output"] * Decimal("1.6")


@pytest.mark.parametrize("body", [[], {"model": "x"}, {"model": "x", "messages": [3]}])
async def test_what_is_no_request_is_refused(body: Any) -> None:
    with running(Emulator(plan(), 1.0)) as here:
        assert (await call(here.url, body))[0] == 400
        assert (await call(here.url, ask(), name="nobody"))[0] == 404


def test_the_bill_counts_by_its_own_arithmetic() -> None:
    one = line(price())
    one.charge("finished", False, 1_000_000, 0, 0)
    one.charge("finished", False, 1_000_000, 1_000_000, 0)
    one.charge("cut", False, 0, 0, 1_000_000)
    assert statement({"a": one})["finished"] == "0.5"
    assert statement({"a": one})["cut"] == "1.6"


def test_the_bill_has_what_a_call_costs_besides_and_the_prices_of_long_inputs() -> None:
    tier = Tier(over=1000, input=2_000_000, cached_input=1_000_000, output=8_000_000)
    dear = replace(price(), request=10**10, tiers=(tier,))
    one = line(dear)
    for prompt in (1000, 1001):
        one.charge("finished", False, prompt, 0, 10)
    expected = sum(call_cost(prompt, 0, 10, dear) for prompt in (1000, 1001))
    assert Decimal(str(statement({"a": one})["finished"])) == Decimal(expected) / 10**12


def test_a_request_s_number() -> None:
    assert request_number(b"123") == 123
    assert request_number(b"abc") == request_number(b"abc") != request_number(b"abd")
    assert 0 <= request_number(b"9" * 40) < 2**62


def test_the_time_is_that_of_the_law() -> None:
    """What is waited for is what `policy.provider` says; the sockets come on top."""
    law = pace(target("first", first_token_s=0.1, spread=0.5))
    u = chance.uniform(0, 1, 1, chance.FIRST_TOKEN)
    expected = provider.timing(law, 3.0, 1.0, 1.0, u, 0.5).last_s

    async def measured() -> float:
        with running(
            Emulator(plan(targets=(target("first", first_token_s=0.1, spread=0.5), target("second"))), 1.0)
        ) as here:
            loop = asyncio.get_running_loop()
            began = loop.time()
            await call(here.url, ask(tokens=1))
            return loop.time() - began

    assert asyncio.run(measured()) >= expected
