"""The semantic caches of a gateway, made from its plan; where one cannot work the log says why, and it is off."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Final

import msgspec

from archwright.base.errors import ArchwrightError
from archwright.base.text import plural
from archwright.learn.recall import Recall
from archwright.ledger.rows import Request as Row
from archwright.plan.model import Cache, Plan, Route, Semantic
from archwright.runtime.embedder import Source
from archwright.runtime.embedders import open_embedder
from archwright.runtime.entries.file import Entries
from archwright.runtime.entries.orphans import ENDING, adopt, orphans
from archwright.runtime.gateway.app import Gateway
from archwright.runtime.gateway.circle import Member
from archwright.runtime.gateway.exchange import Exchange
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.listeners import Told
from archwright.runtime.gateway.meaning.compare import TOLD, Compare, Pair, by_id, by_judge, by_meaning, by_words
from archwright.runtime.gateway.meaning.desk import Counter
from archwright.runtime.gateway.meaning.following import Follower
from archwright.runtime.gateway.meaning.keeping import Keeping
from archwright.runtime.gateway.meaning.meaning import RESULTS, Meaning
from archwright.runtime.gateway.meaning.memory import Memory
from archwright.runtime.gateway.meaning.sharing import Place, SharedMemory
from archwright.runtime.gateway.meaning.vectors import COMPARE_S, Endpoint, Here, Vectors, aside
from archwright.runtime.gateway.metrics import gauge
from archwright.runtime.gateway.setup import Setup
from archwright.runtime.http1.request import Inner
from archwright.runtime.indexes import PLAIN, index_kind

_log = logging.getLogger(__name__)
_CHAT: Final = "/v1/chat/completions"
WORDS: Final = 5  # tokens of a judge's answer at most
SAVE_S: Final = 60.0
LOCAL: Final = "minilm"  # who makes vectors where the design names nobody
_numbers = count(1)


class Meanings:
    """All semantic caches of a gateway, told of every row.

    Args:
        app: the gateway.
        found: the caches that work, by the names of their routes.
        off: why the others do not, by the names of their routes.
        file: where what was learned is kept from one start to the next; None: nowhere.
        entries: where questions and answers are, for routes that keep them; None: nowhere.
        member: the way to the other workers; None: there are none.
    """

    def __init__(
        self,
        app: Gateway,
        found: Mapping[str, Meaning],
        off: Mapping[str, str],
        file: Path | None,
        entries: Entries | None,
        member: Member | None = None,
    ) -> None:
        self.app = app
        self.found = found
        self.off = off
        self.file = file
        self.entries = entries
        self.member = member
        self.desk = Counter(found, off, member)
        self._tasks: list[asyncio.Task[None]] = []

    def told(self, row: Told, x: Exchange) -> None:
        """A request ended: a fresh answer may be compared, if no other plan was taken over meanwhile."""
        house = self.app.house
        if isinstance(row, Row) and row.route in self.found and row.plan == house.hash:
            self.found[row.route].ended(house, x)

    async def start(self) -> None:
        """Begin to compare answers."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(meaning.work(lambda: self.app.house)) for meaning in self.found.values()]
        if self.file is not None:
            self._tasks.append(loop.create_task(self._save()))
        for name, meaning in self.found.items():
            if isinstance(meaning.memory, SharedMemory):
                self._tasks.append(loop.create_task(self._follower(name, meaning, meaning.memory).run()))
        if self.member is not None:
            self._tasks.append(loop.create_task(self.member.listen(self._heard)))

    async def stop(self) -> None:
        """End it, and keep what was learned."""
        for task in self._tasks:
            task.cancel()
        await self._write()
        await self._flush()
        for meaning in self.found.values():
            meaning.memory.close()
        if self.entries is not None:
            self.entries.close()
        for vectors in {id(item.vectors): item.vectors for item in self.found.values()}.values():
            await vectors.close()

    def figures(self) -> Iterable[str]:
        """Look-ups by what came of them, and what was saved."""
        looked: list[tuple[dict[str, str], float]] = [
            ({"route": name, "result": result}, meaning.counts[result])
            for name, meaning in self.found.items()
            for result in RESULTS
        ]
        yield from gauge("archwright_meaning_lookups", "Look-ups by meaning, by what came of them.", looked)
        saved: list[tuple[dict[str, str], float]] = [
            ({"route": name}, meaning.saved) for name, meaning in self.found.items()
        ]
        yield from gauge("archwright_meaning_saved_picodollars", "What answers by meaning saved.", saved)

    def _follower(self, name: str, meaning: Meaning, memory: SharedMemory) -> Follower:
        """Hears what others erase in the database, and tells them what is erased here."""

        async def do(order: bytes) -> None:
            await self.desk.followed(self.app.house, name, order)

        found = Follower(meaning, memory, lambda: self.app.house, do)
        self.desk.tellers[name] = found.tell
        return found

    async def _heard(self, order: bytes) -> bytes:
        return await self.desk.heard(self.app.house, order)

    async def _save(self) -> None:
        while True:
            await asyncio.sleep(SAVE_S)
            await self._write()
            await self._flush()

    async def _flush(self) -> None:
        for name, meaning in self.found.items():
            try:
                await meaning.flush(self.app.house)
            except OSError as error:
                _log.error("%s: what answered by meaning cannot be written down: %s", name, error)

    async def _write(self) -> None:
        if self.file is None:
            return
        try:
            learned = {
                name: msgspec.Raw(await meaning.memory.run(meaning.memory.state, False))
                for name, meaning in self.found.items()
            }
            spare = self.file.with_suffix(".new")
            spare.write_bytes(msgspec.json.encode(learned))
            spare.replace(self.file)
        except (OSError, TypeError, ValueError) as error:
            _log.error("what was learned of meanings cannot be kept: %s", error)


