"""Batch beside real time at the gateway: whose lane, what it asks for, what it costs, what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from archwright.facts import vendors
from archwright.plan import model as m
from archwright.runtime.emulator.app import Emulator
from archwright.runtime.emulator.bill import line, statement
from archwright.runtime.gateway.setup import ClientKey
from archwright.runtime.providers import PROVIDERS, provider_for
from tests.runtime.claude import message
from tests.runtime.sample import Case, Desk, Script, completion, desk, hop, plan, price, route, target
from tests.runtime.test_refusals import key

LANE = {"batch_price": price(200_000, 50_000, 800_000), "batch_slower": 3.0, "batch_tier": "flex"}
CHEAP, DEAR = 10 * 200_000 + 5 * 800_000, 10 * 400_000 + 5 * 1_600_000


def lanes(**changes: Any) -> m.Plan:
    """The small plan with a batch journey, and a first target that has a batch lane."""
    base = plan(targets=(target("first", **LANE), target("second")))
    night = replace(base.journeys[0], name="night", critical=False, batch=True)
    gateway = replace(base.gateway, batch_places=1, batch_queue=10, batch_wait_s=60.0)
    return replace(base, gateway=gateway, journeys=(*base.journeys, night), **changes)


async def well(case: Case) -> None:
    await case.reply(200, completion("well"))


async def broken(case: Case) -> None:
    await case.reply(500, {"error": {"message": "broken"}})


async def claude(case: Case) -> None:
    await case.reply(200, message("well", 10, 5))


@dataclass
class Said:
    """What came back."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


async def ask(
    here: Desk, *, path: str = "chat/completions", headers: dict[str, str] | None = None, **more: Any
) -> Said:
    body = {"model": "both", "max_tokens": 8, "messages": [{"role": "user", "content": "hello"}], **more}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{here.url}/v1/{path}", json=body, headers=headers or {}) as response,
    ):
        return Said(response.status, await response.json(), {k.lower(): v for k, v in response.headers.items()})


async def test_the_journey_says_which_lane(tmp_path: Path) -> None:
    script = Script({"first": well, "second": well})
    with desk(tmp_path, lanes(), supplier=script) as here:
        night = await ask(here, headers={"x-archwright-journey": "night"})
        day = await ask(here, headers={"x-archwright-journey": "question"})
        unmarked = await ask(here)
        asked = await ask(here, headers={"x-archwright-lane": "batch"})
    assert [case.body.get("service_tier") for case in script.seen] == ["flex", None, None, "flex"]
    assert [said.headers.get("x-archwright-lane") for said in (night, day, unmarked, asked)] == [
        "batch", None, None, "batch",
    ]  # fmt: skip
    assert [row.lane for row in here.attempts] == ["batch", "realtime", "realtime", "batch"]
    assert [row.cost for row in here.attempts] == [CHEAP, DEAR, DEAR, CHEAP]
    assert [row.price_out for row in here.attempts] == [800_000, 1_600_000, 1_600_000, 800_000]
    assert [row.lane for row in here.requests] == ["batch", "realtime", "realtime", "batch"]
    assert sum(row.cost for row in here.requests) == sum(row.cost for row in here.attempts)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"x-archwright-lane": "fast"}, "unknown_lane"),
        ({"x-archwright-lane": "Batch"}, "unknown_lane"),
        ({"x-archwright-lane": "realtime", "x-archwright-journey": "night"}, "lane_not_open"),
    ],
)
async def test_a_lane_that_cannot_be_had_is_refused_in_the_client_s_wire(
    tmp_path: Path, headers: dict[str, str], code: str
) -> None:
    script = Script({})
    with desk(tmp_path, lanes(), supplier=script) as here:
        plain = await ask(here, headers=headers)
        theirs = await ask(here, path="messages", headers={**headers, "anthropic-version": "2023-06-01"})
    assert (plain.status, plain.body["error"]["code"]) == (400, code)
    assert plain.body["error"]["param"] == "x-archwright-lane"
    assert (theirs.status, theirs.body["error"]["details"]["error_code"]) == (400, code)
    assert script.seen == []


async def test_a_client_s_own_word_does_not_change_the_lane_where_there_are_lanes(tmp_path: Path) -> None:
    script = Script({"first": broken, "second": well})
    with desk(tmp_path, lanes(), supplier=script) as here:
        await ask(here, service_tier="flex")
    told = [(case.target, case.body.get("service_tier")) for case in script.seen]
    assert told == [("first", None), ("second", "flex")], "the second has no lane, so its body passes as it came"


