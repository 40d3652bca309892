"""Every store keeps the same promises: lines in order, none changed, one writer, and the end known."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import psycopg
import pytest
from psycopg import sql

from archwright.base.errors import InputError, UsageError
from archwright.ledger.chain import Head, seal, verify
from archwright.ledger.rows import Gap, Request, Run, decode, encode
from archwright.plan.model import encode as encode_plan
from archwright.runtime.emulator.app import Emulator
from archwright.runtime.gateway.server import gateway
from archwright.runtime.gateway.setup import Setup, Upstream
from archwright.runtime.store import Store, StoreError
from archwright.runtime.stores import STORES, store_for
from archwright.runtime.stores.files import FileStore, head_file
from archwright.runtime.stores.postgres import PostgresStore
from tests.runtime.postgres import Server, server
from tests.runtime.sample import plan, running

RUN = encode(Run("0123", "desk", "prices", "serve", "2026-11-21T00:00:00.000+00:00"))


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    with server() as here:
        yield here


@pytest.fixture(params=["files", "sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place that is empty, in each kind of store."""
    match request.param:
        case "files":
            return str(tmp_path / "ledger.jsonl")
        case "sqlite":
            return str(tmp_path / "ledger.sqlite")
    found: Server = request.getfixturevalue("database")
    return f"{found.place}#{tmp_path.name}"


def opened(place: str, sync: bool = False) -> Store:
    return store_for(place).open(place, sync, False)


def add(store: Store, rows: int = 1, first: bytes = b"") -> list[bytes]:
    """Append so many rows in one piece."""
    lines, head = [], store.head
    for number in range(rows):
        row = first if first and number == 0 else encode(Gap("now", head.rows, 'why é "\n'))
        line, head = seal(row, head)
        lines.append(line)
    store.append(lines, head)
    return lines


def read(place: str) -> list[bytes]:
    lines, head = store_for(place).read(place)
    found = list(lines)
    assert not verify(found, head).broken
    return found


@pytest.mark.parametrize("sync", [False, True])
def test_lines_are_kept_in_order_and_continued(place: str, sync: bool) -> None:
    store = opened(place, sync)
    assert (store.head, store.missing, list(store.lines()), list(store.backwards())) == (Head(), 0, [], [])
    wanted = add(store, 3, RUN)
    wanted += add(store, 70)
    store.steady()
    assert read(place) == wanted  # while it is being written
    store.close()
    store = opened(place, sync)
    assert (store.head.rows, store.missing) == (73, 0)
    wanted += add(store, 2)
    assert list(store.lines()) == wanted
    assert list(store.backwards()) == wanted[::-1]
    store.close()
    assert read(place) == wanted


def test_a_long_ledger_is_read_whole_both_ways(place: str) -> None:
    store = opened(place)
    wanted = add(store, 2500, RUN)
    assert list(store.lines()) == wanted
    assert list(store.backwards()) == wanted[::-1]
    store.close()


def test_a_second_writer_is_refused(place: str) -> None:
    store = opened(place)
    add(store, 1, RUN)
    with pytest.raises(InputError, match="another gateway writes to"):
        opened(place)
    add(store)
    store.close()
    opened(place).close()
    assert len(read(place)) == 2


def test_a_place_that_is_not_there_is_said(place: str) -> None:
    with pytest.raises(InputError, match=r"ledger-missing|ledger-unread"):
        read(place)


def test_the_shelf_knows_places_by_their_writing() -> None:
    assert {store_for(place).name for place in ("a.jsonl", "x", "dir/y.txt", "/a.db/b")} == {"files"}
    assert {store_for(place).name for place in ("a.sqlite", "b.db", "c.sqlite3")} == {"sqlite"}
    assert {store_for(place).name for place in ("postgresql://h/d", "postgres://h/d#x")} == {"postgres"}
    assert set(STORES.names()) >= {"files", "sqlite", "postgres"}


# ------------------------------------------------------------------------------------------------------ files


