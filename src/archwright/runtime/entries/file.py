"""Entries in an SQLite file that only its owner reads and one gateway writes: the truth that an index is filled from.

What is erased is overwritten in the file and is in no log beside it when the call returns.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from archwright.base.errors import InputError
from archwright.policy.worth import Use, leaving, worth
from archwright.runtime.entries.entry import VECTOR_BYTES, Choice, Entry, digest
from archwright.runtime.store import held, refused

MODE: Final = 0o600
OURS: Final = 0x41774361  # "AwCa": this program's caches among SQLite's files
VERSION: Final = 2
PAGE: Final = 500
MEND: Final = "name another file, or delete it: a cache learns anew"
# What decides who makes room stands first in a row, so that it is read without what is long.
_TABLES: Final = """
CREATE TABLE entry (
  cache TEXT NOT NULL, key INTEGER NOT NULL, hits INTEGER NOT NULL, cost INTEGER NOT NULL, used_at REAL NOT NULL,
  worth REAL NOT NULL, size INTEGER NOT NULL, until REAL NOT NULL, space INTEGER NOT NULL, grouped INTEGER NOT NULL,
  confirmed INTEGER NOT NULL, kept_at REAL NOT NULL, embedder TEXT NOT NULL, digest TEXT NOT NULL, tenant TEXT NOT NULL,
  client TEXT NOT NULL, scope TEXT NOT NULL, documents TEXT NOT NULL, vector BLOB NOT NULL, text TEXT NOT NULL,
  answer BLOB NOT NULL, PRIMARY KEY (cache, key));
CREATE TABLE document (
  cache TEXT NOT NULL, key INTEGER NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
  PRIMARY KEY (cache, key, name), FOREIGN KEY (cache, key) REFERENCES entry ON DELETE CASCADE);
