"""A gateway that is killed in the middle of a conversation: another one goes on where it was, and repeats nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import aiohttp

from archwright.ledger.rows import Conversation, decode
from archwright.plan.model import encode
from archwright.runtime import children
from archwright.runtime.gateway.setup import Setup, Upstream
from tests.runtime.sample import Case, Script, completion, running
from tests.runtime.team import asked, models, speaker, speakers, team


async def test_agents_that_had_finished_are_not_run_again(tmp_path: Path) -> None:
    writing = asyncio.Event()
    loop = asyncio.get_running_loop()
    usual = models()
    killed = False

    async def hang_while_writing(case: Case) -> None:
        """The chief's last call gets no answer until the gateway has been killed."""
        if not killed and speaker(case) == "chief" and speakers(script).count("chief") == 3:
            loop.call_soon_threadsafe(writing.set)
            while (await case.receive())["type"] != "http.disconnect":
                pass
            return
        await usual.answers[case.target](case)

    script = Script({"first": hang_while_writing, "second": hang_while_writing})
    plan = team()
    with running(script) as supplier:
        setup = Setup(
            plan=encode(plan),
            upstreams=tuple(Upstream("emulated", supplier.url) for _ in plan.targets),
            ledger=str(tmp_path / "ledger.jsonl"),
            agents=str(tmp_path / "conversations.sqlite"),
        )
        first = await children.start("gateway", "archwright.runtime.gateway", setup)
        lost = asyncio.ensure_future(_ask(first.url))
        async with asyncio.timeout(120):
            await writing.wait()
        os.kill(first.process.pid, signal.SIGKILL)
        await first.process.wait()
        killed = True
        await asyncio.gather(lost, return_exceptions=True)
        await first.stop()
        before = speakers(script)
        second = await children.start("gateway", "archwright.runtime.gateway", setup)
        try:
            headers, text = await _ask(second.url)
        finally:
            await second.stop()
    assert before == ["chief", "orders", "chief", "chief"]
    assert speakers(script)[len(before) :] == ["chief"], "only the call that had no answer is made again"
    assert headers["x-archwright-agents"] == "chief,orders"
    assert text == completion("Returns within 30 days. It left on Monday.")["choices"][0]["message"]["content"]
    with (tmp_path / "ledger.jsonl").open("rb") as lines:
        rows = [row.standing for row in decode(lines, "ledger") if isinstance(row, Conversation)]
    assert rows == ["accepted", "resumed", "answered"]


async def _ask(url: str) -> tuple[dict[str, str], str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{url}/v1/chat/completions", json=asked("my parcel"), headers={"X-Archwright-Session": "one"}
        ) as answer,
    ):
        whole = await answer.json()
        return dict(answer.headers), whole["choices"][0]["message"]["content"]
