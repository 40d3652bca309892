"""A request of a client and the way back to it, whether it came over a socket or from this process."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final

Header = tuple[bytes, bytes]

_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus} | {529: "Overloaded"}
STATUS: Final = {code: f"HTTP/1.1 {code} {_PHRASES.get(code, '')}\r\n".encode() for code in range(200, 600)}


class Request(ABC):
    """What is known of a request once its headers are there.

    Attributes:
        method: as it came, in capitals.
        path: without the query, percent-decoded.
        query: what stood behind the question mark.
        headers: by name in lower case; of two of a name the last one.
        hosts: how many Host headers there were.
        lost: whether the client went away.
        left: called when the client goes away before it has its whole answer.
    """

    __slots__ = ("headers", "hosts", "left", "lost", "method", "path", "query")

    def __init__(self, method: str, path: str, headers: dict[bytes, bytes], query: bytes = b"", hosts: int = 1) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.hosts = hosts
        self.lost = False
        self.left: Callable[[], None] | None = None

    @property
    def closing(self) -> bool:
        """Whether the server takes no new connections any more."""
        return False

    @property
    def gone(self) -> bool:
        """Whether the client has closed its end, also where nobody has read that yet."""
        return self.lost

    @abstractmethod
    def ready(self, most: int) -> bytes:
        """The whole body where it is there and not longer than `most` bytes; nothing otherwise."""

    @abstractmethod
    async def body(self, most: int) -> bytes | None:
        """The whole body, or None where it is longer than `most` bytes or the client went away."""

    @abstractmethod
    def begin(self, status: int, headers: Iterable[Header], data: bytes) -> bool:
        """Begin an answer whose length is not known. False: the client does not keep up, see `when_free`."""

    @abstractmethod
    def write(self, data: bytes) -> bool:
        """More of it. False: the client does not keep up."""

    @abstractmethod
    def end(self, data: bytes = b"") -> None:
        """The rest of it."""

    @abstractmethod
    def answer(self, status: int, headers: Iterable[Header], body: bytes) -> None:
        """A whole answer."""

    @abstractmethod
    def when_free(self, call: Callable[[], None]) -> None:
        """Call once more can be written; at once where it can. Also when the client is gone: nothing is kept then."""

    async def free(self) -> None:
        """Wait until more can be written."""
        event = asyncio.Event()
        self.when_free(event.set)
        await event.wait()


class Inner(Request):
    """A request that this process makes to itself; `status`, `got` and `said` are the answer."""

    __slots__ = ("_body", "got", "said", "status")

    def __init__(self, method: str, path: str, headers: dict[bytes, bytes], body: bytes) -> None:
        super().__init__(method, path, headers)
        self._body = body
        self.status = 0
        self.got: dict[bytes, bytes] = {}
        self.said: list[bytes] = []

    def ready(self, most: int) -> bytes:
        """The body, which is there."""
        return self._body if len(self._body) <= most else b""

    async def body(self, most: int) -> bytes | None:
        """The body; None where it is longer than `most` bytes."""
        return self._body if len(self._body) <= most else None

    def begin(self, status: int, headers: Iterable[Header], data: bytes) -> bool:
        """Note the head of an answer."""
        self.status, self.got = status, dict(headers)
        self.said.append(data)
        return True

    def write(self, data: bytes) -> bool:
        """Note more of it."""
        self.said.append(data)
        return True

    def end(self, data: bytes = b"") -> None:
        """Note the rest."""
        self.said.append(data)

    def answer(self, status: int, headers: Iterable[Header], body: bytes) -> None:
        """Note a whole answer."""
        self.begin(status, headers, body)

    def when_free(self, call: Callable[[], None]) -> None:
        """It always is."""
        call()
