"""A supplier that answers every call alike after a fixed time, so that what is measured is not its own.

    python -m archwright.runtime.trials.steady

It speaks every wire that a target may speak; texts that are to be searched get one vector each.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from archwright.runtime.emulator.app import TONGUES
from archwright.runtime.emulator.hashing import PARTS
from archwright.runtime.emulator.tongue import Head, Tally, Tongue
from archwright.runtime.http1.request import Header, Request
from archwright.runtime.serving import read_setup, serve_child

MOST: Final = 2**20
WORDS: Final = ("It ", "is ", "on ", "its ", "way.")
JSON: Final[Header] = (b"content-type", b"application/json")
STREAM: Final[Header] = (b"content-type", b"text/event-stream")
_HEAD: Final = Head("c", "m", 1)
_TALLY: Final = Tally(20, 0, len(WORDS))


def _said(tongue: Tongue) -> tuple[bytes, bytes]:
    """The answer in a wire, whole and as a stream."""
    parts = (
        tongue.opening(_HEAD, _TALLY._replace(written=0)),
        *(tongue.words(_HEAD, word) for word in WORDS),
        tongue.closing(_HEAD, _TALLY, True),
    )
    return tongue.whole(_HEAD, "".join(WORDS), _TALLY), b"".join(parts)


class _Texts(msgspec.Struct):
    input: str | list[str]


class Steady(msgspec.Struct, frozen=True):
    """Seconds after which it answers."""

    after_s: float


class Supplier:
    """The service."""

    def __init__(self, after_s: float) -> None:
        self.after_s = after_s
        self.said = {f"/{path}": _said(tongue) for path, tongue in TONGUES.items()}

    async def start(self) -> None:
        """Nothing must be made ready."""

    async def stop(self) -> None:
        """Nothing must be closed."""

    async def handle(self, request: Request) -> None:
        """Answer a call; the first part of its address is the target's name."""
        body = request.ready(MOST) or await request.body(MOST) or b""
        if self.after_s > 0.0:
            await asyncio.sleep(self.after_s)
        path = request.path[request.path.find("/", 1) :]
        if path not in self.said:
            request.answer(200, (JSON,), _vectors(body))
            return
        whole, events = self.said[path]
        if b'"stream":true' in body:
            request.answer(200, (STREAM,), events)
        else:
            request.answer(200, (JSON,), whole)


def _vectors(body: bytes) -> bytes:
    given = msgspec.json.decode(body, type=_Texts).input
    one = [1.0, *(0.0 for _ in range(PARTS - 1))]
    count = len(given) if isinstance(given, list) else 1
    data = [{"object": "embedding", "index": at, "embedding": one} for at in range(count)]
    return msgspec.json.encode({"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": count}})


if __name__ == "__main__":
    serve_child(Supplier(msgspec.json.decode(read_setup(), type=Steady).after_s), "127.0.0.1")
