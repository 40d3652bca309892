"""What a semantic cache keeps in a file, where a design says so: restarts go on with it, and erased is erased."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from archwright.learn.recall import Recall
from archwright.plan import model as m
from archwright.runtime.gateway.meaning import opening
from archwright.runtime.gateway.meaning.meaning import Meaning
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import ClientKey, Setup, Upstream
from archwright.runtime.providers import stand_in
from tests.runtime import sample as s
from tests.runtime.test_meaning import PARCEL, REFUND, SAME, Shop, Sure, answers, cache_of, plan, semantic, vectors

FILE = "ledger.answers.sqlite"


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Recall", Sure)
    Sure.told, Sure.heard, Sure.audit = [], [], False


@contextmanager
def shop(folder: Path, made: m.Plan, record: str = "", model: s.Answering = answers, **setting: Any) -> Iterator[Shop]:
    """A gateway as it serves: without a record of its machine."""
    script = s.Script({"model": model, "embedder": vectors, "critic": answers})
    with s.running(script) as upstream:
        setup = Setup(
            plan=m.encode(made),
            upstreams=tuple(Upstream(stand_in(target.provider), upstream.url) for target in made.targets),
            ledger=str(folder / "ledger.jsonl"),
            record=record,
            **setting,
        )
        with gateway(setup) as app, s.running(app) as server:
            ledger = folder / "ledger.jsonl"
            yield Shop(s.Desk(server.url, app, ledger, folder / "none", upstream.url, server.loop), script)


def rows(folder: Path) -> list[tuple[str, int, int]]:
    base = sqlite3.connect(folder / FILE)
    found = base.execute("SELECT text, hits, confirmed FROM entry ORDER BY text").fetchall()
    base.close()
    return found


KEPT = plan(semantic(keep="file"))


def test_a_restart_goes_on_with_what_was_kept(tmp_path: Path) -> None:
    with shop(tmp_path, KEPT) as desk:
        first = desk.ask(PARCEL)
        assert cache_of(desk.ask(SAME)) == "semantic"
    assert rows(tmp_path) == [(PARCEL, 1, 0)]
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    with shop(tmp_path, KEPT) as desk:
        exact, other, new = desk.ask(PARCEL), desk.ask(SAME), desk.ask(REFUND)
        assert [cache_of(item) for item in (exact, other, new)] == ["hit", "semantic", "miss"]
        assert [item.json()["choices"] for item in (exact, other)] == [first.json()["choices"]] * 2
        assert desk.asked() == 1
    assert [text for text, _, _ in rows(tmp_path)] == [REFUND, PARCEL]


def test_a_stream_that_was_kept_is_given_again(tmp_path: Path) -> None:
    with shop(tmp_path, KEPT) as desk:
        first = desk.ask(PARCEL, stream=True)
    with shop(tmp_path, KEPT) as desk:
        again = desk.ask(SAME, stream=True)
        assert (cache_of(again), desk.asked()) == ("semantic", 0)
    assert again.text.count("[KB-1]") == first.text.count("[KB-1]") == 1
    assert again.text.rstrip().endswith("data: [DONE]")


def test_another_plan_begins_anew_and_erases_what_was_kept(tmp_path: Path) -> None:
    with shop(tmp_path, KEPT) as desk:
        desk.ask(PARCEL)
    with shop(tmp_path, plan(semantic(keep="file", alike=0.9))) as desk:
        assert rows(tmp_path) == []
        assert cache_of(desk.ask(SAME)) == "miss"
    assert [text for text, _, _ in rows(tmp_path)] == [SAME]


@pytest.mark.parametrize(
    ("made", "setting"),
    [
        (plan(semantic()), {}),
        (KEPT, {"mode": "rehearse"}),
        (KEPT, {"record": "machine.jsonl"}),
    ],
)
def test_nothing_is_kept_where_nothing_is_to_be(tmp_path: Path, made: m.Plan, setting: dict[str, Any]) -> None:
    if "record" in setting:
        setting = {"record": str(tmp_path / "machine.jsonl")}
    with shop(tmp_path, made, **setting) as desk:
        desk.ask(PARCEL)
    assert not (tmp_path / FILE).exists()


def test_what_is_forgotten_is_erased_from_the_file(tmp_path: Path) -> None:
    with shop(tmp_path, KEPT) as desk:
        desk.ask(PARCEL)
        desk.ask(REFUND)
        assert desk.at_desk("POST /cache/evict", route="kept")[1] == {"evicted": 2}
        found = b"".join(file.read_bytes() for file in tmp_path.glob(f"{FILE}*"))
        assert PARCEL.encode() not in found
    with shop(tmp_path, KEPT) as desk:
        assert [cache_of(desk.ask(text)) for text in (PARCEL, REFUND)] == ["miss", "miss"]


def test_what_a_restart_brings_back_is_forgotten_by_its_tenant(tmp_path: Path) -> None:
    with shop(tmp_path, KEPT) as desk:
        desk.ask(PARCEL)
        meaning = desk.desk.app.house.meanings["kept"]
        assert isinstance(meaning, Meaning)
        (tenant,) = {entry.tenant for entry in meaning.memory.entries.values()}
    with shop(tmp_path, KEPT) as desk:
        assert desk.at_desk("POST /cache/evict", tenant=tenant)[1] == {"evicted": 1}
        assert rows(tmp_path) == []


KEYS = tuple(ClientKey("north", hashlib.sha256(key.encode()).hexdigest(), key) for key in ("one", "two"))


def test_whom_an_answer_may_serve_is_kept_too(tmp_path: Path) -> None:
    one, two = ({"authorization": f"Bearer {key}"} for key in ("one", "two"))
    with shop(tmp_path, KEPT, keys=KEYS) as desk:
        desk.ask(PARCEL, one)
    with shop(tmp_path, KEPT, keys=KEYS) as desk:
        assert cache_of(desk.ask(SAME, two)) == "miss"  # nobody confirmed it: a stranger's answer; this one does
    assert {confirmed for _, _, confirmed in rows(tmp_path)} == {1}
    with shop(tmp_path, KEPT, keys=KEYS) as desk:
        assert cache_of(desk.ask(f"{SAME}!", two)) == "semantic"


class Learner(Recall):
    """Serves nothing, and hears what the comparator says as the gateway's own does."""

    restored: ClassVar[int] = 0

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        cls.restored += 1
        return super().restore(state)


