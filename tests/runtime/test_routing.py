"""Which target a running gateway calls first, and how far down the ladder it says that it went."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
from msgspec.structs import replace

from archwright.plan import model as m
from tests.runtime.sample import Answering, Case, Desk, Script, completion, desk, hop, plan, price, route, target

ASK: dict[str, Any] = {"model": "way", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 20}
HOPS = (hop(0), hop(1))


async def well(case: Case) -> None:
    await case.reply(200, completion(f"from {case.target}"))


async def ill(case: Case) -> None:
    await case.reply(500, {"error": {"message": "no"}})


async def say(desk: Desk, **changes: Any) -> tuple[int, Mapping[str, str], dict[str, Any]]:
    """One request; status, headers and body of the answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{desk.url}/v1/chat/completions", json=ASK | changes) as answer,
    ):
        return answer.status, answer.headers, await answer.json()


def design(**changes: Any) -> m.Plan:
    """One route to two targets, the second one cheaper."""
    targets = (target("first"), target("second", price=price(1, 1, 1)))
    return plan(routes=(route("way", HOPS, **changes),), targets=targets)


def script(first: Answering = well, second: Answering = well) -> Script:
    return Script({"first": first, "second": second})


async def levels(folder: Path, made: m.Plan, supplier: Script, *asks: dict[str, Any]) -> list[str]:
    """The level that each answer told, and which target gave it."""
    with desk(folder, made, supplier=supplier) as here:
        said = [await say(here, **ask) for ask in asks]
    return [f"{headers['x-archwright-level']} {headers.get('x-archwright-target', '-')}" for _, headers, _ in said]


async def test_the_first_choice_is_level_0_and_each_fallback_one_more(tmp_path: Path) -> None:
    up = {"first": True}

    async def once(case: Case) -> None:
        well_now, up["first"] = up["first"], False
        await (well(case) if well_now else ill(case))

    seen = await levels(tmp_path, design(), script(once), {}, {})
    assert seen == ["0;rung=preferred first", "1;rung=fallback second"]


async def test_the_cheapest_is_the_first_choice_where_the_file_says_so(tmp_path: Path) -> None:
    assert await levels(tmp_path, design(choose="cost"), script(), {}) == ["0;rung=preferred second"]


async def test_long_requests_go_where_a_rule_sends_them(tmp_path: Path) -> None:
    made = design(ways=(m.Way(200, 2**63 - 1, -1, -1, (1,)),))
    long = {"messages": [{"role": "user", "content": "word " * 400}]}
    assert await levels(tmp_path, made, script(), {}, long) == ["0;rung=preferred first", "0;rung=preferred second"]


async def test_the_quickest_is_found_out_by_measuring(tmp_path: Path) -> None:
    async def late(case: Case) -> None:
        await asyncio.sleep(0.2)
        await well(case)

    seen = await levels(tmp_path, design(choose="latency"), script(late), *({} for _ in range(6)))
    assert [line.split()[1] for line in seen[:2]] == ["first", "second"], "each is measured once"
    assert {line.split()[1] for line in seen[2:]} == {"second"}


async def test_a_slow_target_is_passed_over_while_another_is_not(tmp_path: Path) -> None:
    async def late(case: Case) -> None:
        await asyncio.sleep(0.3)
        await well(case)

    seen = await levels(tmp_path, design(slow_s=0.15), script(late), {}, {})
    assert seen == ["0;rung=preferred first", "0;rung=preferred second"]


async def test_the_ladder_ends_with_an_old_answer_a_canned_one_and_nothing(tmp_path: Path) -> None:
    up = {"first": True}

    async def once(case: Case) -> None:
        await (well(case) if up["first"] else ill(case))

    made = design(cache=0, degraded="A colleague will answer.", stale_s=60.0)
    made = replace(made, caches=(m.Cache("answers", 0.05, 3),))
    with desk(tmp_path, made, supplier=script(once, ill)) as here:
        fresh = await say(here)
        up["first"] = False
        await asyncio.sleep(0.1)
        old = await say(here)
        canned = await say(here, messages=[{"role": "user", "content": "something else"}])
    assert fresh[1]["x-archwright-level"] == "0;rung=preferred"
    assert (old[0], old[1]["x-archwright-level"], old[1]["x-archwright-cache"]) == (200, "2;rung=stale", "stale")
    assert old[2]["choices"][0]["message"]["content"] == "from first"
    assert old[1]["x-archwright-degraded"] == "1"
    assert (canned[0], canned[1]["x-archwright-level"]) == (200, "3;rung=canned")
    assert [row.how for row in here.requests] == ["answered", "stale", "degraded"]


async def test_the_last_level_is_no_answer(tmp_path: Path) -> None:
    with desk(tmp_path, design(), supplier=script(ill, ill)) as here:
        status, headers, _ = await say(here)
    assert (status, headers["x-archwright-level"]) == (502, "4;rung=none")
