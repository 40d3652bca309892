"""Wherever an answer lies: what saved least makes room, and what rests on a document goes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from archwright.learn.recall import Near, Verdict
from archwright.plan import model as m
from archwright.runtime.gateway.meaning import meaning, opening
from archwright.runtime.gateway.meaning.meaning import Meaning
from archwright.runtime.indexes import INDEXES, index_kind
from tests.runtime.postgres import Server, server
from tests.runtime.test_meaning import PARCEL, REFUND, SAME, Shop, Sure, cache_of, plan, semantic
from tests.runtime.test_meaning_kept import shop

_number = itertools.count()
OTHER = "Who are you?"
RESTS = "x-archwright-documents"


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    with server() as here:
        yield here


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Recall", Sure)
    Sure.told, Sure.heard, Sure.audit = [], [], False


@pytest.fixture(params=[*INDEXES.names(), "file"])
def setting(request: pytest.FixtureRequest) -> tuple[m.Plan, dict[str, Any]]:
    """A plan with every index, and with answers in a file; each with room for two."""
    name = request.param
    made = plan(semantic(keep="file") if name == "file" else semantic(index=name))
    made = msgspec.structs.replace(made, caches=(msgspec.structs.replace(made.caches[0], entries=2),))
    if name != "file" and index_kind(name).lasting:
        here: Server = request.getfixturevalue("database")
        return made, {"answers": f"{here.place}#{next(_number)}"}
    return made, {}


def settle(desk: Shop) -> None:
    """Let what is kept elsewhere become what the cache holds, as it does once a minute."""
    for found in desk.desk.app.house.meanings.values():
        assert isinstance(found, Meaning)
        desk.wait(found.flush(desk.desk.app.house))


def test_what_saved_least_makes_room(tmp_path: Path, setting: tuple[m.Plan, dict[str, Any]]) -> None:
    made, place = setting
    with shop(tmp_path, made, **place) as desk:
        assert [cache_of(desk.ask(text)) for text in (PARCEL, PARCEL, PARCEL)] == ["miss", "hit", "hit"]
        for text in (REFUND, OTHER):
            assert cache_of(desk.ask(text)) == "miss"
        settle(desk)
        assert cache_of(desk.ask(SAME)) == "semantic"
        assert cache_of(desk.ask(OTHER)) == "hit"
        settle(desk)
    lasting = bool(place) or (tmp_path / "ledger.answers.sqlite").exists()
    with shop(tmp_path, made, **place) as desk:
        assert cache_of(desk.ask(SAME)) == ("semantic" if lasting else "miss")
        assert cache_of(desk.ask(REFUND)) == "miss"


def test_what_rests_on_a_document_goes_with_it(tmp_path: Path, setting: tuple[m.Plan, dict[str, Any]]) -> None:
    made, place = setting
    with shop(tmp_path, made, **place) as desk:
        desk.ask(PARCEL, {RESTS: "post/parcels.md, tariffs%2C%20all.md"})
        desk.ask(REFUND, {RESTS: "refunds.md"})
        settle(desk)
    with shop(tmp_path, made, **place) as desk:  # what was kept elsewhere is known again, or was never
        desk.ask(PARCEL, {RESTS: "post/parcels.md, tariffs%2C%20all.md"})
        assert desk.at_desk("POST /cache/evict", document="parcels.md") == (200, {"evicted": 0})
        assert desk.at_desk("POST /cache/evict", document="tariffs, all.md") == (200, {"evicted": 1})
        assert cache_of(desk.ask(SAME)) == "miss"
        assert cache_of(desk.ask(PARCEL)) == "semantic"  # from the answer of just now
        assert desk.at_desk("POST /cache/evict", document="refunds.md", route="kept")[0] == 200
        assert cache_of(desk.ask(REFUND)) == "miss"
        assert desk.at_desk("POST /cache/evict", document="refunds.md", tenant="north")[0] == 400
    if (tmp_path / "ledger.answers.sqlite").exists():
        held = b"".join(file.read_bytes() for file in tmp_path.glob("*.answers.sqlite*"))
        assert b"tariffs" not in held


class Lucky(Sure):
    """Serves whatever is near at all, but for the hits that luck has asked."""

    def judge(self, text: str, near: Sequence[Near], luck: float) -> Verdict:
        found = super().judge(text, near, luck)
        good = bool(near)
        return found._replace(serve=good and luck >= self.audits, audit=good and luck < self.audits)


def test_what_lies_near_a_gap_is_asked_before_it_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Recall", Lucky)
    monkeypatch.setattr(meaning, "WARY", 2)
    with shop(tmp_path, plan(semantic(audits=1e-9))) as desk:
        for text in (PARCEL, f"{PARCEL} Again"):
            desk.ask(text, {RESTS: "parcels.md", "x-archwright-scope": text})
        desk.ask(REFUND)
        assert cache_of(desk.ask("and my refund")) == "semantic"
        assert desk.at_desk("POST /cache/evict", document="parcels.md")[1] == {"evicted": 2}
        assert [cache_of(desk.ask(f"{OTHER} {number}")) for number in range(3)] == ["miss", "miss", "semantic"]
