"""A second target beside a slow first one, and the deadlines of a stream, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from archwright.ledger.rows import Attempt
from archwright.plan.model import Plan
from tests.runtime.sample import DONE, Answering, Case, Desk, Script, chunk, desk, hop, plan, route, target, usage_chunk
from tests.runtime.test_faults import ASK, post, refusing, silent, well

STREAM: dict[str, Any] = {**ASK, "stream": True}
WORDS = (chunk("from "), chunk("here"), chunk(finish="stop"), usage_chunk(10, 5), DONE)


def hedging(hedge_s: float = 0.1) -> Plan:
    """A route that calls its second target beside the first."""
    return plan(routes=(route("both", (hop(0), hop(1)), hedge_s=hedge_s),))


async def talks(case: Case) -> None:
    await case.events(*WORDS)


async def begins_late(case: Case) -> None:
    await asyncio.sleep(0.3)
    await case.events(*WORDS)


def attempts(here: Desk) -> dict[str, Attempt]:
    return {row.target: row for row in here.attempts}


def settled(here: Desk) -> None:
    """Nothing is under way, and what was spent is the sum of the rows."""
    brain = here.app.house.brain
    assert (brain.machine.in_flight, brain.machine.spent.reserved, brain.exchanges) == (0, 0, {})
    assert not brain.machine.open
    assert brain.machine.spent.settled == sum(row.cost for row in here.attempts)
    assert sum(row.cost for row in here.requests) == sum(row.cost for row in here.attempts)


async def test_a_silent_first_target_is_overtaken_and_left(tmp_path: Path) -> None:
    left = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def deaf(case: Case) -> None:
        await silent(case)
        loop.call_soon_threadsafe(left.set)

    with desk(tmp_path, hedging(), supplier=Script({"first": deaf, "second": well})) as here:
        status, body, headers = await post(here)
        async with asyncio.timeout(60):
            await left.wait()
    assert (status, headers["x-archwright-target"]) == (200, "second")
    assert b"from second" in body
    assert {name: row.outcome for name, row in attempts(here).items()} == {"first": "cut", "second": "ok"}
    assert attempts(here)["first"].estimated
    assert (here.requests[0].hop, here.requests[0].attempts, here.requests[0].how) == (1, 2, "answered")
    settled(here)


@pytest.mark.parametrize(("first", "second", "winner"), [(silent, talks, "second"), (begins_late, silent, "first")])
async def test_of_two_streams_the_first_to_begin_is_the_client_s(
    tmp_path: Path, first: Answering, second: Answering, winner: str
) -> None:
    with desk(tmp_path, hedging(), supplier=Script({"first": first, "second": second})) as here:
        status, body, headers = await post(here, STREAM)
    assert (status, headers["x-archwright-target"]) == (200, winner)
    assert body.count(b"data: [DONE]") == 1
    assert (body.count(b"from "), body.count(b'"here"')) == (1, 1)
    assert sorted(row.outcome for row in here.attempts) == ["cut", "ok"]
    assert attempts(here)[winner].outcome == "ok"
    settled(here)


async def test_a_quick_first_target_is_alone(tmp_path: Path) -> None:
    script = Script({"first": well, "second": well})
    with desk(tmp_path, hedging(5.0), supplier=script) as here:
        assert (await post(here))[0] == 200
    assert [case.target for case in script.seen] == ["first"]
    settled(here)


async def test_where_the_second_fails_the_first_goes_on(tmp_path: Path) -> None:
    with desk(tmp_path, hedging(), supplier=Script({"first": begins_late, "second": refusing(500)})) as here:
        status, _, headers = await post(here, STREAM)
    assert (status, headers["x-archwright-target"]) == (200, "first")
    assert {name: row.outcome for name, row in attempts(here).items()} == {"first": "ok", "second": "transient"}
    settled(here)


async def test_a_client_that_leaves_ends_both(tmp_path: Path) -> None:
    both = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def deaf(case: Case) -> None:
        loop.call_soon_threadsafe(both.set)
        await silent(case)

    with desk(tmp_path, hedging(), supplier=Script({"first": silent, "second": deaf})) as here:
        async with aiohttp.ClientSession() as session:
            task = asyncio.create_task(session.post(f"{here.url}/v1/chat/completions", json=ASK))
            async with asyncio.timeout(60):
                await both.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for _ in range(1000):
            if not here.app.house.brain.exchanges:
                break
            await asyncio.sleep(0.02)
    assert [row.outcome for row in here.attempts] == ["cut", "cut"]
    assert here.requests[0].how == "left"
    settled(here)


# ------------------------------------------------------------------------------------------------ deadlines


def patient(**limits: float) -> Plan:
    """The first target's flow has other deadlines."""
    return plan(targets=(target("first", **limits), target("second")))


