"""Looking for passages takes time of the request's own: it sets off no hedge, and no deadline moves for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archwright.plan import model as m
from archwright.plan import passages
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.providers import stand_in
from tests.runtime.sample import Case, Desk, Script, completion, hop, plan, route, running, target
from tests.runtime.test_faults import ASK, post, silent

TEXT = "# Leave\nEverybody has 28 days of annual leave.\n"
QUESTION = {**ASK, "messages": [{"role": "user", "content": "annual leave days"}]}


@contextmanager
def grounded(folder: Path, script: Script, **changes: Any) -> Iterator[Desk]:
    """A gateway whose one route answers from a document, by words and vectors."""
    index = passages.Index("docs", 100, 0, passages.cut("a.md", TEXT, 100, 0))
    file = folder / "docs.index"
    file.write_bytes(passages.encode(index))
    retriever = m.Retriever("docs", passages.digest(index), len(index.passages), 1, 0.1, 2, 0.5, 5.0, 1.3)
    made = plan(
        targets=(target("first"), target("second"), target("vectors")),
        retrievers=(retriever,),
        routes=(route("both", (hop(0), hop(1)), retriever=0, refusal="no", **changes),),
    )
    with running(script, grace_s=0.0) as upstream:
        upstreams = tuple(Upstream(stand_in(item.provider), upstream.url) for item in made.targets)
        given = Setup(m.encode(made), upstreams, str(folder / "ledger.jsonl"), indexes=(str(file),))
        with gateway(given) as app, running(app) as server:
            yield Desk(server.url, app, folder / "ledger.jsonl", folder / "machine", upstream.url, server.loop)


def vectors(delay_s: float) -> Any:
    """An embedder that takes its time for a question."""

    async def answer(case: Case) -> None:
        texts = case.body["input"]
        if "annual leave days" in texts[0]:
            await asyncio.sleep(delay_s)
        found = [{"embedding": [1.0, 0.0], "index": place} for place in range(len(texts))]
        await case.reply(200, {"data": found, "usage": {"prompt_tokens": 5}})

    return answer


async def quick(case: Case) -> None:
    await case.reply(200, completion("28 days [1]"))


async def test_a_slow_search_sets_off_no_hedge(tmp_path: Path) -> None:
    script = Script({"first": quick, "second": quick, "vectors": vectors(1.0)})
    with grounded(tmp_path, script, hedge_s=0.5) as here:
        assert (await post(here, QUESTION))[0] == 200
    assert [case.target for case in script.seen] == ["vectors", "vectors", "first"]


async def test_a_silent_target_still_does_after_it(tmp_path: Path) -> None:
    script = Script({"first": silent, "second": quick, "vectors": vectors(0.4)})
    with grounded(tmp_path, script, hedge_s=0.2) as here:
        status, _, headers = await post(here, QUESTION)
    assert (status, headers["x-archwright-target"]) == (200, "second")
    assert [case.target for case in script.seen] == ["vectors", "vectors", "first", "second"]


async def test_its_call_ends_by_the_deadline_of_the_request(tmp_path: Path) -> None:
    script = Script({"first": silent, "second": silent, "vectors": vectors(1.5)})
    with grounded(tmp_path, script, deadline_s=2.0) as here:
        assert (await post(here, QUESTION))[0] == 502
    calls = [row for row in here.attempts if row.number]
    assert [row.target for row in calls] == ["first"]
    assert calls[0].total_s < 1.9, "two seconds would be those of the whole request"
