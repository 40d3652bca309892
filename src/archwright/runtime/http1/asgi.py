"""Applications in the manner of ASGI behind our server: what is not on the gateway's data path may be one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from archwright.runtime.http1.request import Header, Request

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES: Final = 256 * 1024 * 1024


class Gone(ConnectionError):
    """Whoever asked has gone: nothing can be said any more."""


class Asgi:
    """One application. `start` and `stop` speak the lifespan protocol with it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self._life: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Let it begin."""
        loop = asyncio.get_running_loop()
        self._life = loop.create_task(self._app({"type": "lifespan"}, self._told.get, self._heard.put))  # type: ignore[arg-type]
        await self._told.put({"type": "lifespan.startup"})
        await self._heard.get()

    async def stop(self) -> None:
        """Let it end."""
        await self._told.put({"type": "lifespan.shutdown"})
        await self._heard.get()
        if self._life is not None:
            await self._life

    async def handle(self, request: Request) -> None:
        """Answer one request."""
        talk = _Talk(request)
        with contextlib.suppress(Gone):
            await self._app(talk.scope, talk.receive, talk.send)


class _Talk:
    """One request in the words of ASGI."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._read = False
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._status = 0
        self._headers: list[Header] = []
        self._begun = False
        self.scope: Scope = {
            "type": "http",
            "method": request.method,
            "path": request.path,
            "query_string": request.query,
            "headers": list(request.headers.items()),
        }
        request.left = self._left

    async def receive(self) -> Message:
        """The body in one piece, then that the client has gone."""
        if not self._read:
            self._read = True
            body = await self._request.body(MOST_BYTES)
            if body is not None:
                return {"type": "http.request", "body": body, "more_body": False}
        if not self._request.lost:
            await asyncio.shield(self._gone)
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """A part of the answer. One without a length that is known is sent in chunks.

        Raises:
            Gone: whoever asked has gone.
        """
        request = self._request
        if request.gone:
            raise Gone
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message["headers"])
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if not self._begun and not more:
            bare = [(name, value) for name, value in self._headers if name.lower() != b"content-length"]
            request.answer(self._status, bare, body)
        elif not self._begun:
            self._begun = True
            if not request.begin(self._status, self._headers, body):
                await request.free()
        elif more:
            if not request.write(body):
                await request.free()
        else:
            request.end(body)

    def _left(self) -> None:
        if not self._gone.done():
            self._gone.set_result(None)
