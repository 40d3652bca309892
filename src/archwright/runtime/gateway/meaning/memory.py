"""What one route's semantic cache knows: which kept answers there are, whom they may serve, and how sure it is.

The answers themselves are those of the route's exact cache: an entry is the key of one of them. Whatever looks or
learns here runs in one thread beside the event loop, one thing after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, ParamSpec, Protocol, TypeVar

import msgspec

from archwright.base.units import HOUR
from archwright.learn.features import MOST
from archwright.learn.recall import Near, Recall, Verdict
from archwright.plan.model import Semantic
from archwright.runtime.embedder import Vector
from archwright.runtime.gateway.exchange import Stored
from archwright.runtime.gateway.meaning.subject import Subject
from archwright.runtime.index import Index

P = ParamSpec("P")
R = TypeVar("R")
NEAREST: Final = MOST
NOBODY: Final = 0  # no key is 0
SPARE: Final = 64
OWN: Final = ("entries", "groups", "pending")  # parts of what was learned that are about single questions


class Entry(msgspec.Struct, eq=False):
    """A kept answer that may serve other questions: its key, and whose it is. `cost` is what it cost (pico-dollars).

    `answer_id` stood in a header of the answer; empty: none did.
    """

    key: int
    space: int
    group: int
    client: str
    tenant: str
    scope: str
    text: str
    cost: int
    hits: int = 0
    answer_id: str = ""


class News(NamedTuple):
    """An answer that another process gave, its key, how old it is (seconds), its cost, and how often it was given."""

    key: int
    stored: Stored
    age_s: float
    cost: int
    hits: int


class Found(NamedTuple):
    """What a look-up found: the verdict, how near the nearest is, and the nearest that another client must confirm.

    `news` are answers of other processes among the nearest, which rest on the plan of the hash `basis`; `gone` are keys
    of answers that others had erased.
    """

    verdict: Verdict
    similarity: float
    stranger: int
    news: tuple[News, ...] = ()
    gone: tuple[int, ...] = ()
    basis: str = ""


class Chosen(NamedTuple):
    """Which answers are to be forgotten: those of these keys, and all of a tenant, scope or document, or every one."""

    keys: tuple[int, ...] = ()
    tenant: str | None = None
    scope: str | None = None
    document: str | None = None
    every: bool = False


class Keeper(Protocol):
    """Writes entries down, in the thread of the memory; all but `used` raise OSError where that fails."""

    def put(self, entry: Entry, vector: Vector, stored: Stored, confirmed: int) -> None:
        """Keep an entry."""

    def confirm(self, group: int) -> None:
        """Another client's answer was that of a group."""

    def drop(self, key: int) -> None:
        """An entry is gone; it is erased with the next `flush`."""

    def used(self, key: int) -> None:
        """An entry answered."""

    def flush(self, learned: bytes) -> None:
        """Erase what is gone, and write down what answered, and what was learned."""


