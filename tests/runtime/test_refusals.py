"""What the gateway turns away, and how: bad bodies, wrong keys, spent budgets, full queues."""

from __future__ import annotations

import asyncio
import hashlib
import io
import socket
import threading
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest
from msgspec.structs import replace

from archwright.plan import model as m
from archwright.runtime.gateway.setup import ClientKey, Upstream
from tests.runtime.sample import Case, Desk, Script, completion, desk, hop, plan, route
from tests.runtime.test_faults import ASK, post, silent, well

BOTH = {"first": well, "second": well}


def key(tenant: str, text: str) -> ClientKey:
    return ClientKey(tenant, hashlib.sha256(text.encode()).hexdigest())


async def send(here: Desk, body: bytes, **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    given = {"Content-Type": "application/json", **headers}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{here.url}/v1/chat/completions", data=io.BytesIO(body), headers=given) as response,
    ):
        return response.status, await response.json(), {key.lower(): value for key, value in response.headers.items()}


HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
HOSTILE = [
    (b"", 400, "not a chat request"),
    (b"{", 400, "not a chat request"),
    (b"null", 400, "not a chat request"),
    (b"[]", 400, "not a chat request"),
    (b"\xff\xfe{}", 400, "not a chat request"),
    (b'{"messages":[]}', 400, "model"),
    (b'{"model":"both"}', 400, "messages"),
    (b'{"model":7,"messages":[]}', 400, "$.model"),
    (b'{"model":"both","messages":"hi"}', 400, "$.messages"),
    (b'{"model":"both","messages":[],"stream":"yes"}', 400, "$.stream"),
    (b'{"model":"both","messages":[],"max_tokens":1.5}', 400, "$.max_tokens"),
    (b'{"model":"both","messages":[],"stream_options":3}', 400, "$.stream_options"),
    (b'{"model":"both","messages":' + b"[" * 200_000 + b"]" * 200_000 + b"}", 400, "not a chat request"),
    (
        b'{"model":"both","messages":[],"x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        400,
        "not a chat request",
    ),
    (b'{"model":"boht","messages":[]}', 404, "did you mean `both`?"),
    (b'{"model":"","messages":[]}', 404, "known: both, kept, kind"),
    (b'{"model":"' + b"x" * 5000 + b'","messages":[]}', 404, "there is no route"),
    (b'{"model":"both","messages":["' + b"x" * (20 * 1024 * 1024) + b'"]}', 413, "10,485,760 bytes"),
]


async def test_hostile_bodies_get_a_clean_refusal(tmp_path: Path) -> None:
    with desk(tmp_path, plan(), supplier=Script(BOTH)) as here:
        for body, status, words in HOSTILE:  # on one gateway: none of them may harm the next
            got, answer, headers = await send(here, body)
            assert (got, words in answer["error"]["message"]) == (status, True), (body[:60], answer)
            assert len(answer["error"]["message"]) < 400
            assert headers["content-type"] == "application/json"
            assert headers["x-request-id"]
        assert (await post(here))[0] == 200
    assert len(here.requests) == 1


async def test_what_a_browser_page_could_send_is_refused(tmp_path: Path) -> None:
    """Without keys the gateway trusts this machine, but not the pages that its browser shows."""
    body = b'{"model":"both","messages":[]}'
    with desk(tmp_path, plan(), supplier=Script(BOTH)) as here:
        assert (await send(here, body, **{"Content-Type": "text/plain"}))[0] == 415
        assert (await send(here, body, Host="evil.example:80"))[0] == 403
        assert (await send(here, body, Host="localhost:1"))[0] == 200
        assert (await send(here, body, Host="[::1]"))[0] == 200
        assert (await send(here, body, Host="LocalHost:80"))[0] == 200
        reader, writer = await asyncio.open_connection("127.0.0.1", int(here.url.rsplit(":", 1)[1]))
        writer.write(b"GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n\r\n")
        assert (await reader.read(100)).startswith(b"HTTP/1.1 400")
        writer.close()


async def test_ids_and_labels_cannot_carry_anything_on(tmp_path: Path) -> None:
    with desk(tmp_path, plan(), supplier=Script(BOTH)) as here:
        _, _, headers = await post(
            here, headers={"X-Request-Id": 'a"b c', "X-Archwright-Session": "one\ttwo" + "x" * 500}
        )
    assert headers["x-request-id"] != 'a"b c'
    (request,) = here.requests
    assert request.request == headers["x-request-id"]
    assert request.session.startswith("one two")
    assert len(request.session) <= 100


