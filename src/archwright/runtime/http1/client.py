"""The client's side: connections to suppliers that are kept, one call at a time on each."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import Final, cast

import httptools

from archwright.base.address import wrong_host
from archwright.runtime.http1.address import Origin
from archwright.runtime.http1.broken import Broken
from archwright.runtime.http1.deadlines import Deadlines
from archwright.runtime.http1.volley import Volley

MOST_HEAD: Final = 256 * 1024
HELD: Final = 1024 * 1024  # bytes of an answer that are kept before somebody takes them
LONG_BODY: Final = 1024 * 1024
PIECE: Final = 256 * 1024
CONNECT_S: Final = 10.0
KEEP_ALIVE_S: Final = 30.0
LOOKS: Final = 2


class Connection(asyncio.Protocol):
    """One connection to a supplier, and the answer that comes on it."""

    def __init__(self, origin: Origin, volley: Volley) -> None:
        self.origin = origin
        self._loop = asyncio.get_running_loop()
        self._volley = volley
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.whole = True  # the answer is; between two calls nothing is expected
        self.since = 0.0
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._keep = False
        self._told = False  # the head of the answer is there
        self._bounded = False  # the head says where the body ends
        self._size = 0
        self._pieces: list[bytes] = []
        self._sink: Callable[[bytes], None] | None = None
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False
        self._full = False

    # ------------------------------------------------------------------------------------------- asyncio's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The supplier is there."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone; where the head of an answer does not say how long it is, that is its end."""
        self._transport = None
        self._keep = False
        if not self.whole:
            if self._told and not self._bounded and exc is None:
                self.whole = True
            else:
                self._error = self._error or Broken("the connection was lost")
        self._woken()

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if self.whole or self._parser is None:  # nothing was asked
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._pour_out()
            self._fail(Broken("this is no answer of HTTP/1.1"))
        self._pour_out()
        if not self._told:
            self._size += len(data)
            if self._size > MOST_HEAD:
                self._fail(Broken("the head of the answer is too long"))

    def pause_writing(self) -> None:
        """The supplier does not keep up with a long body."""
        self._full = True

    def resume_writing(self) -> None:
        """It does again."""
        self._full = False
        self._woken()

    # ------------------------------------------------------------------------------------------ the parser's calls

    def on_message_begin(self) -> None:
        """An answer begins; after the one that was asked for nothing may come."""
        if self.whole:
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        name = name.lower()
        self.headers[name] = value
        if name in (b"content-length", b"transfer-encoding"):
            self._bounded = True

    def on_headers_complete(self) -> None:
        """The head is whole, or was one that only says to wait."""
        parser = self._parser
        if parser is None:
            return
        self.status = parser.get_status_code()
        if self.status < 200:
            self.headers, self._bounded = {}, False
            return
        self._told, self._size = True, 0
        self._bounded = self._bounded or self.status in (204, 304)
        self._woken()

    def on_body(self, data: bytes) -> None:
        """A piece of the answer. Those that came at once are poured out at once."""
        self._pieces.append(data)
        if self._sink is not None:
            return
        self._size += len(data)
        if self._size > HELD and not self._paused:
            self.pause()
        self._woken()

    def on_message_complete(self) -> None:
        """Its end."""
        if self._told and self._parser is not None:
            self._pour_out()
            self.whole = True
            self._keep = self._parser.should_keep_alive()
            self._woken()

    # -------------------------------------------------------------------------------------------------- a call

    @property
    def usable(self) -> bool:
        """Whether another call can be made on it."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, head: bytes, body: bytes) -> None:
        """Send a request.

        Raises:
            ConnectionError: the connection is gone.
        """
        if not self.sent(head, body):
            await self.rest_of(body)

    def sent(self, head: bytes, body: bytes) -> bool:
        """Send a request at once; False where that was only its head, as its body is long: see `rest_of`.

        Raises:
            ConnectionError: the connection is gone.
        """
        self.status, self.headers, self.whole, self._told, self._bounded, self._size = 0, {}, False, False, False, 0
        self._pieces, self._error, self._sink, self._keep = [], None, None, False
        if self._parser is None:  # after a whole answer it waits for the next one
            self._parser = httptools.HttpResponseParser(self)
        if len(body) < LONG_BODY:
            self._write(head + body)
            return True
        self._write(head)
        return False

    async def rest_of(self, body: bytes) -> None:
        """Send a long body, in pieces, so that nobody else waits for it.

        Raises:
            ConnectionError: the connection is gone.
        """
        for begin in range(0, len(body), PIECE):
            if self._told:
                break  # it has its answer already
            self._write(body[begin : begin + PIECE])
            while self._full and not self._told:
                await self._wait()
            await asyncio.sleep(0)

    async def told(self) -> None:
        """Wait for the head of the answer: `status` and `headers`.

        Raises:
            ConnectionError: none came.
        """
        while not self._told:
            await self._wait()

    def ready(self, most: int) -> bytes | None:
        """The whole answer where it is there already and not longer than `most` bytes."""
        if not self.whole or self._size > most or self._error is not None:
            return None
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    async def read(self, most: int) -> bytes:
        """The whole answer.

        Raises:
            ConnectionError: it broke off, or is longer than `most` bytes.
        """
        came = 0
        found: list[bytes] = []
        while True:
            pieces, self._pieces, self._size = self._pieces, [], 0
            found += pieces
            came += sum(map(len, pieces))
            if came > most:
                raise Broken("the answer is too long")
            if self.whole:
                return found[0] if len(found) == 1 else b"".join(found)
            if self._paused:
                self.resume()
            await self._wait()

    async def pour(self, sink: Callable[[bytes], None]) -> None:
        """Give every piece to `sink` as it comes, until the end. What it raises is raised here.

        Raises:
            ConnectionError: the answer broke off.
        """
        pieces, self._pieces, self._size = self._pieces, [], 0
        self.resume()  # before the sink, which may want to pause
        if pieces:
            sink(b"".join(pieces))
        self._sink = sink
        while not self.whole:
            await self._wait()

    async def last(self) -> bytes:
        """What came of the answer and was given to nobody, with what lies in the system's buffer.

        The loop is let round twice: it takes what lies there in the one, and we have it in the other. As long as that
        brings something it is done again; what is more than `HELD` stays where it is.
        """
        self._sink = None
        self.resume()
        left = LOOKS
        while left and not self.whole and self._transport is not None:
            had = len(self._pieces)
            await asyncio.sleep(0)
            left = LOOKS if len(self._pieces) > had else left - 1
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)

    def pause(self) -> None:
        """Take no more of the answer for now."""
        if not self._paused and self._transport is not None and not self.whole:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Take more of it."""
        if self._paused:
            self._paused = False
            if self.usable and self._transport is not None:
                self._transport.resume_reading()

    def close(self) -> None:
        """Break off."""
        self._sink, self._keep = None, False
        if self._transport is not None:
            self._transport.abort()

    @property
    def clean(self) -> bool:
        """Whether the answer is whole and the supplier keeps the connection."""
        return self.whole and self._keep and self.usable

    def rest(self) -> None:
        """Forget the last answer, and wait for the next call."""
        self.resume()
        self._sink, self._pieces, self.headers = None, [], {}
        self.since = time.monotonic()

    def _pour_out(self) -> None:
        """Give what has come to who takes it."""
        if self._sink is None or not self._pieces:
            return
        pieces, self._pieces = self._pieces, []
        try:
            self._sink(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        except Exception as error:  # noqa: BLE001 - it goes to who asked
            self._fail(error)

    def _write(self, data: bytes) -> None:
        if self._transport is None:
            raise self._error or Broken("the connection was lost")
        self._volley.write(self._transport, data)

    async def _wait(self) -> None:
        if self._transport is None and not self.whole:
            self._error = self._error or Broken("the connection was lost")
        self._raise()
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
        self._raise()

    def _raise(self) -> None:  # not in `_wait`: compiled code holds what it saw before a wait to be so after it
        if self._error is not None:
            raise self._error

    def _woken(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, error: Exception) -> None:
        self._error = self._error or error
        self.close()
        self._woken()


class Client:
    """Calls to suppliers. Made and used on one event loop."""

    def __init__(self) -> None:
        self._idle: dict[Origin, list[Connection]] = {}
        self._tls: ssl.SSLContext | None = None
        self._deadlines = Deadlines()
        self._volley = Volley()

    async def connection(self, origin: Origin) -> Connection:
        """One that is free, or a new one.

        Raises:
            OSError: the supplier cannot be reached.
            TimeoutError: it cannot in time.
        """
        return self.free(origin) or await self._open(origin)

    def free(self, origin: Origin) -> Connection | None:
        """One that is free."""
        idle = self._idle.get(origin)
        now = time.monotonic()
        while idle:
            found = idle.pop()
            if found.usable and now - found.since < KEEP_ALIVE_S:
                return found
            found.close()
        return None

    def done(self, connection: Connection) -> None:
        """The call is over: keep the connection where that is possible, and end it otherwise."""
        if connection.clean:
            connection.rest()
            self._idle.setdefault(connection.origin, []).append(connection)
        else:
            connection.close()

    def sweep(self) -> None:
        """End what has not been used for long."""
        oldest = time.monotonic() - KEEP_ALIVE_S
        for origin, idle in list(self._idle.items()):
            kept = [connection for connection in idle if connection.usable and connection.since > oldest]
            for connection in idle:
                if connection not in kept:
                    connection.close()
            if kept:
                self._idle[origin] = kept
            else:
                del self._idle[origin]

    def close(self) -> None:
        """End all that are free."""
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
        self._idle.clear()

    async def _open(self, origin: Origin) -> Connection:
        tls = self._context() if origin.tls else None
        loop = asyncio.get_running_loop()
        with self._deadlines.within(CONNECT_S):
            transport, connection = await loop.create_connection(
                lambda: Connection(origin, self._volley),
                origin.host,
                origin.port,
                ssl=tls,
                server_hostname=origin.host if tls else None,
            )
        reason = wrong_host(str((transport.get_extra_info("peername") or ("",))[0]))
        if reason:  # a name that leads there
            connection.close()
            raise Broken(reason)
        return connection

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls
