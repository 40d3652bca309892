"""Gateways that share answers in a database: who has one erased is told when it is gone everywhere, in any words."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from archwright.runtime.gateway.meaning import following
from archwright.runtime.index import SharedIndex
from archwright.runtime.indexes import open_index
from archwright.runtime.orders import Heard
from tests.runtime.postgres import server
from tests.runtime.test_meaning import PARCEL, REFUND, SAME, Shop, cache_of
from tests.runtime.test_meaning_kept import shop
from tests.runtime.test_meaning_shared import SHARED, shops, words
from tests.runtime.test_meaning_shared import database as database
from tests.runtime.test_meaning_shared import place as place
from tests.runtime.test_meaning_shared import sure as sure

TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {}}}]


@pytest.mark.parametrize("chosen", [{"route": "kept"}, {"tenant": "all"}, {"entry": ""}, {"scope": "all"}])
def test_an_erased_answer_is_not_repeated_word_for_word_anywhere(
    tmp_path: Path, place: str, chosen: dict[str, str]
) -> None:
    with shops(tmp_path, place) as (one, two):
        one.ask(PARCEL)
        entry = two.ask(SAME).headers["x-archwright-entry"]
        assert [cache_of(item.ask(PARCEL)) for item in (one, two)] == ["hit", "hit"]
        tenant = one.desk.app.house.plan.tenants[0].name if one.desk.app.house.plan.tenants else ""
        said = {
            name: {"tenant": tenant, "entry": entry, "scope": ""}.get(name, value) for name, value in chosen.items()
        }
        assert one.at_desk("POST /cache/evict", **said)[0] == 200
        assert two.desk.app.house.brain.answers[0] == {}
        assert cache_of(two.ask(PARCEL)) == "miss"


def test_what_is_called_wrong_is_not_repeated_word_for_word_anywhere(tmp_path: Path, place: str) -> None:
    with shops(tmp_path, place) as (one, two):
        one.ask(PARCEL)
        entry = two.ask(SAME).headers["x-archwright-entry"]
        assert one.at_desk("POST /cache/feedback", entry=entry)[0] == 200
        assert two.desk.app.house.brain.answers[0] == {}


def test_an_answer_that_no_other_knows_of_is_erased_too(tmp_path: Path, place: str) -> None:
    with shops(tmp_path, place) as (one, two):
        assert [cache_of(two.ask(PARCEL, tools=TOOLS)) for _ in range(2)] == ["miss", "hit"]
        assert one.at_desk("POST /cache/evict", route="kept")[0] == 200
        assert cache_of(two.ask(PARCEL, tools=TOOLS)) == "miss"


def test_what_is_kept_after_an_erasure_stays(tmp_path: Path, place: str) -> None:
    with shops(tmp_path, place) as (one, two):
        one.ask(PARCEL)
        assert one.at_desk("POST /cache/evict", route="kept")[0] == 200
        two.ask(REFUND)
        two.ask(PARCEL)
        assert one.at_desk("POST /cache/evict", scope="none", route="kept")[0] == 200
        assert [cache_of(two.ask(text)) for text in (PARCEL, REFUND)] == ["hit", "hit"]


def test_a_scope_is_erased_by_its_name_in_any_letters(tmp_path: Path, place: str) -> None:
    with shops(tmp_path, place) as (one, two):
        one.ask(PARCEL, {b"x-archwright-scope": "Jürgen".encode()})
        assert two.at_desk("POST /cache/evict", scope="Jürgen") == (200, {"evicted": 1})
        assert words(place) == []


def still(desk: Shop) -> None:
    """Have a gateway hear nothing any more."""
    assert desk.desk.loop is not None
    (task,) = [item for item in asyncio.all_tasks(desk.desk.loop) if "Follower.run" in repr(item)]
    desk.desk.loop.call_soon_threadsafe(task.cancel)


def test_who_does_not_say_that_it_did_it_is_said(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PATIENCE_S", 0.3)
    with shops(tmp_path, place) as (one, two):
        one.ask(PARCEL)
        two.ask(SAME)
        still(two)
        status, told = one.at_desk("POST /cache/evict", route="kept")
        assert status == 503
        assert "1 gateways of this database have not said" in told["error"]
        with psycopg.connect(place.partition("#")[0]) as base:  # a minute later
            base.execute("UPDATE archwright_readers SET at = at - 61")
        assert one.at_desk("POST /cache/evict", route="kept")[0] == 200


def test_who_cannot_hear_for_a_minute_lets_go_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "LOST_S", 0.0)
    monkeypatch.setattr(following, "HEAR_S", 0.01)
    with server() as database, shop(tmp_path, SHARED, answers=database.place) as one:
        one.ask(PARCEL)
        kept = one.desk.app.house.brain.answers[0]
        assert len(kept) == 1
        database.stop()
        for _ in range(1000):
            if not kept:
                break
            one.learn()
        assert kept == {}
        database.start()
        assert cache_of(one.ask(SAME)) == "semantic"  # it is in the database


def opened(place: str) -> SharedIndex:
    found = open_index("pgvector", 3, place)
    assert isinstance(found, SharedIndex)
    return found


def test_orders_are_heard_once_in_their_order_and_by_their_family(place: str) -> None:
    one, two, other = opened(f"{place} now"), opened(f"{place} then"), opened(f"{place}else now")
    one.orders.tell(b"before")
    begun = two.orders.heard("two", -1)
    assert begun.orders == ()
    numbers = [one.orders.tell(said) for said in (b"a", b"b")]
    assert numbers == sorted(numbers)
    assert two.orders.heard("two", begun.done) == Heard(((numbers[0], b"a"), (numbers[1], b"b")), begun.done)
    assert other.orders.heard("other", 0).orders == ()
    assert [one.orders.behind("one", number) for number in numbers] == [1, 1]
    assert two.orders.heard("two", numbers[0]).orders == ((numbers[1], b"b"),)
    assert [one.orders.behind("one", number) for number in numbers] == [0, 1]
    assert one.orders.behind("two", numbers[1]) == 0  # nobody waits for itself
    two.orders.leave("two")
    assert one.orders.behind("one", numbers[1]) == 0
    for index in (one, two, other):
        index.close()