class Memory:
    """The entries of one route.

    Args:
        semantic: what the plan says.
        recall: what was learned.
        open_index: opens the index once it is known how long vectors are.
        held: whether the answer to a key is kept and fresh.
        most: answers that the exact cache keeps at most.
    """

    def __init__(
        self,
        semantic: Semantic,
        recall: Recall,
        open_index: Callable[[int], Index],
        held: Callable[[int], bool],
        most: int,
    ) -> None:
        self.semantic = semantic
        self.recall = recall
        self.held = held
        self.most = most
        self.entries: dict[int, Entry] = {}
        self.confirmed: dict[int, int] = {}
        self._open = open_index
        self._index: Index | None = None
        self._groups = 0
        self._added: dict[str, tuple[float, int]] = {}
        self.keeping: Keeper | None = None
        self.rests = ""  # what was learned holds for this, and for nothing else
        self._thread = ThreadPoolExecutor(1, "meaning")

    async def run(self, call: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        """Do something in the thread of this memory."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: call(*args, **named))

    def find(self, subject: Subject, vector: Vector, client: str, luck: float) -> Found:
        """The verdict on a question; `luck` (0 to 1) decides audits."""
        known = []
        stranger = NOBODY
        for near in self._near(subject.space, vector):
            if self.trusts(self.entries[near.entry], client):
                known.append(near)
            elif stranger == NOBODY:
                stranger = near.entry
        verdict = self.recall.judge(subject.text, known, luck)
        similarity = next((near.similarity for near in known if near.entry == verdict.entry), 0.0)
        return Found(verdict, similarity, stranger)

    def _near(self, space: int, vector: Vector) -> list[Near]:
        """The nearest entries whose answers are kept."""
        found = self._opened(vector).search(vector, space, NEAREST)
        for near in found:
            if near.entry not in self.entries or not self.held(near.entry):
                self.drop(near.entry)
        return [near for near in found if near.entry in self.entries]

    def trusts(self, entry: Entry, client: str) -> bool:
        """Whether a client may get an entry: its own, or one that was right when others asked."""
        return entry.client == client or self.confirmed.get(entry.group, 0) >= self.semantic.confirmed

    def rivals(self, ticket: int) -> tuple[int, ...]:
        """Entries worth comparing with the fresh answer, nearest first."""
        return tuple(self.recall.rivals(ticket))

    def add(self, entry: Entry, vector: Vector, same: Entry | None, ticket: int) -> None:
        """Enter a fresh answer; `same` is an entry with the same one, whose group it joins and which it may confirm."""
        if same is not None:
            entry.group = same.group
            if same.client != entry.client:
                self.confirmed[same.group] = self.confirmed.get(same.group, 0) + 1
        else:
            entry.group = self._new_group()
        self._enter(entry, vector)
        self.entries[entry.key] = entry
        self.recall.add(entry.key, entry.text, entry.group, ticket)
        self._prune()
        if self.keeping is not None and same is not None and same.client != entry.client:
            self.keeping.confirm(same.group)  # last: where that fails, everything else is done

    def _new_group(self) -> int:
        self._groups += 1
        return self._groups

    def _enter(self, entry: Entry, vector: Vector) -> None:
        self._opened(vector).add(entry.key, vector, entry.space)

    def _prune(self) -> None:
        """Let go of entries whose answers are gone, where there are many more than answers."""
        if len(self.entries) > self.most + self.most // 4 + SPARE:
            for key in [key for key in self.entries if not self.held(key)]:
                self.drop(key)

    def again(self, entry: Entry, vector: Vector, confirmed: int) -> None:
        """Enter an answer that was kept before a restart, after the others confirmed it so often.

        What was learned of it stays, where that was of this answer.
        """
        self._groups = max(self._groups, entry.group)
        self.confirmed[entry.group] = max(confirmed, self.confirmed.get(entry.group, 0))
        self._opened(vector).add(entry.key, vector, entry.space)
        self.entries[entry.key] = entry
        if self.recall.group(entry.key) != entry.group:
            self.recall.add(entry.key, entry.text, entry.group)

    def keep(self, entry: Entry, vector: Vector, stored: Stored) -> None:
        """Write an entry down, where that is wanted."""
        if self.keeping is not None and entry.key in self.entries:
            self.keeping.put(entry, vector, stored, self.confirmed.get(entry.group, 0))

    def used(self, key: int) -> None:
        """An entry answered."""
        if self.keeping is not None:
            self.keeping.used(key)

    def flush(self) -> Collection[int]:
        """Erase what is gone and write down what answered, where anything is written down.

        Returns:
            The keys of answers that others had erased.
        """
        if self.keeping is not None:
            for key in [key for key in self.entries if not self.held(key)]:  # the file holds what the cache does
                self.drop(key)
            self.keeping.flush(self.state(whole=True))
        return ()

    def has(self, key: int) -> bool:
        """Whether an entry is kept."""
        return key in self.entries

    def erase(self, chosen: Chosen) -> Collection[int]:
        """Erase what others know, too; the keys of what was there. Here nobody else knows anything.

        Raises:
            OSError: it cannot be erased.
        """
        return ()

    def may_add(self, client: str, now: float) -> bool:
        """Whether a client may add one more answer this hour; it is counted."""
        since, count = self._added.get(client, (now, 0))
        if now - since >= HOUR:
            since, count = now, 0
        if count >= self.semantic.each_client:
            return False
        if len(self._added) > SPARE * SPARE:
            self._added = {name: item for name, item in self._added.items() if now - item[0] < HOUR}
        self._added[client] = (since, count + 1)
        return True

    def drop(self, key: int) -> None:
        """An entry is gone; one that is unknown is no error."""
        self.entries.pop(key, None)
        if self._index is not None:
            self._index.remove(key)
        self.recall.drop(key)
        if self.keeping is not None:
            self.keeping.drop(key)

    def state(self, whole: bool) -> bytes:
        """What was learned, as JSON. Without the `whole` of it there is nothing of single questions in it."""
        state = self.recall.state()
        if not whole:
            state |= dict.fromkeys(OWN, ())
        return msgspec.json.encode({**state, "rests": self.rests})

    def close(self) -> None:
        """End the thread and free the index."""
        self._thread.shutdown(cancel_futures=True)
        if self._index is not None:
            self._index.close()

    def _opened(self, vector: Vector) -> Index:
        if self._index is None:
            self._index = self._open(len(vector))
        return self._index
