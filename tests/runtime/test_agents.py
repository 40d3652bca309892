"""Agents behind the real gateway: who works, what follows when somebody fails, bounds, people, clients."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import openai
import pytest

from archwright.ledger.rows import Conversation
from archwright.runtime.gateway.setup import ClientKey
from tests.runtime.sample import Desk, desk
from tests.runtime.team import (
    HANDED,
    PEOPLE,
    WORDS,
    agent,
    asked,
    delegate,
    models,
    speakers,
    team,
    tool,
)


class Got:
    """An answer, read."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.status = answer.status_code
        self.headers = {
            key.removeprefix("x-archwright-"): value
            for key, value in answer.headers.items()
            if key.startswith("x-archwright-")
        }
        self.body: dict[str, Any] = answer.json()
        self.text = self.body["choices"][0]["message"]["content"] if self.status == 200 else self.body["error"]["code"]


def ask(place: Desk, words: str, session: str = "", **headers: str) -> Got:
    given = {"x-archwright-session": session, **headers} if session else headers
    return Got(httpx2.post(f"{place.url}/v1/chat/completions", json=asked(words), headers=given, timeout=30))


def conversations(place: Desk) -> list[Conversation]:
    return [row for row in place.rows() if isinstance(row, Conversation)]


def test_whoever_is_called_for_works_and_the_answer_holds_what_they_found(tmp_path: Path) -> None:
    supplier = models()
    with desk(tmp_path, team(), supplier=supplier, agents=True) as place:
        got = ask(place, "Where is my parcel?", "one")
    assert got.text == "Returns within 30 days. It left on Monday."
    assert got.headers["agents"] == "chief,orders"
    assert got.headers["tools"] == "search,orders-api"
    assert got.headers["conversation"] == "one"
    assert "degraded" not in got.headers
    assert speakers(supplier) == ["chief", "orders", "chief", "chief"]  # chooses, works, chooses again, writes
    assert got.body["usage"]["total_tokens"] == 4 * 15


def test_every_model_call_is_in_the_ledger_with_its_agent_and_conversation(tmp_path: Path) -> None:
    with desk(tmp_path, team(), supplier=models(), agents=True) as place:
        ask(place, "Where is my parcel?", "one")
    assert [row.step for row in place.requests] == ["chief", "orders", "chief", "chief"]
    assert {row.session for row in place.requests} == {"one"}
    accepted, answered = conversations(place)
    assert (accepted.standing, answered.standing) == ("accepted", "answered")
    assert answered.worked == ("search", "orders-api", "orders", "chief")
    assert answered.cost == sum(row.cost for row in place.requests)
    first = next(index for index, row in enumerate(place.rows()) if isinstance(row, Conversation))
    assert not any(hasattr(row, "step") for row in place.rows()[:first]), "a turn begins before it is accepted"


@pytest.mark.parametrize(
    ("words", "broken", "status", "text", "headers"),
    [
        ("my parcel", "orders", 200, "Returns within 30 days. I cannot ask orders just now.", {"degraded": "orders"}),
        ("a refund", "policy", 200, HANDED, {"handed-over": "people"}),
        ("my contract", "legal", 200, WORDS, {"degraded": "prepared-words"}),
        ("my invoice", "money", 200, HANDED, {"handed-over": "people"}),  # the chief fails too, and people take over
    ],
)
def test_what_follows_when_a_delegate_fails_is_what_the_plan_says(
    tmp_path: Path, words: str, broken: str, status: int, text: str, headers: dict[str, str]
) -> None:
    with desk(tmp_path, team(), supplier=models(**{broken: lambda _: 500}), agents=True) as place:
        got = ask(place, words)
    assert (got.status, got.text) == (status, text)
    assert headers.items() <= got.headers.items()
    assert {"degraded", "handed-over"} & got.headers.keys() == headers.keys()


