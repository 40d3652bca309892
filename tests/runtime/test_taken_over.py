"""What another plan, or another start, takes over: what was spent and when, keys, prompts, limits that are shared."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from archwright.base.errors import InputError, UsageError
from archwright.ledger.rows import Request
from archwright.plan import model as m
from archwright.runtime.gateway import app as app_module
from archwright.runtime.gateway.door import grace_s
from archwright.runtime.gateway.house import wall
from archwright.runtime.gateway.keys import KeyEntry, KeyFile
from archwright.runtime.gateway.leases import Lease, Table, counted
from archwright.runtime.gateway.renewal import renew
from archwright.runtime.gateway.server import gateway
from archwright.runtime.serving import GRACE_S
from tests.runtime.sample import hop, plan, price, route, target
from tests.runtime.test_meaning import plan as by_meaning
from tests.runtime.test_meaning import semantic
from tests.runtime.test_operation import setup

SHOPS = (m.Tenant("shop", 0.5, 1000, 0.0), m.Tenant("lab", 0.5, 1000, 0.0))
SERVE = """
import sys
from pathlib import Path
from click import echo
from archwright.verbs.serve import serve
serve(Path(sys.argv[1]), port=0, ledger=Path(sys.argv[2]), emulated="http://127.0.0.1:9", environment={},
      workers=2, admin_port=0, say=echo)
