"""What one route's semantic cache knows where its entries lie in a database, for all processes that answer the route.

What is near is read there with its entry and answer, so one process gives what another learned, if its own score says
so. What is not there any more is not given. A process lets go of what it has no room for, and erases only what
somebody wants erased. The score is each process's own.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Collection
from typing import Final

from archwright.learn.recall import Near, Recall
from archwright.plan.model import Semantic
from archwright.runtime.embedder import Vector, packed
from archwright.runtime.entries import entry as kept
from archwright.runtime.gateway.exchange import Stored
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.meaning.keeping import ROOM, read, written
from archwright.runtime.gateway.meaning.memory import NEAREST, Chosen, Entry, Found, Memory, News
from archwright.runtime.gateway.meaning.subject import Subject, named
from archwright.runtime.index import IndexKind, Shared, SharedIndex
from archwright.runtime.orders import Heard

ANY: Final = 1  # numbers of a vector, of an index that only erases


class Place:
    """Where a route's entries are shared: by gateways with the same plan, as an answer may rest on anything in it.

    Args:
        kind: of the index, a lasting one.
        where: the address of the database; gateways share where they say the same after `#`.
        route: the name of the route.
        model: what makes vectors of its questions.
        ttl_s: how long an answer is fresh (seconds).
        house: the gateway's, which a new plan replaces.
    """

    def __init__(
        self, kind: IndexKind, where: str, route: str, model: str, ttl_s: float, house: Callable[[], House]
    ) -> None:
        self.kind = kind
        self.where = where
        self.route = route
        self.model = model
        self.ttl_s = ttl_s
        self.house = house

    def open(self, dimensions: int, basis: str) -> SharedIndex:
        """The index of what rests on the plan of the hash `basis`.

        Raises:
            OSError: the database does not answer.
        """
        address, _, name = self.where.partition("#")
        system = self.house().plan.system
        rests = hashlib.blake2b(f"{self.model}\0{basis}".encode(), digest_size=16).hexdigest()
        family = f"{name}/{system}/{self.route}".replace(" ", "_")
        found = self.kind.open(dimensions, f"{address}#{family} {rests}")
        if not isinstance(found, SharedIndex):
            raise TypeError(f"the index `{self.kind.name}` is lasting and cannot be shared")
        return found


class SharedMemory(Memory):
    """The entries of one route as this process last saw them; the database has the say.

    Args:
        semantic: what the plan says.
        recall: what this process learned.
        place: where the entries are.
        held: whether the answer to a key is kept here and fresh.
        most: answers that the cache keeps at most, here and there.
    """

    def __init__(
        self, semantic: Semantic, recall: Recall, place: Place, held: Callable[[int], bool], most: int
    ) -> None:
        super().__init__(semantic, recall, lambda size: self._shared(size), held, most)
        self.place = place
        self._basis = ""
        self._table: SharedIndex | None = None
        self._reader = secrets.token_hex(8)
        self._stamps: dict[int, tuple[int, float]] = {}  # of the entries that are as they are in the database
        self._hits: Counter[int] = Counter()
        self._news: list[News] = []
        self._gone: list[int] = []

    def _shared(self, size: int) -> SharedIndex:
        """The open index, for vectors of so many numbers. With another plan everything begins anew."""
        basis = self.place.house().hash
        if self._table is not None and (self._basis, self._table.dimensions) == (basis, size):
            return self._table
        if basis != self._basis:
            for key in list(self.entries):
                self.drop(key)
            self._hits.clear()
        if self._table is not None:
            self._table.close()
            self._table = None
        self._table, self._basis = self.place.open(size, basis), basis
        return self._table

    # -------------------------------------------------------------------------------------------------- look up

    def find(self, subject: Subject, vector: Vector, client: str, luck: float) -> Found:
        """The verdict on a question, with the answers of other processes that it may be given."""
        self._news, self._gone = [], []
        found = super().find(subject, vector, client, luck)
        return found._replace(news=tuple(self._news), gone=tuple(self._gone), basis=self._basis)

    def _near(self, space: int, vector: Vector) -> list[Near]:
        table = self._shared(len(vector))
        self._gone += self._erased(table)
        known = [item for item in table.near(vector, space, NEAREST) if self._known(item)]
        self._prune()
        return [Near(item.entry.key, item.similarity) for item in known if item.entry.key in self.entries]

    def _known(self, item: Shared) -> bool:
        """Whether an entry can be given, after it was taken over where it is another than the one that is here."""
        told = item.entry
        self.confirmed[told.group] = told.confirmed
        stamp = (told.group, told.kept_at)
        if self._stamps.get(told.key) == stamp and told.key in self.entries and self.held(told.key):
            return True
        targets = [target.name for target in self.place.house().plan.targets]
        try:
            stored, answer_id = read(told.answer, targets)
        except ValueError:
            return False
        self._news.append(News(told.key, stored, item.age_s, told.cost, told.hits))
        if self._stamps.get(told.key) != stamp or told.key not in self.entries:
            self.entries[told.key] = Entry(
                told.key, told.space, told.group, told.client, told.tenant, told.scope, told.text, told.cost, told.hits,
                answer_id,
            )  # fmt: skip
            self.recall.add(told.key, told.text, told.group)
            self._stamps[told.key] = stamp
        return True

    def _erased(self, table: SharedIndex) -> list[int]:
        """What was here and is erased there, dropped here."""
        gone = table.missing(tuple(self.entries))
        for key in gone:
            self.drop(key)
        return gone

    def _prune(self) -> None:
        """Let go of what has no answer here, where it is too much; what a look-up just found stays."""
        if len(self.entries) > 2 * self.most + 4 * NEAREST:
            new = {item.key for item in self._news}
            for key in [key for key in self.entries if key not in new and not self.held(key)]:
                self.drop(key)

    # ---------------------------------------------------------------------------------------------------- learn

    def add(self, entry: Entry, vector: Vector, same: Entry | None, ticket: int) -> None:
        """Enter a fresh answer; that it confirms another is told to all."""
        super().add(entry, vector, same, ticket)
        if same is not None and same.client != entry.client:
            self._shared(len(vector)).confirm(same.group)

    def _new_group(self) -> int:
        return self._any().group()

    def _enter(self, entry: Entry, vector: Vector) -> None:
        """It goes to the others with its answer, by `keep`."""

    def keep(self, entry: Entry, vector: Vector, stored: Stored) -> None:
        """Give an entry and its answer to all. One whose passages must be shown stays here, and answers nothing else.

        Raises:
            OSError: the database does not take it.
        """
        table = self._shared(len(vector))
        if stored.given is not None or entry.key not in self.entries:  # another plan dropped what it did not answer
            return
        targets = [target.name for target in self.place.house().plan.targets]
        kept_at = table.put(
            kept.Entry(
                self.place.route, entry.key, entry.space, entry.group, packed(vector), self.place.model, "", 0.0,
                self.place.ttl_s, entry.text, written(stored, entry.answer_id, targets), entry.tenant, entry.client,
                entry.scope, dict.fromkeys(stored.documents, ""), cost=entry.cost,
            )
        )  # fmt: skip
        self._stamps[entry.key] = (entry.group, kept_at)

    def used(self, key: int) -> None:
        """An entry answered; the others are told by `flush`."""
        self._hits[key] += 1

    def flush(self) -> Collection[int]:
        """Tell what answered, have room made, and drop what others had erased; the keys of that.

        Raises:
            OSError: the database does not answer.
        """
        if self._table is None:
            return ()
        table = self._shared(self._table.dimensions)
        hits, self._hits = self._hits, Counter()
        table.used(hits)
        table.tidy(self.most, ROOM)
        return self._erased(table)

    # --------------------------------------------------------------------------------------------------- forget

    def has(self, key: int) -> bool:
        """Whether any process has an entry."""
        return key in self.entries or self._any().has(key)

    def erase(self, chosen: Chosen) -> Collection[int]:
        """Erase entries for all processes, also those that rest on another plan; the keys of what was there.

        Raises:
            OSError: the database does not answer, and nothing is erased there.
        """
        forms = named(chosen.scope) if chosen.scope is not None else (None,)
        gone = [key for form in forms for key in self._any().erase(*chosen._replace(scope=form))]
        for key in gone:
            self.drop(key)
        return gone

    def heard(self, done: int) -> Heard:
        """What was ordered since the order of the number `done`, up to which all is done here.

        Raises:
            OSError: the database does not answer. So do the next two.
        """
        return self._any().orders.heard(self._reader, done)

    def tell(self, order: bytes) -> int:
        """Give all others an order; its number."""
        return self._any().orders.tell(order)

    def behind(self, number: int) -> int:
        """How many others have not done an order yet."""
        return self._any().orders.behind(self._reader, number)

    def _any(self) -> SharedIndex:
        return self._shared(self._table.dimensions if self._table is not None else ANY)

    def drop(self, key: int) -> None:
        """An entry is gone from here."""
        self._stamps.pop(key, None)
        self._hits.pop(key, None)
        super().drop(key)

    def close(self) -> None:
        """End the thread and close the connection."""
        super().close()
        if self._table is not None:
            with contextlib.suppress(OSError):  # the others find out by themselves
                self._table.orders.leave(self._reader)
            self._table.close()
