"""Answers by meaning in a running gateway: who gets whose answer, what is learned, and that nothing of it fails."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from archwright.learn.recall import Near, Recall, Verdict
from archwright.plan import model as m
from archwright.runtime.gateway.meaning import opening
from archwright.runtime.gateway.meaning.meaning import Meaning
from archwright.runtime.gateway.setup import ClientKey
from tests.runtime import sample as s

PARCEL = "Where is my parcel?"
SAME = "Tell me where my parcel is, please"
REFUND = "When do I get my refund?"
MEANINGS = {"parcel": [1.0, 0.0, 0.0], "refund": [0.0, 1.0, 0.0]}


class Sure(Recall):
    """Serves whatever is near, and remembers what it was told."""

    told: ClassVar[list[tuple[int, bool | None]]] = []
    heard: ClassVar[list[tuple[int, bool]]] = []
    audit: ClassVar[bool] = False

    def judge(self, text: str, near: Sequence[Near], luck: float) -> Verdict:
        found = super().judge(text, near, luck)
        good = bool(near) and near[0].similarity > 0.9
        return found._replace(serve=good and not self.audit, audit=good and self.audit)

    def label(self, ticket: int, same: bool | None) -> None:
        self.told.append((ticket, same))

    def feedback(self, entry: int, wrong: bool) -> None:
        self.heard.append((entry, wrong))


async def vectors(case: s.Case) -> None:
    texts = case.body["input"]
    found = [next((v for word, v in MEANINGS.items() if word in text), [0.0, 0.0, 1.0]) for text in texts]
    data = [{"embedding": vector, "index": at} for at, vector in enumerate(found)]
    await case.reply(200, {"data": data, "usage": {"prompt_tokens": 7, "total_tokens": 7}})


async def answers(case: s.Case) -> None:
    """The answer names what it is about; a stream where one is wanted."""
    asked = json.dumps(case.body["messages"])
    about = "KB-1" if "parcel" in asked else "KB-2"
    if case.body.get("stream"):
        await case.events(s.chunk(f"[{about}] It is on its way."), s.chunk("", "stop"), b"data: [DONE]\n\n")
    else:
        await case.reply(200, s.completion(f"[{about}] You asked at {len(asked)}."))


def plan(semantic: m.Semantic, **changes: Any) -> m.Plan:
    hops = (s.hop(0),)
    return s.plan(
        targets=(s.target("model"), s.target("embedder"), s.target("critic")),
        routes=(s.route("kept", hops, cache=0), s.route("plain", hops), s.route("judge", (s.hop(2),))),
        caches=(m.Cache("answers", 60.0, 100, semantic),),
        **changes,
    )


def semantic(**changes: Any) -> m.Semantic:
    given = {
        "mode": "on", "wrong": 0.02, "embedder": 1, "compare": "answer-id", "answer_id": r"KB-\d+", "patience": 9.0,
    }  # fmt: skip
    return m.Semantic(**{**given, **changes})


class Shop:
    """A gateway that answers by meaning, and what its supplier was asked."""

    def __init__(self, desk: s.Desk, script: s.Script) -> None:
        self.desk = desk
        self.script = script

    def ask(self, text: str, headers: Mapping[Any, Any] | None = None, **fields: Any) -> httpx.Response:
        body = {"model": "kept", "messages": [{"role": "user", "content": text}], **fields}
        found = httpx.post(f"{self.desk.url}/v1/chat/completions", json=body, headers=headers, timeout=20)
        assert found.status_code == 200, found.text
        self.learn()
        return found

    def learn(self) -> None:
        """Wait until what was fresh was compared."""
        for meaning in self.desk.app.house.meanings.values():
            assert isinstance(meaning, Meaning)
            self.wait(meaning.drained())

    def wait(self, call: Awaitable[Any]) -> Any:
        """What the gateway's loop says when it has done something."""
        assert self.desk.loop is not None
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(call, 20), self.desk.loop).result(21)

    def at_desk(self, what: str, **wanted: Any) -> Any:
        house = self.desk.app.house
        assert house.desk is not None
        return self.wait(house.desk(house, what, json.dumps(wanted).encode()))

    def asked(self, target: str = "model") -> int:
        return sum(case.target == target for case in self.script.seen)


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Recall", Sure)
    Sure.told, Sure.heard, Sure.audit = [], [], False


