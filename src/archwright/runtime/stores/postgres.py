"""A ledger in PostgreSQL: a table of lines that takes no change and no deletion, and a table with the heads.

Several ledgers may share a database: what follows `#` in the address is the ledger's name. The password is never part
of the address, which stands in arguments and logs: it comes from PGPASSWORD, a password file or a service file.
"""

from __future__ import annotations

import contextlib
import importlib
import urllib.parse
from collections.abc import Iterator, Sequence
from typing import Any, Final

from archwright.base.errors import DependencyMissing, InputError, UsageError
from archwright.ledger.chain import GENESIS, Head, digest
from archwright.runtime.store import Store, StoreError, StoreKind, refused

SCHEMES: Final = ("postgresql://", "postgres://")
INSTALL: Final = 'pip install "archwright[postgres]"'
CONNECT_S: Final = 3
STATEMENT_MS: Final = 5000  # longer than this no statement may take: the rows wait in memory meanwhile
PAGE: Final = 1000
_LOCK: Final = 0x4177  # "Aw": the class of our advisory locks
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS archwright_ledger (
  ledger text NOT NULL, number bigint NOT NULL, line text NOT NULL, PRIMARY KEY (ledger, number));
CREATE TABLE IF NOT EXISTS archwright_head (ledger text PRIMARY KEY, rows bigint NOT NULL, hash text NOT NULL);
CREATE OR REPLACE FUNCTION archwright_only_added() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'a ledger is only added to'; END $$;
CREATE OR REPLACE TRIGGER archwright_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON archwright_ledger
  EXECUTE FUNCTION archwright_only_added();
"""
_INSERT: Final = (
    "INSERT INTO archwright_ledger SELECT %s, number, line FROM unnest(%s::bigint[], %s::text[]) AS new(number, line)"
)
_HEAD: Final = "UPDATE archwright_head SET rows = %s, hash = %s WHERE ledger = %s AND rows = %s AND hash = %s"


class PostgresStore(Store):
    """Lines in a table of a database; the connection is made anew when it was lost.

    Args:
        place: the address, with the ledger's name after `#`.
        sync: whether an append returns only when the database's disk has it.

    Raises:
        DependencyMissing: psycopg is not installed.
        InputError: another gateway writes to this ledger.
        OSError: the database does not answer.
    """

    def __init__(self, place: str, sync: bool) -> None:
        self.driver = _driver()
        self.address, self.name = _parts(place)
        self.sync = sync
        self.promise = (
            "a loss of the database takes nothing"
            if sync
            else "a loss of the database's power takes at most about a second more (its synchronous_commit is off)"
        )
        self.base: Any
        with _translated(self.driver):
            self._connect()
            with self.base.transaction():
                self.base.execute(_TABLES)
                self.base.execute(
                    "INSERT INTO archwright_head VALUES (%s, 0, %s) ON CONFLICT DO NOTHING", (self.name, GENESIS)
                )
            query = "SELECT number, line FROM archwright_ledger WHERE ledger = %s ORDER BY number DESC LIMIT 1"
            last = self.base.execute(query, (self.name,)).fetchone()
            self.head = Head(last[0], digest(last[1].encode())) if last else Head()
            kept = self._kept()
            self.missing = max(0, kept.rows - self.head.rows)
            if kept != self.head:  # what is missing is said in a row; from here the head is that of what is there
                self.base.execute(
                    "UPDATE archwright_head SET rows=%s, hash=%s WHERE ledger=%s", (*self.head, self.name)
                )

    def _connect(self) -> None:
        options = f"-c statement_timeout={STATEMENT_MS} -c synchronous_commit={'on' if self.sync else 'off'}"
        self.base = self.driver.connect(
            self.address, autocommit=True, connect_timeout=CONNECT_S, options=options, application_name="archwright"
        )
        key = int.from_bytes(self.name.encode(), "big") % 0x7FFFFFFF
        if not self.base.execute("SELECT pg_try_advisory_lock(%s, %s)", (_LOCK, key)).fetchone()[0]:
            self.base.close()
            problem = f"another gateway writes to the ledger `{self.name}` of this database"
            raise refused("taken", problem, self.address, "stop it, or name another ledger after `#`")

    def _again(self) -> None:
        try:
            self._connect()
        except InputError as error:
            raise StoreError(str(error)) from error

    def _kept(self) -> Head:
        found = self.base.execute("SELECT rows, hash FROM archwright_head WHERE ledger = %s", (self.name,)).fetchone()
        return Head(*found)

    def append(self, lines: Sequence[bytes], head: Head) -> None:
        """Write lines in one transaction; where the connection was lost in it, the head tells what became of it."""
        with _translated(self.driver):
            if self.base.closed:
                self._again()
                if self._kept() == head:
                    self.head = head
                    return
            numbers = list(range(self.head.rows + 1, head.rows + 1))
            with self.base.transaction():
                self.base.execute(_INSERT, (self.name, numbers, [line.decode() for line in lines]))
                moved = self.base.execute(_HEAD, (*head, self.name, *self.head))
                if moved.rowcount != 1:
                    raise StoreError("somebody else wrote to this ledger")
        self.head = head

    def steady(self) -> None:
        """The database does that by itself."""

    def lines(self) -> Iterator[bytes]:
        """All lines, from the first."""
        return _pages(self.base, self.name, ">", "ASC", 0)

    def backwards(self) -> Iterator[bytes]:
        """All lines, from the last."""
        return _pages(self.base, self.name, "<", "DESC", self.head.rows + 1)

    def close(self) -> None:
        """Close the connection."""
        self.base.close()


@contextlib.contextmanager
def _translated(driver: Any) -> Iterator[None]:
    """The driver's errors as those of a store. An address is in none of them, and so no password."""
    try:
        yield
    except driver.Error as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise StoreError(text) from None


