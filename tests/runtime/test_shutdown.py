"""A gateway that is told to stop settles and writes what was under way, however it ends."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import aiohttp

from archwright.ledger.chain import verify
from archwright.ledger.rows import Attempt, Balance, Request, decode
from archwright.plan.model import encode
from archwright.runtime import children
from archwright.runtime.emulator.setup import Setup as EmulatorSetup
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.trials.small import plan


async def test_streams_in_flight_are_settled_as_it_stops(tmp_path: Path) -> None:
    design = plan(first_s=0.01, token_s=0.02)
    ledger = tmp_path / "ledger.jsonl"
    supplier = await children.start("supplier", "archwright.runtime.emulator", EmulatorSetup(encode(design)))
    upstreams = (Upstream("emulated", supplier.url), Upstream("emulated", supplier.url))
    gateway = await children.start(
        "gateway", "archwright.runtime.gateway", Setup(encode(design), upstreams, str(ledger))
    )
    begun = asyncio.Semaphore(0)

    async def ask(session: aiohttp.ClientSession, number: int) -> None:
        body = {"model": "alone", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 60, "stream": True}
        headers = {"x-request-id": str(number)}
        async with session.post(f"{gateway.url}/v1/chat/completions", json=body, headers=headers) as response:
            await response.content.readany()
            begun.release()
            await response.read()

    async with aiohttp.ClientSession() as session:
        asking = [asyncio.ensure_future(ask(session, number)) for number in range(5)]
        for _ in asking:
            await begun.acquire()
        gateway.process.send_signal(signal.SIGTERM)
        await gateway.process.wait()
        await asyncio.gather(*asking, return_exceptions=True)
    await gateway.stop()
    await supplier.stop()
    lines = ledger.read_bytes().splitlines(keepends=True)
    assert not verify(lines).broken
    rows = list(decode(lines, "ledger"))
    requests = [row for row in rows if isinstance(row, Request)]
    attempts = [row for row in rows if isinstance(row, Attempt)]
    assert {row.request for row in requests} == {row.request for row in attempts} == set("01234")
    assert all(row.cost > 0 for row in attempts)
    assert isinstance(rows[-1], Balance)
    assert rows[-1].spent == sum(row.cost for row in requests)
