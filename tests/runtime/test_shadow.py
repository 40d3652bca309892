"""Copies of requests for a model beside the one that answers, and what stays with the target that was drawn for it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
from msgspec.structs import replace

from archwright.ledger.balance import account
from archwright.ledger.tally import tally
from archwright.plan import model as m
from archwright.plan.rules import rules
from archwright.policy.log import replay
from archwright.policy.state import COPIED
from tests.runtime.sample import Answering, Case, Script, desk, hop, plan, price, route, target
from tests.runtime.test_routing import ill, levels, say, well

FIRST = (hop(0),)


def shadowed(timeout_s: float = 5.0, **changes: Any) -> m.Plan:
    """One route to the first target, with copies for the second, which costs another price."""
    targets = (target("first"), target("second", price=price(5, 5, 7)))
    way = route("way", FIRST, shadow=m.Shadow(1, 1.0, 4, timeout_s), **changes)
    return plan(routes=(way,), targets=targets)


def script(first: Answering = well, second: Answering = well) -> Script:
    return Script({"first": first, "second": second})


async def test_the_client_gets_its_answer_and_the_copy_a_row_of_its_own(tmp_path: Path) -> None:
    with desk(tmp_path, shadowed()) as here:
        status, headers, _ = await say(here)
    assert status == 200
    assert headers["x-archwright-target"] == "first"
    served, copy = sorted(here.attempts, key=lambda row: row.shadow)
    assert (served.target, served.shadow, copy.target, copy.shadow) == ("first", False, "second", True)
    assert (copy.number, copy.outcome, copy.request, copy.journey) == (COPIED, "ok", served.request, "question")
    assert copy.cost == copy.tokens_in * 5 + copy.tokens_out * 7 > 0
    (row,) = here.requests
    assert (row.cost, row.target, row.attempts) == (served.cost, "first", 1)
    total = tally(here.rows())
    assert total.cost == served.cost + copy.cost == total.parts["question"].cost
    assert account(reversed(here.rows()), 1e9, 0.0).spent == total.cost
    spent = here.app.house.brain.machine.spent
    assert (spent.settled, spent.reserved) == (total.cost, 0)
    with here.record.open("rb") as lines:
        assert replay(rules(shadowed()), lines) == []


async def test_a_stream_is_copied_as_a_stream(tmp_path: Path) -> None:
    with desk(tmp_path, shadowed()) as here:
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{here.url}/v1/chat/completions",
                json={"model": "way", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 9, "stream": True},
            ) as answer,
        ):
            said = await answer.read()
    assert said.endswith(b"data: [DONE]\n\n")
    assert {(row.target, row.outcome, row.shadow) for row in here.attempts} == {
        ("first", "ok", False), ("second", "ok", True),
    }  # fmt: skip
    assert all(row.first_s > 0 for row in here.attempts)


async def test_nobody_waits_for_a_copy_and_nobody_hears_how_it_ends(tmp_path: Path) -> None:
    free = asyncio.Event()

    async def late(case: Case) -> None:
        await asyncio.wait_for(free.wait(), 10)
        await ill(case)

    with desk(tmp_path, shadowed(), supplier=script(second=late)) as here:
        answers = [await say(here) for _ in range(6)]
        copies = here.app.house.brain.machine.state.copies[0]
        free.set()
    assert [status for status, _, _ in answers] == [200] * 6
    assert copies == 4, "it has so many places, and no more copies are made"
    outcomes = [row.outcome for row in here.attempts if row.shadow]
    assert outcomes == ["transient"] * 4, "there is neither a retry nor a fallback"
    assert here.app.house.brain.machine.state.copies == [0]


async def test_what_a_cache_answers_is_not_copied(tmp_path: Path) -> None:
    made = replace(shadowed(cache=0), caches=(m.Cache("answers", 60.0, 3),))
    with desk(tmp_path, made) as here:
        for _ in range(3):
            assert (await say(here))[0] == 200
    assert sum(row.shadow for row in here.attempts) == 1


async def test_a_copy_that_takes_too_long_is_given_up_and_billed_by_what_came(tmp_path: Path) -> None:
    async def never(case: Case) -> None:
        await asyncio.sleep(30)

    with desk(tmp_path, shadowed(timeout_s=0.1), supplier=script(second=never)) as here:
        assert (await say(here))[0] == 200
    (copy,) = [row for row in here.attempts if row.shadow]
    assert copy.outcome == "timeout"
    assert here.app.house.brain.machine.spent.reserved == 0


async def test_a_session_stays_with_the_target_that_was_drawn_for_it(tmp_path: Path) -> None:
    targets = (target("first"), target("second"))
    way = route("way", (hop(0), hop(1)), choose="weight", weights=(0.5, 0.5), sticky="session")
    found: dict[str, set[str]] = {}
    with desk(tmp_path, plan(routes=(way,), targets=targets), supplier=script()) as here:
        async with aiohttp.ClientSession() as client:
            for number in range(40):
                session = f"s{number % 8}"
                ask = {"model": "way", "messages": [{"role": "user", "content": f"{number}"}]}
                headers = {"x-archwright-session": session}
                async with client.post(f"{here.url}/v1/chat/completions", json=ask, headers=headers) as answer:
                    found.setdefault(session, set()).add(answer.headers["x-archwright-target"])
    assert all(len(seen) == 1 for seen in found.values())
    assert set.union(*found.values()) == {"first", "second"}


async def test_the_smaller_model_is_the_rung_before_the_canned_answer(tmp_path: Path) -> None:
    targets = (target("first"), target("second"))
    made = plan(routes=(route("way", FIRST, smaller=hop(1), degraded="Later."),), targets=targets)
    up = {"second": True}

    async def once(case: Case) -> None:
        well_now, up["second"] = up["second"], False
        await (well(case) if well_now else ill(case))

    seen = await levels(tmp_path, made, script(ill, once), {}, {})
    assert seen == ["2;rung=smaller second", "3;rung=canned -"]
