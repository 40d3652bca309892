"""What the admin door can do to semantic caches: show what they know, forget answers, hear that one was wrong.

What is shown is the sum over all workers of the gateway. What is forgotten or heard is so in all of them, and in all
gateways that share their answers in a database. The door answers when each of them has done it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from archwright.runtime.gateway.circle import Member
from archwright.runtime.gateway.forgetting import (
    EVICT,
    HELP,
    Said,
    Wanted,
    caches,
    failed,
    forget,
    key_of,
    read,
    summed,
)
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.meaning.meaning import RESULTS, Meaning
from archwright.runtime.gateway.meaning.memory import Chosen, Entry
from archwright.runtime.gateway.meaning.sharing import SharedMemory
from archwright.runtime.gateway.meaning.subject import named
from archwright.runtime.gateway.meaning.together import together

REPORT: Final = "GET /cache"
Meanings = Mapping[str, Meaning]
Teller = Callable[[bytes], Awaitable[None]]  # tells an order to all who share a route's answers; raises OSError


class Counter:
    """Where it is asked for: the semantic caches by the names of their routes, and the way to the other workers.

    `off` says of other routes why they do not answer by meaning.
    """

    def __init__(self, meanings: Meanings, off: Mapping[str, str], member: Member | None = None) -> None:
        self.meanings = meanings
        self.off = off
        self.member = member
        self.tellers: dict[str, Teller] = {}

    async def __call__(self, house: House, what: str, body: bytes) -> Said:
        """What the admin door was asked, such as `GET /cache`; status and answer."""
        if what not in (REPORT, *_ASKED):
            return 404, {"error": "there is GET /cache, POST /cache/evict and POST /cache/feedback"}
        own = await self._alone(house, what, body)
        if own[0] == 400:
            return own
        order = msgspec.json.encode((what, body))
        try:
            others = await self.member.ask(order) if self.member is not None else []
            for tell in self.tellers.values() if own[0] == 200 and what != REPORT else ():
                await tell(order)
        except OSError as error:
            return failed(error)
        if not others:
            return own
        if what == REPORT:
            return 200, together([own[1], *(msgspec.json.decode(said, type=Said)[1] for said in others)])
        return summed([own, *(msgspec.json.decode(said, type=Said) for said in others)])

    async def heard(self, house: House, order: bytes) -> bytes:
        """Do what another worker's door was asked; what is to be said of it."""
        what, body = msgspec.json.decode(order, type=tuple[str, bytes])
        return msgspec.json.encode(await self._alone(house, what, body))

    async def followed(self, house: House, name: str, order: bytes) -> None:
        """Do in this process what another gateway's door was asked, for one route whose answers lie in a database."""
        what, body = msgspec.json.decode(order, type=tuple[str, bytes])
        wanted, meaning = read(body), self.meanings[name]
        if isinstance(wanted, str) or meaning not in _reached(self.meanings, house, wanted.route):
            return
        chosen = _chosen(house, self.meanings, meaning, wanted)
        if what == "POST /cache/feedback":
            for key in chosen.keys:
                await meaning.memory.run(meaning.memory.recall.feedback, key, wanted.wrong)
        if what == EVICT or wanted.wrong:
            await meaning.let_go(house, chosen)

    async def _alone(self, house: House, what: str, body: bytes) -> Said:
        """Do it in this worker."""
        if what == REPORT:
            off = {name: {"mode": "off", "why": why} for name, why in self.off.items()}
            return 200, {**{name: await _shown(meaning) for name, meaning in self.meanings.items()}, **off}
        try:
            return await _ASKED[what](self.meanings, house, body)
        except OSError as error:
            return failed(error)


