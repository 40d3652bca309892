"""Answers that are too long to be kept: a cache counts answers, so each of them has a bound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archwright.plan import model as m
from archwright.runtime.gateway import brain
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import Setup, Upstream
from tests.runtime.sample import Case, Desk, Script, chunk, completion, plan, running, usage_chunk
from tests.runtime.test_faults import ASK, post


@pytest.mark.parametrize("stream", [False, True])
async def test_only_what_is_short_enough_is_kept(tmp_path: Path, stream: bool) -> None:
    async def answer(case: Case) -> None:
        said = case.body["messages"][0]["content"]
        text = "x" * (brain.MOST_KEPT if said == "long" else 1000)
        if stream:
            await case.events(chunk(text), chunk(finish="stop"), usage_chunk(1, 1), b"data: [DONE]\n\n")
        else:
            await case.reply(200, completion(text))

    supplier = Script({"first": answer})
    with running(supplier) as upstream:
        made = plan()
        setup = Setup(m.encode(made), (Upstream("emulated", upstream.url),) * 2, str(tmp_path / "ledger.jsonl"))
        with gateway(setup) as app, running(app) as server:
            here = Desk(server.url, app, tmp_path / "ledger.jsonl", tmp_path / "none", upstream.url)
            found = []
            for said in ("short", "short", "long", "long"):
                body: dict[str, Any] = {**ASK, "model": "kept", "stream": stream}
                body["messages"] = [{"role": "user", "content": said}]
                status, whole, headers = await post(here, body)
                assert (status, len(whole) > 1000) == (200, True)
                found.append(headers["x-archwright-cache"])
    assert found == ["miss", "hit", "miss", "miss"]
    assert len(supplier.seen) == 3