def test_a_row_that_a_crash_tore_off_is_cut_away(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    store = opened(str(file))
    wanted = add(store, 3, RUN)
    store.close()
    with file.open("ab") as sink:
        sink.write(b'{"type":"request","requ')
    store = opened(str(file))
    wanted += add(store)
    store.close()
    assert read(str(file)) == wanted


@pytest.mark.parametrize("cut", [1, 2])
def test_rows_that_are_gone_at_the_end_are_missed(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "ledger.jsonl"
    store = opened(str(file))
    lines = add(store, 3, RUN)
    store.close()
    file.write_bytes(b"".join(lines[:-cut]))
    _, head = store_for(str(file)).read(str(file))
    assert verify(lines[:-cut], head).broken == 4 - cut
    store = opened(str(file))
    assert (store.head.rows, store.missing) == (3 - cut, cut)
    store.close()


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\xff" * 200])
def test_a_ledger_without_its_head_goes_on(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "ledger.jsonl"
    store = opened(str(file))
    lines = add(store, 3, RUN)
    store.close()
    head_file(file).write_bytes(damage)
    store = opened(str(file))
    assert (store.head.rows, store.missing) == (3, 0)
    lines += add(store)
    store.close()
    assert read(str(file)) == lines


def test_a_ledger_of_an_older_program_is_continued(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_bytes(RUN + RUN)
    store = opened(str(file))
    add(store, 2)
    store.close()
    lines, head = store_for(str(file)).read(str(file))
    verdict = verify(lines, head)
    assert (verdict.head.rows, verdict.unchained, verdict.broken) == (4, 2, 0)


@pytest.mark.parametrize("text", [b"what I wrote by hand", b"a\nb\nc", b'{"type":"request"}\n', b"\x00\xff\n"])
@pytest.mark.parametrize("name", ["notes.txt", "notes.sqlite"])
def test_a_file_that_is_no_ledger_is_left_alone(tmp_path: Path, text: bytes, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(text)
    with pytest.raises(InputError, match="no ledger"):
        opened(str(file))
    assert file.read_bytes() == text


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir])
@pytest.mark.parametrize("name", ["place", "place.db"])
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], None], name: str) -> None:
    make(tmp_path / name)
    with pytest.raises(InputError, match="no regular file"):
        opened(str(tmp_path / name))


@pytest.mark.parametrize("name", ["ledger.jsonl", "ledger.sqlite"])
def test_a_rehearsal_begins_anew(tmp_path: Path, name: str) -> None:
    place = str(tmp_path / name)
    store = opened(place)
    add(store, 5, RUN)
    store.close()
    store = store_for(place).open(place, False, True)
    assert store.head == Head()
    wanted = add(store, 1, RUN)
    store.close()
    assert read(place) == wanted


