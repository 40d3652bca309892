"""The server's side: connections of clients, requests parsed as they come and answered in their order."""

from __future__ import annotations

import asyncio
import logging
import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, cast
from urllib.parse import unquote

import httptools

from archwright.runtime.http1.incoming import Incoming
from archwright.runtime.http1.request import STATUS, Request
from archwright.runtime.http1.volley import Volley

_log = logging.getLogger(__name__)

MOST_HEAD: Final = 64 * 1024  # bytes of a request before its body
MOST_AHEAD: Final = 16  # requests that one client may send before it has the answer to the first
KEEP_ALIVE_S: Final = 75.0
HEAD_S: Final = 30.0  # a client may take so long to send a request's head, or to read the end of a closed connection
SWEEP_S: Final = 1.0
BACKLOG: Final = 2048

_CLOSED: Final[int] = getattr(select, "POLLRDHUP", 0)  # Linux has it

Handler = Callable[[Request], Awaitable[None]]


class Connection(asyncio.Protocol):
    """One client. Its requests are answered one after the other."""

    def __init__(self, house: Connections) -> None:
        self._house = house
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._requests: deque[Incoming] = deque()  # the first one is being answered
        self._coming: Incoming | None = None  # the one whose body is being read
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._hosts = 0
        self._size = 0
        self._in_head = False
        self._paused = False
        self._owed = 0  # bytes of a body that the parser leaves to us
        self._deaf = False  # what came was no request: nothing that comes after it is read
        self._waiting: list[Callable[[], None]] = []
        self.free = True
        self.since = time.monotonic()

    @property
    def closing(self) -> bool:
        """Whether the server takes no new connections any more."""
        return self._house.closing

    @property
    def gone(self) -> bool:
        """Whether the client has closed its end, as the system knows before we read it; False: it cannot say."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return True
        if not _CLOSED:
            return False
        asked = select.poll()
        asked.register(transport.get_extra_info("socket").fileno(), _CLOSED)
        return bool(asked.poll(0))

    # ------------------------------------------------------------------------------------------- asyncio's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        self._transport = cast("asyncio.Transport", transport)
        self._house.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._house.open.discard(self)
        self._transport = None
        while len(self._requests) > 1:  # nobody has begun with those
            self._requests.pop()
        for request in self._requests:
            request.lost = True
            request.woken()
            if request.left is not None:
                request.left()
        self.resume_writing()
        self._house.check()

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if self._deaf:
            return
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self.refuse(400, b"this is no request of HTTP")
            return
        if self._in_head:
            # The piece in which a head begins may hold all of a body before it.
            if not self._size:
                self.since = time.monotonic()
            self._size += len(data) if self._size else 1
            if self._size > MOST_HEAD:
                self.refuse(431, b"the headers are too long")
                return
        if self._coming is not None or self._paused or not self.free or len(self._requests) > 1:
            self.flow()

    def pause_writing(self) -> None:
        """The client does not keep up."""
        self.free = False
        self.flow()

    def resume_writing(self) -> None:
        """It does again."""
        self.free = True
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()
        self._next()
        self.flow()

    # ------------------------------------------------------------------------------------------ the parser's calls

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url, self._headers, self._hosts, self._size, self._in_head = b"", {}, 0, 0, True

    def on_url(self, url: bytes) -> None:
        """A piece of the address."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header. What comes behind a body is none: nobody who looked at the head before us has seen it."""
        if not self._in_head:
            return
        name = name.lower()
        self._headers[name] = value
        if name == b"host":
            self._hosts += 1

    def on_headers_complete(self) -> None:
        """A request's head is whole."""
        path, _, query = self._url.partition(b"?")
        parser = self._parser
        method = parser.get_method().decode()
        request = Incoming(self, method, _path(path), self._headers, query, self._hosts)
        request.plain(parser.should_keep_alive() and not self._house.closing, parser.get_http_version() != "1.0")
        self._in_head = False
        if parser.should_upgrade():
            self._offered(request.headers)
        self._coming = request
        self._requests.append(request)
        if len(self._requests) == 1:
            self._next()

    def on_body(self, data: bytes) -> None:
        """A piece of its body."""
        if self._coming is not None:
            self._coming.come(data)

    def on_message_complete(self) -> None:
        """Its end."""
        if self._coming is not None and not self._owed:
            self._coming.complete()
            self._coming = None

    # ---------------------------------------------------------------------------------------------- for requests

    def raw(self, data: bytes) -> bool:
        """Write; False where the client does not keep up."""
        if self._transport is not None:
            self._house.volley.write(self._transport, data)
        return self.free

    def when_free(self, call: Callable[[], None]) -> None:
        """Call once more can be written, or nobody reads any more."""
        if self.free:
            call()
        else:
            self._waiting.append(call)

    def flow(self) -> None:
        """Read on, or wait until what came is used, and what was answered is read.

        While an answer is on its way to a client that is slow we go on reading, to see whether it leaves.
        """
        coming = self._coming
        full = len(self._requests) > MOST_AHEAD or (coming is not None and coming.too_much)
        full = full or not (self.free or self._answering)
        if full is not self._paused and self._transport is not None and not self._transport.is_closing():
            self._paused = full
            self._transport.pause_reading() if full else self._transport.resume_reading()

    def ended(self) -> None:
        """The first request has its answer: the next one, or wait for it."""
        request = self._requests.popleft()
        self.since = time.monotonic()
        if not request.keep:
            self._requests.clear()
            self._close()
        else:
            self._next()
        if self._paused or not self.free:
            self.flow()
        if self._house.closing:
            self.quit()

    def refuse(self, status: int, text: bytes) -> None:
        """What comes is no request: say so, and end the connection once what came before has its answer."""
        self._deaf = True
        coming, self._coming = self._coming, None
        first = self._requests[0] if self._requests else None
        if first is None:
            if coming is None and self._transport is not None and not self._transport.is_closing():
                head = (STATUS[status], b"content-type: text/plain\r\nconnection: close\r\ncontent-length: ")
                self.raw(b"%b%b%d\r\n\r\n%b" % (*head, len(text), text))
            self._close()
        elif first is coming:
            task = first.task
            first.keep = False
            first.fail(status, text)
            if task is not None:
                # One that has not run yet ends without a word of its own, and would be waited for until the very end.
                task.add_done_callback(self._house.over)
                task.cancel()
        else:
            while self._requests[-1] is not first:
                self._requests.pop()
            first.keep = False

    def abort(self) -> None:
        """Break off."""
        if self._transport is not None:
            self._house.volley.send()
            self._transport.abort()

    # -------------------------------------------------------------------------------------------- for the house

    def quit(self) -> None:
        """End the connection as soon as what is under way has its answer."""
        for request in self._requests:
            request.keep = False
        if not self._requests:
            self._close()

    def stale(self, now: float) -> None:
        """End the connection where its client takes too long to begin, or to go on."""
        idle = now - self.since
        if self._answering or self._transport is None:
            return
        if (self._in_head or self._coming is not None) and self.free:
            if idle > HEAD_S:
                self.refuse(408, b"the request did not come in time")
        elif idle > KEEP_ALIVE_S:
            # One that does not read the end of its answers would keep them here for ever.
            self._transport.abort() if self._transport.is_closing() else self._close()

    def _close(self) -> None:
        """End the connection, once what was written is sent."""
        if self._transport is not None:
            self._house.volley.send()
            self._transport.close()

    def _feed(self, data: bytes) -> None:
        """Feed the parser; an offer to speak another protocol is passed over, as is allowed."""
        while data:
            if self._owed:
                piece, data = data[: self._owed], data[self._owed :]
                self._owed -= len(piece)
                self.on_body(piece)
                if not self._owed:
                    self.on_message_complete()
                continue
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                data = data[offer.args[0] :]
                continue
            return

    def _offered(self, headers: dict[bytes, bytes]) -> None:
        """An offer of another protocol: the parser takes it for granted and leaves the body to us."""
        if b"transfer-encoding" in headers:
            raise ValueError("an offer of another protocol with a body whose length is not known")
        self._owed = int(headers.get(b"content-length", b"0"))

    @property
    def _answering(self) -> bool:
        return bool(self._requests) and self._requests[0].task is not None

    def _next(self) -> None:
        """Begin with the first request, once its client has read what went before."""
        if self._requests and self.free and self._transport is not None and not self._answering:
            self._begin(self._requests[0])

    def _begin(self, request: Incoming) -> None:
        request.task = self._loop.create_task(self._house.handle(request))
        self._house.tasks.add(request.task)


