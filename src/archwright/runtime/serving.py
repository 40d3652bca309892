"""A service on a socket: its event loop, its signals, its end; and the ways of a child process to say where it listens.

A child process reads its setup as one JSON line from stdin, so that nothing secret stands in its arguments or its
environment, and stops when stdin is closed: it does not outlive its parent.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, runtime_checkable

from archwright.runtime.http1.asgi import App, Asgi, Message, Receive, Scope, Send
from archwright.runtime.http1.request import Header, Request
from archwright.runtime.http1.server import Connections

__all__ = ["App", "Header", "Message", "Receive", "Scope", "Send", "Server", "Service", "answer", "body_of"]

fast_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    from uvloop import new_event_loop as fast_loop  # type: ignore[no-redef,unused-ignore]
except ModuleNotFoundError:  # not on every platform
    fast_loop = asyncio.new_event_loop

GRACE_S: Final = 10.0
PATIENCE: Final = 8
COLLECT: Final = (10_000, 20, 20)


@runtime_checkable
class Service(Protocol):
    """What answers requests."""

    async def start(self) -> None:
        """Make ready, before the first request."""

    async def stop(self) -> None:
        """Close, after the last one."""

    async def handle(self, request: Request) -> None:
        """Answer a request."""


class Server:
    """A service on a bound socket, with `ready` called once connections are accepted.

    It ends quietly on SIGINT and SIGTERM: what is under way has its answer first, within `grace_s`.

    Args:
        app: a service, or an application in the manner of ASGI.
        ready: called once connections are accepted.
        tls: how connections are made secret; None: not at all.
        grace_s: seconds that requests may take to end when the server does.
    """

    def __init__(
        self,
        app: Service | App,
        ready: Callable[[], None] = lambda: None,
        tls: ssl.SSLContext | None = None,
        grace_s: float = GRACE_S,
    ) -> None:
        self.service = app if isinstance(app, Service) else Asgi(app)
        self.ready = ready
        self.tls = tls
        self.grace_s = grace_s
        self.beside: list[tuple[Service, socket.socket]] = []
        self.on_hang_up: Callable[[], None] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None

    def run(self, sockets: list[socket.socket], loop: Callable[[], asyncio.AbstractEventLoop] | None = None) -> None:
        """Serve on an event loop of its own until it is stopped."""
        with asyncio.Runner(loop_factory=loop or fast_loop) as runner:
            runner.run(self.serve(sockets))

    async def serve(self, sockets: list[socket.socket]) -> None:
        """Serve until it is stopped; another service `beside` it as long, without its TLS."""
        self.loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._listen_to_signals(self.loop)
        await self.service.start()
        if threading.current_thread() is threading.main_thread():
            # What is loaded by now stays: the collector need not look at it again, nor as often as it would.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*COLLECT)
        main = Connections(self.service.handle)
        servers = [await main.listen(bound, self.tls) for bound in sockets]
        others = [Connections(service.handle) for service, _ in self.beside]
        for (_, bound), connections in zip(self.beside, others, strict=True):
            servers.append(await connections.listen(bound, None))
        try:
            self.ready()
            await self._ended.wait()
        finally:
            for server in servers:
                server.close()
            await main.drain(self.grace_s)
            for connections in others:
                await connections.drain(0.0)
            await self.service.stop()
            self._ended = None

    def stop(self) -> None:
        """Finish what is under way and end. May be called from any thread."""
        if self.loop is not None and self._ended is not None:
            self.loop.call_soon_threadsafe(self._ended.set)

    def _listen_to_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self.stop)
            if self.on_hang_up is not None:
                loop.add_signal_handler(signal.Signals["SIGHUP"], self.on_hang_up)


def secret(cert: str, key: str) -> ssl.SSLContext:
    """How connections are made secret, with a certificate and its key from files.

    Raises:
        OSError: they cannot be read, or do not fit.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key or None)
    return context


def listen(host: str, port: int, shared: bool = False) -> socket.socket:
    """A bound socket; port 0 takes a free one. A `shared` one may be bound by several processes of ours.

    Raises:
        OSError: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on: 40 ms for every second small write.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def serve_child(app: Service | App, host: str, loop: Callable[[], asyncio.AbstractEventLoop] | None = None) -> None:
    """Serve on a free port as a child process: print the port as one JSON line, stop when stdin is closed.

    `loop` makes the event loop; without it the fastest that there is.
    """
    bound = listen(host, 0)

    def ready() -> None:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _orphaned, server)
        sys.stdout.write(json.dumps({"port": bound.getsockname()[1]}) + "\n")
        sys.stdout.flush()

    server = Server(app, ready)
    server.run([bound], loop)


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