def test_what_a_full_disk_cut_short_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ledger.jsonl"
    store = FileStore(file, False, False)
    wanted = add(store, 2, RUN)
    real, before = os.pwrite, store.head

    def short(sink: int, data: bytes, at: int) -> int:
        if len(data) < 20:
            raise OSError(28, "No space left on device")
        return real(sink, data[: len(data) // 2], at)

    monkeypatch.setattr(os, "pwrite", short)
    with pytest.raises(OSError, match="No space"):
        add(store, 4)
    monkeypatch.setattr(os, "pwrite", real)
    assert (store.head, file.read_bytes()) == (before, b"".join(wanted))
    wanted += add(store, 4)
    store.close()
    assert read(str(file)) == wanted


# -------------------------------------------------------------------------------------------------- databases


def test_sqlite_takes_no_change(tmp_path: Path) -> None:
    place = str(tmp_path / "ledger.sqlite")
    store = opened(place)
    add(store, 3, RUN)
    store.close()
    base = sqlite3.connect(place)
    for change in ("UPDATE archwright_ledger SET line = 'x'", "DELETE FROM archwright_ledger WHERE number = 2"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            base.execute(change)
    base.close()


def test_postgres_takes_no_change(database: Server, tmp_path: Path) -> None:
    store = opened(f"{database.place}#{tmp_path.name}")
    add(store, 3, RUN)
    store.close()
    with psycopg.connect(database.place, autocommit=True) as base:
        for change in (
            "UPDATE archwright_ledger SET line = 'x'",
            "DELETE FROM archwright_ledger",
            "TRUNCATE archwright_ledger",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="only added to"):
                base.execute(change)


@pytest.fixture
def empty(database: Server, tmp_path: Path) -> Iterator[str]:
    """A database of its own that nobody has written to; while a connection to it is open it cannot be dropped."""
    name = tmp_path.name
    with psycopg.connect(database.place, autocommit=True) as base:
        base.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield database.place.rpartition("/")[0] + "/" + name
        base.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def test_what_is_read_or_refused_leaves_no_connection(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="ledger-missing: there is no ledger `main`"):
        read(empty)
    with monkeypatch.context() as patch:
        patch.setattr(PostgresStore, "_kept", lambda self: self.base.execute("SELECT nonsense"))
        with pytest.raises(StoreError, match="nonsense"):
            opened(empty)
    store = opened(empty)
    add(store, 1, RUN)
    with pytest.raises(InputError, match="another gateway"):
        opened(empty)
    store.close()
    unread, head = store_for(empty).read(empty)
    assert (head, read(empty)) == (store.head, list(unread))
    store_for(empty).read(empty)


def test_two_ledgers_share_a_database(database: Server, tmp_path: Path) -> None:
    places = [f"{database.place}#{tmp_path.name}-{name}" for name in ("one", "two")]
    stores = [opened(place) for place in places]
    for number, store in enumerate(stores, 1):
        add(store, number, RUN)
        store.close()
    assert [len(read(place)) for place in places] == [1, 2]


def test_a_password_in_an_address_is_refused() -> None:
    for place in ("postgresql://u:secret@h/d", "postgres://h/d?password=secret"):
        with pytest.raises(UsageError, match="PGPASSWORD") as caught:
            opened(place)
        assert "secret" not in str(caught.value)


def test_a_database_that_went_away_is_found_again(database: Server, tmp_path: Path) -> None:
    place = f"{database.place}#{tmp_path.name}"
    store = opened(place)
    assert isinstance(store, PostgresStore)
    wanted = add(store, 2, RUN)
    before = store.head
    database.stop()
    for _ in range(2):
        with pytest.raises(StoreError):
            add(store, 3)
    assert store.head == before
    database.start()
    wanted += add(store, 3)
    store.close()
    assert read(place) == wanted


def test_what_was_committed_as_the_connection_broke_is_not_written_twice(database: Server, tmp_path: Path) -> None:
    place = f"{database.place}#{tmp_path.name}"
    store = opened(place)
    assert isinstance(store, PostgresStore)
    before = store.head
    wanted = add(store, 3, RUN)
    after, store.head = store.head, before  # as if the answer to the commit had been lost
    store.base.close()
    for _ in range(1000):  # the server may need a moment to see that the connection is gone
        with contextlib.suppress(StoreError):
            store.append(wanted, after)
            break
    assert store.head == after
    store.close()
    assert read(place) == wanted


def test_a_writer_that_does_not_know_the_end_is_refused(database: Server, tmp_path: Path) -> None:
    store = opened(f"{database.place}#{tmp_path.name}")
    add(store, 2, RUN)
    store.head = Head()
    with pytest.raises(StoreError):
        add(store, 1)
    store.close()


async def test_a_gateway_goes_on_while_its_database_is_away(database: Server, tmp_path: Path) -> None:
    place = f"{database.place}#{tmp_path.name}"
    made = plan()
    with running(Emulator(made, 1.0)) as upstream:
        upstreams = tuple(Upstream("emulated", upstream.url) for _ in made.targets)
        with gateway(Setup(encode_plan(made), upstreams, place)) as app, running(app) as here:
            journal = app.house.journal
            statuses = [await _asked(here.url)]
            assert await journal.written()
            database.stop()
            statuses += [await _asked(here.url) for _ in range(3)]
            database.start()
            statuses.append(await _asked(here.url))
    assert statuses == [200] * 5
    found = [row for row in decode(read(place), place) if isinstance(row, Request)]
    assert [row.how for row in found] == ["answered"] * 5


async def _asked(url: str) -> int:
    body = {"model": "both", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 2}
    async with aiohttp.ClientSession() as session, session.post(f"{url}/v1/chat/completions", json=body) as response:
        await response.read()
        return response.status
