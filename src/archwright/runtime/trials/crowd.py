"""Many clients in one process at as little cost as may be: a connection each, one request under way on each.

No task runs for a request: it is written, and the call that brings the last byte of its answer notes how it ended.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, cast

from archwright.runtime.http1.address import Origin, head, place

TICK_S: Final = 0.001
AT_ONCE: Final = 64  # requests that are sent before answers are looked at again
PATIENCE_S: Final = 30.0
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "
_WAIT: Final = b"retry-after: "
_CHUNKED: Final = b"transfer-encoding: chunked"
_LAST: Final = b"0\r\n\r\n"


class Got(NamedTuple):
    """How a request ended: its status (0: no answer), seconds since it was sent, and whether it said when to return."""

    status: int
    took_s: float
    told: bool


class Caller(asyncio.Protocol):
    """One connection."""

    __slots__ = ("_data", "_done", "_sent", "transport")

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._done: Callable[[Caller, Got], None] | None = None
        self._sent = 0.0
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone; who waits for an answer has none."""
        self.transport = None
        self._ended(0, False)

    def data_received(self, data: bytes) -> None:
        """A piece of the answer."""
        whole = self._data = self._data + data if self._data else data
        begin = whole.find(_END)
        if begin < 0:
            return
        start = whole[:begin].lower()
        if _CHUNKED in start:
            over = whole.endswith(_LAST)
        else:
            over = len(whole) >= begin + len(_END) + int(_value(start, _LENGTH) or 0)
        if over:
            self._ended(int(whole[9:12]), float(_value(start, _WAIT) or 0) > 0.0)

    def ask(self, request: bytes, done: Callable[[Caller, Got], None]) -> None:
        """Send a request; `done` is called once with how it ended."""
        self._done, self._data, self._sent = done, b"", time.monotonic()
        if self.transport is None or self.transport.is_closing():
            self._ended(0, False)
        else:
            self.transport.write(request)

    def _ended(self, status: int, told: bool) -> None:
        done, self._done = self._done, None
        if done is not None:
            done(self, Got(status, time.monotonic() - self._sent, told))


def _value(start: bytes, name: bytes) -> bytes:
    """The value of a header in the head of an answer."""
    at = start.find(name)
    return start[at + len(name) :].partition(b"\r\n")[0] if at >= 0 else b""


class Crowd:
    """Clients of one address. Every request is the same one, or what `asked` makes of its number."""

    def __init__(self, url: str, headers: Mapping[str, str], asked: Callable[[int], bytes]) -> None:
        self._where = place(url)
        self._headers = {"Content-Type": "application/json", **headers}
        self._asked = asked
        self._idle: list[Caller] = []
        self._last = b"", b""
        self._number = 0
        self.late_s: list[float] = []

    def close(self) -> None:
        """End all connections."""
        for caller in self._idle:
            if caller.transport is not None:
                caller.transport.abort()
        self._idle.clear()

    async def come(self, rate: float, count: int, done: Callable[[Got], None]) -> None:
        """`count` requests, `rate` a second and evenly, whether or not earlier ones were answered. Waits for all.

        `late_s` notes how late each was sent.
        """
        over, left = asyncio.Event(), count
        begin = time.monotonic()

        def ended(caller: Caller, got: Got) -> None:
            nonlocal left
            self._back(caller)
            done(got)
            left -= 1
            if not left:
                over.set()

        number = 0
        while number < count:
            now = time.monotonic()
            due = min(count, int((now - begin) * rate) + 1, number + AT_ONCE)
            for one in range(number, due):
                self.late_s.append(max(0.0, now - begin - one / rate))
                (await self._free()).ask(self._request(one), ended)
            number = max(number, due)
            behind = number < int((time.monotonic() - begin) * rate)
            await asyncio.sleep(0.0 if behind else TICK_S)
        async with asyncio.timeout(PATIENCE_S):
            await over.wait()

    async def queue(self, clients: int, count: int, done: Callable[[Got], None]) -> None:
        """`count` requests of so many clients, each of which asks again as soon as it has its answer."""
        over, started, left = asyncio.Event(), 0, count
        tasks: set[asyncio.Task[None]] = set()

        def go(caller: Caller) -> None:
            nonlocal started
            if started < count:
                started += 1
                self._number += 1  # goes on from one queue to the next
                caller.ask(self._request(self._number), ended)
            else:
                self._back(caller)

        async def again() -> None:
            go(await self._free())

        def ended(caller: Caller, got: Got) -> None:
            nonlocal left
            done(got)
            left -= 1
            loop = asyncio.get_running_loop()
            if not left:
                over.set()
            if got.status:
                loop.call_soon(go, caller)
            else:  # the connection is gone: the client takes another one
                tasks.add(task := loop.create_task(again()))
                task.add_done_callback(tasks.discard)

        for caller in [await self._free() for _ in range(min(clients, count))]:
            go(caller)
        await over.wait()

    async def one(self) -> Got:
        """One request, with the next number."""
        self._number += 1
        future: asyncio.Future[Got] = asyncio.get_running_loop().create_future()

        def ended(caller: Caller, got: Got) -> None:
            self._back(caller)
            if not future.done():
                future.set_result(got)

        (await self._free()).ask(self._request(self._number), ended)
        return await future

    def _back(self, caller: Caller) -> None:
        if caller.transport is not None and not caller.transport.is_closing():
            self._idle.append(caller)

    def _request(self, number: int) -> bytes:
        body = self._asked(number)
        if body is not self._last[0]:
            self._last = body, head(self._where.head, self._headers, len(body)) + body
        return self._last[1]

    async def _free(self) -> Caller:
        return self._idle.pop() if self._idle else await _opened(self._where.origin)


async def _opened(origin: Origin) -> Caller:
    loop = asyncio.get_running_loop()
    try:
        _, caller = await loop.create_connection(Caller, origin.host, origin.port)
    except OSError:
        return Caller()  # whoever asks on it has no answer
    return caller