def learned(desk: Shop) -> dict[int, list[Any]]:
    """What is known of each kept answer, by its key: its group, words, rights and wrongs, and so on."""
    meaning = desk.desk.app.house.meanings["kept"]
    assert isinstance(meaning, Meaning)
    return {key: row for key, *row in meaning.memory.recall.state()["entries"]}


def test_what_was_found_of_an_answer_is_known_after_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Recall", Learner)
    with shop(tmp_path, KEPT) as desk:
        for text in (PARCEL, SAME, f"{SAME} now", REFUND, "the refund of my parcel"):
            desk.ask(text)
        before = learned(desk)
        assert sum(row[2] for row in before.values()) > 0  # some was found right
    with shop(tmp_path, KEPT) as desk:
        assert learned(desk) == before
        assert desk.at_desk("POST /cache/evict", route="kept")[1] == {"evicted": len(before)}
    with shop(tmp_path, KEPT) as desk:
        assert learned(desk) == {}
    other = plan(semantic(keep="file", answer_id="[A-Z]+"))
    count = Learner.restored
    with shop(tmp_path, other):
        assert Learner.restored == count  # what was learned by another comparator is of no use


def test_what_is_learned_says_nothing_of_single_questions_where_they_are_not_kept(tmp_path: Path) -> None:
    with shop(tmp_path, plan(semantic())) as desk:
        for text in (PARCEL, SAME, REFUND):
            desk.ask(text)
    told = json.loads((tmp_path / "ledger.meaning.json").read_text())["kept"]
    assert told["count"]["lookups"] == 3
    assert [told[part] for part in ("entries", "groups", "pending")] == [[], [], []]


@pytest.mark.parametrize("state", ["CAST('nothing' AS BLOB)", "CAST('{\"rests\": 1}' AS BLOB)", "'nothing'"])
def test_what_was_learned_and_is_damaged_is_learned_anew(tmp_path: Path, state: str) -> None:
    with shop(tmp_path, KEPT) as desk:
        desk.ask(PARCEL)
    base = sqlite3.connect(tmp_path / FILE)
    base.execute(f"UPDATE learned SET state = {state}")
    base.commit()
    base.close()
    with shop(tmp_path, KEPT) as desk:
        desk.ask(PARCEL)
        assert cache_of(desk.ask(SAME)) == "semantic"


@pytest.mark.parametrize("data", [b"what I wrote by hand", b""])
def test_a_file_that_cannot_be_used_is_left_alone_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, data: bytes
) -> None:
    (tmp_path / FILE).write_bytes(data)
    with shop(tmp_path, KEPT) as desk:
        assert [cache_of(desk.ask(text)) for text in (PARCEL, SAME)] == ["miss", "semantic"]
    if data:
        assert "kept in memory alone" in caplog.text
        assert (tmp_path / FILE).read_bytes() == data
    else:
        assert len(rows(tmp_path)) == 1


def test_an_index_without_its_place_is_off_and_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with shop(tmp_path, plan(semantic(index="pgvector"))) as desk:
        assert [cache_of(desk.ask(text)) for text in (PARCEL, SAME, PARCEL)] == ["miss", "miss", "hit"]
    assert "is no address of a database" in caplog.text


def test_the_local_model_finds_what_was_kept_before_a_restart(tmp_path: Path) -> None:
    made = plan(semantic(keep="file", embedder=-1))
    with shop(tmp_path, made) as desk:
        assert cache_of(desk.ask(PARCEL)) == "miss"
    with shop(tmp_path, made) as desk:
        told = [cache_of(desk.ask(text)) for text in ("where is my parcel", REFUND, "word " * 300)]
        assert told == ["semantic", "miss", "miss"]
        assert desk.asked("embedder") == 0
