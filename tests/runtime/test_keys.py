"""Who is let in: keys of a file, as it changes; and what was spent is known after a restart."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from archwright.ledger.rows import Request
from archwright.plan import model as m
from archwright.plan.rules import rules
from archwright.policy import log
from archwright.runtime.gateway.keys import Watched
from archwright.runtime.gateway.ring import Keyring
from archwright.runtime.gateway.setup import ClientKey
from archwright.verbs.keys import add_key, revoke_key
from tests.runtime.sample import Desk, Script, desk, plan
from tests.runtime.test_faults import post, well

TENANTS = (m.Tenant("shop", 0.5, 0, 0.0), m.Tenant("desk", 0.5, 0, 0.0))


def key(tenant: str, text: str, **more: object) -> ClientKey:
    return ClientKey(tenant, hashlib.sha256(text.encode()).hexdigest(), **more)  # type: ignore[arg-type]


def test_a_key_holds_until_it_expires() -> None:
    ring = Keyring([key("shop", "a", expires=100.0), key("other", "b", id="k1")], {"shop": 3})
    found = ring.tenant(b"a", 99.9)
    assert found is not None
    assert (found.name, found.index) == ("shop", 3)
    assert ring.tenant(b"a", 100.0) is None
    other = ring.tenant(b"b", 1e12)
    assert other is not None
    assert (other.name, other.index, other.key) == ("other", -1, "k1")
    for wrong in (b"", b"c", b"A", b"a ", b"\xff"):
        assert ring.tenant(wrong, 0.0) is None


def test_a_ring_without_keys_lets_in_only_where_none_is_demanded() -> None:
    assert not Keyring([], {}).needed
    assert Keyring([], {}, demanded=True).needed
    assert Keyring([key("a", "a")], {}).needed


async def ask(here: Desk, secret: str) -> int:
    return (await post(here, headers={"authorization": f"Bearer {secret}"}))[0]


async def test_a_running_gateway_follows_its_file_of_keys(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "keys.json"
    one = add_key(file, "shop").data
    made = plan(tenants=TENANTS)
    with desk(tmp_path, made, supplier=Script({"first": well})) as here:
        watched = Watched(file, here.app.house.keys, ())
        watched.read()
        assert (await ask(here, one["key"]), await ask(here, "aw-wrong")) == (200, 401)
        two = add_key(file, "desk").data
        add_key(file, "stranger")
        watched.read_again()
        assert (await ask(here, one["key"]), await ask(here, two["key"])) == (200, 200)
        revoke_key(file, one["id"])
        watched.read_again()
        assert (await ask(here, one["key"]), await ask(here, two["key"])) == (401, 200)
        file.write_text("nonsense")
        watched.read_again()  # a file that cannot be read changes nothing
        assert (await ask(here, one["key"]), await ask(here, two["key"])) == (401, 200)
        os.unlink(file)
        watched.read_again()
        assert await ask(here, two["key"]) == 200
    rows = [row for row in here.rows() if isinstance(row, Request)]
    assert [(row.tenant, row.key) for row in rows] == [("shop", one["id"])] * 2 + [("desk", two["id"])] * 4
    assert "stranger" in caplog.text
    assert one["key"] not in caplog.text


async def test_revoking_the_last_key_lets_nobody_in(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    one = add_key(file, "shop").data
    with desk(tmp_path, plan(), supplier=Script({"first": well})) as here:
        watched = Watched(file, here.app.house.keys, ())
        watched.read()
        revoke_key(file, one["id"])
        watched.read_again()
        assert await ask(here, one["key"]) == 401
        assert (await post(here))[0] == 401


# ------------------------------------------------------------------------------------------- spend and restarts


@pytest.mark.parametrize("whose", ["all", "tenant"])
async def test_a_restart_does_not_begin_the_month_anew(tmp_path: Path, whose: str) -> None:
    cost = 10 * 400_000 + 5 * 1_600_000  # what `well` takes; reserved is more
    cap = 4 * cost
    gateway = replace(plan().gateway, budget=cap if whose == "all" else 0)
    tenants = (m.Tenant("shop", 1.0, cap if whose == "tenant" else 0, 0.0),)
    made = plan(gateway=gateway, tenants=tenants)
    keys = (key("shop", "secret"),)
    body = {"model": "both", "messages": [{"role": "user", "content": "x"}], "max_tokens": 1}
    statuses: list[int] = []
    for _ in range(6):
        with desk(tmp_path, made, supplier=Script({"first": well}), keys=keys) as here:
            statuses.append((await post(here, body, {"authorization": "Bearer secret"}))[0])
    assert statuses == [200, 200, 200, 200, 402, 402]
    with here.record.open("rb") as lines:  # the record tells what the machine began with, so it runs again
        assert not log.replay(rules(made), lines)
    assert sum(row.cost for row in here.requests) == cap


async def test_a_new_month_begins_anew(tmp_path: Path) -> None:
    made = plan(gateway=replace(plan().gateway, budget=1, month_s=1e-3))
    for _ in range(2):
        with desk(tmp_path, made, supplier=Script({"first": well})) as here:
            assert (await post(here))[0] == 402  # more than the cap is reserved; nothing was spent
            assert here.app.house.journal.account.spent == 0
