"""Orders that gateways give each other in a database: each hears them in their turn, and says that it has done them.

A gateway that has shown no sign for a while does not count, so it must have let go of everything by then itself.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple

ABSENT_S: Final = 60.0  # a reader that showed no sign for so long does not count
KEPT_S: Final = 600.0  # an order is kept for so long
TABLES: Final = """
CREATE TABLE IF NOT EXISTS archwright_orders (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, family text NOT NULL, said bytea NOT NULL,
  at double precision NOT NULL);
CREATE TABLE IF NOT EXISTS archwright_readers (
  family text NOT NULL, reader text NOT NULL, done bigint NOT NULL, at double precision NOT NULL,
  PRIMARY KEY (family, reader));
"""
_NOW: Final = "extract(epoch FROM now())::double precision"
_SIGN: Final = f"""
INSERT INTO archwright_readers VALUES (%(family)s, %(reader)s, %(done)s, {_NOW})
ON CONFLICT (family, reader) DO UPDATE SET done = excluded.done, at = excluded.at
"""
_LAST: Final = "SELECT coalesce(max(number), 0) FROM archwright_orders WHERE family = %s"
_NEW: Final = "SELECT number, said FROM archwright_orders WHERE family = %s AND number > %s ORDER BY number"
_TELL: Final = f"INSERT INTO archwright_orders (family, said, at) VALUES (%s, %s, {_NOW}) RETURNING number"
_BEHIND: Final = f"""
SELECT count(*) FROM archwright_readers
WHERE family = %s AND reader <> %s AND done < %s AND at > {_NOW} - {ABSENT_S}
"""


class Heard(NamedTuple):
    """The orders that are new to a reader, each with its number, and the number of the last one that it has done."""

    orders: tuple[tuple[int, bytes], ...]
    done: int


class Orders:
    """The orders of one family.

    Args:
        family: who hears them.
        asked: calls something with the connection, and raises IndexFailure where the database does not answer.
        base: the connection.
        turn: a transaction, one of the family at a time: so numbers come in order.
    """

    def __init__(
        self,
        family: str,
        asked: Callable[[Callable[[], Any]], Any],
        base: Callable[[], Any],
        turn: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.family = family
        self._asked = asked
        self._base = base
        self._turn = turn

    def tell(self, said: bytes) -> int:
        """Give an order; its number."""

        def tell() -> int:
            with self._turn():
                for table in ("archwright_orders", "archwright_readers"):
                    self._base().execute(f"DELETE FROM {table} WHERE at < {_NOW} - {KEPT_S}")
                return int(self._base().execute(_TELL, (self.family, said)).fetchone()[0])

        return int(self._asked(tell))

    def heard(self, reader: str, done: int) -> Heard:
        """Say that a reader has done all orders to that of the number `done`, and hear what is new.

        Below 0: it begins here, and hears nothing of what was before.
        """

        def heard() -> Heard:
            base = self._base()
            with self._turn():
                now = done if done >= 0 else int(base.execute(_LAST, (self.family,)).fetchone()[0])
                base.execute(_SIGN, {"family": self.family, "reader": reader, "done": now})
                rows = base.execute(_NEW, (self.family, now)).fetchall()
            return Heard(tuple((int(number), bytes(said)) for number, said in rows), now)

        found: Heard = self._asked(heard)
        return found

    def behind(self, reader: str, number: int) -> int:
        """How many readers besides this one have not done the order of a number yet."""
        values = (self.family, reader, number)
        return int(self._asked(lambda: self._base().execute(_BEHIND, values).fetchone()[0]))

    def leave(self, reader: str) -> None:
        """A reader ends."""
        query = "DELETE FROM archwright_readers WHERE family = %s AND reader = %s"
        self._asked(lambda: self._base().execute(query, (self.family, reader)))