def _driver() -> Any:
    try:
        return importlib.import_module("psycopg")
    except ImportError as error:
        raise DependencyMissing(f"a ledger in PostgreSQL needs psycopg: `{INSTALL}`") from error


def _parts(place: str) -> tuple[str, str]:
    """The address and the ledger's name.

    Raises:
        UsageError: the address holds a password.
    """
    address, _, name = place.partition("#")
    try:
        split = urllib.parse.urlsplit(address)
        secret = split.password is not None or "password=" in split.query
    except ValueError as error:
        raise UsageError(f"the ledger's address cannot be read: {error}") from error
    if secret:
        raise UsageError("the ledger's address holds a password, which others could read: put it in PGPASSWORD")
    return address, name or "main"


def _pages(base: Any, name: str, beyond: str, way: str, at: int) -> Iterator[bytes]:
    query = (
        f"SELECT number, line FROM archwright_ledger WHERE ledger = %s AND number {beyond} %s "
        f"ORDER BY number {way} LIMIT {PAGE}"
    )
    while found := base.execute(query, (name, at)).fetchall():
        for at, line in found:  # noqa: B007 - the next page begins there
            yield line.encode()


def _open(place: str, sync: bool, anew: bool) -> Store:
    if anew:
        raise UsageError("a ledger in a database is never made anew: rehearse into a file")
    return PostgresStore(place, sync)


def _read(place: str) -> tuple[Iterator[bytes], Head | None]:
    driver = _driver()
    address, name = _parts(place)
    try:
        base = driver.connect(address, autocommit=True, connect_timeout=CONNECT_S)
        found = base.execute("SELECT rows, hash FROM archwright_head WHERE ledger = %s", (name,)).fetchone()
    except driver.Error as error:
        text = " ".join(str(error).split())
        raise refused(
            "ledger-unread", f"the ledger cannot be read: {text}", address, "is the database there?"
        ) from None
    if found is None:
        base.close()
        raise refused("ledger-missing", f"there is no ledger `{name}` in this database", address, "serve first")
    return _closing(base, name), Head(*found)


def _closing(base: Any, name: str) -> Iterator[bytes]:
    with contextlib.closing(base):
        yield from _pages(base, name, ">", "ASC", 0)


STORE = StoreKind("postgres", lambda place: place.startswith(SCHEMES), _open, _read)