def test_an_agent_that_fails_with_nobody_to_hand_over_to_answers_with_an_error(tmp_path: Path) -> None:
    alone = (agent("chief", delegate("money", "invoice", if_fails="fail")), agent("money"))
    with desk(tmp_path, team(alone, ()), supplier=models(money=lambda _: 500), agents=True) as place:
        got = ask(place, "my invoice", "one")
        again = ask(place, "my invoice", "one")
    assert (got.status, got.text) == (502, "agent_failed")
    assert "money: upstream_failed" in got.body["error"]["message"]
    assert again.status == 502, "a turn that failed is tried anew"
    assert [row.standing for row in conversations(place)] == ["accepted", "failed"] * 2


def test_a_delegate_is_asked_again_as_often_as_its_flow_allows(tmp_path: Path) -> None:
    tries = iter((500, 500, "found at last"))
    twice = (agent("chief", delegate("orders", "parcel", attempts=2)), agent("orders"))
    # Each try of the agent is two of the gateway's: it falls back to the second model.
    with desk(tmp_path, team(twice, ()), supplier=models(orders=lambda _: next(tries)), agents=True) as place:
        got = ask(place, "my parcel")
    assert got.text == "found at last"
    assert "degraded" not in got.headers


def test_prepared_words_of_a_route_are_no_answer_of_a_delegate(tmp_path: Path) -> None:
    members = (agent("chief", delegate("orders", "parcel")), agent("orders", route=1, choice_route=1))
    with desk(tmp_path, team(members, ()), supplier=models(orders=lambda _: 500), agents=True) as place:
        got = ask(place, "my parcel")
    assert got.headers["degraded"] == "orders"


def test_prepared_words_of_a_route_reach_the_customer_where_no_model_answers(tmp_path: Path) -> None:
    members = (agent("chief", route=1, choice_route=1),)
    with desk(tmp_path, team(members, ()), supplier=models(chief=lambda _: 500), agents=True) as place:
        got = ask(place, "anything")
    assert (got.status, got.text, got.headers["degraded"]) == (200, "unsure", "prepared-words")
    assert conversations(place)[-1].standing == "prepared"


@pytest.mark.parametrize("bound", [{"max_steps": 1}, {"max_cost": 1}])
def test_a_loop_that_meets_its_bound_hands_over(tmp_path: Path, bound: dict[str, int]) -> None:
    members = (agent("chief", delegate("orders", "parcel"), hand_over=PEOPLE, **bound), agent("orders"))
    supplier = models()
    with desk(tmp_path, team(members, ()), supplier=supplier, agents=True) as place:
        got = ask(place, "my parcel")
    assert (got.text, got.headers["handed-over"]) == (HANDED, "people")
    assert speakers(supplier).count("chief") == 1
    assert "bound" in conversations(place)[-1].why


def test_a_delegate_that_meets_its_bound_has_failed(tmp_path: Path) -> None:
    members = (
        agent("chief", delegate("orders", "parcel")),
        agent("orders", delegate("policy", "parcel"), max_steps=1),
        agent("policy"),
    )
    with desk(tmp_path, team(members, ()), supplier=models(), agents=True) as place:
        got = ask(place, "my parcel")
    assert got.headers["degraded"] == "orders"


def test_time_that_is_up_counts_for_the_delegate_and_for_all_that_it_asks(tmp_path: Path) -> None:
    members = (agent("chief", delegate("orders", "parcel", timeout_s=0.2)), agent("orders", delegate("slow")))
    sluggish = tool("slow", median_s=60.0)
    with desk(tmp_path, team(members, (sluggish,)), supplier=models(), agents=True) as place:
        got = ask(place, "my parcel")
    assert got.headers["degraded"] == "orders"
    assert conversations(place)[-1].why == "orders: timeout"


def test_a_tool_that_takes_too_long_is_left_out(tmp_path: Path) -> None:
    members = (agent("chief", delegate("slow", timeout_s=0.1)),)
    with desk(tmp_path, team(members, (tool("slow", median_s=60.0),)), supplier=models(), agents=True) as place:
        assert ask(place, "anything").headers["degraded"] == "slow"


# ------------------------------------------------------------------------------------------------------ people


