"""One request under way: what is known about it so far. The stages of the way fill it in, one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from archwright.plan.model import Route
from archwright.plan.passages import Passage
from archwright.policy.lanes import REALTIME
from archwright.policy.machine import Call, Copy, Reply
from archwright.runtime.gateway.ask import Ask
from archwright.runtime.http1.deadlines import Deadline
from archwright.runtime.http1.request import Header, Request
from archwright.runtime.neutral import Usage
from archwright.runtime.wire import Events, Wire


@dataclass(frozen=True, slots=True)
class Given:
    """What a retriever found for a request: passages in the order of their numbers, each with the sentence to show.

    `mode` says how: by `words`, by words and `vectors`, or `refused` where the best `support` (0 to 1) was too little.
    """

    mode: str
    support: float
    passages: tuple[Passage, ...] = ()
    quotes: tuple[str, ...] = ()


class Looked(Protocol):
    """What a look-up by meaning found: whether the client gets the answer to another question, and what it is told."""

    @property
    def served(self) -> bool:
        """Whether the client gets it."""

    @property
    def headers(self) -> list[Header]:
        """What is said of it."""


@dataclass(slots=True, eq=False)
class Stored:
    """An answer that can be given again: a whole one, or the events of a stream with its usage.

    It is kept as the target wrote it; `target` is its place in the plan and so says in which wire. `rests` is what the
    caller said that it rests on, as the header has it.
    """

    whole: bytes = b""
    events: tuple[bytes, ...] = ()
    target: int = -1
    given: Given | None = None
    rests: bytes = b""

    @property
    def documents(self) -> frozenset[str]:
        """The names of the documents that it rests on: those of its passages, and those that the caller named."""
        try:
            said = self.rests.decode()
        except UnicodeDecodeError:
            said = self.rests.decode("latin-1")
        named = {unquote(name) for part in said.split(",") if (name := part.strip())}
        return frozenset(named.union(passage.file for passage in self.given.passages) if self.given else named)

    @property
    def size(self) -> int:
        """Bytes of it."""
        return len(self.whole) + sum(map(len, self.events))


class Try:
    """One attempt. `began` is monotonic; `first_s` and `total_s` count from there. `sent`: the target has its head.

    `body` and `came` are as the target wrote them, `came` in pieces of whole events; `shown` is a whole answer as the
    client gets it. `opening` is what a stream told of its input before the output was known, `headers` are those of an
    answer. `slow`: its client takes no more for now. `over`: its stream has said its end.
    """

    sent: bool = False
    outcome: int = 0
    status: int = 0
    first_s: float = -1.0
    total_s: float = 0.0
    usage: Usage | None = None
    estimated: bool = False
    tier: str = ""
    cost: int = 0
    retry_after: float = 0.0
    body: bytes = b""
    shown: bytes = b""
    opening: Usage | None = None
    headers: dict[bytes, bytes] | None = None
    deadline: Deadline | None = None
    slow: bool = False
    over: bool = False

    def __init__(self, call: Call, began: float, at: str) -> None:
        self.call = call
        self.began = began
        self.at = at
        self.came: list[bytes] = []

    @property
    def events(self) -> list[bytes]:
        """The events that came, one by one."""
        return Events().feed(b"".join(self.came)) if self.came else []


class Exchange:
    """A request on its way. Times are monotonic seconds.

    `later` is a ticket of the machine's, and how long (s) after the first call it holds.
    `order` is what the machine wants done next. `given` are the passages of a route that answers from documents,
    `cited` the numbers that the answer names; `owed` (pico-dollars) is what finding them cost, as long as the machine
    was not told. `look` is what a route that answers by meaning found.
    `waited_s` is what was spent waiting for suppliers and in pauses: the rest of the total is the gateway's own.
    `served`: an agent answers it, and what it calls are requests of their own.
    `wire` is what the client speaks, `ending` what ends its stream. `copy` is one of it that is still to be sent;
    `copied`: it is one itself.
    """

    tenant: str = ""
    tenant_index: int = -1
    client: str = ""
    ask: Ask | None = None
    route_index: int = -1
    route: Route | None = None
    journey: str = ""
    step: str = ""
    session: str = ""
    trace: str = ""
    key: int = 0
    reserved: int = 0
    begun: bool = False
    ending: bytes = b""
    gone: bool = False
    closed: bool = False
    served: bool = False
    first_s: float = -1.0
    waited_s: float = 0.0
    attempts: int = 0
    cost: int = 0
    estimated: bool = False
    last: Try | None = None
    order: Call | None = None
    later: tuple[int, float] | None = None
    copy: Copy | None = None
    copied: bool = False
    given: Given | None = None
    cited: tuple[int, ...] | None = None
    owed: int = 0
    reply: Reply | None = None
    stored: Stored | None = None
    waiter: asyncio.Future[None] | None = None
    task: asyncio.Task[object] | None = None

    def __init__(  # noqa: PLR0913 - what is known from the beginning
        self,
        number: int,
        identity: str,
        luck: int,
        headers: dict[bytes, bytes],
        request: Request,
        began: float,
        at: str,
        wire: Wire,
    ) -> None:
        self.number = number
        self.id = identity
        self.luck = luck
        self.headers = headers
        self.request = request
        self.began = began
        self.at = at
        self.wire = wire
        self.lane = REALTIME
        self.look: Looked | None = None
        self.tries: list[Try] = []
        self.calls: dict[int, asyncio.Task[None]] = {}
        self.called_off: set[int] = set()
        self.inbox: deque[Call | Reply] = deque()

    def double(self, number: int, request: Request) -> Exchange:
        """The same once more as a copy, for which nothing was called yet."""
        x = Exchange(number, self.id, self.luck, self.headers, request, self.began, self.at, self.wire)
        x.tenant, x.tenant_index, x.client, x.ask = self.tenant, self.tenant_index, self.client, self.ask
        x.route, x.route_index, x.lane = self.route, self.route_index, self.lane
        x.journey, x.step, x.session, x.trace = self.journey, self.step, self.session, self.trace
        x.key, x.reserved, x.given, x.copied = self.key, self.reserved, self.given, True
        return x

    @property
    def refused(self) -> bool:
        """Whether it was refused because no document supports an answer."""
        return self.given is not None and self.given.mode == "refused"

    @property
    def known(self) -> int:
        """How many of the cited numbers are those of passages that were given."""
        numbers = range(1, len(self.given.passages) + 1) if self.given else ()
        return sum(number in numbers for number in self.cited or ())

    def give(self, order: Call | Reply) -> None:
        """Hand over the machine's next order."""
        self.inbox.append(order)
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def call_off(self, attempt: int) -> None:
        """One of several calls is no longer wanted."""
        self.called_off.add(attempt)
        if attempt in self.calls:
            self.calls[attempt].cancel()

    def left(self) -> None:
        """The client went away: the request ends, unless its answer is known already."""
        if self.reply is None and self.task is not None:
            self.gone = True
            self.task.cancel()

    async def next(self) -> Call | Reply:
        """The machine's next order."""
        while not self.inbox:
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
        return self.inbox.popleft()
