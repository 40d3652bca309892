"""What an answer rests on: the numbers it cites held against the passages it was given, and both told to the client."""

from __future__ import annotations

import time
from typing import Any, Final
from urllib.parse import quote

import msgspec

from archwright.plan.grounding import cited
from archwright.runtime.gateway.exchange import Exchange, Given
from archwright.runtime.gateway.wire import said_in_whole

LONGEST_SOURCES: Final = 2048  # bytes of a header


def cited_whole(x: Exchange, body: bytes) -> bytes:
    """A whole answer with its `citations`; as it came where no passages were given. Notes what it cites."""
    if x.given is None:
        return body
    x.cited = cited(said_in_whole(body))
    fields: dict[str, Any] = dict(msgspec.json.decode(body, type=dict[str, msgspec.Raw]))
    return msgspec.json.encode({**fields, "citations": citations(x.given, x.cited)})


def cited_event(x: Exchange, said: str) -> bytes:
    """The last chunk of a stream, with its `citations` and no choices; nothing where no passages were given."""
    if x.given is None:
        return b""
    x.cited = cited(said)
    chunk = {
        "id": f"chatcmpl-{x.id}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": x.ask.model if x.ask else "",
        "choices": [],
        "citations": citations(x.given, x.cited),
        "citations_known": f"{x.known} of {len(x.cited)} known",
    }
    return b"data: " + msgspec.json.encode(chunk) + b"\n\n"


def citations(given: Given, named: tuple[int, ...]) -> list[dict[str, object]]:
    """Every passage that was given, by its number, and whether the answer names it."""
    return [
        {
            "number": number,
            "id": passage.id,
            "title": passage.title,
            "file": passage.file,
            "lines": [passage.first, passage.last],
            "quote": quote,
            "cited": number in named,
        }
        for number, (passage, quote) in enumerate(zip(given.passages, given.quotes, strict=True), 1)
    ]


def sources(given: Given) -> bytes:
    """The passages in the order of their numbers as `file#number:first-last`, parted by commas, as far as they fit."""
    parts: list[str] = []
    for passage in given.passages:
        parts.append(f"{quote(passage.id, safe='/#._-')}:{passage.first}-{passage.last}")
        if sum(map(len, parts)) > LONGEST_SOURCES:
            parts[-1] = "..."
            break
    return ", ".join(parts).encode()