CREATE INDEX document_name ON document (name, version);
CREATE INDEX entry_tenant ON entry (tenant);
CREATE INDEX entry_until ON entry (until);
CREATE INDEX entry_size ON entry (cache, size);
CREATE TABLE learned (cache TEXT PRIMARY KEY, state BLOB NOT NULL);
CREATE TABLE clock (cache TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE TABLE owner (name TEXT NOT NULL);
"""
_FIELDS: Final = (
    "cache, key, space, grouped, vector, embedder, digest, kept_at, until, text, answer, tenant, client, scope, "
    "documents, used_at, hits, cost, confirmed"
)
_INSERT: Final = f"INSERT INTO entry ({_FIELDS}, size, worth) VALUES ({', '.join('?' * 21)})"
_CONDITIONS: Final = {
    "cache": "cache = ?",
    "tenant": "tenant = ?",
    "client": "client = ?",
    "key": "key = ?",
    "document": "EXISTS (SELECT 1 FROM document AS d WHERE d.cache = entry.cache AND d.key = entry.key AND d.name = ?)",
    "version": (
        "EXISTS (SELECT 1 FROM document AS d WHERE d.cache = entry.cache AND d.key = entry.key AND d.name = ? "
        "AND d.version <> ?)"
    ),
}
_Row = tuple[
    str, int, int, int, bytes, str, str, float, float, str, bytes, str, str, str, str, float, int, int, int
]  # fmt: skip
_documents = msgspec.json.Decoder(dict[str, str])


class EntriesFailure(OSError):
    """The file cannot be read or written now."""


class Entries:
    """The entries of a gateway's semantic caches. Any thread may call, and waits for the others; no event loop should.

    Args:
        file: the database; made if there is none.
        owner: whose entries they are from now on, such as the name of a ledger; empty: whose they were.

    Raises:
        InputError: it is no regular file, something else is in it, or another gateway writes to it.
        OSError: it cannot be written.
    """

    def __init__(self, file: Path, owner: str = "") -> None:
        self.file = file
        self._turn = threading.RLock()
        self._lock = held(file, "file of a semantic cache", MEND, MODE)
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, self._lock)
            os.chmod(file, MODE)
            try:
                self._base = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
                stack.callback(self._base.close)
                self._prepare()
                self.owner = self._owned(owner)
            except sqlite3.DatabaseError as error:
                raise self._damaged(error) from error
            stack.pop_all()

    def _prepare(self) -> None:
        (mark,), (version,), (tables,) = (
            self._base.execute(query).fetchone()
            for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        )
        older = mark == OURS and version < VERSION
        if tables and not older and (mark, version) != (OURS, VERSION):
            what = "of another version of this program" if mark == OURS else "something else"
            raise refused("not-a-cache", f"this file holds {what}", str(self.file), MEND)
        for setting in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON", "foreign_keys=ON"):
            self._base.execute(f"PRAGMA {setting}")
        (sound,) = self._base.execute("PRAGMA quick_check(1)").fetchone()
        if sound != "ok":
            raise self._damaged(sound)
        if older:  # a cache learns anew; nothing of it stays
            self._base.executescript(
                "PRAGMA foreign_keys=OFF; DROP TABLE IF EXISTS document; DROP TABLE IF EXISTS entry; "
                "DROP TABLE IF EXISTS learned"
            )
            self._base.executescript("PRAGMA foreign_keys=ON; PRAGMA wal_checkpoint(TRUNCATE)")
        if older or not tables:
            with self._whole():
                for statement in _TABLES.split(";"):
                    self._base.execute(statement)
                self._base.execute(f"PRAGMA application_id={OURS}")
                self._base.execute(f"PRAGMA user_version={VERSION}")

    def _owned(self, owner: str) -> str:
        if owner:
            with self._whole():
                self._base.execute("DELETE FROM owner")
                self._base.execute("INSERT INTO owner VALUES (?)", (owner,))
        found = self._base.execute("SELECT name FROM owner").fetchone()
        return str(found[0]) if found else ""

    def _damaged(self, error: object) -> InputError:
        text = " ".join(str(error).split())
        return refused("cache-damaged", f"this file of a semantic cache is damaged: {text}", str(self.file), MEND)

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """A transaction: all of it or nothing."""
        with self._turn:
            try:
                self._base.execute("BEGIN IMMEDIATE")
                yield
                self._base.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._base.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._whole():
                yield
        except sqlite3.Error as error:
            raise EntriesFailure(f"the file of a semantic cache cannot be written: {error}") from error

    # --------------------------------------------------------------------------------------------------- keep

    def put(self, entry: Entry) -> None:
        """Keep an entry; one of the same cache and key is replaced, whose hits it goes on with.

        Raises:
            EntriesFailure: it cannot be written.
            ValueError: a number is beyond 64 bits.
        """
        at = (entry.cache, entry.key)
        documents = [(*at, *item) for item in entry.documents.items()]
        try:
            with self._writing():
                before = self._base.execute("SELECT hits FROM entry WHERE cache = ? AND key = ?", at).fetchone()
                hits = max(entry.hits, before[0] if before else 0)
                told = (
                    *at, entry.space, entry.group, entry.vector.tobytes(), entry.embedder, entry.digest,
                    entry.kept_at, entry.until, entry.text, entry.answer, entry.tenant, entry.client, entry.scope,
                    msgspec.json.encode(entry.documents).decode(), max(entry.used_at, entry.kept_at), hits, entry.cost,
                    entry.confirmed, entry.size, worth(self._clock(entry.cache), hits, entry.cost),
                )  # fmt: skip
                self._base.execute("DELETE FROM entry WHERE cache = ? AND key = ?", at)
                self._base.execute(_INSERT, told)
                self._base.executemany("INSERT INTO document VALUES (?, ?, ?, ?)", documents)
        except (OverflowError, UnicodeEncodeError) as error:
            raise ValueError(f"this entry cannot be kept: {error}") from error

    def _clock(self, cache: str) -> float:
        """The worth of what left a cache last for others."""
        found = self._base.execute("SELECT at FROM clock WHERE cache = ?", (cache,)).fetchone()
        return float(found[0]) if found else 0.0

    def used(self, cache: str, hits: Mapping[int, int], now: float) -> None:
        """Entries answered so often since this was told last. Those that are gone meanwhile are left out."""
        with self._writing():
            clock = self._clock(cache)
            for key, count in hits.items():
                query = "SELECT hits, cost FROM entry WHERE cache = ? AND key = ?"
                before, cost = self._base.execute(query, (cache, key)).fetchone() or (0, 0)
                query = "UPDATE entry SET hits = ?, worth = ?, used_at = max(used_at, ?) WHERE cache = ? AND key = ?"
                self._base.execute(query, (before + count, worth(clock, before + count, cost), now, cache, key))

    def confirmed(self, cache: str, group: int) -> None:
        """Another client's answer was that of a group."""
        with self._writing():
            query = "UPDATE entry SET confirmed = confirmed + 1 WHERE cache = ? AND grouped = ?"
            self._base.execute(query, (cache, group))

    def learn(self, cache: str, state: bytes) -> None:
        """Keep what a cache learned; what was kept before is replaced."""
        with self._writing():
            self._base.execute("INSERT OR REPLACE INTO learned VALUES (?, ?)", (cache, state))

    # --------------------------------------------------------------------------------------------------- read

    def learned(self, cache: str) -> bytes:
        """What a cache learned; empty where it learned nothing yet."""
        with self._reading():
            found = self._base.execute("SELECT state FROM learned WHERE cache = ?", (cache,)).fetchone()
            if found and not isinstance(found[0], bytes):
                raise ValueError("what was learned is no blob")
        return found[0] if found else b""

    def load(self, cache: str, embedder: str, now: float) -> Iterator[Entry]:
        """The entries of a cache, by their keys. Those that are too old or of another embedder are erased first.

        Raises:
            InputError: the file is damaged.
        """
        with self._reading():
            self._erase("cache = ? AND (until <= ? OR embedder <> ?)", (cache, now, embedder))
        return self._pages("cache = ? AND", (cache,))

    def every(self) -> Iterator[Entry]:
        """The entries of all caches.

        Raises:
            InputError: the file is damaged.
        """
        return self._pages("", ())

    def _pages(self, where: str, values: tuple[str, ...]) -> Iterator[Entry]:
        after = ("", -1)
        query = f"SELECT {_FIELDS} FROM entry WHERE {where} (cache, key) > (?, ?) ORDER BY cache, key LIMIT {PAGE}"
        while True:
            with self._reading():
                entries = [_entry(row) for row in self._base.execute(query, (*values, *after)).fetchall()]
            if not entries:
                return
            yield from entries
            after = (entries[-1].cache, entries[-1].key)

    def newest(self, cache: str, key: int) -> float:
        """When an entry was kept (seconds); below 0: it is not."""
        with self._reading():
            query = "SELECT kept_at FROM entry WHERE cache = ? AND key = ?"
            found = self._base.execute(query, (cache, key)).fetchone()
        return float(found[0]) if found else -1.0

    def last_group(self) -> int:
        """The largest identity of an answer; 0: there is none."""
        with self._reading():
            return int(self._base.execute("SELECT coalesce(max(grouped), 0) FROM entry").fetchone()[0])

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            with self._turn:
                yield
        except (sqlite3.DatabaseError, ValueError) as error:
            raise self._damaged(error) from error

    def count(self, cache: str | None = None) -> int:
        """How many entries a cache has, or all have."""
        where, values = ("WHERE cache = ?", (cache,)) if cache is not None else ("", ())
        with self._reading():
            return int(self._base.execute(f"SELECT count(*) FROM entry {where}", values).fetchone()[0])

    # ------------------------------------------------------------------------------------------------- forget

    def erase(self, choice: Choice) -> list[tuple[str, int]]:
        """Erase entries for good; the cache and key of each.

        Raises:
            EntriesFailure: they cannot be erased.
            ValueError: nothing is chosen, or a version without its document.
        """
        said = {name: wanted for name, wanted in choice._asdict().items() if wanted is not None}
        if not said or ("version" in said and "document" not in said):
            raise ValueError("which entries? Say a cache, tenant, client, key or document; a version with its document")
        values: list[object] = []
        for name, wanted in said.items():
            values += [said["document"], wanted] if name == "version" else [wanted]
        return self._erase(" AND ".join(_CONDITIONS[name] for name in said), tuple(values))

    def remove(self, cache: str, keys: Iterable[int]) -> None:
        """Erase these entries of a cache for good, all of them or none. Those that are gone already are no error.

        Raises:
            EntriesFailure: they cannot be erased.
        """
        gone = [(cache, key) for key in keys]
        if not gone:
            return
        with self._turn:
            with self._writing():
                self._base.executemany("DELETE FROM entry WHERE cache = ? AND key = ?", gone)
            self._settle()

    def expire(self, now: float) -> list[tuple[str, int]]:
        """Erase what is too old; the cache and key of each."""
        return self._erase("until <= ?", (now,))

    def trim(self, cache: str, most: int, room: int) -> list[int]:
        """Erase what is worth least, until a cache has at most `most` entries in `room` bytes; their keys."""
        with self._reading():
            query = "SELECT count(*), coalesce(sum(size), 0) FROM entry WHERE cache = ?"
            count, size = self._base.execute(query, (cache,)).fetchone()
        if count <= most and size <= room:
            return []
        with self._turn:
            gone = self._trimmed(cache, most, room)
            self._settle()
        return gone

    def _trimmed(self, cache: str, most: int, room: int) -> list[int]:
        with self._writing():
            query = "SELECT key, worth, kept_at, size FROM entry WHERE cache = ?"
            uses = [Use(*row) for row in self._base.execute(query, (cache,))]
            gone = leaving(uses, most, room)
            self._base.executemany("DELETE FROM entry WHERE cache = ? AND key = ?", [(cache, key) for key in gone])
            last = max((use.worth for use in uses if use.key == gone[-1]), default=0.0)
            self._base.execute("INSERT OR REPLACE INTO clock VALUES (?, max(?, ?))", (cache, last, self._clock(cache)))
        return gone

    def _erase(self, where: str, values: tuple[object, ...]) -> list[tuple[str, int]]:
        with self._turn:
            with self._writing():
                found = self._base.execute(f"SELECT cache, key FROM entry WHERE {where}", values).fetchall()
                if found:
                    self._base.execute(f"DELETE FROM entry WHERE {where}", values)
            if found:
                self._settle()
        return [(str(cache), int(key)) for cache, key in found]

    def _settle(self) -> None:
        """See to it that nothing of what was erased stays in the log beside the file."""
        try:
            self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise EntriesFailure(f"what was erased may still be in the log of the file: {error}") from error

    def discard(self) -> None:
        """Erase everything for good.

        Raises:
            EntriesFailure: that cannot be done.
        """
        with self._turn:
            with self._writing():
                for table in ("document", "entry", "learned"):
                    self._base.execute(f"DELETE FROM {table}")
            self._settle()

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._base.close()
            os.close(self._lock)


def _entry(row: tuple[object, ...]) -> Entry:
    """An entry as its row says.

    Raises:
        ValueError: the row cannot be one.
    """
    (
        cache, key, space, group, blob, embedder, words, kept_at, until, text, answer, tenant, client, scope, documents,
        used_at, hits, cost, confirmed,
    ) = msgspec.convert(row, _Row, builtin_types=(bytes,))  # fmt: skip
    if not blob or len(blob) % VECTOR_BYTES:
        raise ValueError(f"entry {key} has no vector")
    if text and digest(text) != words:
        raise ValueError(f"the words of entry {key} are not those that were kept")
    return Entry(
        cache, key, space, group, array("f", blob), embedder, words, kept_at, until, text, answer, tenant, client,
        scope, _documents.decode(documents), used_at, hits, cost, confirmed,
    )  # fmt: skip
