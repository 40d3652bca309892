"""Gateways that share a semantic cache in PostgreSQL: one learns and the others serve, and erased is erased for all."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from archwright.plan import model as m
from archwright.runtime.entries.entry import Entry
from archwright.runtime.gateway.meaning import opening
from archwright.runtime.index import IndexFailure, SharedIndex
from archwright.runtime.indexes import open_index, pgvector
from tests.runtime.postgres import Server, server
from tests.runtime.test_meaning import PARCEL, REFUND, SAME, Shop, Sure, cache_of, plan, semantic
from tests.runtime.test_meaning_kept import KEYS, shop
from tests.runtime.test_meaning_renewed import renewed

_number = itertools.count()
SHARED = plan(semantic(index="pgvector"))


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    with server() as here:
        yield here


@pytest.fixture
def place(database: Server) -> str:
    return f"{database.place}#{next(_number)}"


@pytest.fixture(autouse=True)
def sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "Recall", Sure)
    Sure.told, Sure.heard, Sure.audit = [], [], False


@contextmanager
def shops(folder: Path, place: str, made: m.Plan = SHARED, **setting: Any) -> Iterator[tuple[Shop, Shop]]:
    """Two gateways with files of their own that share a database."""
    with ExitStack() as stack:
        for name in ("one", "two"):
            (folder / name).mkdir(exist_ok=True)
        one, two = (stack.enter_context(shop(folder / name, made, answers=place, **setting)) for name in ("one", "two"))
        yield one, two


@contextmanager
def frozen(database: Server) -> Iterator[None]:
    """The server stands still with its connections open."""
    assert database.process is not None
    found = subprocess.run(["pgrep", "-P", str(database.process.pid)], capture_output=True, text=True, check=True)
    processes = [database.process.pid, *map(int, found.stdout.split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def words(place: str) -> list[str]:
    """What of questions the database holds under a name."""
    address, _, name = place.partition("#")
    with psycopg.connect(address) as base:
        query = "SELECT words FROM archwright_entries WHERE starts_with(index, %s) ORDER BY words"
        return [str(row[0]) for row in base.execute(query, (f"{name}/",)).fetchall()]


def test_one_learns_and_the_other_serves(tmp_path: Path, place: str) -> None:
    with shops(tmp_path, place) as (one, two):
        first = one.ask(PARCEL)
        again = two.ask(SAME)
        assert (cache_of(again), two.asked()) == ("semantic", 0)
        assert again.json()["choices"] == first.json()["choices"]
        assert cache_of(two.ask(PARCEL)) == "hit"  # it has the answer now
        two.ask(REFUND)
        assert [cache_of(one.ask(text)) for text in ("my refund?", "and my refund?")] == ["semantic"] * 2
        assert words(place) == [REFUND, PARCEL]
    with shops(tmp_path, place) as (one, _):  # after a restart, too
        assert cache_of(one.ask(SAME)) == "semantic"


def test_a_stream_that_another_learned_is_given_again(tmp_path: Path, place: str) -> None:
    with shops(tmp_path, place) as (one, two):
        one.ask(PARCEL, stream=True)
        again = two.ask(SAME, stream=True)
        assert cache_of(again) == "semantic"
        assert again.text.rstrip().endswith("data: [DONE]")


@pytest.mark.parametrize(
    "chosen",
    [{"route": "kept"}, {"scope": ""}, {"tenant": "all"}, {"document": "post.md"}, {"entry": ""}],
)
def test_what_one_forgets_the_others_do_not_give(tmp_path: Path, place: str, chosen: dict[str, str]) -> None:
    with shops(tmp_path, place) as (one, two):
        one.ask(PARCEL, {"x-archwright-documents": "post.md"})
        served = two.ask(SAME)
        if "entry" in chosen:
            chosen = {"entry": served.headers["x-archwright-entry"]}
        if "tenant" in chosen:
            chosen = {"tenant": one.desk.app.house.plan.tenants[0].name if one.desk.app.house.plan.tenants else ""}
        assert one.at_desk("POST /cache/evict", **chosen) == (200, {"evicted": 1})
        assert words(place) == []
        assert cache_of(two.ask(f"{SAME}!")) == "miss"  # a search sees it, and learns anew
        assert words(place) == [f"{SAME}!"]
        assert cache_of(two.ask(PARCEL)) == "semantic"  # the erased answer is gone for the same words, too


def test_a_gateway_that_knows_nothing_yet_erases_for_all(tmp_path: Path, place: str) -> None:
    with shops(tmp_path, place) as (one, two):
        one.ask(PARCEL)
        assert two.at_desk("POST /cache/evict", route="kept") == (200, {"evicted": 1})
        assert cache_of(one.ask(SAME)) == "miss"


def test_feedback_at_one_reaches_what_another_learned(tmp_path: Path, place: str) -> None:
    with shops(tmp_path, place) as (one, two):
        one.ask(PARCEL)
        entry = one.ask(SAME).headers["x-archwright-entry"]
        assert two.at_desk("POST /cache/feedback", entry=entry) == (200, {"heard": True})
        assert two.at_desk("POST /cache/feedback", entry=entry)[0] == 404
        assert cache_of(one.ask(f"{SAME}!")) == "miss"


def test_whom_an_answer_may_serve_is_shared(tmp_path: Path, place: str) -> None:
    one_key, two_key = ({"authorization": f"Bearer {key}"} for key in ("one", "two"))
    with shops(tmp_path, place, keys=KEYS) as (one, two):
        one.ask(PARCEL, one_key)
        assert cache_of(two.ask(SAME, two_key)) == "miss"  # a stranger's answer; this one confirms it
        assert cache_of(one.ask(f"{SAME}!", two_key)) == "semantic"


def test_what_a_worker_does_not_know_it_leaves_alone(tmp_path: Path, place: str) -> None:
    small = plan(semantic(index="pgvector"))
    with shops(tmp_path, place, small) as (one, two):
        one.ask(PARCEL)
        two.desk.app.house.brain.answers[0].clear()
        two.ask(REFUND)
        assert words(place) == [REFUND, PARCEL]


def test_another_plan_shares_nothing_and_erases_nothing(tmp_path: Path, place: str) -> None:
    with shops(tmp_path, place) as (one, _):
        one.ask(PARCEL)
    with shops(tmp_path, place, plan(semantic(index="pgvector", alike=0.9))) as (one, _):
        assert cache_of(one.ask(SAME)) == "miss"
        assert words(place) == [SAME, PARCEL]
        assert one.at_desk("POST /cache/evict", route="kept")[1] == {"evicted": 2}  # forgotten is forgotten for all
        assert words(place) == []


def test_a_plan_that_is_taken_over_begins_anew(tmp_path: Path, place: str) -> None:
    with shops(tmp_path, place) as (one, two):
        one.ask(PARCEL)
        renewed(two, msgspec.structs.replace(SHARED, as_of="2020-01-01"))
        assert cache_of(two.ask(SAME)) == "miss"
        renewed(one, msgspec.structs.replace(SHARED, as_of="2020-01-01"))
        again = one.ask("and my parcel?")
        assert (cache_of(again), words(place)) == ("semantic", [SAME, PARCEL])


def test_a_database_that_goes_away_is_a_miss_and_comes_back(tmp_path: Path) -> None:
    with server() as database, shops(tmp_path, database.place) as (one, two):
        one.ask(PARCEL)
        database.stop()
        assert [cache_of(item.ask(SAME)) for item in (one, two)] == ["miss", "miss"]
        assert one.at_desk("POST /cache/evict", route="kept")[0] == 503  # it says that not all is gone
        database.start()
        assert cache_of(two.ask("and my parcel?")) == "semantic"


def test_a_database_that_hangs_holds_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with server() as database, shop(tmp_path, SHARED, answers=database.place) as one:
        one.ask(PARCEL)
        with frozen(database), monkeypatch.context() as hurried:
            hurried.setattr(pgvector, "LIMIT_S", 0.2)
            assert cache_of(one.ask(SAME)) == "miss"
            assert one.at_desk("POST /cache/evict", route="kept")[0] == 503
        assert cache_of(one.ask("and my parcel?")) == "semantic"


@pytest.mark.parametrize("private", ["mode", "record"])
def test_a_rehearsal_and_a_recorded_gateway_share_nothing(tmp_path: Path, place: str, private: str) -> None:
    setting: dict[str, Any] = {"mode": "rehearse"} if private == "mode" else {"record": str(tmp_path / "machine.jsonl")}
    with shop(tmp_path, SHARED, answers=place, **setting) as one:
        assert [cache_of(one.ask(text)) for text in (PARCEL, SAME)] == ["miss", "semantic"]


# ------------------------------------------------------------------------------------------------ the table itself


def table(place: str, size: int = 3) -> SharedIndex:
    found = open_index("pgvector", size, place)
    assert isinstance(found, SharedIndex)
    return found


def entry(key: int, group: int = 1, ttl_s: float = 60.0, **changes: Any) -> Entry:
    vector = array("f", [1.0, key / 1000, 0.0])
    return Entry("", key, 7, group, vector, "", "", 0.0, ttl_s, **{"text": f"q{key}", "answer": b"a", **changes})


def near(index: SharedIndex, most: int = 10) -> list[int]:
    return [item.entry.key for item in index.near([1.0, 0.0, 0.0], 7, most)]


def test_two_write_at_once_and_nothing_is_lost(place: str) -> None:
    indexes = [table(f"{place} same") for _ in range(2)]

    def write(number: int) -> set[int]:
        groups = set()
        for key in range(1, 41):
            group = indexes[number].group()
            groups.add(group)
            indexes[number].put(entry(key if key <= 20 else 100 * (number + 1) + key, group))
            indexes[number].confirm(group)
            if key % 5 == 0:
                indexes[number].tidy(1000, 1 << 30)
        return groups

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(write, range(2))
    assert not one & two
    assert len(indexes[0]) == len(indexes[1]) == 20 + 2 * 20
    for index in indexes:
        index.close()


def test_what_is_too_old_is_not_found_and_what_is_worth_least_goes(place: str) -> None:
    index = table(f"{place} worth")
    index.put(entry(1, ttl_s=-1.0))
    for key in (2, 3, 4):
        index.put(entry(key, cost=key))
    index.used({2: 50})
    assert near(index) == [2, 3, 4]
    index.tidy(2, 1 << 30)
    assert (near(index), len(index)) == ([2, 4], 2)
    index.close()


def test_a_new_answer_of_a_group_is_confirmed_as_the_others(place: str) -> None:
    index = table(f"{place} group")
    index.put(entry(1, group=5))
    index.confirm(5)
    index.put(entry(2, group=5))
    index.put(entry(3, group=6))
    found = index.near([1.0, 0.0, 0.0], 7, 10)
    assert [item.entry.confirmed for item in found] == [1, 1, 0]
    index.close()


def test_who_is_told_what_is_missing(place: str) -> None:
    one, two, other = table(f"{place} now"), table(f"{place} now"), table(f"{place}else now")
    for key in (1, 2):
        one.put(entry(key, tenant=f"t{key}"))
    assert two.missing([1, 2]) == []
    assert other.erase([1, 2], None, None, None, True) == []
    assert one.erase([], "t1", None, None, False) == [1]
    assert (two.missing([1, 2]), two.missing([1, 2])) == ([1], [])
    for index in (one, two, other):
        index.close()


def test_words_that_the_database_cannot_hold_are_a_failure_and_change_nothing(place: str) -> None:
    index = table(f"{place} odd")
    with pytest.raises(IndexFailure):
        index.put(entry(1, text="a\0b"))
    index.put(entry(2))
    assert near(index) == [2]
    index.close()