async def test_a_target_without_a_lane_is_asked_and_paid_in_real_time(tmp_path: Path) -> None:
    script = Script({"first": broken, "second": well})
    with desk(tmp_path, lanes(), supplier=script) as here:
        await ask(here, headers={"x-archwright-journey": "night"})
    assert [case.body.get("service_tier") for case in script.seen] == ["flex", None]
    assert [(row.target, row.lane) for row in here.attempts] == [("first", "batch"), ("second", "realtime")]
    assert here.attempts[1].cost == here.requests[0].cost == DEAR
    assert here.requests[0].lane == "batch"


async def test_a_wire_that_cannot_ask_for_the_lane_gets_no_discount(tmp_path: Path) -> None:
    script = Script({"first": claude})
    made = replace(
        lanes(), targets=(target("first", provider="anthropic", **LANE), target("second")),
        routes=(route("both", (hop(0),)), *lanes().routes[1:]),
    )  # fmt: skip
    with desk(tmp_path, made, supplier=script) as here:
        await ask(here, headers={"x-archwright-journey": "night"})
    assert "service_tier" not in script.seen[0].body
    assert [(row.lane, row.cost) for row in here.attempts] == [("realtime", DEAR)]


def test_what_a_vendor_is_said_to_know_its_provider_can_say() -> None:
    for name in vendors.names():
        found = vendors.vendor(name)
        assert found is not None
        assert found.tier in ("", PROVIDERS.get(provider_for(name)).tier)


async def moved(case: Case) -> None:
    await case.reply(200, {**completion("well"), "service_tier": "default"})


async def test_what_is_reserved_is_what_may_be_billed(tmp_path: Path) -> None:
    """A supplier may answer batch work as usual, and bill it so: a cap between the two prices lets in neither lane."""
    base = lanes()
    size = len(b'{"model": "both", "max_tokens": 8, "messages": [{"role": "user", "content": "hello"}]}') // 4
    most = size * 400_000 + 8 * 1_600_000
    night: dict[int, Said] = {}
    for cap in (most - 1, most):
        made = replace(
            base, tenants=(m.Tenant("shop", 1.0, cap, 0.0),), routes=(route("both", (hop(0),)), *base.routes[1:])
        )
        keys: tuple[ClientKey, ...] = (key("shop", "secret"),)
        folder = tmp_path / str(cap)
        folder.mkdir()
        with desk(folder, made, supplier=Script({"first": moved}), keys=keys) as here:
            mine = {"Authorization": "Bearer secret"}
            night[cap] = await ask(here, headers={**mine, "x-archwright-journey": "night"})
            if cap < most:
                assert (await ask(here, headers=mine)).status == 402
    assert (night[most - 1].status, night[most].status) == (402, 200)
    assert [(row.lane, row.tier, row.cost) for row in here.attempts] == [("realtime", "default", DEAR)]


async def test_metrics_tell_the_lanes_apart(tmp_path: Path) -> None:
    with desk(tmp_path, lanes(), supplier=Script({})) as here:
        async with aiohttp.ClientSession() as session, session.get(here.url + "/metrics") as response:
            text = await response.text()
    for name in ("waiting", "in_flight"):
        assert f'archwright_{name}{{lane="realtime"}} 0' in text
        assert f'archwright_{name}{{lane="batch"}} 0' in text


async def test_the_emulated_supplier_knows_the_lane_by_its_name(tmp_path: Path) -> None:
    made = lanes()
    with desk(tmp_path, made, supplier=Emulator(made, 1.0)) as here:
        await ask(here, headers={"x-archwright-journey": "night"})
        await ask(here)
        async with aiohttp.ClientSession() as session, session.get(f"{here.supplier}/_emulator/bill") as response:
            bill = await response.json()
    assert bill["targets"]["first"]["batch"] == 1
    assert Decimal(bill["finished"]) * 10**12 == sum(row.cost for row in here.attempts)
    slow, quick = here.attempts
    assert slow.cost * 2 == quick.cost


def test_the_lane_has_its_own_line_of_the_bill() -> None:
    one = line(price(), price(200_000, 50_000, 800_000))
    one.charge("finished", True, 1_000_000, 500_000, 0)
    one.charge("finished", False, 0, 0, 1_000_000)
    assert statement({"a": one})["finished"] == str(Decimal("0.125") + Decimal("1.6"))
