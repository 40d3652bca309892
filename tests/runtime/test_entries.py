"""Entries of a semantic cache: kept over restarts, for their owner alone, erased for good, the least worth first."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archwright.base.errors import InputError
from archwright.runtime.entries.entry import Choice, Entry, digest
from archwright.runtime.entries.file import Entries, EntriesFailure
from archwright.runtime.indexes import open_index

NOW = 1_795_000_000.0
MODEL = "all-MiniLM-L6-v2"


def entry(key: int = 1, text: str = "where is my parcel", **other: Any) -> Entry:
    told: dict[str, Any] = {
        "cache": "answers", "space": 7, "group": key, "vector": array("f", [1.0, 0.5, float(key % 1000)]),
        "embedder": MODEL, "digest": digest(text), "kept_at": NOW, "until": NOW + 3600, "answer": b'{"say": "soon"}',
        "tenant": "north", "client": "app", "used_at": NOW,
    }  # fmt: skip
    return Entry(key=key, text=text, **(told | other))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache.sqlite"


@pytest.fixture
def kept(file: Path) -> Iterator[Entries]:
    entries = Entries(file)
    yield entries
    entries.close()


def loaded(entries: Entries, cache: str = "answers", now: float = NOW) -> list[Entry]:
    return list(entries.load(cache, MODEL, now))


# ------------------------------------------------------------------------------------------------------- kept


def test_what_is_kept_is_there_after_a_restart(file: Path) -> None:
    wanted = [
        entry(1, documents={"handbook": "3", "prices": "2026-11"}),
        entry(2**63 - 1, "grüße 東京 \x00", space=2**63 - 1, group=-5, answer=b"\x00\xff" * 500, hits=3, cost=10**15),
        entry(3, scope="staff", confirmed=2).veiled(),
    ]
    first = Entries(file)
    for each in (*wanted, entry(9, cache="other")):
        first.put(each)
    first.learn("answers", b'{"a": 1}')
    first.learn("answers", b'{"a": 2}')
    first.close()
    again = Entries(file)
    assert loaded(again) == sorted(wanted, key=lambda each: each.key)
    assert [each.whole for each in loaded(again)] == [True, False, True]
    assert (again.count(), again.count("answers"), again.count("nothing")) == (4, 3, 0)
    assert (again.learned("answers"), again.learned("other")) == (b'{"a": 2}', b"")
    again.close()


def test_many_entries_are_loaded_whole(kept: Entries) -> None:
    for key in range(1203):
        kept.put(entry(key))
    assert [each.key for each in loaded(kept)] == list(range(1203))


def test_an_index_is_filled_from_them(kept: Entries) -> None:
    for key in range(50):
        kept.put(entry(key))
    index = open_index("memory", 3)
    for each in loaded(kept):
        index.add(each.key, each.vector, each.space)
    assert index.search(entry(20).vector, 7, 1)[0].entry == 20
    index.close()


def test_an_entry_kept_again_replaces_the_first(kept: Entries) -> None:
    kept.put(entry(1, documents={"a": "1"}, hits=5))
    kept.put(entry(1, "another question", documents={"b": "1"}))
    assert [(each.text, each.hits, each.documents) for each in loaded(kept)] == [("another question", 5, {"b": "1"})]
    assert kept.erase(Choice(document="a")) == []


def test_hits_and_confirmations_are_counted(kept: Entries) -> None:
    for key in (1, 2, 3):
        kept.put(entry(key, group=key // 2))
    kept.used("answers", {1: 2, 3: 1, 99: 5}, NOW + 60)
    kept.used("answers", {1: 1}, NOW + 30)  # told late: the last use stays
    kept.confirmed("answers", 1)
    assert [(each.hits, each.used_at - NOW, each.confirmed) for each in loaded(kept)] == [
        (3, 60, 0), (0, 0, 1), (1, 60, 1),
    ]  # fmt: skip


def test_what_may_not_be_kept_is_not_in_the_file(file: Path, kept: Entries) -> None:
    said = "my number is 0151 2345"
    kept.put(entry(1, said, answer=b"secret answer").veiled())
    found = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert said.encode() not in found
    assert b"secret answer" not in found
    assert [(each.text, each.answer, each.digest) for each in loaded(kept)] == [("", b"", digest(said))]


def test_only_the_owner_reads_it(file: Path, kept: Entries) -> None:
    kept.put(entry())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    assert len(modes) >= 2  # with the log beside it
    assert set(modes.values()) == {0o600}


def test_a_file_that_others_could_read_is_closed_to_them(file: Path) -> None:
    file.touch(0o644)
    Entries(file).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_any_thread_may_call(kept: Entries) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: kept.put(entry(key)), range(200)))
        counts = list(threads.map(lambda key: kept.erase(Choice(key=key)), range(0, 200, 2)))
    assert [len(gone) for gone in counts] == [1] * 100
    assert [each.key for each in loaded(kept)] == list(range(1, 200, 2))


# --------------------------------------------------------------------------------------------------- forgotten


@pytest.fixture
def several(kept: Entries) -> Entries:
    kept.put(entry(1, tenant="north", documents={"handbook": "1"}))
    kept.put(entry(2, tenant="south", documents={"handbook": "2", "prices": "1"}))
    kept.put(entry(3, tenant="south", client="web"))
    kept.put(entry(3, cache="other", tenant="south", documents={"handbook": "1"}))
    return kept


@pytest.mark.parametrize(
    ("choice", "gone"),
    [
        (Choice(tenant="south"), [("answers", 2), ("answers", 3), ("other", 3)]),
        (Choice(tenant="south", cache="answers"), [("answers", 2), ("answers", 3)]),
        (Choice(client="web"), [("answers", 3)]),
        (Choice(key=3), [("answers", 3), ("other", 3)]),
        (Choice(document="handbook"), [("answers", 1), ("answers", 2), ("other", 3)]),
        (Choice(document="handbook", version="2"), [("answers", 1), ("other", 3)]),
        (Choice(document="handbook", version="1", tenant="north"), []),
        (Choice(tenant=""), []),
        (Choice(tenant="south' OR 1=1 --"), []),
    ],
)
def test_what_is_chosen_is_erased_and_nothing_else(
    several: Entries, choice: Choice, gone: list[tuple[str, int]]
) -> None:
    assert sorted(several.erase(choice)) == gone
    left = {("answers", each.key) for each in loaded(several)} | {
        ("other", each.key) for each in loaded(several, "other")
    }
    assert left == {("answers", 1), ("answers", 2), ("answers", 3), ("other", 3)} - set(gone)
    assert several.erase(choice) == []


@pytest.mark.parametrize("choice", [Choice(), Choice(version="1"), Choice(tenant="north", version="1")])
def test_a_choice_that_means_everything_is_refused(several: Entries, choice: Choice) -> None:
    with pytest.raises(ValueError, match="which entries"):
        several.erase(choice)
    assert several.count() == 4


def test_nothing_of_what_was_erased_is_left_in_the_file(file: Path, kept: Entries) -> None:
    for key in range(40):
        kept.put(entry(key, f"unforgettable words {key}", tenant=f"tenant-{key % 2}", answer=b"unforgettable answer"))
    kept.erase(Choice(tenant="tenant-0"))
    kept.erase(Choice(tenant="tenant-1"))
    found = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert b"unforgettable" not in found


def test_many_are_removed_at_once_and_for_good(file: Path, kept: Entries) -> None:
    for key in range(50):
        kept.put(entry(key, f"unforgettable words {key}"))
    kept.put(entry(1, cache="other"))
    kept.remove("answers", [*range(50), 99])
    kept.remove("answers", [])
    assert (kept.count("answers"), kept.count("other")) == (0, 1)
    assert b"unforgettable" not in b"".join(path.read_bytes() for path in file.parent.iterdir())


def test_what_is_too_old_goes(kept: Entries) -> None:
    for key in range(4):
        kept.put(entry(key, until=NOW + key))
    assert kept.expire(NOW + 1) == [("answers", 0), ("answers", 1)]
    assert [each.key for each in loaded(kept, now=NOW + 2)] == [3]
    assert kept.count() == 1


def test_vectors_of_another_model_are_not_compared(kept: Entries) -> None:
    kept.put(entry(1))
    kept.put(entry(2, embedder="another"))
    kept.put(entry(3, cache="other", embedder="another"))
    assert [each.key for each in loaded(kept)] == [1]
    assert kept.count() == 2


def test_the_least_worth_make_room(kept: Entries) -> None:
    for key, hits, cost in ((1, 9, 100), (2, 0, 100), (3, 0, 90), (4, 2, 100), (5, 0, 0)):
        kept.put(entry(key, hits=hits, cost=cost))
    kept.put(entry(6, cache="other"))
    kept.used("answers", {2: 3, 99: 1}, NOW)
    assert kept.trim("answers", 3, 10**9) == [5, 3]
    assert kept.trim("answers", 3, 10**9) == []
    size = sum(each.size for each in loaded(kept) if each.key in (1, 2))
    assert kept.trim("answers", 9, size) == [4]
    assert [each.key for each in loaded(kept)] == [1, 2]
    assert kept.count("other") == 1


def test_nothing_is_left_of_what_made_room(file: Path) -> None:
    kept = Entries(file)
    for key in (1, 2):
        kept.put(entry(key, text=f"what is told of {key}", hits=key))
    assert kept.trim("answers", 1, 10**9) == [1]
    held = b"".join(each.read_bytes() for each in file.parent.iterdir())
    assert (b"what is told of 1" in held, b"what is told of 2" in held) == (False, True)


def test_what_saved_much_long_ago_leaves_at_last(file: Path) -> None:
    kept = Entries(file)
    kept.put(entry(1, hits=10, cost=1))
    gone = []
    for key in range(2, 40):
        kept.put(entry(key, cost=1))
        gone += kept.trim("answers", 2, 10**9)
        if key == 5:  # the clock goes on after a restart
            kept.close()
            kept = Entries(file)
    kept.close()
    assert gone.index(1) > 8


# ------------------------------------------------------------------------------------------------- wrong files


def test_a_second_writer_is_refused(file: Path, kept: Entries) -> None:
    with pytest.raises(InputError, match="another gateway writes to this file of a semantic cache"):
        Entries(file)
    kept.put(entry())


@pytest.mark.parametrize("data", [b"what I wrote by hand", b"SQLite format 3\0" + b"\1" * 200, b"\xff" * 5000])
def test_a_file_that_is_none_is_left_alone(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(InputError, match="cache-damaged"):
        Entries(file)
    assert file.read_bytes() == data


def database(file: Path, *statements: str) -> None:
    base = sqlite3.connect(file)
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()


@pytest.mark.parametrize(
    ("statement", "message"), [("CREATE TABLE t (a)", "something else"), ("PRAGMA user_version=7", "another version")]
)
def test_another_s_database_is_left_alone(file: Path, statement: str, message: str) -> None:
    if "version" in statement:
        Entries(file).close()
    database(file, statement)
    before = file.read_bytes()
    with pytest.raises(InputError, match=message):
        Entries(file)
    assert file.read_bytes() == before


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no regular file"):
        Entries(tmp_path)


def test_a_file_with_a_torn_page_is_said_to_be_damaged(file: Path) -> None:
    entries = Entries(file)
    for key in range(200):
        entries.put(entry(key, "x" * 500))
    entries.close()
    with file.open("r+b") as torn:
        torn.seek(8 * 4096)
        torn.write(b"\xa5" * 4096 * 3)
    with pytest.raises(InputError, match=r"cache-damaged.*delete it"):
        Entries(file)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET vector = x'010203'",
        "UPDATE entry SET vector = x''",
        "UPDATE entry SET text = 'other words'",
        "UPDATE entry SET documents = '[1]'",
        "UPDATE entry SET hits = 'many'",
    ],
)
def test_a_row_that_cannot_be_is_said_to_be_damage(file: Path, statement: str) -> None:
    entries = Entries(file)
    entries.put(entry())
    entries.close()
    database(file, statement)
    entries = Entries(file)
    with pytest.raises(InputError, match="cache-damaged"):
        loaded(entries)
    entries.close()


@pytest.mark.parametrize(
    "made", [lambda: entry(2**63), lambda: entry(1, space=-(2**64)), lambda: entry(1, tenant="\ud800")]
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_lost(kept: Entries, made: Callable[[], Entry]) -> None:
    kept.put(entry(1))
    with pytest.raises(ValueError, match="cannot be kept"):
        kept.put(made())
    assert loaded(kept) == [entry(1)]


def test_a_file_that_cannot_be_written_now_is_said(file: Path, kept: Entries) -> None:
    kept.put(entry(1))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    kept._base.execute("PRAGMA busy_timeout=1")
    with pytest.raises(EntriesFailure, match="locked"):
        kept.put(entry(2))
    other.execute("ROLLBACK")
    other.close()
    kept.put(entry(2))
    assert len(loaded(kept)) == 2


def test_what_was_kept_is_there_after_a_kill(file: Path) -> None:
    code = """
import os, sys
from tests.runtime.test_entries import Entries, Path, entry
entries = Entries(Path(sys.argv[1]))
for key in range(20):
    entries.put(entry(key))
os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", code, str(file)], check=False)
    assert done.returncode == 9
    entries = Entries(file)
    assert len(loaded(entries)) == 20
    entries.close()


@pytest.mark.parametrize("gone", ["", "DROP TABLE document; DROP TABLE entry;"], ids=["whole", "cut short"])
def test_a_file_of_an_older_version_begins_anew(file: Path, gone: str) -> None:
    entries = Entries(file)
    entries.put(entry(1, "a secret question"))
    entries.close()
    with closing(sqlite3.connect(file)) as base:
        base.execute("PRAGMA secure_delete=ON")
        base.executescript(f"DROP TABLE clock; DROP TABLE owner; {gone} PRAGMA user_version=1")
    entries = Entries(file, "ledger.jsonl")
    assert (entries.count(), entries.owner) == (0, "ledger.jsonl")
    entries.put(entry(2))
    entries.close()
    assert b"secret" not in file.read_bytes()
