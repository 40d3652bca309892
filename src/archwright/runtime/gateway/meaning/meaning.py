"""One route's semantic cache at work: it looks a question up, and learns from the answer that is fresh.

No client sees what fails here: a look-up that fails is a miss, and a comparison that fails teaches nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from archwright.policy import machine, route
from archwright.policy.chance import SEMANTIC, uniform
from archwright.runtime.embedder import Vector
from archwright.runtime.gateway.ask import SCOPE
from archwright.runtime.gateway.exchange import Exchange, Stored
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.meaning.compare import Compare, Pair
from archwright.runtime.gateway.meaning.memory import NOBODY, Chosen, Entry, Found, Memory
from archwright.runtime.gateway.meaning.subject import Subject, subject
from archwright.runtime.gateway.meaning.vectors import Vectors
from archwright.runtime.http1.request import Header

_log = logging.getLogger(__name__)

WARY: Final = 100  # would-be hits that are asked after several answers were forgotten: who was near them is unknown
WAITING: Final = 1000  # answers that may wait to be compared; more are left out
LONGEST_ID: Final = 1000  # characters of an id in a header
PAYS: Final = (b"authorization", b"x-api-key", b"host")  # of a client: what pays for a judge
FAILURES: Final = (OSError, ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
RESULTS: Final = ("served", "shadow", "audited", "missed", "refused", "failed")


class Look(msgspec.Struct, eq=False):
    """A look-up of a request. `result` is one of RESULTS; `entry` the key of the nearest kept answer (0: none)."""

    meaning: Meaning
    subject: Subject
    vector: Vector
    found: Found
    result: str

    @property
    def entry(self) -> int:
        """The key of the nearest kept answer; 0 where nothing is near."""
        return max(NOBODY, self.found.verdict.entry)

    @property
    def served(self) -> bool:
        """Whether the client gets it."""
        return self.result == "served"

    @property
    def headers(self) -> list[Header]:
        """What a client is told of an answer that another question got, too."""
        if not self.served:
            return []
        similarity = f"{self.found.similarity:.3f}".encode()
        return [(b"x-archwright-similarity", similarity), (b"x-archwright-entry", f"{self.entry:016x}".encode())]


class _Job(msgspec.Struct, eq=False):
    """A fresh answer that is to be compared; `basis` is the hash of the plan that it rests on."""

    look: Look
    entry: Entry
    answer: str
    headers: dict[bytes, bytes]
    basis: str


class Meaning:
    """The semantic cache of a route.

    Args:
        name: of the route.
        cache: the place of its cache in the plan.
        memory: its entries.
        vectors: who makes vectors.
        compare: what says whether two answers are the same.
    """

    def __init__(self, name: str, cache: int, memory: Memory, vectors: Vectors, compare: Compare) -> None:
        self.name = name
        self.cache = cache
        self.memory = memory
        self.vectors = vectors
        self.compare = compare
        self.semantic = memory.semantic
        self.counts: Counter[str] = Counter()
        self.saved = 0
        self.audit_cost = 0
        self.left_out = 0
        self.owed: Counter[int] = Counter()  # vectors of requests that were answered from the cache, by tenant
        self._wary = 0
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue(WAITING)

    # ------------------------------------------------------------------------------------------------- look up

    async def look(self, house: House, x: Exchange) -> None:
        """Look a request up; where a kept answer may serve it, it gets that one's key."""
        asked = self._subject(house, x)
        if asked is None or x.ask is None:
            self.counts["refused"] += 1
            return
        try:
            vectors = await self.vectors.of(house, x, (asked.text,), self.semantic.patience)
            x.owed += self.owed.pop(x.tenant_index, 0)
            luck = uniform(house.seed, x.luck, 0, SEMANTIC) if not self._wary else 0.0  # which asks every hit anyway
            with house.deadlines.within(self.semantic.patience):
                found = await self.memory.run(self.memory.find, asked, vectors[0], x.client, luck)
        except FAILURES as fault:  # whatever it is: the client gets the model's answer
            self._failed(fault)
            return
        if found.basis == house.hash:  # of the plan that this request is answered by
            for news in found.news:
                house.brain.again(self.cache, *news)
        self._forget(house, found.gone)
        look = x.look = Look(self, asked, vectors[0], found, self._result(found))
        if look.served:
            if self.memory.held(look.entry):
                x.key = look.entry
            else:
                look.result = "missed"

    def _subject(self, house: House, x: Exchange) -> Subject | None:
        library = house.library_of(x)
        salt = (x.tenant, self.name, library.digest if library else "")
        scope = x.headers.get(SCOPE, b"")
        return subject(x.ask, salt, scope, self.semantic.context == "include") if x.ask is not None else None

    def _result(self, found: Found) -> str:
        verdict = found.verdict
        if verdict.serve:
            return "served" if self.semantic.mode == "on" else "shadow"
        return "audited" if verdict.audit else "missed"

    def _failed(self, fault: Exception) -> None:
        self.counts["failed"] += 1
        if self.counts["failed"] in (1, 10, 100) or self.counts["failed"] % 1000 == 0:
            _log.warning("%s: %d look-ups failed, the last one: %r", self.name, self.counts["failed"], fault)

    # --------------------------------------------------------------------------------------------------- learn

    def ended(self, house: House, x: Exchange) -> None:
        """A request that was looked up ended: count it, and have a fresh answer compared."""
        look = x.look if isinstance(x.look, Look) else None
        if x.owed:
            self.owed[x.tenant_index] += x.owed
            x.owed = 0
        how = x.reply.how if x.reply is not None else machine.LEFT
        if look is None:
            if how in (machine.CACHED, machine.STALE) and x.key in self.memory.entries:
                self.memory.used(x.key)  # the same words: what that saves makes it worth keeping, too
            return
        if look.served and how not in (machine.CACHED, machine.STALE):
            if how == machine.ANSWERED:  # it was dropped in between, and this is no answer to that key
                house.brain.forget(self.cache, x.key)
            look.result = "missed"
            return
        self.counts[look.result] += 1
        entry = self.memory.entries.get(look.entry)
        if look.served and entry is not None:
            entry.hits += 1
            self.memory.used(entry.key)
            self.saved += entry.cost
        if look.result == "shadow":
            self.saved += x.cost
        if look.result == "audited":
            self.audit_cost += x.cost
            self._wary = max(0, self._wary - 1)
        if not look.served and how == machine.ANSWERED and x.last is not None and x.last.outcome == route.OK:
            self._queue(house, x, look)

    def _queue(self, house: House, x: Exchange, look: Look) -> None:
        if x.last is None:
            return
        said = Stored(x.last.body, tuple(x.last.events), x.last.call.target)
        headers: dict[bytes, bytes] = {name: x.headers[name] for name in PAYS if name in x.headers}
        about = look.subject
        said_id = (x.last.headers or {}).get(self.semantic.answer_header.encode(), b"").decode("latin-1")[:LONGEST_ID]
        entry = Entry(x.key, about.space, 0, x.client, x.tenant, about.scope, about.text, x.cost, 0, said_id)
        try:
            self._jobs.put_nowait(_Job(look, entry, words(house, said), headers, house.hash))
        except asyncio.QueueFull:
            self.left_out += 1

    async def work(self, house: Callable[[], House]) -> None:
        """Compare what waits, one after the other, for ever; `house` is the gateway's, which a new plan replaces."""
        while True:
            job = await self._jobs.get()
            try:
                await self._learn(house, job)
            except FAILURES as fault:  # the comparator failed: nothing is learned
                self._failed(fault)
            finally:
                self._jobs.task_done()

    async def drained(self) -> None:
        """Wait until nothing waits to be compared."""
        await self._jobs.join()

    async def _learn(self, now: Callable[[], House], job: _Job) -> None:
        house = now()
        memory, verdict = self.memory, job.look.found.verdict
        rivals = await memory.run(memory.rivals, verdict.ticket)
        others = dict.fromkeys((*((verdict.entry,) if verdict.entry >= 0 else ()), *rivals, job.look.found.stranger))
        same: Entry | None = None
        nearest: bool | None = None
        for key in others:
            entry = memory.entries.get(key)
            if entry is None or same is not None:
                continue
            alike = None
            with contextlib.suppress(OSError, ValueError, TimeoutError):
                ids = (job.entry.answer_id, entry.answer_id)
                alike = await self.compare(Pair(job.entry.text, job.answer, self._kept(house, key), job.headers, ids))
            same = entry if alike else None
            nearest = alike if key == verdict.entry else nearest
        if job.basis != now().hash:  # another plan's answer teaches nothing, and is kept for nobody
            return
        if verdict.entry >= 0:
            await memory.run(memory.recall.label, verdict.ticket, nearest)
        if memory.held(job.entry.key) and memory.may_add(job.entry.client, time.monotonic()):
            await memory.run(memory.add, job.entry, job.look.vector, same, verdict.ticket)
            stored = house.brain.answers[self.cache].get(job.entry.key)
            if stored is not None and memory.held(job.entry.key):
                await memory.run(memory.keep, job.entry, job.look.vector, stored)
        if memory.recall.due:  # here, where no client waits for it
            await memory.run(memory.recall.refit)

    def _kept(self, house: House, key: int) -> str:
        stored = house.brain.answers[self.cache].get(key)
        return words(house, stored) if stored is not None else ""

    # ------------------------------------------------------------------------------------------------- forget

    async def evict(self, house: House, chosen: Chosen) -> int:
        """Forget answers, for questions in the same words too; how many there were, here and where they are shared.

        Raises:
            OSError: where they are written down they cannot be erased now.
        """
        dropped = await self.let_go(house, chosen)
        shared = await self.memory.run(self.memory.erase, chosen)
        self._forget(house, shared)
        await self.flush(house)  # whoever had it forgotten is told when it is gone from the file, too
        return len(dropped.union(shared))

    async def let_go(self, house: House, chosen: Chosen) -> set[int]:
        """Forget answers of these keys in this process; which there were.

        What was learned was learned with them: a question that they answered finds others now, which are farther. So
        where several went, the next hits are asked anyway, and what they say is learned before any is trusted.
        """
        dropped = {key for key in chosen.keys if house.brain.forget(self.cache, key)}
        if len(dropped) > 1 and self.memory.entries.keys() - dropped:
            self._wary = WARY
        for key in chosen.keys:
            await self.memory.run(self.memory.drop, key)
        return dropped

    async def flush(self, house: House) -> None:
        """Write down what answered, erase what is gone, and forget what others had erased.

        Raises:
            OSError: that cannot be done now.
        """
        self._forget(house, await self.memory.run(self.memory.flush))

    def _forget(self, house: House, keys: Iterable[int]) -> None:
        for key in keys:
            house.brain.forget(self.cache, key)

    async def feedback(self, house: House, key: int, wrong: bool) -> bool:
        """Somebody says that a kept answer was wrong, or right; a wrong one goes. Whether it is known."""
        kept = key in self.memory.entries or key in house.brain.answers[self.cache]
        if not kept and not await self.memory.run(self.memory.has, key):
            return False
        await self.memory.run(self.memory.recall.feedback, key, wrong)
        if wrong:
            await self.evict(house, Chosen((key,)))
        return True


def words(house: House, stored: Stored) -> str:
    """The text of a kept answer for its reader."""
    wire = house.lines[stored.target].wire
    return wire.text_of_whole(stored.whole) if stored.whole else wire.text(list(stored.events))
