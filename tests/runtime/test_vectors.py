"""Vectors at OpenAI's address for them: limits, money, fallback and ledger as for every other request."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import aiohttp
import openai

from archwright.plan import model as m
from archwright.runtime.gateway.setup import ClientKey
from tests.runtime.sample import Case, Desk, Script, desk, hop, plan, route, target
from tests.runtime.test_lane import lanes

ASK: dict[str, Any] = {"model": "both", "input": ["one two", "three"]}


async def post(
    here: Desk, body: object, headers: dict[str, str] | None = None, path: str = "/v1/embeddings"
) -> tuple[int, dict[str, str], Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{here.url}{path}", json=body, headers=headers or {}) as response,
    ):
        return response.status, {key.lower(): value for key, value in response.headers.items()}, await response.json()


def client_of(here: Desk) -> Any:
    return openai.OpenAI(base_url=f"{here.url}/v1", api_key="any", max_retries=0)


def vectors(model: str, tokens: int = 3) -> dict[str, Any]:
    data = [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}]
    return {"object": "list", "data": data, "model": model, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}


async def failing(case: Case) -> None:
    await case.reply(500, {"error": {"message": "no"}})


async def well(case: Case) -> None:
    await case.reply(200, vectors(case.body["model"]))


def test_an_unchanged_client_has_vectors_and_they_are_paid(tmp_path: Path) -> None:
    with desk(tmp_path, plan()) as here, client_of(here) as client:
        answer = client.embeddings.create(model="both", input=["one two", "three"])
        floats = client.embeddings.create(model="both", input="one two", encoding_format="float")
    assert [item.index for item in answer.data] == [0, 1]
    assert len(answer.data[0].embedding) == len(floats.data[0].embedding) > 10
    assert answer.usage.prompt_tokens == 3
    first, second = here.requests
    assert (first.how, first.target, first.tokens_in, first.tokens_out) == ("answered", "first", 3, 0)
    assert first.cost == 3 * 400_000
    assert second.cost == 2 * 400_000
    assert not any(row.estimated for row in here.attempts)


async def test_all_but_the_model_goes_as_it_came_and_the_answer_too(tmp_path: Path) -> None:
    supplier = Script({"first": well})
    body = {**ASK, "input": [[1, 2, 3]], "dimensions": 2, "encoding_format": "base64", "user": "u", "odd": {"x": 1}}
    with desk(tmp_path, plan(), supplier=supplier) as here:
        status, headers, answer = await post(here, body)
    assert status == 200
    assert supplier.seen[0].body == {**body, "model": "first-1"}
    assert answer == vectors("first-1")
    assert headers["x-archwright-level"] == "0;rung=preferred"


async def test_another_target_takes_over(tmp_path: Path) -> None:
    with desk(tmp_path, plan(), supplier=Script({"first": failing, "second": well})) as here:
        status, headers, answer = await post(here, ASK)
    assert (status, answer["model"]) == (200, "second-1")
    assert headers["x-archwright-level"] == "1;rung=fallback"
    assert [row.outcome for row in here.attempts] == ["transient", "ok"]
    assert here.requests[0].cost == 3 * 200_000


async def test_what_says_no_usage_is_estimated_and_what_is_no_answer_fails_over(tmp_path: Path) -> None:
    async def silent(case: Case) -> None:
        await case.reply(200, {"data": vectors("m")["data"]})

    async def other(case: Case) -> None:
        await case.reply(200, {"choices": []})

    with desk(tmp_path, plan(), supplier=Script({"first": other, "second": silent})) as here:
        status, _, _ = await post(here, ASK)
    assert status == 200
    assert [(row.outcome, row.estimated) for row in here.attempts] == [("transient", False), ("ok", True)]
    assert here.requests[0].tokens_in > 0
    assert here.requests[0].tokens_out == 0


async def test_the_same_once_more_is_kept(tmp_path: Path) -> None:
    supplier = Script({"first": well})
    with desk(tmp_path, plan(), supplier=supplier) as here:
        found = [await post(here, {**ASK, "model": "kept"}) for _ in range(2)]
        chat = await post(here, {"model": "kept", "messages": []}, path="/v1/chat/completions")
    assert [headers["x-archwright-cache"] for _, headers, _ in found] == ["miss", "hit"]
    assert found[0][2] == found[1][2]
    assert chat[0] == 502, "an answer of the other address is none here"


async def test_a_key_and_a_budget_hold(tmp_path: Path) -> None:
    tenant = m.Tenant("shop", 1.0, 1_500_000, 0.0)
    key = ClientKey("shop", hashlib.sha256(b"secret").hexdigest())
    with desk(tmp_path, plan(tenants=(tenant,)), keys=(key,)) as here:
        assert (await post(here, ASK))[0] == 401
        sent = {"authorization": "Bearer secret"}
        statuses = [(await post(here, {**ASK, "input": "a b c"}, sent))[0] for _ in range(3)]
    assert statuses[-1] == 402
    assert sum(row.cost for row in here.requests) <= 1_500_000


async def test_a_target_of_another_wire_makes_none(tmp_path: Path) -> None:
    made = plan(targets=(target("first", provider="anthropic"),), routes=(route("both", (hop(0),)),))
    with desk(tmp_path, made) as here:
        status, _, answer = await post(here, ASK)
    assert (status, answer["error"]["code"]) == (400, "not_translatable")


async def test_what_is_no_request_for_vectors_is_refused(tmp_path: Path) -> None:
    with desk(tmp_path, plan()) as here:
        wrong: list[object] = [{"model": "both"}, {"input": "x"}, {**ASK, "model": 1}, []]
        for body in wrong:
            assert (await post(here, body))[0] == 400
        status, _, answer = await post(here, {**ASK, "model": "kind"})
        missing = await post(here, {**ASK, "model": "nobody"})
    assert (status, answer["error"]["code"]) == (400, "not_vectors")
    assert missing[0] == 404
    assert here.requests == []


async def test_the_batch_lane_costs_what_real_time_does(tmp_path: Path) -> None:
    """There is no tier to ask for at this address."""
    supplier = Script({"first": well})
    with desk(tmp_path, lanes(), supplier=supplier) as here:
        await post(here, ASK, {"x-archwright-lane": "batch"})
    assert "service_tier" not in supplier.seen[0].body
    assert here.requests[0].cost == 3 * 400_000
