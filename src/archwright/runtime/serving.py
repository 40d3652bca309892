"""An ASGI application on a socket: uvicorn on its fast path, told to stop by a signal, and saying where it listens.

A child process reads its setup as one JSON line from stdin, so that nothing secret stands in its arguments or its
environment, and stops when stdin is closed: it does not outlive its parent.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

KEEP_ALIVE_S = 75
GRACE_S = 10
BACKLOG = 2048
PATIENCE = 8
MOST_HEAD = 64 * 1024


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's fast parser with a bound on what a client may send before its headers end; it has none itself."""

    head = 0
    in_head = True

    def on_message_begin(self) -> None:
        """A request begins."""
        self.in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its headers are whole."""
        self.in_head, self.head = False, 0
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Parse what came; refuse headers that do not end."""
        super().data_received(data)
        if self.in_head and not self.transport.is_closing():
            self.head += len(data)
            if self.head > MOST_HEAD:
                self.send_400_response(f"The headers are longer than {MOST_HEAD} bytes.")


class Server(uvicorn.Server):
    """uvicorn, with `ready` called once connections are accepted. It ends quietly on SIGINT and SIGTERM."""

    def __init__(self, app: App, ready: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedProtocol,
                loop="auto",
                ws="none",
                lifespan="on",
                log_level="error",
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
                backlog=BACKLOG,
            )
        )
        self.ready = ready
        self.ended = asyncio.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections."""
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready()

    async def main_loop(self) -> None:
        """Wait to be stopped; uvicorn's own loop wakes ten times a second."""
        await self.on_tick(0)
        await self.ended.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal; uvicorn's own way would raise it again and end the process by it."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, self.stop)
        yield

    def stop(self) -> None:
        """Finish what is under way and end. May be called from any thread."""
        self.should_exit = True
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.ended.set)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one.

    Raises:
        OSError: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on: 40 ms for every second small write.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def serve(app: App, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until a signal comes."""
    server = Server(app, ready)
    server.run(sockets=[bound])


def serve_child(app: App, host: str, loop: Callable[[], asyncio.AbstractEventLoop] | None = None) -> None:
    """Serve on a free port as a child process: print the port as one JSON line, stop when stdin is closed.

    `loop` makes the event loop; without it uvicorn takes the fastest that there is.
    """
    bound = listen(host, 0)

    def ready() -> None:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _orphaned, server)
        sys.stdout.write(json.dumps({"port": bound.getsockname()[1]}) + "\n")
        sys.stdout.flush()

    server = Server(app, ready)
    with asyncio.Runner(loop_factory=loop or server.config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[bound]))


def read_setup() -> bytes:
    """The line that a parent process wrote to our stdin."""
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = os.read(sys.stdin.fileno(), 65536)
        if not piece:
            break
        line += piece
    return bytes(line)


def _orphaned(server: Server) -> None:
    asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
    server.stop()


async def lifespan(
    receive: Receive, send: Send, start: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]
) -> None:
    """Answer the lifespan protocol: `start` before the first request, `stop` after the last."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def body_of(receive: Receive, most: int) -> bytes | None:
    """The whole body of a request, or None where it is longer than `most` bytes or the client went away.

    What is too much is read and thrown away, up to eight times as much: a client that is still writing would not see
    the refusal.
    """
    message = await receive()
    if not message.get("more_body", False):
        piece: bytes = message.get("body", b"")
        return None if len(piece) > most or message["type"] == "http.disconnect" else piece
    whole = bytearray(message.get("body", b""))
    size = len(whole)
    while message.get("more_body", False) and size <= most * PATIENCE:
        message = await receive()
        piece = message.get("body", b"")
        size += len(piece)
        if size <= most:
            whole += piece
    return None if size > most or message["type"] == "http.disconnect" else bytes(whole)


async def answer(send: Send, status: int, headers: list[Header], body: bytes) -> None:
    """Send a whole answer."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
