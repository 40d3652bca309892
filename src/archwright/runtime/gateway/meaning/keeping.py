"""What a route's semantic cache keeps in a file, where the design says so: questions, answers, whose they are.

It goes on with them after a restart with the same plan. With another plan it begins anew: an answer may rest on
anything in it.
"""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from archwright.runtime.embedder import Vector, packed
from archwright.runtime.entries import entry as kept
from archwright.runtime.entries.file import Entries
from archwright.runtime.gateway.exchange import Stored
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.meaning.memory import Entry

ROOM: Final = 1 << 30  # bytes of questions and answers of one route


class _Answer(msgspec.Struct):
    """An answer as it is kept: as the target wrote it, which is called `target`, and the id that its header named.

    `rests` as in `exchange.Stored`.
    """

    target: str
    whole: bytes = b""
    events: tuple[bytes, ...] = ()
    id: str = ""
    rests: bytes = b""


_answer = msgspec.msgpack.Decoder(_Answer)


def written(stored: Stored, answer_id: str, targets: Sequence[str]) -> bytes:
    """An answer as it is kept, with the name of its target in place of its number."""
    return msgspec.msgpack.encode(_Answer(targets[stored.target], stored.whole, stored.events, answer_id, stored.rests))


def read(data: bytes, targets: Sequence[str]) -> tuple[Stored, str]:
    """An answer that was kept, and its id.

    Raises:
        ValueError: it is none, or its target is none of these.
    """
    answer = _answer.decode(data)
    return Stored(answer.whole, answer.events, targets.index(answer.target), rests=answer.rests), answer.id


class Again(NamedTuple):
    """An entry that was kept, its vector, the answer, how old it is (seconds), and how often others confirmed it."""

    entry: Entry
    vector: array[float]
    stored: Stored
    age_s: float
    confirmed: int


class Keeping:
    """The file of one route's entries. What it is told it does in the thread of whoever tells it.

    Args:
        file: the entries of all routes.
        route: the name of this one.
        model: what makes vectors of its questions.
        house: the gateway's: answers rest on its plan, which a new one replaces.
        ttl_s: how long an answer is fresh (seconds).
        most: entries at most.
    """

    def __init__(
        self, file: Entries, route: str, model: str, house: Callable[[], House], ttl_s: float, most: int
    ) -> None:
        self.file = file
        self.route = route
        self.model = model
        self.house = house
        self.ttl_s = ttl_s
        self.most = most
        self._hits: Counter[int] = Counter()
        self._gone: set[int] = set()

    def put(self, entry: Entry, vector: Vector, stored: Stored, confirmed: int) -> None:
        """Keep an entry. One whose passages must be shown is left out: they are not kept.

        Raises:
            OSError: the file cannot be written.
        """
        if stored.given is not None:
            return
        now, (basis, targets) = time.time(), self._plan()
        answer = written(stored, entry.answer_id, targets)
        self.file.put(
            kept.Entry(
                self.route, entry.key, entry.space, entry.group, packed(vector), basis, kept.digest(entry.text),
                now, now + self.ttl_s, entry.text, answer, entry.tenant, entry.client,
                entry.scope, dict.fromkeys(stored.documents, ""), now, entry.hits, entry.cost, confirmed,
            )
        )  # fmt: skip
        self._gone.discard(entry.key)

    def confirm(self, group: int) -> None:
        """Another client's answer was that of a group."""
        self.file.confirmed(self.route, group)

    def drop(self, key: int) -> None:
        """An entry is gone; `flush` erases it for good."""
        self._hits.pop(key, None)
        self._gone.add(key)

    def used(self, key: int) -> None:
        """An entry answered; the file is told by `flush`."""
        self._hits[key] += 1

    def learned(self) -> bytes:
        """What was learned when this was written last; empty where nothing is kept.

        Raises:
            InputError: the file is damaged.
        """
        return self.file.learned(self.route)

    def flush(self, learned: bytes) -> None:
        """Erase what is gone, tell the file what answered and was learned, and have it make room.

        Raises:
            OSError: it cannot be written.
        """
        self.file.learn(self.route, learned)  # first: what it said of what is gone is erased with that
        self.file.remove(self.route, self._gone)
        self._gone.clear()
        hits: Mapping[int, int] = self._hits
        self._hits = Counter()
        now = time.time()
        self.file.used(self.route, hits, now)
        self.file.expire(now)
        self.file.trim(self.route, self.most, ROOM)

    def again(self) -> Iterator[Again]:
        """What was kept for this plan, that kept last as the last one. Everything else of this route is erased.

        Raises:
            InputError: the file is damaged.
        """
        now, (basis, targets) = time.time(), self._plan()
        for item in sorted(self.file.load(self.route, basis, now), key=lambda item: (item.kept_at, item.key)):
            stored, answer_id = read(item.answer, targets)
            entry = Entry(
                item.key, item.space, item.group, item.client, item.tenant, item.scope, item.text, item.cost, item.hits,
                answer_id,
            )  # fmt: skip
            yield Again(entry, item.vector, stored, max(0.0, now - item.kept_at), item.confirmed)

    def _plan(self) -> tuple[str, list[str]]:
        """What answers rest on now, and the names of its targets."""
        house = self.house()
        return f"{self.model} {house.hash}", [target.name for target in house.plan.targets]