@contextmanager
def shop(folder: Path, made: m.Plan, keys: tuple[ClientKey, ...] = (), **answering: s.Answering) -> Iterator[Shop]:
    script = s.Script({"model": answers, "embedder": vectors, "critic": answers, **answering})
    with s.desk(folder, made, supplier=script, keys=keys) as desk:
        yield Shop(desk, script)


def cache_of(answer: httpx.Response) -> str:
    return answer.headers["x-archwright-cache"]


def test_another_wording_gets_the_same_answer_and_the_ledger_says_how(tmp_path: Path) -> None:
    with shop(tmp_path, plan(semantic())) as desk:
        first, again, other = desk.ask(PARCEL), desk.ask(SAME), desk.ask(REFUND)
        assert [cache_of(item) for item in (first, again, other)] == ["miss", "semantic", "miss"]
        assert again.json()["choices"] == first.json()["choices"]
        assert float(again.headers["x-archwright-similarity"]) == 1.0
        assert desk.asked() == 2
        assert desk.asked("embedder") == 3
    rows = desk.desk.requests
    assert [row.cache for row in rows] == ["miss", "semantic", "miss"]
    assert [row.how for row in rows] == ["answered", "cached", "answered"]
    assert rows[1].cost == 7 * s.price().input  # its vector, and nothing else
    assert sum(row.number == 0 for row in desk.desk.attempts) == 3


def test_the_same_words_are_not_looked_up(tmp_path: Path) -> None:
    with shop(tmp_path, plan(semantic())) as desk:
        assert [cache_of(desk.ask(PARCEL)) for _ in range(3)] == ["miss", "hit", "hit"]
        assert desk.asked("embedder") == 1


def test_a_route_without_pays_nothing(tmp_path: Path) -> None:
    with shop(tmp_path, plan(semantic())) as desk:
        desk.ask(PARCEL, model="plain")
        assert desk.asked("embedder") == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": SAME}]},
        {"temperature": 0.7},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
        {"n": 2},
        {"messages": [
            {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"},
            {"role": "user", "content": SAME},
        ]},
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        {"headers": {"x-archwright-scope": "staff"}},
    ],
)  # fmt: skip
def test_nothing_crosses_from_one_namespace_into_another(tmp_path: Path, fields: dict[str, Any]) -> None:
    with shop(tmp_path, plan(semantic())) as desk:
        desk.ask(PARCEL)
        assert cache_of(desk.ask(SAME, **fields)) == "miss"


def test_what_does_not_shape_an_answer_parts_nothing(tmp_path: Path) -> None:
    with shop(tmp_path, plan(semantic())) as desk:
        desk.ask(PARCEL, user="anna")
        assert cache_of(desk.ask(SAME, user="bert", stream=True)) == "semantic"


def test_a_conversation_is_looked_up_where_that_is_declared_and_by_its_own_turns(tmp_path: Path) -> None:
    def turns(begin: str, end: str) -> list[dict[str, str]]:
        said = [("user", begin), ("assistant", "Hi"), ("user", end)]
        return [{"role": role, "content": text} for role, text in said]

    with shop(tmp_path, plan(semantic(context="include"))) as desk:
        desk.ask("", messages=turns("I am Anna", PARCEL))
        assert cache_of(desk.ask("", messages=turns("I am Anna", SAME))) == "semantic"
        assert cache_of(desk.ask("", messages=turns("I am Bert", SAME))) == "miss"


def test_a_shadow_answers_nothing_and_counts_what_it_would_have_saved(tmp_path: Path) -> None:
    with shop(tmp_path, plan(semantic(mode="shadow"))) as desk:
        assert [cache_of(desk.ask(text)) for text in (PARCEL, SAME)] == ["miss", "miss"]
        _, told = desk.at_desk("GET /cache")
        assert told["kept"]["lookups"]["shadow"] == 1
        assert told["kept"]["saved_pico_dollars"] > 0
        assert Sure.told == [(2, True)]


def test_an_audited_hit_is_asked_and_teaches(tmp_path: Path) -> None:
    with shop(tmp_path, plan(semantic())) as desk:
        desk.ask(PARCEL)
        Sure.audit = True
        assert cache_of(desk.ask(SAME)) == "miss"
        assert cache_of(desk.ask("a parcel, or rather no refund")) == "miss"
        assert Sure.told == [(2, True), (3, True)]


