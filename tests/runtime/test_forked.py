"""Two workers that are really forked share what a tenant may have: rates, requests at once, money."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import sys
import threading
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from archwright.ledger.rows import Request, decode
from archwright.plan import model as m
from archwright.plan.rules import rules
from tests.runtime.sample import Case, Script, completion, plan, running
from tests.runtime.test_faults import ASK

SERVE = """
import sys
from pathlib import Path
from click import echo
from archwright.verbs.serve import serve
serve(Path(sys.argv[1]), port=0, ledger=Path(sys.argv[2]), emulated=sys.argv[3], workers=2,
      environment={"ARCHWRIGHT_KEYS": "rate:rate,crowd:crowd,money:money"}, say=echo)
"""
LINES = 24  # connections, which the kernel deals out to the workers
COST = 10 * 400_000 + 5 * 1_600_000
PATIENCE_S = 120.0
CALLS = 40  # that the budget pays
TENANTS = (
    m.Tenant("rate", 0.4, 0, 10.0),
    m.Tenant("crowd", 0.3, 0, 0.0, 0.0, 6),
    m.Tenant("money", 0.3, CALLS * COST, 0.0),
)


class Held:
    """Answers at once, or as long as it holds when it is let go; `most` is how many it ever had at once."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.here = self.most = 0

    async def answer(self, case: Case) -> None:
        self.here += 1
        self.most = max(self.most, self.here)
        await asyncio.to_thread(self.go.wait)
        self.here -= 1
        await case.reply(200, completion("well"))


class Line:
    """A client with one connection, which stays with one worker."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1))
        self.worker = ""

    async def ask(self, tenant: str, **more: Any) -> int:
        """The status of an answer."""
        headers = {"authorization": f"Bearer {tenant}"}
        async with self.session.post(
            f"{self.url}/chat/completions", json={**ASK, "max_tokens": 5, **more}, headers=headers
        ) as answer:
            await answer.read()
            self.worker = answer.headers["x-request-id"].partition("-")[0]
            return answer.status


@contextlib.asynccontextmanager
async def serving(folder: Path, supplier: str) -> AsyncIterator[list[Line]]:
    """Lines to two workers; these have ended, and written everything, when the block is left."""
    file = folder / "plan.json"
    file.write_bytes(m.encode(plan(tenants=TENANTS)))
    line = (sys.executable, "-c", SERVE, str(file), str(folder / "ledger.jsonl"), supplier)
    process: Process = await asyncio.create_subprocess_exec(*line, stdout=PIPE)
    lines: list[Line] = []
    try:
        assert process.stdout
        said = b""
        while said.count(b"serving") < 2:
            piece = await process.stdout.readline()
            assert piece, said
            said += piece
        url = next(word for word in said.decode().split() if word.startswith("http"))
        lines += (Line(url) for _ in range(LINES))
        for item in lines:
            assert await item.ask("rate", model="nobody") == 404
        yield lines
    finally:
        for item in lines:
            await item.session.close()
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


@pytest.mark.alone
async def test_what_two_workers_let_in_is_what_one_would(tmp_path: Path) -> None:
    held = Held()
    with running(Script({"first": held.answer})) as supplier:
        async with serving(tmp_path, supplier.url) as lines:
            one, *_ = workers = sorted({line.worker for line in lines})
            assert len(workers) == 2, "of 24 connections all went to one worker"
            mine = [line for line in lines if line.worker == one]
            async with asyncio.timeout(PATIENCE_S):
                await _crowd(lines, mine, held)
                await _rate(lines)
                await _money(lines, mine)
    rows: dict[str, list[Request]] = {}
    for number in (1, 2):
        with (tmp_path / f"ledger-{number}.jsonl").open("rb") as data:
            for row in decode(data, "ledger"):
                if isinstance(row, Request):
                    rows.setdefault(row.tenant, []).append(row)
    assert len({row.request.partition("-")[0] for row in rows["rate"] if row.how == "answered"}) == 2
    assert 0.9 * CALLS * COST <= sum(row.cost for row in rows["money"]) <= CALLS * COST


async def _crowd(lines: list[Line], mine: list[Line], held: Held) -> None:
    """Never more than six at once; and where only one worker has work it gets more than its half."""
    waiting = [asyncio.create_task(line.ask("crowd")) for line in lines]
    for _ in itertools.count():
        if sum(task.done() for task in waiting) + held.here == len(lines):
            break
        await asyncio.sleep(0.01)
    held.go.set()
    statuses = await asyncio.gather(*waiting)
    assert statuses.count(200) == held.most == 6
    assert statuses.count(429) == LINES - 6
    held.go.clear()
    held.most = 0
    busy: dict[Line, asyncio.Task[int]] = {}
    for line in itertools.cycle(mine):  # until leases have followed
        if held.here >= 5:
            break
        if line not in busy or busy[line].done():
            busy[line] = asyncio.create_task(line.ask("crowd"))
        await asyncio.sleep(0.01)
    held.go.set()
    await asyncio.gather(*busy.values())
    assert held.most <= 6


async def _rate(lines: list[Line]) -> None:
    """At no moment more than ten a second and what may come at once, whichever worker is asked."""
    burst = rules(plan(tenants=TENANTS)).tenants[0].requests.burst
    let_in, began = 0, time.monotonic()
    for line in itertools.cycle(lines):
        let_in += await line.ask("rate") == 200
        assert let_in <= burst + 10.0 * (time.monotonic() - began) + 2
        if let_in >= burst + 30:
            break


async def _money(lines: list[Line], mine: list[Line]) -> None:
    """One worker can spend nearly all of the budget; both together never more."""
    paid = 0
    for line in itertools.cycle(mine):
        paid += await line.ask("money") == 200
        if paid >= 0.9 * CALLS:
            break
    for line in lines * 3:
        await line.ask("money")
