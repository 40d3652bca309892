"""Answers that are kept for the very same request are forgotten, too, where somebody at the admin door wants it.

This is the door of a gateway that answers nothing by meaning, and what a door that knows meanings does with the other
routes. Whose such an answer is nobody wrote down: of a tenant or a scope all that may be theirs goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import msgspec

from archwright.runtime.gateway.circle import Member
from archwright.runtime.gateway.house import House
from archwright.runtime.index import BEYOND

EVICT: Final = "POST /cache/evict"
HELP: Final = (
    'send {"entry": "<x-archwright-entry>"}, {"tenant": "…"}, {"scope": "…"}, {"document": "…"} or {"route": "…"}; '
    "a route may stand beside each of the others"
)
NOTHING: Final = "no route answers by meaning; there is POST /cache/evict for what is kept of the very same requests"
Said = tuple[int, dict[str, Any]]  # a status of HTTP, and what is answered


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be forgotten, or what was wrong. Only what is not None counts."""

    entry: str | None = None
    tenant: str | None = None
    scope: str | None = None
    document: str | None = None
    route: str | None = None
    wrong: bool = True

    @property
    def clear(self) -> bool:
        """Whether it says one thing, and at least a route."""
        said = sum(item is not None for item in (self.entry, self.tenant, self.scope, self.document))
        return said <= 1 and bool(said or self.route) and (self.entry is None or key_of(self.entry) is not None)


class Plain:
    """Where it is asked for in a gateway without meanings; `member` is the way to its other workers."""

    def __init__(self, house: Callable[[], House], member: Member | None = None) -> None:
        self.house = house
        self.member = member
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to hear what other workers are asked."""
        if self.member is not None:
            self._task = asyncio.get_running_loop().create_task(self.member.listen(self._heard))

    async def stop(self) -> None:
        """Hear nothing any more."""
        if self._task is not None:
            self._task.cancel()

    async def __call__(self, house: House, what: str, body: bytes) -> Said:
        """What the admin door was asked; status and answer."""
        if what != EVICT:
            return 404, {"error": NOTHING}
        own = evicted(house, body)
        if own[0] != 200 or self.member is None:
            return own
        try:
            others = await self.member.ask(body)
        except OSError as error:
            return failed(error)
        return summed([own, *(msgspec.json.decode(said, type=Said) for said in others)])

    async def _heard(self, body: bytes) -> bytes:
        return msgspec.json.encode(evicted(self.house(), body))


def evicted(house: House, body: bytes) -> Said:
    """Forget what a body names, where no route answers by meaning; status and answer."""
    wanted = read(body)
    if isinstance(wanted, str):
        return 400, {"error": wanted}
    if not wanted.clear:
        return 400, {"error": HELP}
    if wanted.route is not None and not caches(house, wanted.route, ()):
        return 404, {"error": f"route `{wanted.route}` keeps no answers"}
    return 200, {"evicted": forget(house, wanted, ())}


def caches(house: House, route: str | None, but: Collection[int]) -> list[int]:
    """The caches of a route, or of all; without those in `but`."""
    found = {item.cache for item in house.plan.routes if item.cache >= 0 and route in (None, item.name)}
    return sorted(found.difference(but))


def forget(house: House, wanted: Wanted, but: Collection[int]) -> int:
    """Forget what is kept of the very same requests in caches that are not in `but`; how many answers there were."""
    count = 0
    for cache in caches(house, wanted.route, but):
        count += sum([house.brain.forget(cache, key) for key in _meant(house, cache, wanted)])
    return count


def _meant(house: House, cache: int, wanted: Wanted) -> list[int]:
    answers = house.brain.answers[cache]
    if wanted.entry is not None:
        key = key_of(wanted.entry)
        return [] if key is None else [key]
    if wanted.document is not None:
        return [key for key, stored in answers.items() if wanted.document in stored.documents]
    return list(answers)


def key_of(text: str | None) -> int | None:
    """The key of an entry as a client is told it; None: it is none."""
    try:
        key = int(text or "", 16)
    except ValueError:
        return None
    return key if 0 < key < BEYOND else None


def read(body: bytes) -> Wanted | str:
    """What a body wants; or why it cannot be read."""
    try:
        return msgspec.json.decode(body, type=Wanted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"{error}; {HELP}"


def failed(error: OSError) -> Said:
    """Not everybody did it."""
    return 503, {"error": f"not everywhere where answers are kept; ask again: {error}"}


def summed(said: Sequence[Said]) -> Said:
    """What all workers say, as one: a failure of one is one of all, and what one of them knows is known."""
    failure = next((item for item in said if item[0] == 503), None)
    if failure is not None:
        return failure
    well = [answer for status, answer in said if status == 200]
    if not well:
        return said[0]
    counts = [int(str(answer["evicted"])) for answer in well if "evicted" in answer]
    return 200, {**well[0], **({"evicted": sum(counts)} if counts else {}), "workers": len(said)}
