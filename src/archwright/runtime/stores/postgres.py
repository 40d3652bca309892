"""A ledger in PostgreSQL: a table of lines that takes no change and no deletion, and a table with the heads.

Several ledgers may share a database: what follows `#` in the address is the ledger's name. The password is never part
of the address, which stands in arguments and logs: it comes from PGPASSWORD, a password file or a service file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from archwright.base.errors import InputError, UsageError
from archwright.ledger.chain import GENESIS, Head, digest
from archwright.runtime.database import CONNECT_S, SCHEMES, STATEMENT_MS, driver, parts, translated
from archwright.runtime.store import Store, StoreError, StoreKind, refused

WHAT: Final = "a ledger"
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
        self.driver = driver(WHAT)
        self.address, self.name = parts(WHAT, place)
        self.sync = sync
        self.promise = (
            "a loss of the database takes nothing"
            if sync
            else "a loss of the database's power takes at most about a second more (its synchronous_commit is off)"
        )
        with contextlib.ExitStack() as stack, translated(self.driver.Error, StoreError):
            self.base = self._connected()
            stack.callback(self.base.close)
            self._find_end()
            stack.pop_all()

    def _find_end(self) -> None:
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
            self.base.execute("UPDATE archwright_head SET rows=%s, hash=%s WHERE ledger=%s", (*self.head, self.name))

    def _connected(self) -> Any:
        """A connection that alone writes to the ledger; none is left behind where that cannot be had."""
        options = f"-c statement_timeout={STATEMENT_MS} -c synchronous_commit={'on' if self.sync else 'off'}"
        key = int.from_bytes(self.name.encode(), "big") % 0x7FFFFFFF
        with contextlib.ExitStack() as stack:
            base = self.driver.connect(
                self.address, autocommit=True, connect_timeout=CONNECT_S, options=options, application_name="archwright"
            )
            stack.callback(base.close)
            if not base.execute("SELECT pg_try_advisory_lock(%s, %s)", (_LOCK, key)).fetchone()[0]:
                problem = f"another gateway writes to the ledger `{self.name}` of this database"
                raise refused("taken", problem, self.address, "stop it, or name another ledger after `#`")
            stack.pop_all()
        return base

    def _again(self) -> None:
        try:
            self.base = self._connected()
        except InputError as error:
            raise StoreError(str(error)) from error

    def _kept(self) -> Head:
        found = self.base.execute("SELECT rows, hash FROM archwright_head WHERE ledger = %s", (self.name,)).fetchone()
        return Head(*found)

    def append(self, lines: Sequence[bytes], head: Head) -> None:
        """Write lines in one transaction; where the connection was lost in it, the head tells what became of it."""
        with translated(self.driver.Error, StoreError):
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
    postgres = driver(WHAT)
    address, name = parts(WHAT, place)
    with _reading(postgres, address) as base:
        found = None
        with contextlib.suppress(postgres.errors.UndefinedTable):  # no gateway has written to this database yet
            found = base.execute("SELECT rows, hash FROM archwright_head WHERE ledger = %s", (name,)).fetchone()
    if found is None:
        raise refused("ledger-missing", f"there is no ledger `{name}` in this database", address, "serve first")
    return _read_lines(postgres, address, name), Head(*found)


def _read_lines(postgres: Any, address: str, name: str) -> Iterator[bytes]:
    """All lines. The connection is made when the first one is asked for, so that who asks for none leaves none open."""
    with _reading(postgres, address) as base:
        yield from _pages(base, name, ">", "ASC", 0)


@contextlib.contextmanager
def _reading(postgres: Any, address: str) -> Iterator[Any]:
    try:
        with contextlib.closing(postgres.connect(address, autocommit=True, connect_timeout=CONNECT_S)) as base:
            yield base
    except postgres.Error as error:
        text = " ".join(str(error).split())
        raise refused(
            "ledger-unread", f"the ledger cannot be read: {text}", address, "is the database there?"
        ) from None


STORE = StoreKind("postgres", lambda place: place.startswith(SCHEMES), _open, _read)
