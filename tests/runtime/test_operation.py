"""Running a gateway: several workers, TLS, its admin door, another plan without a restart, its end."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import shutil
import signal
import ssl
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import httpx2
import pytest
from msgspec.structs import replace

from archwright.base.errors import UsageError
from archwright.ledger.rows import Request, Row, Run, decode
from archwright.plan import model as m
from archwright.plan.rules import rules
from archwright.runtime.gateway.admin import Admin
from archwright.runtime.gateway.renewal import renew
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.gateway.shares import share
from archwright.verbs.serve import serve
from tests.runtime.sample import Case, Script, completion, desk, hop, plan, route, running
from tests.runtime.test_faults import ASK, post, well

SERVE = """
import sys
from pathlib import Path
from click import echo
from archwright.verbs.serve import serve
serve(Path(sys.argv[1]), port=0, ledger=Path(sys.argv[2]), emulated=sys.argv[3], environment={},
      workers=int(sys.argv[4]), say=echo)
"""


def setup(made: m.Plan, folder: Path, url: str = "http://127.0.0.1:9", **more: Any) -> Setup:
    upstream = tuple(Upstream("emulated", url) for _ in made.targets)
    return Setup(m.encode(made), upstream, **{"ledger": str(folder / "ledger.jsonl"), **more})


def test_a_worker_s_share_is_a_part_of_every_limit() -> None:
    """Whoever adds a limit must say here how workers share it."""
    known = {"name", "share", "budget", "request_rate", "token_rate", "concurrent"}
    assert set(m.Tenant.__struct_fields__) == known
    base = plan(tenants=(m.Tenant("shop", 1.0, 900, 30.0, 600.0, 4), m.Tenant("lab", 1.0, 0, 0.0)))
    made = replace(base, gateway=replace(base.gateway, concurrency=7, queue=9, budget=1000, batch_places=1))
    part = share(made, 3)
    assert (part.gateway.concurrency, part.gateway.queue, part.gateway.budget, part.gateway.batch_places) == (
        2,
        3,
        333,
        1,
    )
    shop, lab = part.tenants
    assert (shop.budget, shop.request_rate, shop.token_rate, shop.concurrent) == (300, 10.0, 200.0, 1)
    assert (lab.budget, lab.request_rate, lab.token_rate, lab.concurrent) == (0, 0.0, 0.0, 0)
    assert share(made, 1) is made
    copied = replace(made, routes=(replace(made.routes[0], shadow=m.Shadow(1, 1.0, 7, 1.0)),))
    assert share(copied, 3).routes[0].shadow == m.Shadow(1, 1.0, 2, 1.0)
    assert share(replace(made, gateway=replace(made.gateway, concurrency=1)), 8).gateway.concurrency == 1
    assert rules(part).tenants[0].cap.limit * 3 <= rules(made).tenants[0].cap.limit


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_serve_and_end_with_what_is_under_way(tmp_path: Path, workers: int) -> None:
    began = threading.Event()

    async def slow(case: Case) -> None:
        began.set()
        await asyncio.sleep(0.3)
        await case.reply(200, completion("at last"))

    file = tmp_path / "plan.json"
    file.write_bytes(m.encode(plan(routes=(route("both", (hop(0),)),))))

    def asked(url: str) -> int:
        try:
            return httpx2.post(f"{url}/chat/completions", json=ASK, timeout=20).status_code
        except httpx2.TransportError:
            return 0

    with running(Script({"first": slow})) as supplier, ThreadPoolExecutor(6) as pool:
        command = [sys.executable, "-c", SERVE, str(file), str(tmp_path / "ledger.jsonl"), supplier.url, str(workers)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            said = [process.stdout.readline() for _ in range(2 * workers)]
            url = next(word for word in said[0].split() if word.startswith("http"))
            asks = [pool.submit(asked, url) for _ in range(6)]
            assert began.wait(20)
            process.send_signal(signal.SIGTERM)
            served = [item.result() for item in asks if item.result()]
            assert process.wait(20) == 0
    # What had reached a worker has its answer; nothing else was taken in.
    assert served
    assert set(served) == {200}
    rows: list[Row] = []
    for name in tmp_path.glob("ledger*.jsonl"):
        with name.open("rb") as lines:
            rows += decode(lines, "ledger")
    assert [row.how for row in rows if isinstance(row, Request)] == ["answered"] * len(served)
    assert sum(isinstance(row, Run) for row in rows) == workers


def test_workers_end_where_who_started_them_is_killed(tmp_path: Path) -> None:
    """Or they would hold the address and the ledgers, and nothing could be started in their place."""
    file = tmp_path / "plan.json"
    file.write_bytes(m.encode(plan()))
    command = [sys.executable, "-c", SERVE, str(file), str(tmp_path / "ledger.jsonl"), "http://127.0.0.1:9", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = [process.stdout.readline() for _ in range(6)]
        process.kill()
        assert process.stdout.read() == "", "the pipe ends when the last of them has"
    assert sum(line.startswith("serving") for line in said) == 2
    for number in (1, 2):
        with gateway(setup(plan(), tmp_path, ledger=str(tmp_path / f"ledger-{number}.jsonl"))):
            """It is free."""


def test_what_workers_cannot_share_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(m.encode(plan()))
    usual: dict[str, Any] = {"emulated": "http://127.0.0.1:9", "environment": {}, "port": 0}
    with pytest.raises(UsageError, match="one writer"):
        serve(file, ledger="postgresql://x/y#z", workers=2, **usual)
    with pytest.raises(UsageError, match="at least one"):
        serve(file, ledger=tmp_path / "l", workers=0, **usual)
    with pytest.raises(UsageError, match="cannot be used"):
        serve(file, ledger=tmp_path / "l", tls=(tmp_path / "none.pem", None), **usual)


async def test_another_plan_is_taken_over_and_nothing_is_dropped_or_forgotten(tmp_path: Path) -> None:
    gate, loop = asyncio.Event(), asyncio.get_running_loop()
    began = asyncio.Event()

    async def slow(case: Case) -> None:
        loop.call_soon_threadsafe(began.set)
        await asyncio.wait_for(asyncio.wrap_future(asyncio.run_coroutine_threadsafe(gate.wait(), loop)), 10)
        await case.reply(200, completion("of the old plan"))

    base = plan(tenants=(m.Tenant("shop", 1.0, 10**15, 0.0),))
    made = replace(base, gateway=replace(base.gateway, budget=10**15))
    with desk(tmp_path, made, supplier=Script({"first": well, "second": slow})) as here:
        assert (await post(here))[0] == 200
        renamed = replace(made, routes=(route("new", (hop(0),)), route("slow", (hop(1),))))
        changed = replace(renamed, routes=(*renamed.routes, *made.routes))
        before = here.app.house.brain.machine.spent.settled
        fresh = setup(changed, tmp_path, here.supplier)
        with pytest.raises(UsageError, match="records its decisions"):
            await _in_loop(here, lambda: renew(here.app, fresh))
        here.app.house.brain.record = None
        house = await _in_loop(here, lambda: renew(here.app, fresh))
        assert (house.brain.machine.spent.settled, house.hash) == (before, m.plan_hash(changed))
        assert (await post(here, {**ASK, "model": "new"}))[0] == 200
        waiting = asyncio.create_task(post(here, {**ASK, "model": "slow"}))
        await began.wait()
        await _in_loop(here, lambda: renew(here.app, setup(made, tmp_path, here.supplier)))
        assert here.app.house.brain.machine.spent.settled > before  # what is reserved counts as spent
        assert (await post(here, {**ASK, "model": "new"}))[0] == 404
        gate.set()
        status, body, _ = await waiting
        assert (status, b"of the old plan" in body) == (200, True)
    assert [row.how for row in here.requests] == ["answered"] * 3
    assert [row.plan for row in here.rows() if isinstance(row, Run)] == [
        m.plan_hash(made), m.plan_hash(changed), m.plan_hash(made),
    ]  # fmt: skip


async def test_the_admin_door_has_a_key_of_its_own(tmp_path: Path) -> None:
    reloaded: list[str] = []

    def reload() -> str:
        if reloaded:
            raise UsageError("not now")
        reloaded.append("yes")
        return "plan 1"

    digest = hashlib.sha256(b"adm").hexdigest()
    with contextlib.ExitStack() as stack:
        app = stack.enter_context(gateway(setup(plan(), tmp_path, counted_apart=True)))
        main, door, open_door = (
            stack.enter_context(running(service))
            for service in (app, Admin(app, digest, reload), Admin(app, "", reload))
        )
        async with aiohttp.ClientSession() as session:

            async def got(method: str, url: str, key: str = "", **headers: str) -> tuple[int, str]:
                given = {**headers, **({"Authorization": f"Bearer {key}"} if key else {})}
                async with session.request(method, url, headers=given) as response:
                    return response.status, await response.text()

            assert (await got("GET", f"{door.url}/metrics"))[0] == 401
            assert (await got("GET", f"{door.url}/metrics", "wrong"))[0] == 401
            assert "archwright_in_flight" in (await got("GET", f"{door.url}/metrics", "adm"))[1]
            status, there = await got("GET", f"{main.url}/metrics")
            assert status == 404  # there and nowhere else
            assert "/readyz" in there
            assert "/metrics" not in there
            assert '"in_flight":0' in (await got("GET", f"{door.url}/state", "adm"))[1]
            assert await got("POST", f"{door.url}/reload", "adm") == (200, '{"reloaded":"plan 1"}')
            assert await got("POST", f"{door.url}/reload", "adm") == (409, '{"error":"not now"}')
            assert (await got("GET", f"{door.url}/reload", "adm"))[0] == 404
            assert (await got("GET", f"{open_door.url}/state"))[0] == 200
            assert (await got("GET", f"{open_door.url}/state", Host="evil.example"))[0] == 401
            assert (await got("GET", f"{main.url}/readyz"))[0] == 200


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_tls(tmp_path: Path) -> None:
    cert, key, file = tmp_path / "c.pem", tmp_path / "k.pem", tmp_path / "plan.json"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*make, *names], check=True, capture_output=True)
    file.write_bytes(m.encode(plan()))
    code = SERVE.replace("workers=", f"tls=(Path({str(cert)!r}), Path({str(key)!r})), workers=")
    command = [sys.executable, "-c", code, str(file), str(tmp_path / "l.jsonl"), "http://127.0.0.1:9", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = next(line for line in process.stdout if "https" in line)
        url = next(word for word in said.split() if word.startswith("https"))
        context = ssl.create_default_context(cafile=str(cert))
        assert httpx2.get(f"{url}/models", verify=context).status_code == 200
        process.send_signal(signal.SIGHUP)
        assert any("took over plan" in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


async def _in_loop(here: Any, do: Any) -> Any:
    """Run something on the gateway's own event loop, as a signal would."""
    done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    back = asyncio.get_running_loop()

    def run() -> None:
        try:
            back.call_soon_threadsafe(done.set_result, do())
        except UsageError as error:
            back.call_soon_threadsafe(done.set_exception, error)

    here.loop.call_soon_threadsafe(run)
    return await done