class Connections:
    """All clients of one server.

    Args:
        handler: answers a request.
    """

    def __init__(self, handler: Handler) -> None:
        self.open: set[Connection] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.closing = False
        self.volley = Volley()
        self._handler = handler
        self._sweeper: asyncio.TimerHandle | None = None
        self._empty: asyncio.Future[None] | None = None

    async def handle(self, request: Incoming) -> None:
        """Answer one request; whatever goes wrong there ends that request only."""
        try:
            await self._handler(request)
        except Exception:  # noqa: BLE001 - the others have nothing to do with it
            _log.exception("a request was not answered")
        finally:
            if not request.ended:
                request.fail()
            if request.task is not None:
                self.over(request.task)

    def over(self, task: asyncio.Task[None]) -> None:
        """The answering of a request has ended, or was called off before it began."""
        self.tasks.discard(task)
        if self.closing:
            self.check()

    async def listen(self, bound: socket.socket, tls: ssl.SSLContext | None) -> asyncio.Server:
        """Accept clients on a bound socket."""
        self._sweep()
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Connection(self), sock=bound, ssl=tls, backlog=BACKLOG)

    async def drain(self, seconds: float) -> None:
        """Let everything that is under way have its answer, at most so long; then end it."""
        self.closing = True
        for connection in list(self.open):
            connection.quit()
        if self.open or self.tasks:
            self._empty = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._empty], timeout=seconds)
        for connection in list(self.open):
            connection.abort()
        late = list(self.tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if self._sweeper is not None:
            self._sweeper.cancel()

    def check(self) -> None:
        """Say to who drains that nobody is left."""
        if self._empty is not None and not (self.open or self.tasks or self._empty.done()):
            self._empty.set_result(None)

    def _sweep(self) -> None:
        now = time.monotonic()
        for connection in list(self.open):
            connection.stale(now)
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP_S, self._sweep)


def _path(path: bytes) -> str:
    """The path of an address, which may be written with its host before it."""
    if not path.startswith(b"/") and b"://" in path:
        path = b"/" + path.split(b"://", 1)[1].partition(b"/")[2]
    text = path.decode("latin-1")
    return unquote(text) if "%" in text else text