async def _shown(meaning: Meaning) -> dict[str, object]:
    memory = meaning.memory
    report = await memory.run(memory.recall.report)
    learned = {name: _plain(value) for name, value in vars(report).items()}
    worst = [
        {**item, "entry": f"{item['entry']:016x}", "text": _text(meaning, item["entry"])} for item in learned["worst"]
    ]
    return {
        "mode": meaning.semantic.mode,
        "wrong": meaning.semantic.wrong,
        "of": meaning.semantic.of,
        "compare": meaning.semantic.compare,
        "shared": isinstance(memory, SharedMemory),
        "entries": len(memory.entries),
        "lookups": {name: meaning.counts[name] for name in RESULTS},
        "saved_pico_dollars": meaning.saved,
        "audits_pico_dollars": meaning.audit_cost,
        "left_out": meaning.left_out,
        "learned": {**learned, "worst": worst},
    }


def _plain(value: Any) -> Any:
    """What a report holds, with names for the parts of its records."""
    if hasattr(value, "_asdict"):
        return value._asdict()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _text(meaning: Meaning, key: int) -> str:
    entry = meaning.memory.entries.get(key)
    return entry.text[:200] if entry is not None else ""


async def _evict(known: Meanings, house: House, body: bytes) -> Said:
    """Forget what a body names, on routes that answer nothing by meaning, too; status and answer."""
    wanted = read(body)
    if isinstance(wanted, str):
        return 400, {"error": wanted}
    if wanted.route is not None and not caches(house, wanted.route, ()):
        return 404, {"error": f"route `{wanted.route}` keeps no answers"}
    if not wanted.clear:
        return 400, {"error": HELP}
    dropped = forget(house, wanted, [meaning.cache for meaning in known.values()])
    for meaning in _reached(known, house, wanted.route):
        dropped += await meaning.evict(house, _chosen(house, known, meaning, wanted))
    return 200, {"evicted": dropped}


def _reached(known: Meanings, house: House, route: str | None) -> list[Meaning]:
    """The semantic caches of a route, or of all; where it has none, those that keep its answers, too."""
    if route is not None and route in known:
        return [known[route]]
    return [meaning for meaning in known.values() if meaning.cache in caches(house, route, ())]


async def _feedback(known: Meanings, house: House, body: bytes) -> Said:
    """Hear that an answer was wrong, or right; status and answer."""
    wanted = read(body)
    if isinstance(wanted, str):
        return 400, {"error": wanted}
    key = key_of(wanted.entry)
    if key is None:
        return 400, {"error": 'send {"entry": "<x-archwright-entry>", "wrong": true}'}
    for meaning in known.values():
        if await meaning.feedback(house, key, wanted.wrong):
            return 200, {"heard": True}
    return 404, {"error": "this entry is not kept, or not any more"}


_ASKED: Final[Mapping[str, Callable[[Meanings, House, bytes], Awaitable[Said]]]] = {
    EVICT: _evict,
    "POST /cache/feedback": _feedback,
}


def _meant(entry: Entry, wanted: Wanted) -> bool:
    return entry.tenant == wanted.tenant or (wanted.scope is not None and entry.scope in named(wanted.scope))


def _chosen(house: House, meanings: Meanings, meaning: Meaning, wanted: Wanted) -> Chosen:
    """The answers that are meant. Of a tenant or a scope also those of which nobody knows whose they are.

    A document means those that rest on it, as far as anybody said so.
    """
    if wanted.entry is not None:
        key = key_of(wanted.entry)
        return Chosen((key,)) if key is not None else Chosen()
    entries = dict(meaning.memory.entries)  # its thread goes on meanwhile
    answers = house.brain.answers[meaning.cache]
    if wanted.document is not None:
        keys = tuple(key for key, stored in answers.items() if wanted.document in stored.documents)
        return Chosen(keys, document=wanted.document)
    beside = (item for item in meanings.values() if item.cache == meaning.cache and item is not meaning)
    theirs = {key for item in beside for key in dict(item.memory.entries)}  # of other routes with this cache
    known = {*answers, *entries} - theirs
    if wanted.tenant is None and wanted.scope is None:
        return Chosen(tuple(known), every=True)
    others = {key for key, entry in entries.items() if not _meant(entry, wanted)}
    return Chosen(tuple(known - others), wanted.tenant, wanted.scope)