@pytest.mark.parametrize("trouble", ["error", "nonsense", "late"])
def test_an_embedder_that_fails_is_a_miss(tmp_path: Path, trouble: str) -> None:
    async def broken(case: s.Case) -> None:
        if trouble == "late":
            await asyncio.sleep(0.6)
        await case.reply(500 if trouble == "error" else 200, {"data": []})

    with shop(tmp_path, plan(semantic(patience=0.2)), embedder=broken) as desk:
        assert [cache_of(desk.ask(text)) for text in (PARCEL, SAME)] == ["miss", "miss"]
        assert desk.at_desk("GET /cache")[1]["kept"]["lookups"]["failed"] == 2


def test_vectors_of_another_length_are_a_miss_too(tmp_path: Path) -> None:
    async def longer(case: s.Case) -> None:
        size = 3 if "parcel?" in case.body["input"][0] else 4
        await case.reply(200, {"data": [{"embedding": [1.0] * size, "index": 0}]})

    with shop(tmp_path, plan(semantic()), embedder=longer) as desk:
        assert [cache_of(desk.ask(text)) for text in (PARCEL, SAME)] == ["miss", "miss"]


@pytest.mark.parametrize("streamed", [(True, False), (False, True), (True, True)])
def test_an_answer_is_given_again_as_it_is_asked_for(tmp_path: Path, streamed: tuple[bool, bool]) -> None:
    with shop(tmp_path, plan(semantic())) as desk:
        desk.ask(PARCEL, stream=streamed[0])
        again = desk.ask(SAME, stream=streamed[1])
        assert cache_of(again) == "semantic"
        if streamed[1]:
            assert again.headers["content-type"].startswith("text/event-stream")
            assert again.text.endswith("data: [DONE]\n\n")
            assert "KB-1" in again.text
        else:
            assert "KB-1" in again.json()["choices"][0]["message"]["content"]


@pytest.mark.parametrize("stream", [False, True])
def test_it_is_given_again_in_the_other_wire(tmp_path: Path, stream: bool) -> None:
    """Two wires are two namespaces; within the second one a target of the first one answered."""
    with shop(tmp_path, plan(semantic())) as desk:
        found = []
        for text in (PARCEL, SAME):
            body = {
                "model": "kept",
                "max_tokens": 50,
                "messages": [{"role": "user", "content": text}],
                "stream": stream,
            }
            headers = {"anthropic-version": "2023-06-01"}
            found.append(httpx.post(f"{desk.desk.url}/v1/messages", json=body, headers=headers, timeout=20))
            desk.learn()
        assert [cache_of(item) for item in found] == ["miss", "semantic"]
        assert "KB-1" in found[1].text
        assert ("event: message_stop" in found[1].text) == stream


def keys(*names: str) -> tuple[ClientKey, ...]:
    return tuple(ClientKey("shop", hashlib.sha256(name.encode()).hexdigest(), name) for name in names)


