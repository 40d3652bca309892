"""An index in PostgreSQL with its extension vector: for many gateways that share what they learned.

One table keeps each vector with its entry, question and answer, so that neither is ever without the other; what
follows `#` in the address is the index's name in it. A small space is read whole, a large one through the graph
(HNSW, one for each number of dimensions), which goes on until enough entries of the space are found.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from archwright.base.errors import UsageError
from archwright.learn.recall import Near
from archwright.policy.worth import Use, leaving, worth
from archwright.runtime.database import CONNECT_S, SCHEMES, STATEMENT_MS, driver, parts, translated
from archwright.runtime.directions import unit
from archwright.runtime.entries.entry import Entry
from archwright.runtime.index import IndexFailure, IndexKind, Shared, SharedIndex, checked
from archwright.runtime.orders import TABLES, Orders

WHAT: Final = "an index"
MOST_DIMENSIONS: Final = 2000  # of what the extension's graph takes
EXACT: Final = 2000  # a space of so many entries and fewer is read whole
LIMIT_S = STATEMENT_MS / 1000 + 1.0  # longer than this no question may take, whatever hangs
WIDTH: Final = 100  # candidates that the graph keeps in mind while it searches
_LOCK: Final = 0x4178
_TABLES: Final = """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE SEQUENCE IF NOT EXISTS archwright_groups;
CREATE TABLE IF NOT EXISTS archwright_entries (
  index text NOT NULL, entry bigint NOT NULL, space bigint NOT NULL, size integer NOT NULL, vector vector NOT NULL,
  grouped bigint NOT NULL DEFAULT 0, confirmed bigint NOT NULL DEFAULT 0, client text NOT NULL DEFAULT '',
  tenant text NOT NULL DEFAULT '', scope text NOT NULL DEFAULT '', words text NOT NULL DEFAULT '',
  answer bytea NOT NULL DEFAULT '', cost bigint NOT NULL DEFAULT 0, hits bigint NOT NULL DEFAULT 0,
  kept_at double precision NOT NULL DEFAULT 0, until double precision NOT NULL DEFAULT 'infinity',
  used_at double precision NOT NULL DEFAULT 0, worth double precision NOT NULL DEFAULT 0,
  documents text[] NOT NULL DEFAULT '{}', PRIMARY KEY (index, entry));
ALTER TABLE archwright_entries ADD COLUMN IF NOT EXISTS worth double precision NOT NULL DEFAULT 0;
ALTER TABLE archwright_entries ADD COLUMN IF NOT EXISTS documents text[] NOT NULL DEFAULT '{}';
CREATE INDEX IF NOT EXISTS archwright_entries_space ON archwright_entries (index, space);
CREATE INDEX IF NOT EXISTS archwright_entries_until ON archwright_entries (until);
CREATE TABLE IF NOT EXISTS archwright_clocks (index text PRIMARY KEY, at double precision NOT NULL);
CREATE TABLE IF NOT EXISTS archwright_erasures (family text PRIMARY KEY, count bigint NOT NULL);
"""
_NEAR: Final = """
CREATE INDEX IF NOT EXISTS archwright_entries_near_{size} ON archwright_entries
  USING hnsw ((vector::vector({size})) vector_cosine_ops) WHERE size = {size}
"""
_NOW: Final = "extract(epoch FROM now())::double precision"
_OWN: Final = f"FROM archwright_entries WHERE index = %s AND space = %s AND size = {{size}} AND until > {_NOW}"
# The rows of a small space come first, so that no graph is asked for what it would find only by chance.
_EXACT: Final = f"""
WITH own AS MATERIALIZED (SELECT entry, vector {_OWN})
SELECT entry, 1 - (vector <=> %s::vector) AS likeness FROM own ORDER BY likeness DESC, entry LIMIT %s
"""
_GRAPH: Final = f"""
SELECT entry, 1 - (vector::vector({{size}}) <=> %s::vector({{size}})) {_OWN}
ORDER BY vector::vector({{size}}) <=> %s::vector({{size}}) LIMIT %s
"""
_COUNT: Final = f"SELECT count(*) FROM (SELECT {_OWN} LIMIT %s) AS own"
_ADD: Final = """
INSERT INTO archwright_entries (index, entry, space, size, vector) VALUES (%s, %s, %s, {size}, %s::vector)
ON CONFLICT (index, entry) DO UPDATE SET space = excluded.space, size = excluded.size, vector = excluded.vector
"""
# What is replaced may have been right before; a new answer is confirmed as often as others of its group.
_PUT: Final = f"""
INSERT INTO archwright_entries VALUES (
  %(index)s, %(entry)s, %(space)s, {{size}}, %(vector)s::vector, %(group)s,
  (SELECT coalesce(max(confirmed), 0) FROM archwright_entries WHERE index = %(index)s AND grouped = %(group)s),
  %(client)s, %(tenant)s, %(scope)s, %(words)s, %(answer)s, %(cost)s, %(hits)s, {_NOW}, {_NOW} + %(ttl)s,
  {_NOW}, %(worth)s, %(documents)s)
