"""What has a price of its own is billed at it: sound, pictures, thought, and what the prompt cache keeps."""

from __future__ import annotations

import asyncio
import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from archwright.plan.cost import call_cost
from archwright.plan.model import Plan, Price
from archwright.plan.price import Kinds, Special
from tests.runtime.claude import event, message, more, start, text_start
from tests.runtime.claude import stop as block_stop
from tests.runtime.sample import Case, Script, chunk, completion, desk, hop, plan, route, target
from tests.runtime.test_faults import ASK, post

AUDIO = Price(
    2_500_000, 2_500_000, 10_000_000, "card", "2026-11-21",
    special=Special(2_500_000, 2_500_000, 2_500_000, 32_000_000, 10_000_000, 64_000_000),
)  # fmt: skip
SONNET = Price(
    3_000_000, 300_000, 15_000_000, "card", "2026-11-21",
    special=Special(3_750_000, 6_000_000, 3_000_000, 3_000_000, 15_000_000, 15_000_000),
)  # fmt: skip
DETAILS = {
    "prompt_tokens": 1200, "completion_tokens": 500, "total_tokens": 1700,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 1000},
    "completion_tokens_details": {"reasoning_tokens": 50, "audio_tokens": 400},
}  # fmt: skip


def one(price: Price, provider: str = "test", **changes: Any) -> Plan:
    return plan(
        targets=(target("first", provider=provider, price=price, **changes),), routes=(route("both", (hop(0),)),)
    )


async def get(url: str) -> bytes:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.read()


@pytest.mark.parametrize("stream", [False, True])
async def test_sound_and_thought_are_billed_at_their_prices(tmp_path: Path, stream: bool) -> None:
    async def answer(case: Case) -> None:
        if stream:
            last = chunk(choices=[], usage=DETAILS)
            await case.events(chunk("yes"), chunk(finish="stop"), last, b"data: [DONE]\n\n")
        else:
            await case.reply(200, {**completion("yes"), "usage": DETAILS})

    with desk(tmp_path, one(AUDIO), supplier=Script({"first": answer})) as here:
        assert (await post(here, {**ASK, "stream": stream}))[0] == 200
        told = (await get(f"{here.url}/metrics")).decode()
    (row,) = here.attempts
    by_hand = 200 * 2_500_000 + 1000 * 32_000_000 + 100 * 10_000_000 + 400 * 64_000_000
    assert row.cost == here.requests[0].cost == by_hand
    assert row.kinds == (("audio", 1000, 32_000_000), ("reasoning", 50, 10_000_000), ("speech", 400, 64_000_000))
    assert (row.tokens_in, row.tokens_out, row.price_in, row.price_out) == (1200, 500, 2_500_000, 10_000_000)
    assert 'kind="audio"} 1000' in told
    assert 'kind="input"} 200' in told


@pytest.mark.parametrize("stream", [False, True])
async def test_what_the_cache_keeps_is_billed_by_how_long(tmp_path: Path, stream: bool) -> None:
    kept = {"cache_creation": {"ephemeral_5m_input_tokens": 300, "ephemeral_1h_input_tokens": 400}}

    async def answer(case: Case) -> None:
        whole = message("yes", 1000, 50, 200, 700)
        whole["usage"] |= kept
        if not stream:
            await case.reply(200, whole)
            return
        begun = json.loads(start(1000, 200, 700).split(b"data: ")[1])["message"]
        begun["usage"] |= kept
        await case.events(
            event("message_start", message=begun), text_start(), more("yes"), block_stop(),
            event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 50}),
            event("message_stop"),
        )  # fmt: skip

    with desk(tmp_path, one(SONNET, "anthropic"), supplier=Script({"first": answer})) as here:
        assert (await post(here, {**ASK, "stream": stream}))[0] == 200
    (row,) = here.attempts
    by_hand = 1000 * 3_000_000 + 200 * 300_000 + 300 * 3_750_000 + 400 * 6_000_000 + 50 * 15_000_000
    assert row.cost == by_hand
    assert row.kinds == (("cache_write_5m", 300, 3_750_000), ("cache_write_1h", 400, 6_000_000))
    assert (row.tokens_in, row.tokens_cached) == (1900, 200)


async def test_a_supplier_without_such_prices_charges_them_as_their_direction(tmp_path: Path) -> None:
    async def answer(case: Case) -> None:
        await case.reply(200, {**completion("yes"), "usage": DETAILS})

    with desk(tmp_path, one(Price(2, 1, 3, "card", "2026-11-21")), supplier=Script({"first": answer})) as here:
        await post(here)
    (row,) = here.attempts
    assert row.cost == 1200 * 2 + 500 * 3
    assert row.kinds == (("audio", 1000, 2), ("reasoning", 50, 3), ("speech", 400, 3))


@pytest.mark.parametrize(("provider", "keeps"), [("test", "5m"), ("anthropic", "5m"), ("anthropic", "1h")])
@pytest.mark.parametrize("stream", [False, True])
async def test_the_ledger_and_the_emulated_suppliers_bill_agree(
    tmp_path: Path, provider: str, keeps: str, stream: bool
) -> None:
    made = one(SONNET, provider, prompt_cache=0.5, prompt_writes=0.25, prompt_keeps=keeps)
    ask = {**ASK, "stream": stream, "messages": [{"role": "user", "content": "word " * 400}]}
    with desk(tmp_path, made) as here:
        assert (await post(here, ask))[0] == 200
        bill = json.loads(await get(f"{here.supplier}/_emulator/bill"))
    (row,) = here.attempts
    (kind, count, price) = row.kinds[0]
    assert (kind, price) == (f"cache_write_{keeps}", 3_750_000 if keeps == "5m" else 6_000_000)
    assert count == row.tokens_in // 4
    assert Decimal(row.cost) / 10**12 == Decimal(bill["finished"])
    kinds = Kinds(**{kind: count})
    assert row.cost == call_cost(row.tokens_in, row.tokens_cached, row.tokens_out, SONNET, kinds)


async def test_a_cap_holds_where_all_of_the_input_is_written_to_the_cache(tmp_path: Path) -> None:
    """Twice the price of input: so much is reserved, so nobody is let in whose call the cap could not pay."""
    question, calls = "x" * 4000, 8
    wanted = [{"role": "user", "content": question}]
    body = json.dumps({**ASK, "messages": wanted, "max_tokens": 1}).encode()
    tokens = len(body) // 4
    cap = calls * tokens * 6_000_000
    asked = refused = 0
    go = threading.Event()

    async def answer(case: Case) -> None:
        nonlocal asked
        asked += 1
        if asked + refused == 3 * calls:
            go.set()
        await asyncio.to_thread(go.wait)
        found = message("well", 0, 0, 0, tokens)
        found["usage"]["cache_creation"] = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": tokens}
        await case.reply(200, found)

    made = one(SONNET, "anthropic")
    made = replace(made, gateway=replace(made.gateway, budget=cap))
    with desk(tmp_path, made, supplier=Script({"first": answer})) as here:
        async with aiohttp.ClientSession() as session:

            async def once() -> None:
                nonlocal refused
                headers = {"content-type": "application/json"}
                async with session.post(f"{here.url}/v1/chat/completions", data=body, headers=headers) as found:
                    refused += found.status == 402
                if asked + refused == 3 * calls:
                    go.set()

            await asyncio.gather(*(once() for _ in range(3 * calls)))
    assert asked == calls - 1, "one token of output has no room beside eight"
    assert sum(row.cost for row in here.requests) == (calls - 1) * tokens * 6_000_000 <= cap
