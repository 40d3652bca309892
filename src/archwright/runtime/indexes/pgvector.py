"""An index in PostgreSQL with its extension vector: for many gateways that share what they learned.

One table for each number of dimensions; what follows `#` in the address is the index's name in it. A small space is
read whole, a large one through the graph (HNSW), which goes on until enough entries of the space are found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from archwright.base.errors import UsageError
from archwright.learn.recall import Near
from archwright.runtime.database import CONNECT_S, SCHEMES, STATEMENT_MS, driver, parts, translated
from archwright.runtime.directions import unit
from archwright.runtime.index import Index, IndexFailure, IndexKind, checked

WHAT: Final = "an index"
MOST_DIMENSIONS: Final = 2000  # of what the extension's graph takes
EXACT: Final = 2000  # a space of so many entries and fewer is read whole
WIDTH: Final = 100  # candidates that the graph keeps in mind while it searches
_LOCK: Final = 0x4178
_TABLES: Final = """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE IF NOT EXISTS archwright_vectors_{size} (
  index text NOT NULL, entry bigint NOT NULL, space bigint NOT NULL, vector vector({size}) NOT NULL,
  PRIMARY KEY (index, entry));
CREATE INDEX IF NOT EXISTS archwright_vectors_{size}_space ON archwright_vectors_{size} (index, space);
CREATE INDEX IF NOT EXISTS archwright_vectors_{size}_near ON archwright_vectors_{size}
  USING hnsw (vector vector_cosine_ops);
"""
# The rows of a small space come first, so that no graph is asked for what it would find only by chance.
_EXACT: Final = """
WITH own AS MATERIALIZED (SELECT entry, vector FROM archwright_vectors_{size} WHERE index = %s AND space = %s)
SELECT entry, 1 - (vector <=> %s::vector) AS likeness FROM own ORDER BY likeness DESC, entry LIMIT %s
"""
_GRAPH: Final = """
SELECT entry, 1 - (vector <=> %s::vector) FROM archwright_vectors_{size} WHERE index = %s AND space = %s
ORDER BY vector <=> %s::vector LIMIT %s
"""
_COUNT: Final = (
    "SELECT count(*) FROM (SELECT FROM archwright_vectors_{size} WHERE index = %s AND space = %s LIMIT %s) AS own"
)
_ADD: Final = """
INSERT INTO archwright_vectors_{size} VALUES (%s, %s, %s, %s::vector)
ON CONFLICT (index, entry) DO UPDATE SET space = excluded.space, vector = excluded.vector
"""
T = TypeVar("T")


class VectorTable(Index):
    """Vectors in a table of a database; the connection is made anew when it was lost.

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
        self.base: Any = None
        self._asked(self._tables)

    def _tables(self) -> None:
        with self.base.transaction():  # one gateway at a time makes them
            self.base.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            self.base.execute(self._sql(_TABLES))

    def _sql(self, text: str) -> str:
        return text.format(size=self.dimensions)

    def _connect(self) -> None:
        options = f"-c statement_timeout={STATEMENT_MS} -c client_min_messages=warning"
        self.base = self.driver.connect(
            self.address, autocommit=True, connect_timeout=CONNECT_S, options=options, application_name="archwright"
        )

    def _asked(self, question: Callable[[], T]) -> T:
        """What the database says; where the connection turns out to be lost, it is asked once more."""
        with translated(self.driver.Error, IndexFailure):
            if self.base is None or self.base.closed:
                self._connect()
            try:
                return question()
            except self.driver.OperationalError:
                if not self.base.closed:
                    raise
                self._connect()
                return question()

    def add(self, entry: int, vector: Sequence[float], space: int) -> None:
        """Put an entry into a space."""
        checked(entry, space)
        values = (self.name, entry, space, self._written(vector))
        self._asked(lambda: self.base.execute(self._sql(_ADD), values))

    def remove(self, entry: int) -> None:
        """Take an entry out."""
        query = self._sql("DELETE FROM archwright_vectors_{size} WHERE index = %s AND entry = %s")
        self._asked(lambda: self.base.execute(query, (self.name, entry)))

    def search(self, vector: Sequence[float], space: int, most: int) -> list[Near]:
        """The nearest entries of a space."""
        checked(0, space)
        asked = self._written(vector)
        found = self._asked(lambda: self._nearest(asked, space, most)) if most > 0 else []
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
        query = self._sql("SELECT count(*) FROM archwright_vectors_{size} WHERE index = %s")
        return int(self._asked(lambda: self.base.execute(query, (self.name,)).fetchone()[0]))

    def close(self) -> None:
        """Close the connection."""
        if self.base is not None:
            self.base.close()


def _open(dimensions: int, place: str) -> Index:
    return VectorTable(dimensions, place)


def _ready(place: str) -> None:
    if not place.startswith(SCHEMES):
        raise UsageError(f"{place!r} is no address of a database: write postgresql://host/database#name")
    parts(WHAT, place)
    driver(WHAT)


INDEX = IndexKind("pgvector", True, _open, _ready)