def test_a_person_can_answer_later_even_after_a_restart(tmp_path: Path) -> None:
    with desk(tmp_path, team(), supplier=models(), agents=True) as place:
        first = ask(place, "I want a person", "one")
    with desk(tmp_path, team(), supplier=models(), agents=True) as place:
        meanwhile = ask(place, "Hello?", "one")
        url = f"{place.url}/v1/conversations"
        (waiting,) = httpx2.get(url).json()["data"]
        told = Got(httpx2.post(f"{url}/one", json={"answer": "Anna here: it is solved."}))
        left = httpx2.get(url).json()["data"]
        twice = httpx2.post(f"{url}/one", json={"answer": "again"})
        later = ask(place, "I want a person", "one")
    assert first.headers["handed-over"] == meanwhile.headers["handed-over"] == "people"
    assert (waiting["conversation"], waiting["person"], waiting["question"]) == ("one", "people", "I want a person")
    assert told.text == later.text == "Anna here: it is solved."
    assert left == []
    assert twice.status_code == 404
    assert conversations(place)[-1].standing == "answered-by-person"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/one", b"{}", 400),
        ("POST", "/one", b"\xff", 400),
        ("POST", "/one", b'{"answer": "  "}', 400),
        ("POST", "/other", b'{"answer": "x"}', 404),
        ("POST", "", b'{"answer": "x"}', 404),
        ("DELETE", "/one", b"", 404),
        ("GET", "x", b"", 404),
    ],
)
def test_what_no_person_says_is_refused(tmp_path: Path, method: str, path: str, body: bytes, status: int) -> None:
    with desk(tmp_path, team(), supplier=models(), agents=True) as place:
        ask(place, "I want a person", "one")
        assert httpx2.request(method, f"{place.url}/v1/conversations{path}", content=body).status_code == status


# ------------------------------------------------------------------------------------------------------ turns


def test_the_same_question_of_a_conversation_is_answered_once(tmp_path: Path) -> None:
    supplier = models()
    with desk(tmp_path, team(), supplier=supplier, agents=True) as place:
        first, again = ask(place, "my parcel", "one"), ask(place, "my parcel", "one")
        asked_of_models = len(supplier.seen)
        other = ask(place, "my parcel", "two")
    assert first.text == again.text == other.text
    assert asked_of_models == 4
    assert len(supplier.seen) == 8


def test_a_new_question_of_a_conversation_begins_afresh(tmp_path: Path) -> None:
    with desk(tmp_path, team(), supplier=models(orders=lambda _: 500), agents=True) as place:
        assert ask(place, "my parcel", "one").headers["degraded"] == "orders"
        got = ask(place, "good morning", "one")
    assert got.text == "Returns within 30 days."
    assert got.headers["agents"] == "chief"
    assert "degraded" not in got.headers


def test_only_where_a_conversation_stands_is_kept_and_nothing_of_one_without_a_name(tmp_path: Path) -> None:
    with desk(tmp_path, team(), supplier=models(), agents=True) as place:
        ask(place, "my parcel")
        ask(place, "my parcel", "one")
        ask(place, "good morning", "one")
        ask(place, "I want a person")
        waiting = httpx2.get(f"{place.url}/v1/conversations").json()["data"]
    with contextlib.closing(sqlite3.connect(tmp_path / "conversations.sqlite")) as file:
        kept = file.execute("SELECT thread_id, count(*) FROM checkpoints GROUP BY 1 ORDER BY 1").fetchall()
    assert kept == sorted([("/one", 1), (waiting[0]["thread"], 1)])


def test_tenants_do_not_share_conversations(tmp_path: Path) -> None:
    keys = tuple(ClientKey(name, hashlib.sha256(name.encode()).hexdigest()) for name in ("shop", "other"))
    with desk(tmp_path, team(), supplier=models(), keys=keys, agents=True) as place:
        mine = ask(place, "I want a person", "one", authorization="Bearer shop")
        theirs = ask(place, "good morning", "one", authorization="Bearer other")
        url = f"{place.url}/v1/conversations"
        listed = httpx2.get(url, headers={"authorization": "Bearer other"}).json()["data"]
        told = httpx2.post(f"{url}/one", json={"answer": "x"}, headers={"authorization": "Bearer other"})
        nobody = httpx2.get(url)
    assert mine.headers["handed-over"] == "people"
    assert theirs.text == "Returns within 30 days."
    assert (listed, told.status_code, nobody.status_code) == ([], 404, 401)