async def test_first_content_that_does_not_come_is_a_timeout_that_another_target_takes_over(tmp_path: Path) -> None:
    supplier = Script({"first": silent, "second": talks})
    with desk(tmp_path, patient(first_content_s=0.2), supplier=supplier) as here:
        status, body, headers = await post(here, STREAM)
    assert (status, headers["x-archwright-target"]) == (200, "second")
    assert b"from " in body
    assert [row.outcome for row in here.attempts] == ["timeout", "ok"]


async def test_a_target_that_takes_no_connection_in_time_is_a_timeout_that_another_takes_over(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, contextlib.ExitStack() as waiting:
        for _ in range(4):  # as many as its queue has room for, so that it lets nobody else in
            there = waiting.enter_context(socket.socket())
            there.setblocking(False)
            there.connect_ex(deaf.getsockname())
        supplier = Script({"first": well, "second": well})
        hops = (hop(0, timeout_s=90.0), hop(1))
        made = patient(connect_s=0.2)
        made = replace(made, routes=(route("both", hops, deadline_s=100.0), *made.routes[1:]))
        with desk(tmp_path, made, supplier=supplier) as here:
            house = here.app.house
            url = f"http://127.0.0.1:{deaf.getsockname()[1]}/v1/chat/completions"
            house.lines = (dataclasses.replace(house.lines[0], url=url), *house.lines[1:])
            async with asyncio.timeout(30):
                status, _, headers = await post(here)
    assert (status, headers["x-archwright-target"]) == (200, "second")
    assert [row.outcome for row in here.attempts] == ["timeout", "ok"]
    assert here.attempts[0].cost == 0
    assert [case.target for case in supplier.seen] == ["second"]
    settled(here)


async def test_a_stream_that_has_begun_in_time_may_last_longer(tmp_path: Path) -> None:
    async def slow(case: Case) -> None:
        await case.events(WORDS[0], end=False)
        await asyncio.sleep(0.4)
        for piece in WORDS[1:]:
            await case.send({"type": "http.response.body", "body": piece, "more_body": True})
        await case.send({"type": "http.response.body", "body": b""})

    supplier = Script({"first": slow, "second": talks})
    with desk(tmp_path, patient(first_content_s=0.2), supplier=supplier) as here:
        _, body, _ = await post(here, STREAM)
    assert b"here" in body
    assert [row.outcome for row in here.attempts] == ["ok"]


async def test_a_stream_that_stalls_ends_with_an_error_and_never_in_silence(tmp_path: Path) -> None:
    async def stalls(case: Case) -> None:
        await case.events(WORDS[0], WORDS[1], end=False)
        await silent(case)

    made = patient(stall_s=0.2)
    hops = (hop(0, timeout_s=90.0), hop(1))
    made = replace(made, routes=(route("both", hops, deadline_s=100.0), *made.routes[1:]))
    async with asyncio.timeout(30):
        with desk(tmp_path, made, supplier=Script({"first": stalls, "second": talks})) as here:
            _, body, _ = await post(here, STREAM)
    assert b"stream_cut" in body
    assert [row.outcome for row in here.attempts] == ["cut"]


async def test_the_bound_of_a_request_s_cost_counts_the_call_under_way(tmp_path: Path) -> None:
    """The first call may cost 400 microdollars and more, and so may one beside it: together they pass 500."""
    made = plan(routes=(route("both", (hop(0, timeout_s=0.5), hop(1)), hedge_s=0.1, most_cost=500_000_000),))
    long = {**ASK, "max_tokens": 1, "messages": [{"role": "user", "content": "x" * 4000}]}
    with desk(tmp_path, made, supplier=Script({"first": silent, "second": well})) as here:
        await post(here, long)
    assert [row.target for row in here.attempts] == ["first"]
    assert here.requests[0].cost <= 500_000_000
