"""Applications in the manner of ASGI behind our server."""

from __future__ import annotations

from archwright.runtime.http1.asgi import Asgi, Receive, Scope, Send
from archwright.runtime.http1.request import Inner


async def test_who_has_gone_is_told_nothing_and_the_application_learns_it() -> None:
    said: list[str] = []
    request = Inner("GET", "/", {}, b"")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"some", "more_body": True})
        said.append("some")
        request.lost = True
        await send({"type": "http.response.body", "body": b"more"})
        said.append("more")

    await Asgi(app).handle(request)
    assert said == ["some"]
    assert request.said == [b"some"]