def key(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


TENANTS = (m.Tenant("shop", 1.0, 0, 0.0),)


def test_nobody_gets_a_strangers_answer_before_it_was_found_right(tmp_path: Path) -> None:
    made = plan(semantic(), tenants=TENANTS)
    with shop(tmp_path, made, keys("anna", "bert", "carl")) as desk:
        desk.ask(PARCEL, key("anna"))
        assert cache_of(desk.ask(SAME, key("anna"))) == "semantic"
        assert cache_of(desk.ask("my parcel!", key("bert"))) == "miss"  # compared, and the same
        assert cache_of(desk.ask("the parcel, where?", key("carl"))) == "semantic"


def test_what_a_stranger_says_that_is_not_right_stays_with_him(tmp_path: Path) -> None:
    async def poisoned(case: s.Case) -> None:
        said = "KB-666" if "evil" in json.dumps(case.body) else "KB-1"
        await case.reply(200, s.completion(said))

    with shop(tmp_path, plan(semantic(), tenants=TENANTS), keys("anna", "evil"), model=poisoned) as desk:
        desk.ask("parcel evil", key("evil"))
        for text in (PARCEL, SAME, "parcel?"):
            assert "KB-666" not in desk.ask(text, key("anna")).text


def test_a_client_adds_so_many_answers_an_hour(tmp_path: Path) -> None:
    with shop(tmp_path, plan(semantic(each_client=1))) as desk:
        assert [cache_of(desk.ask(text)) for text in (PARCEL, REFUND, SAME, "my refund!")] == [
            "miss", "miss", "semantic", "miss",
        ]  # fmt: skip


def test_what_was_wrong_is_forgotten_and_taught(tmp_path: Path) -> None:
    with shop(tmp_path, plan(semantic())) as desk:
        desk.ask(PARCEL)
        entry = desk.ask(SAME).headers["x-archwright-entry"]
        assert desk.at_desk("POST /cache/feedback", entry=entry) == (200, {"heard": True})
        assert Sure.heard == [(int(entry, 16), True)]
        assert cache_of(desk.ask(PARCEL)) == "miss"
        assert desk.at_desk("POST /cache/feedback", entry="00ff")[0] == 404
        assert desk.at_desk("POST /cache/feedback", entry="what")[0] == 400


@pytest.mark.parametrize(
    ("wanted", "gone"),
    [
        ({"tenant": "shop"}, 2),
        ({"tenant": "other"}, 0),
        ({"scope": "v1"}, 1),
        ({"scope": "v2"}, 0),
        ({"route": "kept"}, 2),
    ],
)
def test_answers_are_forgotten_by_what_they_belong_to(tmp_path: Path, wanted: dict[str, str], gone: int) -> None:
    with shop(tmp_path, plan(semantic(), tenants=TENANTS), keys("anna")) as desk:
        desk.ask(PARCEL, {**key("anna"), "x-archwright-scope": "v1"})
        desk.ask(REFUND, key("anna"))
        assert desk.at_desk("POST /cache/evict", **wanted) == (200, {"evicted": gone})
        left = [cache_of(desk.ask(REFUND, key("anna")))]
        left.append(cache_of(desk.ask(PARCEL, {**key("anna"), "x-archwright-scope": "v1"})))
        assert left.count("miss") == gone


@pytest.mark.parametrize("wanted", [{}, {"route": "nowhere"}, {"name": "x"}])
def test_who_names_nothing_is_told_what_to_name(tmp_path: Path, wanted: dict[str, str]) -> None:
    with shop(tmp_path, plan(semantic())) as desk:
        status, told = desk.at_desk("POST /cache/evict", **wanted)
        assert status in (400, 404)
        assert told["error"]
        assert desk.at_desk("GET /elsewhere")[0] == 404


def test_a_judge_is_asked_by_its_route_and_paid_for(tmp_path: Path) -> None:
    async def critic(case: s.Case) -> None:
        said = json.dumps(case.body["messages"])
        await case.reply(200, s.completion("YES." if "refund" not in said else "No, they differ"))

    made = plan(semantic(compare="judge", judge=2))
    with shop(tmp_path, made, critic=critic) as desk:
        desk.ask(PARCEL)
        Sure.audit = True
        desk.ask(SAME)
        desk.ask("parcel or refund")
        assert [same for _, same in Sure.told] == [True, False]
    judged = [row for row in desk.desk.requests if row.route == "judge"]
    assert len(judged) == 2
    assert all(row.cost > 0 and row.request.startswith("judge-") for row in judged)


@pytest.mark.parametrize(
    "changes",
    [{"compare": "judge", "judge": 2}, {"compare": "exact"}, {"answer_id": "NO-SUCH"}, {"compare": "embedding"}],
)
def test_a_comparator_that_cannot_tell_teaches_nothing(tmp_path: Path, changes: dict[str, Any]) -> None:
    async def silent(case: s.Case) -> None:
        await case.reply(200, s.completion(""))

    async def broken(case: s.Case) -> None:
        await case.reply(500, {})

    odd = {"model": silent} if changes.get("compare") in ("exact", "embedding") else {"critic": broken}
    with shop(tmp_path, plan(semantic(**changes)), (), **odd) as desk:
        desk.ask(PARCEL)
        Sure.audit = True
        desk.ask(SAME)
        assert [same for _, same in Sure.told] == [None]


def test_answers_are_compared_by_their_vectors(tmp_path: Path) -> None:
    async def two(case: s.Case) -> None:
        await case.reply(200, s.completion("a parcel, then" if "please" in json.dumps(case.body) else "parcel"))

    with shop(tmp_path, plan(semantic(compare="embedding")), model=two) as desk:
        desk.ask(PARCEL)
        Sure.audit = True
        desk.ask(SAME)
        assert [same for _, same in Sure.told] == [True]
    assert any(row.request.startswith("compare-") for row in desk.desk.attempts)


def test_without_an_embedder_it_stays_off_and_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with shop(tmp_path, plan(semantic(embedder=-1, model_dir=str(tmp_path / "nowhere")))) as desk:
        assert [cache_of(desk.ask(text)) for text in (PARCEL, PARCEL, SAME)] == ["miss", "hit", "miss"]
    assert "nothing by meaning" in caplog.text
