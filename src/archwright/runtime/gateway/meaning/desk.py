"""What the admin door can do to semantic caches: show what they know, forget answers, hear that one was wrong.

What is forgotten or heard is so in all workers of the gateway, and in all gateways that share their answers in a
database. The door answers when each of them has done it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from archwright.runtime.gateway.circle import Member
from archwright.runtime.gateway.house import House
from archwright.runtime.gateway.meaning.meaning import RESULTS, Meaning
from archwright.runtime.gateway.meaning.memory import Chosen, Entry
from archwright.runtime.index import BEYOND

HELP: Final = (
    'send {"entry": "<x-archwright-entry>"}, {"tenant": "…"}, {"scope": "…"} or {"route": "…"}; a route may stand '
    "beside each of the others"
)


Meanings = Mapping[str, Meaning]
Teller = Callable[[bytes], Awaitable[None]]  # tells an order to all who share a route's answers; raises OSError
Said = tuple[int, dict[str, object]]  # a status of HTTP, and what is answered


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be forgotten, or what was wrong. Only what is not None counts."""

    entry: str | None = None
    tenant: str | None = None
    scope: str | None = None
    route: str | None = None
    wrong: bool = True


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
        if what == "GET /cache":
            off = {name: {"mode": "off", "why": why} for name, why in self.off.items()}
            return 200, {**{name: await _shown(meaning) for name, meaning in self.meanings.items()}, **off}
        if what not in _ASKED:
            return 404, {"error": "there is GET /cache, POST /cache/evict and POST /cache/feedback"}
        own = await self._alone(house, what, body)
        if own[0] == 400:
            return own
        order = msgspec.json.encode((what, body))
        try:
            others = await self.member.ask(order) if self.member is not None else []
            for tell in self.tellers.values() if own[0] == 200 else ():
                await tell(order)
        except OSError as error:
            return _failed(error)
        if not others:
            return own
        return _together([own, *(msgspec.json.decode(said, type=Said) for said in others)])

    async def heard(self, house: House, order: bytes) -> bytes:
        """Do what another worker's door was asked; what is to be said of it."""
        what, body = msgspec.json.decode(order, type=tuple[str, bytes])
        return msgspec.json.encode(await self._alone(house, what, body))

    async def followed(self, house: House, name: str, order: bytes) -> None:
        """Do in this process what another gateway's door was asked, for one route whose answers lie in a database."""
        what, body = msgspec.json.decode(order, type=tuple[str, bytes])
        wanted, meaning = _read(body), self.meanings[name]
        if isinstance(wanted, str) or wanted.route not in (None, name):
            return
        chosen = _chosen(house, meaning, wanted)
        if what == "POST /cache/feedback":
            for key in chosen.keys:
                await meaning.memory.run(meaning.memory.recall.feedback, key, wanted.wrong)
        if what == "POST /cache/evict" or wanted.wrong:
            await meaning.let_go(house, chosen)

    async def _alone(self, house: House, what: str, body: bytes) -> Said:
        """Do it in this worker."""
        try:
            return await _ASKED[what](self.meanings, house, body)
        except OSError as error:
            return _failed(error)


def _failed(error: OSError) -> Said:
    return 503, {"error": f"not everywhere where answers are kept; ask again: {error}"}


def _together(said: Sequence[Said]) -> Said:
    """What all workers say, as one: a failure of one is one of all, and what one of them knows is known."""
    failed = next((item for item in said if item[0] == 503), None)
    if failed is not None:
        return failed
    well = [answer for status, answer in said if status == 200]
    if not well:
        return said[0]
    evicted = [int(str(answer["evicted"])) for answer in well if "evicted" in answer]
    return 200, {**well[0], **({"evicted": sum(evicted)} if evicted else {}), "workers": len(said)}


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
    """Forget what a body names; status and answer."""
    wanted = _read(body)
    if isinstance(wanted, str):
        return 400, {"error": wanted}
    meanings = _routes(known, wanted)
    if meanings is None:
        return 404, {"error": f"route `{wanted.route}` answers nothing by meaning"}
    said = sum(item is not None for item in (wanted.entry, wanted.tenant, wanted.scope))
    if said > 1 or not (said or wanted.route) or (wanted.entry is not None and _key(wanted.entry) is None):
        return 400, {"error": HELP}
    dropped = 0
    for meaning in meanings:
        dropped += await meaning.evict(house, _chosen(house, meaning, wanted))
    return 200, {"evicted": dropped}


async def _feedback(known: Meanings, house: House, body: bytes) -> Said:
    """Hear that an answer was wrong, or right; status and answer."""
    wanted = _read(body)
    if isinstance(wanted, str):
        return 400, {"error": wanted}
    key = _key(wanted.entry)
    if key is None:
        return 400, {"error": 'send {"entry": "<x-archwright-entry>", "wrong": true}'}
    for meaning in known.values():
        if await meaning.feedback(house, key, wanted.wrong):
            return 200, {"heard": True}
    return 404, {"error": "this entry is not kept, or not any more"}


_ASKED: Final[Mapping[str, Callable[[Meanings, House, bytes], Awaitable[Said]]]] = {
    "POST /cache/evict": _evict,
    "POST /cache/feedback": _feedback,
}


def _read(body: bytes) -> Wanted | str:
    try:
        return msgspec.json.decode(body, type=Wanted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"{error}; {HELP}"


def _routes(known: Meanings, wanted: Wanted) -> list[Meaning] | None:
    if wanted.route is None:
        return list(known.values())
    return [known[wanted.route]] if wanted.route in known else None


def _key(text: str | None) -> int | None:
    """The key of an entry as a client is told it; None: it is none."""
    try:
        key = int(text or "", 16)
    except ValueError:
        return None
    return key if 0 < key < BEYOND else None


def _meant(entry: Entry, wanted: Wanted) -> bool:
    return entry.tenant == wanted.tenant or (wanted.scope is not None and entry.scope == wanted.scope)


def _chosen(house: House, meaning: Meaning, wanted: Wanted) -> Chosen:
    """The answers that are meant. Of a tenant or a scope also those of which nobody knows whose they are."""
    if wanted.entry is not None:
        key = _key(wanted.entry)
        return Chosen((key,)) if key is not None else Chosen()
    entries = dict(meaning.memory.entries)  # its thread goes on meanwhile
    known = {*house.brain.answers[meaning.cache], *entries}
    if wanted.tenant is None and wanted.scope is None:
        return Chosen(tuple(known), every=True)
    others = {key for key, entry in entries.items() if not _meant(entry, wanted)}
    return Chosen(tuple(known - others), wanted.tenant, wanted.scope)