"""


@pytest.mark.parametrize("budget", [0, 10_000])
def test_a_reload_knows_in_which_period_each_account_was_spent(tmp_path: Path, budget: int) -> None:
    made = plan(tenants=SHOPS, gateway=replace(plan().gateway, budget=budget))
    with gateway(setup(made, tmp_path)) as app:
        period_s, state, now = made.gateway.month_s, app.house.brain.machine.state, time.monotonic()
        began = now - 1.5 * period_s  # the gateway is in its second period
        whole, shop, lab = state.spent
        whole.since = began if not budget else began + period_s
        shop.since, shop.settled = began + period_s, 900  # asked in this one
        lab.since, lab.settled = began, 900  # and only in the last one
        machine = renew(app, setup(made, tmp_path)).brain.machine
        assert [item.settled for item in machine.tenant_spent] == [900, 0]
        assert all(now - item.since == pytest.approx(0.5 * period_s, rel=1e-6) for item in machine.state.spent)


def test_a_reload_does_not_say_that_the_ledger_is_written_otherwise(tmp_path: Path) -> None:
    made = plan()
    with gateway(setup(made, tmp_path)) as app:
        for changes in ({"ledger_sync": True}, {"ledger_lost": "refuse"}, {"record_prompts": True}):
            other = replace(made, gateway=replace(made.gateway, **changes))
            with pytest.raises(UsageError, match="ledger"):
                renew(app, setup(other, tmp_path))


def test_prompts_are_kept_after_a_reload(tmp_path: Path) -> None:
    made = plan(gateway=replace(plan().gateway, record_prompts=True))
    with gateway(setup(made, tmp_path)) as app:
        kept = app.house.prompts
        assert kept is not None
        assert renew(app, setup(made, tmp_path)).prompts is kept


def test_a_reload_that_fails_leaves_a_worker_its_shared_limits(tmp_path: Path) -> None:
    made = plan(tenants=SHOPS)
    lease = Lease(Table(2, counted(made)), 0)
    with gateway(setup(made, tmp_path, workers=2), lease) as app:
        before, house = app.house.brain.asked, app.house
        with pytest.raises(InputError):
            renew(app, setup(made, tmp_path, workers=2, key_file=str(tmp_path / "none.json")))
        assert (lease.asked is before, app.house is house) == (True, True)


async def test_keys_are_read_again_after_a_reload_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "WATCH_S", 0.01)
    file = tmp_path / "keys.json"
    file.write_bytes(msgspec.json.encode(KeyFile((KeyEntry("k1", "shop", "ab" * 32, "2026-11-22"),))))
    made = setup(plan(), tmp_path, key_file=str(file))
    with gateway(made) as app:
        await app.start()
        renew(app, made)
        assert len(app.house.keys.tenants) == 1
        file.write_bytes(msgspec.json.encode(KeyFile()))
        await asyncio.sleep(0.2)
        assert not app.house.keys.tenants
        await app.stop()


async def test_a_cache_that_a_reload_brings_can_be_emptied(tmp_path: Path) -> None:
    made = plan()
    bare = replace(made, caches=(), routes=tuple(replace(item, cache=-1) for item in made.routes))
    with gateway(setup(bare, tmp_path)) as app:
        renew(app, setup(made, tmp_path))
        assert app.house.desk is not None
        assert await app.house.desk(app.house, "POST /cache/evict", b'{"route":"kept"}') == (200, {"evicted": 0})


def test_another_embedder_needs_another_start(tmp_path: Path) -> None:
    made = by_meaning(semantic())
    other = replace(made, targets=(made.targets[0], replace(made.targets[1], model="another"), *made.targets[2:]))
    with gateway(setup(made, tmp_path)) as app, pytest.raises(UsageError, match="answered by meaning"):
        renew(app, setup(other, tmp_path))


def test_a_month_does_not_begin_anew_with_more_workers_or_fewer(tmp_path: Path) -> None:
    made, base = plan(tenants=SHOPS), tmp_path / "ledger.jsonl"

    def begun(workers: int, spends: int) -> list[int]:
        """What the first worker knows of as it starts; then something is spent in each."""
        first: list[int] = []
        for worker in range(workers):
            own = base.with_name(f"ledger-{worker + 1}.jsonl") if workers > 1 else base
            family = str(base) if workers > 1 else ""
            more: dict[str, Any] = {"ledger": str(own), "family": family, "worker": worker, "workers": workers}
            with gateway(setup(made, tmp_path, **more)) as app:
                first = first or [item.settled for item in app.house.brain.machine.state.spent]
                app.house.journal.add(_request("shop", spends))
        return first

    assert begun(1, 100) == [0, 0, 0]
    assert begun(3, 10) == [100, 100, 0]
    assert begun(2, 0) == [10 + 10 + 100, 120, 0]  # its own, the third's, and that of the time without workers
    assert begun(1, 0) == [130, 130, 0]


def _request(tenant: str, cost: int) -> Request:
    """A row that says what a tenant spent now."""
    values: dict[str, Any] = {
        "request": "r",
        "tenant": tenant,
        "at": wall(),
        "cost": cost,
        "how": "answered",
        "status": 200,
    }
    usual: dict[str, Any] = {"str": "", "int": 0, "float": 0.0, "bool": False}
    needed = {item.name: usual[item.type.__name__] for item in msgspec.structs.fields(Request) if item.required}
    return Request(**{**needed, **values})


def test_another_plan_reaches_all_workers_by_one_door(tmp_path: Path) -> None:
    file, made = tmp_path / "plan.json", plan()
    file.write_bytes(m.encode(made))
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(file), str(tmp_path / "ledger.jsonl")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        doors: list[str] = []
        while len(doors) < 2:
            line = process.stdout.readline()
            assert line, "it ended"
            doors += [word.strip(",;()") for word in line.split() if "admin" in line and word.startswith("http")]
        before = {httpx.get(f"{door}/state").json()["plan"] for door in doors}
        file.write_bytes(m.encode(replace(made, gateway=replace(made.gateway, concurrency=77))))
        assert httpx.post(f"{doors[0]}/reload").status_code == 200
        after: list[str] = []
        for _ in range(200):
            after = [httpx.get(f"{door}/state").json()["plan"] for door in doors]
            if not before.intersection(after):
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert len(before) == len(set(after)) == 1
    assert not before.intersection(after)


def test_a_file_beside_the_ledger_that_is_none_is_left_alone(tmp_path: Path) -> None:
    file, notes = tmp_path / "ledger-2024.sqlite", tmp_path / "ledger-2025.jsonl"
    base = sqlite3.connect(file)
    base.execute("CREATE TABLE mine (x)")
    base.commit()
    base.close()
    notes.write_text("my notes\n")
    before = file.read_bytes()
    for name in ("ledger.sqlite", "ledger.jsonl"):
        with gateway(setup(plan(), tmp_path, ledger=str(tmp_path / name))):
            """It has begun."""
    assert (file.read_bytes(), notes.read_text()) == (before, "my notes\n")
    assert not notes.with_name("ledger-2025.jsonl.head").exists()


def test_a_cap_that_a_reload_brings_knows_what_was_spent_without_one(tmp_path: Path) -> None:
    def tenants(budget: int) -> tuple[m.Tenant, ...]:
        return (m.Tenant("shop", 1.0, budget, 0.0),)

    made = plan(tenants=tenants(0))
    capped = plan(tenants=tenants(1000), gateway=replace(plan().gateway, budget=1000))
    with gateway(setup(made, tmp_path)) as app:
        for item in app.house.brain.machine.state.spent:
            item.since, item.settled = item.since - 1.5 * made.gateway.month_s, 2900  # 2,000 of the last month
        account = app.house.journal.account
        account.spent, account.tenants = 900, {"shop": 900}
        machine = renew(app, setup(capped, tmp_path)).brain.machine
    assert [item.settled for item in machine.state.spent] == [900, 900]


def test_what_is_under_way_may_take_as_long_as_its_lane_gives_it(tmp_path: Path) -> None:
    dear = target("first", batch_price=price(), batch_slower=3.0, batch_tier="flex")
    rooms = replace(plan().gateway, batch_places=5, batch_queue=10, batch_wait_s=60.0)
    made = plan(gateway=rooms, targets=(dear, target("second")), routes=(route("both", (hop(0),), deadline_s=20.0),))
    with gateway(setup(made, tmp_path)) as app:
        assert grace_s(app.house) == app.house.brain.machine.state.law.routes[0].batch_deadline_s > 20.0
    with gateway(setup(plan(), tmp_path, ledger=str(tmp_path / "other.jsonl"))) as app:
        assert grace_s(app.house) == max(GRACE_S, *(item.deadline_s for item in plan().routes))
