"""What an answer rests on: the numbers it cites held against the passages it was given, and both told to the client."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import msgspec

from archwright.plan.grounding import cited
from archwright.runtime.gateway.exchange import Exchange, Given
from archwright.runtime.wire import Wire

LONGEST_SOURCES: Final = 2048  # bytes of a header


def note(x: Exchange, wire: Wire, whole: bytes, events: Sequence[bytes]) -> None:
    """Note what an answer cites, where passages were given: a whole one, or the events of a stream, in its `wire`."""
    if x.given is not None:
        x.cited = cited(wire.text(list(events)) if events else wire.text_of_whole(whole))


def cited_whole(x: Exchange, body: bytes) -> bytes:
    """A whole answer with its `citations`; as it came where no passages were given."""
    if x.given is None:
        return body
    fields: dict[str, Any] = dict(msgspec.json.decode(body, type=dict[str, msgspec.Raw]))
    return msgspec.json.encode({**fields, "citations": citations(x.given, x.cited or ())})


def cited_end(x: Exchange, body: bytes) -> bytes:
    """The end of a stream with the `citations` in its last words; as it came where no passages were given.

    The body ends with the end of the client's wire, or is that end as a target wrote it.
    """
    if x.given is None:
        return body
    named = x.cited or ()
    told = {"citations": citations(x.given, named), "citations_known": f"{x.known} of {len(named)} known"}
    end = x.wire.ending(told, x.id, x.ask.model if x.ask else "", int(time.time()))
    before = body.removesuffix(x.wire.end)
    return (before if before != body else b"") + end


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