async def test_a_body_that_lies_about_its_end_harms_nobody(tmp_path: Path) -> None:
    with desk(tmp_path, plan(), supplier=Script(BOTH)) as here:
        port = int(here.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(HEAD + b"Content-Length: 500\r\n\r\n{")
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(b"GARBAGE\r\n\r\n")
            assert line.recv(100).startswith(b"HTTP/1.1 400")
        await asyncio.sleep(0.1)
        assert (await post(here))[0] == 200


@pytest.mark.parametrize(
    "head",
    [
        b"X-Long: " + b"a" * 300_000,  # one header that does not end
        b"X-A: b\r\n" * 30_000,  # headers that do not end
        b"GET /" + b"a" * 300_000,  # an address that does not end
    ],
)
async def test_headers_that_do_not_end_are_refused(tmp_path: Path, head: bytes) -> None:
    begin = b"" if head.startswith(b"GET") else HEAD
    with desk(tmp_path, plan(), supplier=Script(BOTH)) as here:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(here.url.rsplit(":", 1)[1]))
        writer.write(begin + head)
        async with asyncio.timeout(60):
            assert (await reader.read(100)).startswith(b"HTTP/1.1 431")
        writer.close()
        for size in (1000, 60_000):
            assert (await post(here, headers={"X-Long": "a" * (size // 10)}))[0] == 200
        long = {**ASK, "messages": [{"role": "user", "content": "a" * 900_000}]}
        assert (await post(here, long))[0] == 200


async def test_other_addresses(tmp_path: Path) -> None:
    with desk(tmp_path, plan(), supplier=Script(BOTH)) as here:
        await post(here)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{here.url}/healthz") as response:
                assert (response.status, await response.json()) == (200, {"status": "ok"})
            async with session.get(f"{here.url}/v1/chat/completions") as response:
                assert (response.status, response.headers["allow"]) == (405, "POST")
            async with session.head(f"{here.url}/healthz") as response:
                assert (response.status, await response.read()) == (200, b"")
            async with session.get(f"{here.url}/v1/nothing") as response:
                assert response.status == 404
            async with session.get(f"{here.url}/v1/models") as response:
                assert [model["id"] for model in (await response.json())["data"]] == ["both", "kept", "kind"]
            async with session.get(f"{here.url}/metrics") as response:
                text = await response.text()
    assert 'archwright_requests_total{route="both",how="answered"} 1' in text
    assert 'archwright_attempts_total{target="first",outcome="ok"} 1' in text
    assert 'archwright_tokens_total{target="first",kind="output"} 5' in text
    assert 'archwright_request_seconds_bucket{route="both",how="answered",le="+Inf"} 1' in text
    assert 'archwright_in_flight{lane="realtime"} 0' in text
    for line in text.splitlines():
        assert line.startswith("# ") or len(line.rsplit(" ", 1)) == 2


TENANTS = (m.Tenant("shop", 1.0, 0, 0.0), m.Tenant("lab", 1.0, 0, 0.0))


async def test_one_model(tmp_path: Path) -> None:
    keys = (key("shop", "k-shop"),)
    made = plan(tenants=TENANTS, routes=(route("team/both", (hop(0),)),))
    with (
        desk(tmp_path, made, supplier=Script(BOTH), keys=keys) as here,
        openai.OpenAI(base_url=f"{here.url}/v1", api_key="k-shop", max_retries=0) as client,
    ):
        found = await asyncio.to_thread(client.models.retrieve, "team/both")
        with pytest.raises(openai.NotFoundError, match="did you mean `team/both`") as caught:
            await asyncio.to_thread(client.models.retrieve, "team/bot")
        with pytest.raises(openai.AuthenticationError):
            await asyncio.to_thread(client.with_options(api_key="k").models.retrieve, "team/both")
    assert (found.id, found.object) == ("team/both", "model")
    assert caught.value.code == "model_not_found"


async def test_keys(tmp_path: Path) -> None:
    keys = (key("shop", "k-shop"), key("lab", "k-lab"))
    with desk(tmp_path, plan(tenants=TENANTS), supplier=Script(BOTH), keys=keys) as here:
        refused = [
            (await post(here, headers=given))[0]
            for given in (
                {},
                {"Authorization": "Bearer "},
                {"Authorization": "Bearer k-sho"},
                {"Authorization": "Basic k-shop"},
            )
        ]
        status, body, _ = await post(here, headers={"Authorization": "Bearer wrong-key-123"})
        assert (await post(here, headers={"Authorization": "Bearer k-lab"}))[0] == 200
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{here.url}/metrics") as response:
                assert response.status == 401
            async with session.get(f"{here.url}/healthz") as response:
                assert response.status == 200
        with openai.OpenAI(base_url=f"{here.url}/v1", api_key="k-shop") as client:
            assert (await asyncio.to_thread(lambda: client.chat.completions.create(**ASK))).choices
    assert refused == [401] * 4
    assert status == 401
    assert b"wrong-key-123" not in body
    assert [row.tenant for row in here.requests] == ["lab", "shop"]
    assert b"k-lab" not in here.ledger.read_bytes() + here.record.read_bytes()


async def test_one_tenant_s_answers_are_not_another_s(tmp_path: Path) -> None:
    keys = (key("shop", "a"), key("lab", "b"))
    with desk(tmp_path, plan(tenants=TENANTS), supplier=Script(BOTH), keys=keys) as here:
        asked = {**ASK, "model": "kept"}
        seen = [
            (await post(here, asked, headers={"Authorization": f"Bearer {who}"}))[2]["x-archwright-cache"]
            for who in "abab"
        ]
    assert seen == ["miss", "miss", "hit", "hit"]


async def test_a_tenant_s_rate(tmp_path: Path) -> None:
    tenants = (m.Tenant("shop", 1.0, 0, 0.1), m.Tenant("lab", 1.0, 0, 0.0))
    keys = (key("shop", "a"), key("lab", "b"))
    with desk(tmp_path, plan(tenants=tenants), supplier=Script(BOTH), keys=keys) as here:
        first = await post(here, headers={"Authorization": "Bearer a"})
        second = await post(here, headers={"Authorization": "Bearer a"})
        other = await post(here, headers={"Authorization": "Bearer b"})
    assert [first[0], second[0], other[0]] == [200, 429, 200]
    assert 8 <= int(second[2]["retry-after"]) <= 10
    assert int(second[2]["retry-after-ms"]) <= 10_000
    assert here.requests[1].how == "over-rate"


async def test_the_spend_cap(tmp_path: Path) -> None:
    """20 tokens at 1.6M pico-dollars and the prompt are reserved; what is settled is what the supplier says."""
    base = plan()
    made = replace(base, gateway=replace(base.gateway, budget=80_000_000))
    with desk(tmp_path, made, supplier=Script(BOTH)) as here:
        first = await post(here)
        second = await post(here)
        with (
            openai.OpenAI(base_url=f"{here.url}/v1", api_key="x") as client,
            pytest.raises(openai.APIStatusError) as caught,
        ):
            await asyncio.to_thread(lambda: client.chat.completions.create(**{**ASK, "max_tokens": 200}))
        spent = here.app.house.brain.machine.spent
    assert (first[0], second[0]) == (200, 200)
    assert (caught.value.status_code, caught.value.code) == (402, "budget_exceeded")
    assert spent.reserved == 0
    assert spent.settled == sum(row.cost for row in here.requests) <= 80_000_000
    assert here.requests[-1].how == "over-budget"
    assert here.requests[-1].status == 402


async def test_a_tenant_s_cap(tmp_path: Path) -> None:
    tenants = (m.Tenant("shop", 1.0, 1, 0.0), m.Tenant("lab", 1.0, 0, 0.0))
    keys = (key("shop", "a"), key("lab", "b"))
    with desk(tmp_path, plan(tenants=tenants), supplier=Script(BOTH), keys=keys) as here:
        assert (await post(here, headers={"Authorization": "Bearer a"}))[0] == 402
        assert (await post(here, headers={"Authorization": "Bearer b"}))[0] == 200


async def test_a_full_gateway_sheds(tmp_path: Path) -> None:
    base = plan(routes=(route("both", (hop(0),)),))
    made = replace(base, gateway=replace(base.gateway, concurrency=1, queue=1, queue_timeout_s=0.2))
    gate = threading.Event()

    async def slow(case: Case) -> None:
        await asyncio.to_thread(gate.wait, 10)
        await case.reply(200, completion("at last"))

    with desk(tmp_path, made, supplier=Script({"first": slow})) as here:
        first = asyncio.create_task(post(here))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(post(here))
        await asyncio.sleep(0.05)
        third = await post(here)
        waited = await second
        gate.set()
        done = await first
    assert (done[0], waited[0], third[0]) == (200, 503, 503)
    assert third[2]["retry-after"] == "1"
    assert b'"code":"overloaded"' in third[1]
    assert sorted(row.how for row in here.requests) == ["answered", "shed", "shed"]
    assert next(row for row in here.requests if row.how == "shed").overhead_s < 0.15


async def test_a_waiting_client_that_leaves_gives_up_its_place(tmp_path: Path) -> None:
    base = plan(routes=(route("both", (hop(0, timeout_s=1.0),)),))
    made = replace(base, gateway=replace(base.gateway, concurrency=1, queue=1, queue_timeout_s=5.0))
    with desk(tmp_path, made, supplier=Script({"first": silent})) as here:
        first = asyncio.create_task(post(here))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(post(here))
        await asyncio.sleep(0.1)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        await first
        assert not here.app.house.brain.machine.open
    assert sorted(row.how for row in here.requests) == ["failed", "left"]


def test_a_supplier_s_key_is_no_part_of_any_text() -> None:
    upstream = Upstream("openai-compatible", "https://x", "sk-very-secret")
    assert "sk-very-secret" not in f"{upstream!r} {upstream}"
