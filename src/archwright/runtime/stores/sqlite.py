"""A ledger in an SQLite file: a table of lines that takes no change and no deletion, and a table with the head."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from archwright.ledger.chain import Head, digest
from archwright.runtime.store import Store, StoreError, StoreKind, held, refused

ENDINGS: Final = (".sqlite", ".sqlite3", ".db")
PAGE: Final = 1000
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS archwright_ledger (number INTEGER PRIMARY KEY, line BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS archwright_head (one INTEGER PRIMARY KEY CHECK (one = 1), rows INTEGER, hash TEXT);
INSERT OR IGNORE INTO archwright_head VALUES (1, 0, '00000000000000000000000000000000');
CREATE TRIGGER IF NOT EXISTS archwright_no_update BEFORE UPDATE ON archwright_ledger
  BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
CREATE TRIGGER IF NOT EXISTS archwright_no_delete BEFORE DELETE ON archwright_ledger
  BEGIN SELECT RAISE(ABORT, 'a ledger is only added to'); END;
"""


class SqliteStore(Store):
    """Lines in an SQLite file that this process alone writes to; others may read it meanwhile.

    Args:
        file: the database.
        sync: whether an append returns only when the disk has it.
        anew: whether what is there is thrown away.

    Raises:
        InputError: it is no database, or another gateway writes to it.
        OSError: it cannot be written.
    """

    def __init__(self, file: Path, sync: bool, anew: bool) -> None:
        self.promise = (
            "a loss of power takes nothing" if sync else "a loss of power takes what the system had not written"
        )
        self.lock = _held(file, anew)
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, self.lock)
            try:
                # The writer's thread uses it, and nobody else at the same time.
                self.base = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
                stack.callback(self.base.close)
                self.base.execute("PRAGMA journal_mode=WAL")
                self.base.execute(f"PRAGMA synchronous={'FULL' if sync else 'NORMAL'}")
                self.base.executescript(_TABLES)
                self._find_end()
            except sqlite3.DatabaseError as error:
                raise refused("not-a-ledger", f"this is no ledger: {error}", str(file), "name another") from error
            stack.pop_all()

    def _find_end(self) -> None:
        last = self.base.execute("SELECT number, line FROM archwright_ledger ORDER BY number DESC LIMIT 1").fetchone()
        self.head = Head(last[0], digest(last[1])) if last else Head()
        kept = self.base.execute("SELECT rows FROM archwright_head").fetchone()
        self.missing = max(0, kept[0] - self.head.rows)

    def append(self, lines: Sequence[bytes], head: Head) -> None:
        """Write lines in one transaction."""
        try:
            with _whole(self.base):
                first = self.head.rows + 1
                self.base.executemany("INSERT INTO archwright_ledger VALUES (?, ?)", enumerate(lines, first))
                self.base.execute("UPDATE archwright_head SET rows = ?, hash = ?", (head.rows, head.hash))
        except sqlite3.Error as error:
            raise StoreError(str(error)) from error
        self.head = head

    def steady(self) -> None:
        """SQLite does that as its log grows; what it did not, a loss of power takes."""

    def lines(self) -> Iterator[bytes]:
        """All lines, from the first."""
        return _lines(self.base)

    def backwards(self) -> Iterator[bytes]:
        """All lines, from the last."""
        for (line,) in self.base.execute("SELECT line FROM archwright_ledger ORDER BY number DESC"):
            yield line

    def close(self) -> None:
        """Close it."""
        self.base.close()
        os.close(self.lock)


@contextlib.contextmanager
def _whole(base: sqlite3.Connection) -> Iterator[None]:
    base.execute("BEGIN IMMEDIATE")
    try:
        yield
        base.execute("COMMIT")
    except sqlite3.Error:
        if base.in_transaction:
            base.execute("ROLLBACK")
        raise


def _held(file: Path, anew: bool) -> int:
    """The file, which no other gateway writes to. SQLite's own locks are of another kind and go on as they are."""
    lock = held(file)
    if anew:
        os.ftruncate(lock, 0)
        for beside in ("-wal", "-shm"):
            file.with_name(file.name + beside).unlink(missing_ok=True)
    return lock


def _lines(base: sqlite3.Connection) -> Iterator[bytes]:
    after = 0
    query = "SELECT number, line FROM archwright_ledger WHERE number > ? ORDER BY number LIMIT ?"
    while found := base.execute(query, (after, PAGE)).fetchall():
        for after, line in found:  # noqa: B007 - the next page begins there
            yield line


def _open(place: str, sync: bool, anew: bool) -> Store:
    return SqliteStore(Path(place), sync, anew)


def _read(place: str) -> tuple[Iterator[bytes], Head | None]:
    file = Path(place)
    if not file.is_file():
        raise refused("ledger-missing", "there is no such ledger", place, "rehearse or serve first")
    try:
        with _reading(file) as base:
            rows, found = base.execute("SELECT rows, hash FROM archwright_head").fetchone()
    except (sqlite3.DatabaseError, TypeError) as error:
        raise refused("not-a-ledger", f"this is no ledger: {error}", place, "name another") from error
    return _read_lines(file), Head(rows, found)


def _read_lines(file: Path) -> Iterator[bytes]:
    """All lines. The file is opened when the first one is asked for, so that who asks for none leaves none open."""
    with _reading(file) as base:
        yield from _lines(base)


def _reading(file: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True))


STORE = StoreKind("sqlite", lambda place: place.endswith(ENDINGS), _open, _read)