@pytest.mark.parametrize("messages", [[], [1], "x", None, [{"role": "assistant", "content": "x"}], [{"content": "x"}]])
def test_a_request_without_a_question_is_refused(tmp_path: Path, messages: object) -> None:
    with desk(tmp_path, team(), supplier=models(), agents=True) as place:
        body = {"model": "agent/chief", "messages": messages}
        assert httpx2.post(f"{place.url}/v1/chat/completions", json=body).status_code == 400


def test_odd_messages_do_no_harm(tmp_path: Path) -> None:
    with desk(tmp_path, team(), supplier=models(), agents=True) as place:
        parts = [{"type": "text", "text": "parcel"}]
        messages = [{"role": "system", "content": "obey"}, {"role": "user", "content": parts}]
        body = {"model": "agent/chief", "messages": messages}
        odd = {b"x-archwright-session": "é/../\tx".encode()}
        answer = httpx2.post(f"{place.url}/v1/chat/completions", json=body, headers=odd)
    assert Got(answer).headers["agents"] == "chief,orders"


# ------------------------------------------------------------------------------------------------------ clients


def test_the_openai_sdk_talks_to_an_agent_whole_and_streamed(tmp_path: Path) -> None:
    with (
        desk(tmp_path, team(), supplier=models(), agents=True) as place,
        openai.OpenAI(base_url=f"{place.url}/v1", api_key="none") as client,
    ):
        names = [model.id for model in client.models.list()]
        messages: Any = asked("Where is my parcel?")["messages"]
        whole = client.chat.completions.create(model="agent/test", messages=messages)
        pieces = list(
            client.chat.completions.create(
                model="agent/chief", messages=messages, stream=True, stream_options={"include_usage": True}
            )
        )
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model="agent/nobody", messages=messages)
    assert names == ["both", "kind", "agent/test", "agent/chief"]
    assert whole.choices[0].message.content == "Returns within 30 days. It left on Monday."
    streamed = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    assert streamed == whole.choices[0].message.content
    assert pieces[-1].usage is not None
    assert pieces[-1].usage.total_tokens == 60


# -------------------------------------------------------------------------------------------------- real tools


@pytest.fixture
def served() -> Iterator[tuple[str, list[tuple[dict[str, Any], str]]]]:
    """A tool that answers over HTTP, and what it was asked: bodies and idempotency keys."""
    seen: list[tuple[dict[str, Any], str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            seen.append((msgspec.json.decode(body), self.headers["idempotency-key"]))
            answers = {"/plain": b'{"answer": "on its way"}', "/odd": b'{"parcels": [1]}', "/not-json": b"hello"}
            data = answers.get(self.path, b"[" + b"1," * 40_000 + b"1]")
            self.send_response(500 if self.path == "/broken" else 200)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as bound:
        threading.Thread(target=bound.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{bound.server_address[1]}", seen
        bound.shutdown()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/plain", "on its way"),
        ("/odd", '{"parcels":[1]}'),
        ("/not-json", "I cannot ask api just now."),
        ("/broken", "I cannot ask api just now."),
        ("/long", "I cannot ask api just now."),
    ],
)
def test_a_real_tool_is_asked_by_json(
    tmp_path: Path,
    served: tuple[str, list[tuple[dict[str, Any], str]]],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    text: str,
) -> None:
    url, seen = served
    members = (agent("chief", delegate("api", attempts=2)),)
    with desk(tmp_path, team(members, (tool("api", endpoint=url + path),)), supplier=models(), agents=True) as place:
        monkeypatch.setattr(place.app.house.crew.doing, "emulated", False)  # type: ignore[union-attr]
        assert ask(place, "my parcel", "one").text == text
    assert seen[0][0] == {"question": "my parcel", "conversation": "one", "agent": "chief"}
    assert len({key for _, key in seen}) == 1, "whoever is asked again must be able to know it"
    assert len(seen) == (1 if path in ("/plain", "/odd") else 2)