def open_meanings(app: Gateway, setup: Setup, plan: Plan, member: Member | None = None) -> Meanings:
    """The semantic caches of a plan. One that lacks what it needs is off, and the log says why.

    `member` is the way to the other workers of the gateway.
    """
    file = None if setup.mode == "rehearse" else state_file(setup.ledger)
    learned = _learned(file)
    found: dict[str, Meaning] = {}
    off: dict[str, str] = {}
    shelf: dict[tuple[int, str], Vectors] = {}
    for item in plan.routes:
        cache = plan.caches[item.cache] if item.cache >= 0 else None
        if cache is None or cache.semantic is None:
            continue
        try:
            found[item.name] = _meaning(app, setup, (item, cache, cache.semantic), shelf, learned.get(item.name))
        except (ArchwrightError, ImportError, OSError) as error:
            off[item.name] = str(error)
            _log.warning("route %s answers what is the same and nothing by meaning: %s", item.name, error)
    return Meanings(app, found, off, file, _kept(app, setup, plan, found), member)


def _kept(app: Gateway, setup: Setup, plan: Plan, found: Mapping[str, Meaning]) -> Entries | None:
    """The file with questions and answers, and its entries back where they were; None where none are kept.

    Where it cannot be used, the log says so, and they are kept in memory alone. A rehearsal keeps none, and neither
    does a gateway whose machine is recorded: its record begins with empty caches.
    """
    routes = [
        item
        for item in plan.routes
        if item.name in found
        and found[item.name].semantic.keep == "file"
        and not isinstance(found[item.name].memory, SharedMemory)  # it has its place already
    ]
    if not routes or setup.mode == "rehearse" or setup.record:
        return None
    try:
        entries = Entries(answers_file(setup.ledger), Path(setup.family or setup.ledger).name)
        _adopt(entries, setup)
    except (ArchwrightError, OSError) as error:
        _log.warning("questions and answers are kept in memory alone: %s", error)
        return None
    for item in routes:
        cache = plan.caches[item.cache]
        meaning = found[item.name]
        model = plan.targets[meaning.semantic.embedder].name if meaning.semantic.embedder >= 0 else LOCAL
        keeping = Keeping(entries, item.name, model, lambda: app.house, cache.ttl_s, cache.entries)
        try:
            known = _known(meaning.memory, keeping.learned())
            for again in keeping.again():
                entry = again.entry
                app.house.brain.again(item.cache, entry.key, again.stored, again.age_s, entry.cost, entry.hits)
                meaning.memory.again(entry, again.vector, again.confirmed)
            for key in known - set(meaning.memory.entries):
                meaning.memory.recall.drop(key)
        except (ArchwrightError, OSError, ValueError) as error:
            _log.warning("route %s begins anew, and keeps its answers in memory alone: %s", item.name, error)
            continue
        meaning.memory.keeping = keeping
    return entries


def _adopt(entries: Entries, setup: Setup) -> None:
    """The first worker takes over what workers left that are no more."""
    if setup.worker == 0:
        base = Path(setup.family or setup.ledger)
        own = [base.with_name(f"{base.stem}-{number + 1}{ENDING}") for number in range(setup.workers)]
        here = answers_file(str(base))
        count = adopt(entries, orphans(here, own if setup.family else [here]), time.time())
        if count:
            _log.warning("taken over from workers that are no more: %s", plural(count, "answer"))


def _known(memory: Memory, learned: bytes) -> set[int]:
    """Go on with what was learned when the file was written last; the entries that were known then."""
    try:
        state = json.loads(learned) if learned else None
        if not isinstance(state, dict) or state.get("rests") != memory.rests:
            return set()
        memory.recall = Recall.restore(state)
        return {int(entry[0]) for entry in state["entries"]}
    except (ValueError, LookupError, TypeError) as error:
        _log.warning("what was learned of kept answers cannot be used, and is learned anew: %s", error)
        return set()


def answers_file(ledger: str) -> Path:
    """The file beside a ledger that keeps questions and answers; in the working folder for one in a database."""
    file = Path("ledger" if "://" in ledger else ledger)
    return file.with_name(f"{file.stem}{ENDING}")