RETURNING kept_at
"""
_READ: Final = f"""
SELECT entry, grouped, confirmed, client, tenant, scope, words, answer, cost, hits, kept_at, until, {_NOW} - kept_at
FROM archwright_entries WHERE index = %s AND entry = ANY(%s) AND until > {_NOW}
"""
_FAMILY: Final = "(index = %(family)s OR starts_with(index, %(family)s || ' '))"
_ERASED: Final = """
INSERT INTO archwright_erasures AS known VALUES (%s, 1) ON CONFLICT (family) DO UPDATE SET count = known.count + 1
"""
_USES: Final = """
SELECT entry, worth, kept_at, 4 * size + octet_length(words) + octet_length(answer)
FROM archwright_entries WHERE index = %s
"""
_CLOCK: Final = "SELECT coalesce(max(at), 0) FROM archwright_clocks WHERE index = %s"
_TICK: Final = """
INSERT INTO archwright_clocks AS known VALUES (%s, %s)
ON CONFLICT (index) DO UPDATE SET at = greatest(known.at, excluded.at)
"""
_HITS: Final = "SELECT hits, cost FROM archwright_entries WHERE index = %s AND entry = %s"
_HELD: Final = "SELECT entry FROM archwright_entries WHERE index = %s AND entry = ANY(%s)"
_GONE: Final = "DELETE FROM archwright_entries WHERE index = %s AND entry = ANY(%s)"
T = TypeVar("T")


class VectorTable(SharedIndex):
    """Entries and their vectors in a table of a database; the connection is made anew when it was lost.

    Args:
        dimensions: how many numbers a vector has, 1 to 2,000.
        place: the address, with the index's name after `#`.

    Raises:
        DependencyMissing: psycopg is not installed.
        UsageError: this is no address of a database, or it holds a password.
        ValueError: the vectors are too long.
        IndexFailure: the database does not answer or does not have the extension.
    """

    def __init__(self, dimensions: int, place: str) -> None:
        if not 0 < dimensions <= MOST_DIMENSIONS:
            raise ValueError(f"vectors of {dimensions} numbers: pgvector indexes 1 to {MOST_DIMENSIONS}")
        _ready(place)
        self.dimensions = dimensions
        self.driver = driver(WHAT)
        self.address, self.name = parts(WHAT, place)
        self.family = self.name.partition(" ")[0]
        self.base: Any = None
        self.orders = Orders(self.family, self._asked, lambda: self.base, self._turn)
        self._erased = -1  # erasures of the family that were seen; below 0: none was asked for yet
        self._graphed = False
        with contextlib.ExitStack() as stack:
            stack.callback(self.close)
            self._asked(self._tables)
            stack.pop_all()

    def _tables(self) -> None:
        with self.base.transaction():  # one gateway at a time makes them
            self.base.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            self.base.execute(_TABLES + TABLES)

    def _graph(self) -> None:
        """Make the graph, before the first vector of so many numbers: what only erases needs none."""
        if not self._graphed:
            with self.base.transaction():
                self.base.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
                self.base.execute(self._sql(_NEAR))
            self._graphed = True

    def _sql(self, text: str) -> str:
        return text.format(size=self.dimensions)

    def _connect(self) -> None:
        options = f"-c statement_timeout={STATEMENT_MS} -c client_min_messages=warning"
        self.base = self.driver.connect(
            self.address, autocommit=True, connect_timeout=CONNECT_S, options=options, application_name="archwright",
            tcp_user_timeout=STATEMENT_MS, keepalives_idle=CONNECT_S, keepalives_interval=1, keepalives_count=2,
        )  # fmt: skip

    def _asked(self, question: Callable[[], T]) -> T:
        """What the database says; where the connection turns out to be lost, it is asked once more."""
        with translated(self.driver.Error, IndexFailure):
            if self.base is None or self.base.closed:
                self._connect()
            try:
                with self._limited():
                    return question()
            except self.driver.OperationalError:
                if not self.base.closed:
                    raise
                self._connect()
                with self._limited():
                    return question()

    @contextlib.contextmanager
    def _limited(self) -> Iterator[None]:
        """Cut the connection to a database that does not even say that it takes too long."""
        line = socket.socket(fileno=os.dup(self.base.fileno()))
        timer = threading.Timer(LIMIT_S, _cut, (line,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            line.close()

    def add(self, entry: int, vector: Sequence[float], space: int) -> None:
        """Put an entry into a space."""
        checked(entry, space)
        values = (self.name, entry, space, self._written(vector))

        def add() -> None:
            self._graph()
            self.base.execute(self._sql(_ADD), values)

        self._asked(add)

    def remove(self, entry: int) -> None:
        """Take an entry out."""
        self._asked(lambda: self.base.execute(_GONE, (self.name, [entry])))

    def search(self, vector: Sequence[float], space: int, most: int) -> list[Near]:
        """The nearest entries of a space."""
        checked(0, space)
        asked = self._written(vector)
        found = self._asked(lambda: self._nearest(asked, space, most)) if most > 0 else []
        return self._ordered(found)

    @staticmethod
    def _ordered(found: list[tuple[int, float]]) -> list[Near]:
        near = [Near(entry, max(-1.0, min(1.0, likeness))) for entry, likeness in found]
        return sorted(near, key=lambda item: (-item.similarity, item.entry))

    def _nearest(self, asked: str, space: int, most: int) -> list[tuple[int, float]]:
        count = self.base.execute(self._sql(_COUNT), (self.name, space, EXACT + 1)).fetchone()[0]
        if count <= EXACT:
            found = self.base.execute(self._sql(_EXACT), (self.name, space, asked, most)).fetchall()
        else:
            with self.base.transaction():
                self.base.execute("SET LOCAL hnsw.iterative_scan = strict_order")
                self.base.execute(f"SET LOCAL hnsw.ef_search = {max(WIDTH, min(most, 1000))}")
                found = self.base.execute(self._sql(_GRAPH), (asked, self.name, space, asked, most)).fetchall()
        return [(int(entry), float(likeness)) for entry, likeness in found]

    def _written(self, vector: Sequence[float]) -> str:
        return "[" + ",".join(map(repr, unit(vector, self.dimensions).tolist())) + "]"

    def __len__(self) -> int:
        query = "SELECT count(*) FROM archwright_entries WHERE index = %s"
        return int(self._asked(lambda: self.base.execute(query, (self.name,)).fetchone()[0]))

    # ------------------------------------------------------------------------------------------------ entries

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """A transaction, one process of the family at a time: so none waits for what waits for it."""
        with self.base.transaction():
            self.base.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, self.family))
            yield

    def group(self) -> int:
        """An identity for an answer that no process had before."""
        return int(self._asked(lambda: self.base.execute("SELECT nextval('archwright_groups')").fetchone()[0]))

    def put(self, entry: Entry) -> float:
        """Keep an entry with its vector, both or neither; when that was by the clock of the database (seconds)."""
        checked(entry.key, entry.space)
        told: dict[str, object] = {
            "index": self.name, "entry": entry.key, "space": entry.space, "vector": self._written(entry.vector),
            "group": entry.group, "client": entry.client, "tenant": entry.tenant, "scope": entry.scope,
            "words": entry.text, "answer": entry.answer, "cost": entry.cost, "ttl": entry.until - entry.kept_at,
            "documents": list(entry.documents),
        }  # fmt: skip

        def put() -> float:
            self._graph()
            with self._turn():
                hits, _ = self._hits(entry.key)
                told.update(hits=hits, worth=worth(self._clock(), hits, entry.cost))
                self.base.execute(_GONE, (self.name, [entry.key]))
                return float(self.base.execute(self._sql(_PUT), told).fetchone()[0])

        return self._asked(put)

    def near(self, vector: Sequence[float], space: int, most: int) -> list[Shared]:
        """The nearest entries of a space as they are now, nearest first."""
        checked(0, space)
        asked = self._written(vector)

        def near() -> list[Shared]:
            found = self._ordered(self._nearest(asked, space, most))
            rows = self.base.execute(_READ, (self.name, [item.entry for item in found])).fetchall()
            known = {int(row[0]): row for row in rows}
            return [self._shared(known[item.entry], item, space) for item in found if item.entry in known]

        return self._asked(near)

    def _shared(self, row: Sequence[Any], near: Near, space: int) -> Shared:
        key, group, confirmed, client, tenant, scope, words, answer, cost, hits, kept_at, until, age_s = row
        entry = Entry(
            self.family, key, space, group, array("f"), "", "", kept_at, until, words, bytes(answer), tenant, client,
            scope, hits=hits, cost=cost, confirmed=confirmed,
        )  # fmt: skip
        return Shared(entry, near.similarity, max(0.0, float(age_s)))

    def has(self, key: int) -> bool:
        """Whether an entry is kept."""
        return self._asked(lambda: bool(self.base.execute(_READ, (self.name, [key])).fetchall()))

    def confirm(self, group: int) -> None:
        """Another client's answer was that of a group."""
        query = "UPDATE archwright_entries SET confirmed = confirmed + 1 WHERE index = %s AND grouped = %s"

        def confirm() -> None:
            with self._turn():
                self.base.execute(query, (self.name, group))

        self._asked(confirm)

    def used(self, hits: Mapping[int, int]) -> None:
        """Entries answered so often since this was told last."""
        query = f"""
        UPDATE archwright_entries SET hits = %s, worth = %s, used_at = {_NOW} WHERE index = %s AND entry = %s
        """

        def used() -> None:
            with self._turn():
                clock = self._clock()
                for key, more in hits.items():
                    before, cost = self._hits(key)
                    count = before + more
                    self.base.execute(query, (count, worth(clock, count, cost), self.name, key))

        if hits:
            self._asked(used)

    def _hits(self, key: int) -> tuple[int, int]:
        """How often an entry answered, and what it cost; nothing, where there is none."""
        return self.base.execute(_HITS, (self.name, key)).fetchone() or (0, 0)

    def _clock(self) -> float:
        """The worth of what left last for others."""
        return float(self.base.execute(_CLOCK, (self.name,)).fetchone()[0])

    def erase(
        self, keys: Iterable[int], tenant: str | None, scope: str | None, document: str | None, every: bool
    ) -> list[int]:
        """Erase entries of the family, whatever their answers rest on; the keys of those that were there."""
        told = {
            "family": self.family, "keys": list(keys), "tenant": tenant, "scope": scope, "document": document,
            "every": every,
        }  # fmt: skip
        query = f"""
        DELETE FROM archwright_entries WHERE {_FAMILY} AND (%(every)s OR entry = ANY(%(keys)s::bigint[])
          OR tenant = %(tenant)s::text OR scope = %(scope)s::text OR %(document)s::text = ANY(documents))
        RETURNING entry
        """

        def erase() -> list[int]:
            with self._turn():
                gone = [int(row[0]) for row in self.base.execute(query, told).fetchall()]
                if gone:
                    self.base.execute(_ERASED, (self.family,))
                return gone

        return self._asked(erase)

    def tidy(self, most: int, room: int) -> None:
        """Erase what is too old, of all names, and of this one what is worth least."""

        def tidy() -> None:
            with self._turn():
                query = f"""
                DELETE FROM archwright_entries WHERE ctid IN
                  (SELECT ctid FROM archwright_entries WHERE until <= {_NOW} FOR UPDATE SKIP LOCKED)
                """
                self.base.execute(query)
                uses = [Use(*row) for row in self.base.execute(_USES, (self.name,)).fetchall()]
                gone = leaving(uses, most, room)
                if gone:
                    self.base.execute(_GONE, (self.name, gone))
                    self.base.execute(_TICK, (self.name, next(use.worth for use in uses if use.key == gone[-1])))

        self._asked(tidy)

    def missing(self, keys: Iterable[int]) -> list[int]:
        """Which of these keys are not kept, where anybody erased something since this was asked last."""
        query = "SELECT coalesce(max(count), 0) FROM archwright_erasures WHERE family = %s"

        def missing() -> list[int]:
            erased = int(self.base.execute(query, (self.family,)).fetchone()[0])
            if erased == self._erased:
                return []
            known = list(keys)
            there = {int(row[0]) for row in self.base.execute(_HELD, (self.name, known)).fetchall()} if known else set()
            self._erased = erased
            return [key for key in known if key not in there]

        return self._asked(missing)

    def close(self) -> None:
        """Close the connection."""
        if self.base is not None:
            self.base.close()


def _cut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _ready(place: str) -> None:
    if not place.startswith(SCHEMES):
        raise UsageError(f"{place!r} is no address of a database: write postgresql://host/database#name")
    parts(WHAT, place)
    driver(WHAT)


INDEX = IndexKind("pgvector", True, VectorTable, _ready)
