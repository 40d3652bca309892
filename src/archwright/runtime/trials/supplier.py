"""The emulated supplier with a mind of its own: some calls are refused, cut, broken, or never answered.

    python -m archwright.runtime.trials.supplier

What befalls a call is drawn by its request and attempt. The supplier charges for what it wrote until then, by itself;
`GET /_trial/charges` tells every charge.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Final

import msgspec

from archwright.plan.model import decode
from archwright.runtime.emulator.app import JSON, Emulator
from archwright.runtime.emulator.bill import Charged
from archwright.runtime.serving import Message, Receive, Scope, Send, answer, read_setup, serve_child
from archwright.runtime.timers import fine_loop

# Shares of the calls, one after the other. Those of the second part befall only answers that have begun.
REFUSALS: Final = ((500, 0.02), (503, 0.005), (429, 0.01), (401, 0.003), (400, 0.005), (404, 0.002), (0, 0.005))
BREAKS: Final = (("cut", 0.04), ("garbage", 0.01), ("stall", 0.003))


class TrialSetup(msgspec.Struct, frozen=True):
    """A serialised plan, the share of faults (1: as listed, 0: none), and the share of batch calls that are moved."""

    plan: bytes
    faults: float = 1.0
    moved: float = 0.1


class Broken(ConnectionError):
    """The supplier breaks the connection."""


class Supplier:
    """The application."""

    def __init__(self, setup: TrialSetup) -> None:
        self.calls: list[Charged] = []
        self.emulator = Emulator(decode(setup.plan, "setup"), 1.0, setup.moved, self.calls)
        self.faults = setup.faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or not."""
        if scope["type"] != "http":
            await self.emulator(scope, receive, send)
            return
        if scope["path"] == "/_trial/charges":
            await answer(send, 200, JSON, msgspec.json.encode(self.calls))
            return
        headers = dict(scope["headers"])
        luck = draw(headers.get(b"x-request-id", b"") + b"/" + headers.get(b"x-archwright-attempt", b""))
        for status, share in REFUSALS:
            luck -= share * self.faults
            if luck < 0:
                await _refuse(status, receive, send)
                return
        for kind, share in BREAKS:
            luck -= share * self.faults
            if luck < 0:
                await self._broken(kind, 1 + int(-luck * 1e5) % 6, scope, receive, send)
                return
        await self.emulator(scope, receive, send)

    async def _broken(self, kind: str, after: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the emulator answer so many pieces; it then believes that its caller has gone."""
        gone = asyncio.Event()
        asked = False
        pieces = 0

        async def hear() -> Message:
            nonlocal asked
            if not asked:
                asked = True
                return await receive()
            leaving = asyncio.ensure_future(receive())
            breaking = asyncio.ensure_future(gone.wait())
            await asyncio.wait((leaving, breaking), return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            breaking.cancel()
            return {"type": "http.disconnect"}

        async def tell(message: Message) -> None:
            nonlocal pieces
            if gone.is_set():
                await asyncio.Event().wait()  # what comes after is not written any more
            await send(message)
            pieces += message["type"] == "http.response.body" and message.get("more_body", False)
            if pieces >= after:
                gone.set()

        await self.emulator(scope, hear, tell)
        if not gone.is_set():
            return  # the answer was over before
        if kind == "garbage":
            await send({"type": "http.response.body", "body": b"data: {what is this\n\n", "more_body": True})
        elif kind == "stall":
            while (await receive())["type"] != "http.disconnect":
                pass
        raise Broken


async def _refuse(status: int, receive: Receive, send: Send) -> None:
    await receive()
    if status == 0:
        raise Broken
    headers = [*JSON, (b"retry-after", b"0.02")] if status == 429 else JSON
    body = msgspec.json.encode({"error": {"message": "no", "type": "trial", "param": None, "code": "trial"}})
    await answer(send, status, headers, body)


def draw(text: bytes) -> float:
    """A number from 0 to below 1 that belongs to a text."""
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest()) / 2**48


if __name__ == "__main__":
    serve_child(Supplier(msgspec.json.decode(read_setup(), type=TrialSetup)), "127.0.0.1", fine_loop)