def state_file(ledger: str) -> Path:
    """The file beside a ledger that keeps what was learned; in the working folder for one in a database."""
    file = Path("ledger" if "://" in ledger else ledger)
    return file.with_name(f"{file.stem}.meaning.json")


def _learned(file: Path | None) -> Mapping[str, dict[str, object]]:
    if file is None or not file.exists():
        return {}
    try:
        told = json.loads(file.read_text("utf-8"))
        return told if isinstance(told, dict) else {}
    except (OSError, ValueError) as error:
        _log.warning("what was learned of meanings cannot be read, and is learned anew: %s", error)
        return {}


def _meaning(
    app: Gateway, setup: Setup, at: tuple[Route, Cache, Semantic], shelf: dict[tuple[int, str], Vectors], state: object
) -> Meaning:
    route, cache, semantic = at
    place = (semantic.embedder, semantic.model_dir)
    if place not in shelf:
        shelf[place] = Endpoint(semantic.embedder) if semantic.embedder >= 0 else local(semantic.model_dir)
    kind = index_kind(semantic.index)  # loaded now: the first request must not wait for it
    if kind.lasting and (setup.mode == "rehearse" or setup.record):
        kind = index_kind(PLAIN)  # what others learned is no part of a rehearsal, nor of what is recorded
    where = setup.answers or (setup.ledger.partition("#")[0] if "://" in setup.ledger else "")
    kind.ready(where)

    def held(key: int) -> bool:
        return app.house.brain.fresh(route.cache, key)

    rests = _rests(app.house.plan, semantic)
    recall = _recall(semantic, rests, state)
    memory: Memory
    if kind.lasting:
        shared = Place(kind, where, route.name, str(semantic.embedder), cache.ttl_s, lambda: app.house)
        memory = SharedMemory(semantic, recall, shared, held, cache.entries)
    else:
        memory = Memory(semantic, recall, lambda size: kind.open(size, where), held, cache.entries)
    memory.rests = rests
    vectors = shelf[place]
    return Meaning(route.name, route.cache, memory, vectors, _comparator(app, semantic, vectors))


def local(folder: str) -> Vectors:
    """The model on this machine.

    Raises:
        DependencyMissing: it is not installed.
        InputError: its files are not what they should be.
    """
    return Here(open_embedder(LOCAL, Source(folder=folder)))


def _rests(plan: Plan, semantic: Semantic) -> str:
    """What a score was learned for: the promise, what makes vectors, and what says that two answers are the same."""
    embedder = plan.targets[semantic.embedder].model if semantic.embedder >= 0 else LOCAL
    judge = plan.routes[semantic.judge].name if semantic.judge >= 0 else ""
    said = (semantic.wrong, semantic.of, semantic.audits, embedder, semantic.compare, semantic.answer_id,
            semantic.answer_header, semantic.alike, judge)  # fmt: skip
    return json.dumps(said)


def _recall(semantic: Semantic, rests: str, state: object) -> Recall:
    """What was learned before, if it was learned for the same; else one that knows nothing."""
    if isinstance(state, dict) and state.get("rests") == rests:
        try:
            return Recall.restore(state)
        except (ValueError, LookupError, TypeError) as error:
            _log.warning("what was learned of meanings cannot be used, and is learned anew: %s", error)
    return Recall(semantic.wrong, semantic.of, semantic.audits)


def _comparator(app: Gateway, semantic: Semantic, vectors: Vectors) -> Compare:
    async def embed(texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return await vectors.of(app.house, aside(app.house, "compare"), texts, COMPARE_S)

    made: dict[str, Callable[[], Compare]] = {
        "exact": lambda: by_words,
        "answer-id": lambda: by_id(semantic.answer_id),
        "embedding": lambda: by_meaning(embed, semantic.alike),
        "judge": lambda: by_judge(_judge(app, semantic.judge)),
    }
    return made[semantic.compare]()


def _judge(app: Gateway, route: int) -> Callable[[Pair, str], Awaitable[str]]:
    """Asks a route of the plan, as a request of whoever asked: it has its row and its price, and its tenant pays."""

    async def ask(pair: Pair, text: str) -> str:
        house: House = app.house
        messages = [{"role": "system", "content": TOLD}, {"role": "user", "content": text}]
        name = house.plan.routes[route].name
        body = msgspec.json.encode({"model": name, "messages": messages, "max_tokens": WORDS})
        headers = pair.headers | {
            b"content-type": b"application/json",
            b"content-length": str(len(body)).encode(),
            b"x-request-id": f"judge-{house.instance}-{next(_numbers)}".encode(),
        }
        request = Inner("POST", _CHAT, headers, body)
        await app.handle(request)
        if request.status != 200:
            raise ValueError(f"the judge answered {request.status}")
        return house.plain.text_of_whole(b"".join(request.said))

    return ask
