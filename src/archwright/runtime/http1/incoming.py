"""A request that came over a socket: its body as it comes, and its answer framed as the client's HTTP has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Final, Protocol

from archwright.runtime.http1.request import STATUS, Header, Request

HELD: Final = 256 * 1024  # bytes of a body that are kept before somebody asks for it
PATIENCE: Final = 8  # a body that is too long is read and thrown away up to so many times its bound
_NAME: Final = itemgetter(0)  # of a header
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Line(Protocol):
    """The connection, as far as a request needs it. `free`: more can be written."""

    free: bool

    @property
    def closing(self) -> bool:
        """Whether the server takes no new connections any more."""

    @property
    def gone(self) -> bool:
        """Whether the client has closed its end."""

    def raw(self, data: bytes) -> bool:
        """Write; False where the client does not keep up."""

    def when_free(self, call: Callable[[], None]) -> None:
        """Call once more can be written."""

    def flow(self) -> None:
        """Read on, or wait until what came is used."""

    def ended(self) -> None:
        """The request has its answer."""

    def abort(self) -> None:
        """Break off."""


class Incoming(Request):
    """A request that came over a socket."""

    __slots__ = (
        "_asked", "_begun", "_chunked", "_expects", "_line", "_most", "_pieces", "_size", "_waiter", "ended", "keep",
        "task", "whole",
    )  # fmt: skip

    def __init__(
        self, line: Line, method: str, path: str, headers: dict[bytes, bytes], query: bytes, hosts: int
    ) -> None:
        super().__init__(method, path, headers, query, hosts)
        self._line = line
        self._pieces: list[bytes] = []
        self._size = 0
        self._most = HELD
        self._asked = False
        self._waiter: asyncio.Future[None] | None = None
        self._expects = headers.get(b"expect", b"").lower() == b"100-continue"
        self._begun = False
        self._chunked = True
        self.whole = False
        self.ended = False
        self.keep = True
        self.task: asyncio.Task[None] | None = None

    # ------------------------------------------------------------------------------------------------ the body

    @property
    def closing(self) -> bool:
        """Whether the server takes no new connections any more."""
        return self._line.closing

    @property
    def gone(self) -> bool:
        """Whether the client has closed its end, also where nobody has read that yet."""
        return self.lost or self._line.gone

    def ready(self, most: int) -> bytes:
        """The whole body where it is there already, as one that is short nearly always is."""
        return self._pieces[0] if self.whole and len(self._pieces) == 1 and self._size <= most else b""

    async def body(self, most: int) -> bytes | None:
        """The whole body, or None where it is longer than `most` bytes or the client went away.

        What is too much is read and thrown away, up to eight times as much: a client that is still writing would not
        see the refusal.
        """
        self._most, self._asked = most, True
        if self._coming and self._expects:
            self._line.raw(_CONTINUE)
        if self._coming:
            self._line.flow()
        while self._coming and self._size <= most * PATIENCE:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        if self._size > most or not self.whole:
            return None
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def come(self, data: bytes) -> None:
        """A piece of the body came."""
        self._size += len(data)
        if self.ended or (self._asked and self._size > self._most):
            self._pieces.clear()
            if self._size > self._most * PATIENCE:
                self.woken()
        else:
            self._pieces.append(data)

    def complete(self) -> None:
        """The body is whole."""
        self.whole = True
        self.woken()

    def woken(self) -> None:
        """Go on with who waits for the body."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def _coming(self) -> bool:
        return not (self.whole or self.lost)

    @property
    def too_much(self) -> bool:
        """Whether more of the body came than is kept for nobody who asked."""
        return not (self._asked or self.whole or self.ended) and self._size > HELD

    # ---------------------------------------------------------------------------------------------- the answer

    def answer(self, status: int, headers: Iterable[Header], body: bytes) -> None:
        """A whole answer."""
        if self.ended:
            return
        parts = self._head(status, headers)
        parts.append(b"content-length: %d\r\n\r\n" % len(body))
        if self.method != "HEAD":
            parts.append(body)
        self._done(b"".join(parts))

    def begin(self, status: int, headers: Iterable[Header], data: bytes) -> bool:
        """Begin an answer whose length is not known; the head and the first bytes travel together."""
        self._begun = True
        parts = self._head(status, headers)
        parts.append(b"transfer-encoding: chunked\r\n\r\n" if self._chunked else b"\r\n")
        if data:
            parts.append(self._framed(data))
        return self._line.raw(b"".join(parts))

    def write(self, data: bytes) -> bool:
        """More of it."""
        return self._line.raw(self._framed(data)) if data else self._line.free

    def end(self, data: bytes = b"") -> None:
        """The rest of it."""
        if not self.ended:
            self._done((self._framed(data) if data else b"") + (b"0\r\n\r\n" if self._chunked else b""))

    def when_free(self, call: Callable[[], None]) -> None:
        """Call once more can be written."""
        self._line.when_free(call)

    def plain(self, keep: bool, chunked: bool) -> None:
        """What the client's version of HTTP allows."""
        self.keep, self._chunked = keep, chunked

    def fail(self, status: int = 500, text: bytes = b"Internal Server Error") -> None:
        """Nobody answers it: say so where that is still possible, and break off where it is not."""
        if self._begun:
            self._line.abort()
        self.answer(status, ((b"content-type", b"text/plain"),), text)

    def _head(self, status: int, headers: Iterable[Header]) -> list[bytes]:
        listed = list(headers)
        if b"connection" in map(_NAME, listed):
            self.keep = False
        elif not self.keep:
            listed.append((b"connection", b"close"))
        return [STATUS[status], b"\r\n".join([*map(b": ".join, listed), b""])]

    def _framed(self, data: bytes) -> bytes:
        return b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data

    def _done(self, data: bytes) -> None:
        self.ended = True
        self.left = None
        self._line.raw(data)
        self._line.ended()
