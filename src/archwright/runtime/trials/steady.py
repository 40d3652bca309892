"""A supplier that answers every call alike after a fixed time, so that what is measured is not its own.

python -m archwright.runtime.trials.steady
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from archwright.runtime.http1.request import Header, Request
from archwright.runtime.serving import read_setup, serve_child

MOST: Final = 2**20
WORDS: Final = ("It ", "is ", "on ", "its ", "way.")
JSON: Final[Header] = (b"content-type", b"application/json")
STREAM: Final[Header] = (b"content-type", b"text/event-stream")
_USAGE: Final = {"prompt_tokens": 20, "completion_tokens": len(WORDS), "total_tokens": 20 + len(WORDS)}
_KEPT: Final = {"id": "c", "created": 1, "model": "m"}


def _whole() -> bytes:
    said = {"role": "assistant", "content": "".join(WORDS)}
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    return msgspec.json.encode({**_KEPT, "object": "chat.completion", "choices": [choice], "usage": _USAGE})


def _events() -> bytes:
    deltas: list[dict[str, object]] = [{"content": word} for word in WORDS]
    ends: list[dict[str, object]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    ends.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    kind = "chat.completion.chunk"
    chunks: list[dict[str, object]] = [{**_KEPT, "object": kind, "choices": [choice]} for choice in ends]
    chunks.append({**_KEPT, "object": kind, "choices": [], "usage": _USAGE})
    return b"".join(b"data: " + msgspec.json.encode(chunk) + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"


class Steady(msgspec.Struct, frozen=True):
    """Seconds after which it answers."""

    after_s: float


class Supplier:
    """The service."""

    def __init__(self, after_s: float) -> None:
        self.after_s = after_s
        self.whole, self.events = _whole(), _events()

    async def start(self) -> None:
        """Nothing must be made ready."""

    async def stop(self) -> None:
        """Nothing must be closed."""

    async def handle(self, request: Request) -> None:
        """Answer a call."""
        body = request.ready(MOST) or await request.body(MOST) or b""
        if self.after_s > 0.0:
            await asyncio.sleep(self.after_s)
        if b'"stream":true' in body:
            request.answer(200, (STREAM,), self.events)
        else:
            request.answer(200, (JSON,), self.whole)


if __name__ == "__main__":
    serve_child(Supplier(msgspec.json.decode(read_setup(), type=Steady).after_s), "127.0.0.1")
