"""Secrets that stand in prompts, headers, keys and suppliers' errors are in nothing that the gateway leaves behind."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace as changed
from pathlib import Path

import aiohttp
import msgspec
import pytest
from msgspec.structs import replace

from archwright.plan import model as m
from archwright.plan.rules import rules
from archwright.policy import log
from archwright.runtime.gateway.house import Line
from archwright.runtime.gateway.keys import Watched
from archwright.runtime.gateway.setup import ClientKey, Setup, Upstream
from archwright.verbs.keys import add_key
from tests.runtime.sample import DONE, Case, Script, chunk, completion, desk, plan

PLANTED = "PLANTED-8f3a"
PROMPT, SYSTEM, ANSWER = f"{PLANTED}-prompt", f"{PLANTED}-system", f"{PLANTED}-answer"
CLIENT, WRONG, SUPPLIER = f"{PLANTED}-client-key", f"{PLANTED}-wrong-key", f"{PLANTED}-supplier-key"
HEADER, COOKIE, ERROR = f"{PLANTED}-header", f"{PLANTED}-cookie", f"{PLANTED}-error"
STATUSES = (200, 400, 401, 403, 404, 429, 500, 503)


async def supplier(case: Case) -> None:
    """Answer by the status that the prompt asks for; an error repeats the key, as suppliers do."""
    asked = case.body["messages"][-1]["content"]
    kind = asked.split()[-1]
    if kind == "cut":
        await case.events(chunk(ANSWER), end=False)
        raise ConnectionError
    if kind == "garbage":
        await case.reply(200, f"<html>{ERROR}</html>".encode())
    elif kind != "200":
        await case.reply(int(kind), {"error": {"message": f"Incorrect key {SUPPLIER} {ERROR}", "code": ERROR}})
    elif case.body.get("stream"):
        await case.events(chunk(ANSWER), chunk(finish="stop"), DONE)
    else:
        await case.reply(200, completion(ANSWER))


@pytest.mark.parametrize("log_level", [logging.DEBUG])
async def test_what_is_planted_is_found_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], log_level: int
) -> None:
    caplog.set_level(log_level)
    made = plan(routes=(replace(plan().routes[1], name="both"),), tenants=(m.Tenant("shop", 1.0, 0, 0.0),))
    keys = (ClientKey("shop", hashlib.sha256(CLIENT.encode()).hexdigest(), "k1"),)
    with desk(tmp_path, made, supplier=Script({"first": supplier, "second": supplier}), keys=keys) as here:
        # A supplier's key that is in the gateway's memory, as with a real supplier.
        house = here.app.house
        house.lines = tuple(_with_key(line) for line in house.lines)
        async with aiohttp.ClientSession() as session:
            answers = [
                await _ask(session, here.url, f"{PROMPT} {kind}", stream, key)
                for kind in (*map(str, STATUSES), "cut", "garbage")
                for stream in (False, True)
                for key in (CLIENT, WRONG)
            ]
            async with session.post(
                f"{here.url}/v1/chat/completions",
                data=f'{{"model": "{PROMPT}", "messages": [',
                headers=_headers(CLIENT),
            ) as response:
                assert response.status == 400
            async with session.get(f"{here.url}/metrics", headers=_headers(CLIENT)) as response:
                figures = await response.text()
    assert any(ANSWER.encode() in body for body in answers)  # the client gets what is meant for it
    assert not any(CLIENT.encode() in body or SYSTEM.encode() in body for body in answers)
    passed = [body for body in answers if SUPPLIER.encode() in body]
    assert len(passed) <= 4, "only a caller's own mistake comes back in the supplier's words"
    left = _files(tmp_path)
    assert {"ledger.jsonl", "ledger.jsonl.head", "machine.jsonl"} <= left.keys()
    out = capfd.readouterr()
    left |= {"metrics": figures.encode(), "log": caplog.text.encode(), "out": out.out.encode(), "err": out.err.encode()}
    assert [name for name, data in left.items() if PLANTED.encode() in data] == []
    assert b"shop" in left["ledger.jsonl"]
    assert not log.replay(rules(made), here.record.read_bytes().splitlines(keepends=True))


def test_keys_are_not_in_what_prints_them(tmp_path: Path) -> None:
    key = add_key(tmp_path / "keys.json", "shop").data["key"]
    setup = Setup(
        m.encode(plan()), (Upstream("openai", "https://x", SUPPLIER),), "l", key_file=str(tmp_path / "keys.json")
    )
    assert SUPPLIER not in repr(setup.upstreams)
    assert key not in (tmp_path / "keys.json").read_text()
    assert key not in repr(Watched.__init__)


def _with_key(line: Line) -> Line:
    return changed(line, key=SUPPLIER)


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def _headers(key: str) -> dict[str, str]:
    return {
        "authorization": f"Bearer {key}",
        "x-secret": HEADER,
        "cookie": f"session={COOKIE}",
        "x-forwarded-for": HEADER,
        "content-type": "application/json",
    }


async def _ask(session: aiohttp.ClientSession, url: str, text: str, stream: bool, key: str) -> bytes:
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]
    body = {"model": "both", "messages": messages, "stream": stream, "user": PROMPT, "metadata": {"note": PROMPT}}
    async with session.post(f"{url}/v1/chat/completions", json=body, headers=_headers(key)) as response:
        return await response.read()


@pytest.mark.parametrize("recorded", [False, True])
async def test_prompts_are_kept_beside_the_ledger_where_the_plan_says_so(tmp_path: Path, recorded: bool) -> None:
    made = plan(gateway=replace(plan().gateway, record_prompts=recorded))
    with desk(tmp_path, made, supplier=Script({"first": supplier})) as here:
        async with aiohttp.ClientSession() as session:
            for stream in (False, True):
                await _ask(session, here.url, f"{PROMPT} 200", stream, CLIENT)
    file = tmp_path / "ledger.prompts.jsonl"
    assert file.exists() == recorded
    if recorded:
        kept = [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
        assert [item["request"] for item in kept] == [row.request for row in here.requests]
        assert {item["answered"] for item in kept} == {ANSWER}
        assert kept[0]["asked"]["messages"][1]["content"] == f"{PROMPT} 200"
        assert file.stat().st_mode & 0o777 == 0o600
        assert CLIENT.encode() not in file.read_bytes()
    assert PLANTED.encode() not in here.ledger.read_bytes()
