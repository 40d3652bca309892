"""A client that reads its stream too slowly: nobody blames the target for it, and it may still go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest

from archwright.runtime.http1.request import Header, Inner
from tests.runtime.sample import Case, Script, chunk, desk, hop, plan, route, target, usage_chunk
from tests.runtime.test_faults import ASK

STALL_S, LONGEST_S = 0.05, 0.4


class Slow(Inner):
    """A client that takes no more after the first words, until after some seconds; 0: never."""

    __slots__ = ("after_s",)

    def __init__(self, after_s: float) -> None:
        body = msgspec.json.encode({**ASK, "stream": True})
        super().__init__("POST", "/v1/chat/completions", {b"host": b"localhost"}, body)
        self.after_s = after_s

    def begin(self, status: int, headers: Iterable[Header], data: bytes) -> bool:
        super().begin(status, headers, data)
        return False

    def when_free(self, call: Callable[[], None]) -> None:
        if self.after_s:
            asyncio.get_running_loop().call_later(self.after_s, call)


async def answer(case: Case) -> None:
    await case.events(chunk("some words"), chunk(" and more"), chunk(finish="stop"), usage_chunk(10, 5))


@pytest.mark.parametrize(
    ("after_s", "outcome", "how"), [(0.0, "caller", "failed"), (4 * STALL_S, "ok", "answered")], ids=["never", "late"]
)
async def test_a_target_is_not_blamed_for_its_reader(tmp_path: Path, after_s: float, outcome: str, how: str) -> None:
    first = target("first", stall_s=STALL_S, breaker_failures=1, breaker_open_s=60.0)
    made = plan(targets=(first,), routes=(route("both", (hop(0, timeout_s=10.0 if after_s else LONGEST_S),)),))
    request = Slow(after_s)
    with desk(tmp_path, made, supplier=Script({"first": answer})) as here:
        assert here.loop is not None
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(here.app.handle(request), here.loop))
        told = here.app.counted().decode()
    assert (here.attempts[0].outcome, here.requests[0].how) == (outcome, how)
    assert here.attempts[0].cost > 0
    assert 'archwright_breaker_open{target="first"} 0' in told
    assert (b"stream_cut" in b"".join(request.said)) == (how == "failed")
