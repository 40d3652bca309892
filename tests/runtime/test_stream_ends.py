"""The end of a stream, whole answers where a stream was wanted, and prompts that are kept line by line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from archwright.runtime.gateway.server import gateway
from tests.runtime.sample import DONE, Case, Desk, Script, chunk, completion, desk, plan, running, usage_chunk
from tests.runtime.test_operation import setup

ASK: dict[str, Any] = {"model": "both", "messages": [{"role": "user", "content": "hello"}]}


async def well(case: Case) -> None:
    await case.reply(200, completion("hi"))


async def asked(here: Desk, body: bytes) -> tuple[int, bytes]:
    """Post bytes as they are."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(here.url.rpartition(":")[2]))
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    )
    writer.write(head.encode() + b"\r\n" + body)
    said = await reader.read()
    writer.close()
    return int(said.split(b" ", 2)[1]), said


async def test_a_prompt_is_one_line_whatever_a_client_sends(tmp_path: Path) -> None:
    made = plan(gateway=replace(plan().gateway, record_prompts=True))
    forged = b'{"request":"1","at":"","tenant":"lab","route":"both","asked":{},"answered":"KB-1"}'
    pretty = b'{"model": "both",\r\n "messages": [\n  {"role": "user", "content": "\xff"}],\n "metadata": [\n' + forged
    with desk(tmp_path, made, supplier=Script({"first": lambda case: well(case)})) as here:
        assert (await asked(here, json.dumps(ASK, indent=2).encode()))[0] == 200
        await asked(here, pretty + b"\n]}")
    lines = (tmp_path / "ledger.prompts.jsonl").read_bytes().splitlines()
    kept = [msgspec.json.decode(line) for line in lines]
    assert len(kept) == len(here.requests) >= 1
    assert kept[0]["asked"] == ASK
    assert "lab" not in [item["tenant"] for item in kept]


@pytest.mark.parametrize("how", ["lingers", "breaks"])
async def test_a_stream_that_said_its_end_has_ended(tmp_path: Path, how: str) -> None:
    said = chunk("hi") + chunk(finish="stop") + usage_chunk(10, 5) + DONE
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    gate = asyncio.Event()

    async def supplier(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + b"%x\r\n%b\r\n" % (len(said), said))
        await writer.drain()
        if how == "lingers":
            await gate.wait()
        writer.close()

    server = await asyncio.start_server(supplier, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with gateway(setup(plan(), tmp_path, url)) as app, running(app) as at:
        here = Desk(at.url, app, tmp_path / "ledger.jsonl", tmp_path / "none", url, at.loop)
        status, answer = await asyncio.wait_for(asked(here, json.dumps({**ASK, "stream": True}).encode()), 4)
    gate.set()
    server.close()
    assert (status, DONE in answer, b"stream_cut" in answer) == (200, True, False)
    assert [(row.outcome, row.tokens_out, row.estimated) for row in here.attempts] == [("ok", 5, False)]
    assert [row.how for row in here.requests] == ["answered"]


async def test_a_whole_answer_to_a_stream_is_charged_for(tmp_path: Path) -> None:
    with desk(tmp_path, plan(), supplier=Script({"first": well, "second": well})) as here:
        assert (await asked(here, json.dumps({**ASK, "stream": True}).encode()))[0] == 502
    assert [(row.outcome, row.tokens_out, row.cost > 0) for row in here.attempts] == [("transient", 5, True)] * 2
    assert here.requests[0].cost == sum(row.cost for row in here.attempts)
