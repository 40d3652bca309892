"""Answers kept for the very same request: forgotten at the admin door, also where nothing is answered by meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from archwright.base.errors import DependencyMissing
from archwright.plan import model as m
from archwright.runtime.gateway.meaning import opening
from tests.runtime import sample as s
from tests.runtime.test_meaning import PARCEL, REFUND, Shop, Sure, cache_of, plan, semantic
from tests.runtime.test_meaning import shop as plain_shop
from tests.runtime.test_meaning_kept import FILE, KEPT, shop

RESTS = "x-archwright-documents"
SCOPE = "x-archwright-scope"
EVICT = "POST /cache/evict"
MEANT = plan(semantic())
SAME_WORDS = msgspec.structs.replace(MEANT, caches=(m.Cache("answers", 60.0, 100),))


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Recall", Sure)
    Sure.told, Sure.heard, Sure.audit = [], [], False


def caught(desk: Shop) -> list[str]:
    return [cache_of(desk.ask(text)) for text in (PARCEL, REFUND)]


@pytest.fixture(params=["same words", "off"])
def made(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> m.Plan:
    """A plan whose cache knows no meanings, and one whose cache cannot."""
    if request.param == "same words":
        return SAME_WORDS

    def missing(folder: str) -> None:
        raise DependencyMissing("no embedder here")

    monkeypatch.setattr(opening, "local", missing)
    return plan(semantic(embedder=-1))


def test_what_rests_on_a_document_goes(tmp_path: Path, made: m.Plan) -> None:
    with plain_shop(tmp_path, made) as desk:
        desk.ask(PARCEL, {RESTS: "post/parcels.md"})
        desk.ask(REFUND, {RESTS: "refunds.md"})
        assert desk.at_desk(EVICT, document="none.md") == (200, {"evicted": 0})
        assert desk.at_desk(EVICT, document="post/parcels.md", route="kept") == (200, {"evicted": 1})
        assert caught(desk) == ["miss", "hit"]


@pytest.mark.parametrize("wanted", [{"route": "kept"}, {"tenant": "anybody"}, {"scope": "some"}])
def test_what_may_be_somebodys_goes(tmp_path: Path, made: m.Plan, wanted: dict[str, str]) -> None:
    with plain_shop(tmp_path, made) as desk:
        assert [caught(desk), caught(desk)] == [["miss"] * 2, ["hit"] * 2]
        assert desk.at_desk(EVICT, **wanted) == (200, {"evicted": 2})
        assert caught(desk) == ["miss"] * 2


def test_one_goes_by_its_key(tmp_path: Path, made: m.Plan) -> None:
    with plain_shop(tmp_path, made) as desk:
        desk.ask(PARCEL)
        (key,) = desk.desk.app.house.brain.answers[0]
        desk.ask(REFUND)
        assert desk.at_desk(EVICT, entry=f"{key:016x}") == (200, {"evicted": 1})
        assert caught(desk) == ["miss", "hit"]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({}, 400),
        ({"entry": "no"}, 400),
        ({"entry": "1", "tenant": "a"}, 400),
        ({"whatever": "x"}, 400),
        ({"route": "plain"}, 404),
        ({"route": "none", "tenant": "a"}, 404),
    ],
)
@pytest.mark.parametrize("made", [SAME_WORDS, MEANT], ids=["same words", "meaning"])
def test_what_is_not_clear_is_refused(tmp_path: Path, made: m.Plan, wanted: dict[str, Any], status: int) -> None:
    with plain_shop(tmp_path, made) as desk:
        desk.ask(PARCEL)
        assert desk.at_desk(EVICT, **wanted)[0] == status
        assert cache_of(desk.ask(PARCEL)) == "hit"


def test_nothing_else_is_known_of_them(tmp_path: Path) -> None:
    with plain_shop(tmp_path, SAME_WORDS) as desk:
        for what in ("GET /cache", "POST /cache/feedback", "GET /cache/evict"):
            status, said = desk.at_desk(what, entry="1")
            assert status == 404
            assert "by meaning" in said["error"]


def test_a_route_without_meanings_beside_one_with_them_is_reached(tmp_path: Path) -> None:
    routes = (*MEANT.routes[:1], s.route("plain", (s.hop(0),), cache=1), *MEANT.routes[2:])
    both = msgspec.structs.replace(MEANT, routes=routes, caches=(*MEANT.caches, m.Cache("others", 60.0, 100)))
    with plain_shop(tmp_path, both) as desk:
        for model in ("kept", "plain"):
            desk.ask(PARCEL, {RESTS: "parcels.md"}, model=model)
        assert desk.at_desk(EVICT, document="parcels.md") == (200, {"evicted": 2})
        assert [cache_of(desk.ask(PARCEL, model=model)) for model in ("kept", "plain")] == ["miss", "miss"]


def test_a_cache_that_two_routes_share_is_reached_by_either(tmp_path: Path) -> None:
    routes = (*MEANT.routes[:1], s.route("plain", (s.hop(0),), cache=0), *MEANT.routes[2:])
    with plain_shop(tmp_path, msgspec.structs.replace(MEANT, routes=routes)) as desk:
        desk.ask(PARCEL, model="plain")
        assert desk.at_desk(EVICT, route="plain") == (200, {"evicted": 1})
        assert cache_of(desk.ask(PARCEL, model="plain")) == "miss"


def test_what_another_route_of_a_shared_cache_has_stays(tmp_path: Path) -> None:
    routes = (*MEANT.routes[:1], s.route("second", (s.hop(0),), cache=0), *MEANT.routes[2:])
    with plain_shop(tmp_path, msgspec.structs.replace(MEANT, routes=routes)) as desk:
        for model in ("kept", "second"):
            desk.ask(PARCEL, {SCOPE: "all"}, model=model)
        assert desk.at_desk(EVICT, scope="some") == (200, {"evicted": 0})
        assert desk.at_desk(EVICT, route="second") == (200, {"evicted": 1})
        found = [cache_of(desk.ask(PARCEL, {SCOPE: "all"}, model=model)) for model in ("kept", "second")]
        assert found == ["hit", "miss"]
        assert desk.at_desk(EVICT, scope="all") == (200, {"evicted": 2})


@pytest.mark.parametrize("code", ["utf-8", "latin-1"])
def test_a_scope_is_erased_by_its_name_however_a_client_wrote_it(tmp_path: Path, code: str) -> None:
    with shop(tmp_path, KEPT) as desk:
        desk.ask(PARCEL, {b"x-archwright-scope": "Jürgen Groß".encode(code)})
        desk.ask(REFUND, {"x-archwright-scope": "Juergen"})
        assert desk.at_desk(EVICT, scope="Jürgen Groß") == (200, {"evicted": 1})
        held = b"".join(file.read_bytes() for file in tmp_path.glob(f"{FILE}*"))
        assert (PARCEL.encode() in held, REFUND.encode() in held) == (False, True)


def test_a_long_scope_is_erased(tmp_path: Path) -> None:
    with shop(tmp_path, KEPT) as desk:
        desk.ask(PARCEL, {"x-archwright-scope": "a" * 300})
        assert desk.at_desk(EVICT, scope="a" * 300) == (200, {"evicted": 1})
        assert PARCEL.encode() not in b"".join(file.read_bytes() for file in tmp_path.glob(f"{FILE}*"))


def test_a_document_is_known_in_plain_letters_too(tmp_path: Path, made: m.Plan) -> None:
    with plain_shop(tmp_path, made) as desk:
        desk.ask(PARCEL, {RESTS.encode(): "straße.md".encode()})
        assert desk.at_desk(EVICT, document="straße.md") == (200, {"evicted": 1})
