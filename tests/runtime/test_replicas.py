"""Emulated replicas: the same law in real time, over real sockets."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from archwright.plan.faults import Faults
from archwright.plan.model import Change, Scaling, Scenario
from archwright.plan.pool import Pool
from archwright.runtime.emulator.app import Emulator
from archwright.runtime.emulator.pens import Lost
from archwright.runtime.emulator.replicas import Replicas, Seat
from tests.runtime.sample import plan, running, target
from tests.runtime.test_emulator import ask, bill, call, start

FAST: dict[str, Any] = {
    "replicas": 2, "hourly": 0, "router": "round-robin", "serves": "a small model", "least": 0.7, "most": 1.3,
    "kv_tokens": 4000, "sequences": 4, "batched_tokens": 256, "waiting": 100, "fixed_s": 2e-4, "weights_s": 3e-4,
    "experts_s": 0.0, "touched": 0.0, "kv_s": 1e-9, "compute_s": 1e-6, "sequence_s": 1e-6, "token_s": 0.0,
}  # fmt: skip
SLOW: dict[str, Any] = {"fixed_s": 0.05}


def pool(**changes: Any) -> Pool:
    return Pool(**{**FAST, **changes})


def emulator(changes: tuple[Change, ...] = (), **more: Any) -> Emulator:
    """An emulator of one target with replicas; `test` is its scenario."""
    scenario = Scenario("test", "", 600.0, changes)
    return Emulator(plan(targets=(target("first", pool=pool(**more)), target("second")), scenarios=(scenario,)), 1.0)


async def test_answers_are_as_long_as_asked_whole_and_streamed() -> None:
    with running(emulator()) as live:
        url = live.url
        whole, streamed = await asyncio.gather(
            call(url, ask(50, 30), request=1), call(url, ask(50, 200, stream=True), request=2)
        )
        assert whole[0] == streamed[0] == 200
        assert whole[1]["usage"]["completion_tokens"] == 30
        assert streamed[1].endswith(b"data: [DONE]\n\n")
        assert (await bill(url))["targets"]["first"]["tokens"] == {"input": 100, "cached": 0, "output": 230}


async def test_many_calls_share_the_replicas_and_all_are_answered() -> None:
    with running(emulator()) as live:
        url = live.url
        found = await asyncio.gather(*(call(url, ask(100, 20), request=number) for number in range(40)))
        assert {status for status, _, _ in found} == {200}
        assert (await bill(url))["targets"]["first"]["tokens"]["output"] == 800


async def test_what_does_not_fit_and_what_finds_no_room_is_refused() -> None:
    with running(emulator(sequences=1, waiting=1, replicas=1, **SLOW)) as live:
        url = live.url
        assert (await call(url, ask(3990, 20)))[0] == 400
        found = await asyncio.gather(*(call(url, ask(10, 3), request=number) for number in range(6)))
        statuses = sorted(status for status, _, _ in found)
        assert statuses[0] == 200
        assert statuses[-1] == 429
        refused = next(headers for status, _, headers in found if status == 429)
        assert float(refused["retry-after"]) == 1.0


async def test_a_model_that_is_down_answers_nothing_and_loses_what_it_writes() -> None:
    down = Change("down", "first", 1.0, 0.0, 0.5, 500.0)
    with running(emulator((down,), **SLOW)) as live:
        url = live.url
        await start(url, "test", 1)
        whole = asyncio.ensure_future(call(url, ask(10, 1000), request=1))
        with pytest.raises(aiohttp.ClientPayloadError):
            await call(url, ask(10, 1000, stream=True), request=2)
        assert (await whole)[0] == 503
        assert (await call(url, ask(10, 5), request=3))[0] == 503
        told = (await bill(url))["targets"]["first"]
        assert told["calls"] == {"finished": 0, "cut": 2}
        assert 0 < told["tokens"]["output"] < 100


async def test_a_caller_who_leaves_makes_room() -> None:
    with running(emulator(sequences=1, waiting=10, replicas=1, **SLOW)) as live:
        url = live.url
        with pytest.raises(TimeoutError):  # it would take two minutes
            await asyncio.wait_for(call(url, ask(10, 2500), request=1), timeout=0.3)
        assert (await call(url, ask(10, 3), request=2))[0] == 200


async def test_a_lost_replica_tells_who_waits_for_it() -> None:
    replicas = Replicas(pool(**SLOW))
    seat = replicas.join(10, 0, 500)
    assert isinstance(seat, Seat)
    await seat.until(1)
    replicas.start(Faults((Change("down", "first", 1.0, 0.0, 0.0, 9.0),)), time.monotonic() + 0.05)
    with pytest.raises(Lost):
        await seat.until(500)
    assert 0 < seat.written() < 500
    assert not replicas.there


async def test_replicas_scale_after_a_cold_start_and_go_when_it_is_calm() -> None:
    law = Scaling(1, 3, 0.5, 100.0, 150.0, 300.0)
    replicas = Replicas(pool(replicas=1, sequences=2, scale=law, fixed_s=100.0))
    begun = time.monotonic()
    seats = [replicas.join(10, 0, 3) for _ in range(6)]  # three replicas' worth, with as many places as work
    assert replicas.group.up == [1, 0, 0]
    replicas.start(Faults(()), begun + 1.0)
    replicas.advance(begun + 120.0)
    assert replicas.group.up == [1, 0, 0]
    replicas.advance(begun + 270.0)
    assert replicas.group.up == [1, 1, 1]
    replicas.advance(begun + 3000.0)
    assert all(isinstance(seat, Seat) and seat.ended for seat in seats)
    assert replicas.group.up == [1, 0, 0]
