"""A supplier that goes wrong as it is told, in every wire that a target may speak.

    python -m archwright.runtime.trials.culprit

A request's id says what shall befall it: `NAME.F.N`, with the place of the fault in FAULTS, or `-` for none. It befalls
every call of that request to the target that is called first; other targets answer.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

import msgspec

from archwright.runtime.emulator.app import STREAM, TONGUES
from archwright.runtime.emulator.hashing import vector
from archwright.runtime.emulator.tongue import Head, Tally, Tongue
from archwright.runtime.serving import Receive, Scope, Send, answer, body_of, read_setup, serve_child

FAULTS: Final = (
    "500", "429", "401", "400", "404", "slow first byte", "cut stream", "stall", "malformed chunk",
    "connection refused", "DNS failure", "client disconnect",
)  # fmt: skip
BEGUN: Final = frozenset(("cut stream", "stall", "malformed chunk"))  # after the first content, where it is a stream
UNREACHED: Final = frozenset(("connection refused", "DNS failure"))  # no supplier can do those
TEXT: Final = "one two three four five six"
WORDS: Final = tuple(f"{word} " for word in TEXT.split())
TALLY: Final = Tally(5, 0, len(WORDS))
JSON: Final = [(b"content-type", b"application/json")]
PAUSE_S: Final = 0.005  # between the pieces of a stream
NONE: Final = "-"


def identity(name: str, fault: str, number: int) -> str:
    """The id of a request that a fault shall befall; empty: none."""
    return f"{name}.{FAULTS.index(fault) if fault else NONE}.{number}"


class Culprit:
    """The application."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or not."""
        if scope["type"] != "http":
            for _ in range(2):
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
            return
        target, _, path = scope["path"].strip("/").partition("/")
        body = await body_of(receive, 2**20) or b"{}"
        if path not in TONGUES:
            await _embedded(body, send)
            return
        asked = TONGUES[path].read(body)
        fault = self._fault(dict(scope["headers"]).get(b"x-request-id", b"").decode(), target)
        call = _Call(TONGUES[path], Head("c", asked.model, int(time.time())), asked.usage, receive, send)
        if fault.isdigit():
            await answer(send, int(fault), JSON, call.tongue.refusal(int(fault), "as asked"))
        elif fault in ("slow first byte", "client disconnect"):
            await _gone(receive)
        elif asked.stream:
            await call.streamed(fault)
        elif fault in BEGUN:
            await call.half(fault)
        else:
            await answer(send, 200, JSON, call.tongue.whole(call.head, TEXT, TALLY))

    def _fault(self, name: str, target: str) -> str:
        """What shall befall a call; empty: nothing."""
        place = name.rpartition(".")[0].rpartition(".")[2]
        guilty = place.isdigit() and self.first.setdefault(name, target) == target
        return FAULTS[int(place)] if guilty else ""


class _Call:
    """One call, and how it is answered."""

    def __init__(self, tongue: Tongue, head: Head, usage: bool, receive: Receive, send: Send) -> None:
        self.tongue = tongue
        self.head = head
        self.usage = usage
        self.receive = receive
        self.send = send

    async def half(self, fault: str) -> None:
        """A whole answer of which only the beginning comes, or which is none."""
        length = b"9" if fault == "malformed chunk" else b"2000"
        await self._begin([*JSON, (b"content-length", length)])
        if fault == "malformed chunk":
            await self.send({"type": "http.response.body", "body": b"{what is "})
            return
        await self._more(self.tongue.whole(self.head, TEXT, TALLY)[:20])
        if fault == "stall":
            await _gone(self.receive)
        raise ConnectionError("the trial breaks it off")

    async def streamed(self, fault: str) -> None:
        """A stream; what befalls it comes after some words."""
        await self._begin(STREAM)
        await self._more(self.tongue.opening(self.head, TALLY._replace(written=0)))
        for number, word in enumerate(WORDS):
            await self._more(self.tongue.words(self.head, word))
            await asyncio.sleep(PAUSE_S)
            if number < 2 or fault not in BEGUN:
                continue
            if fault == "malformed chunk":
                await self._more(b'data: {"error": what\n\n')
            if fault == "stall":
                await _gone(self.receive)
            raise ConnectionError("the trial breaks it off")
        await self.send({"type": "http.response.body", "body": self.tongue.closing(self.head, TALLY, self.usage)})

    async def _begin(self, headers: list[tuple[bytes, bytes]]) -> None:
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})

    async def _more(self, data: bytes) -> None:
        await self.send({"type": "http.response.body", "body": data, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _embedded(body: bytes, send: Send) -> None:
    """Vectors, for who searches documents first."""
    given = msgspec.json.decode(body).get("input", "")
    texts = [given] if isinstance(given, str) else given
    data = [{"object": "embedding", "index": at, "embedding": vector(text)} for at, text in enumerate(texts)]
    told = {"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    await answer(send, 200, JSON, msgspec.json.encode(told))


class Asked(msgspec.Struct, frozen=True):
    """What the supplier is told: nothing, each request says what it wants."""


if __name__ == "__main__":
    read_setup()
    serve_child(Culprit(), "127.0.0.1")
