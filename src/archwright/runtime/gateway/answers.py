"""What the client gets: answers whole or streamed, errors in the format that its wire has for them, headers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from archwright.policy import machine
from archwright.policy.lanes import BATCH
from archwright.runtime.gateway.citations import sources
from archwright.runtime.gateway.exchange import Exchange, Stored
from archwright.runtime.http1.request import Header
from archwright.runtime.neutral import END, Said, Text, Usage, pieces
from archwright.runtime.wire import Wire

_RUNGS = {
    machine.CACHED: (-1, "cached"),
    machine.STALE: (0, "stale"),
    machine.DEGRADED: (1, "canned"),
    machine.FAILED: (2, "none"),
    machine.SHED: (2, "none"),
    machine.OVER_BUDGET: (2, "none"),
    machine.OVER_RATE: (2, "none"),
    machine.LEFT: (2, "none"),
}
JSON: Header = (b"content-type", b"application/json")
STREAM: list[Header] = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


@dataclass(slots=True, eq=False)
class Answer:
    """A whole answer; `how` names it for the metrics where the machine was not asked."""

    status: int
    body: bytes
    headers: tuple[Header, ...] = (JSON,)


@dataclass(slots=True, eq=False)
class Streamed:
    """The answer has been sent already, its head with this status, but for its `last` bytes.

    Nothing is lost of a request whose answer a client has to the end: its rows go before those bytes.
    """

    last: bytes
    status: int = 200


def error(x: Exchange, status: int, code: str, message: str, retry_after: float = 0.0, param: str = "") -> Answer:
    """An error as the client's wire has it. `retry_after` in seconds; 0: nothing is said."""
    status, body = x.wire.error(status, code, message, param, x.id)
    headers: tuple[Header, ...] = (JSON,)
    if retry_after > 0:
        milliseconds = math.ceil(retry_after * 1000)
        headers += (
            (b"retry-after", str(math.ceil(retry_after)).encode()),
            (b"retry-after-ms", str(milliseconds).encode()),
        )
    return Answer(status, body, headers)


def canned(x: Exchange, text: str, created: int) -> Answer:
    """A route's own words as a proper answer, whole or as a stream, as the client asked."""
    return spoken(x, text, Usage(0, 0, 0), created, f"canned-{x.id}")


def spoken(x: Exchange, text: str, usage: Usage, created: int, identity: str) -> Answer:
    """Words that no target wrote as they are, as a proper answer, whole or as a stream, as the client asked."""
    return _of(x, Said(identity, x.ask.model if x.ask else "", (Text(text),), END, usage=usage), created)


def again(x: Exchange, stored: Stored, wire: Wire, created: int) -> Answer:
    """An answer that was kept in the wire in which it came, in the client's wire, whole or as a stream."""
    stream, usage = (x.ask.stream, x.ask.usage) if x.ask else (False, False)
    if wire is not x.wire:
        return _of(x, wire.said(stored.whole or wire.as_whole(list(stored.events))), created)
    if not stream:
        return Answer(200, stored.whole or wire.as_whole(list(stored.events)))
    if not stored.events:
        return Answer(200, wire.as_stream(stored.whole, usage), tuple(STREAM))
    reader = wire.reader()
    shown = (event for event in stored.events if usage or not reader.read(event, True).bare)
    return Answer(200, b"".join(shown) + wire.end, tuple(STREAM))


def _of(x: Exchange, said: Said, created: int) -> Answer:
    """A neutral answer in the client's wire, whole or as a stream, as it asked."""
    if x.ask is None or not x.ask.stream:
        return Answer(200, x.wire.told(said, created))
    teller = x.wire.teller(x.ask.usage, created)
    return Answer(200, teller.tell(pieces(said)) + teller.close(), tuple(STREAM))


def own_headers(x: Exchange, target: str, cache: str) -> list[Header]:
    """What the gateway says about itself on every answer."""
    headers = [
        (b"x-request-id", x.id.encode()),
        (b"x-archwright-cache", cache.encode()),
        (b"x-archwright-attempts", str(x.attempts).encode()),
    ]
    if x.wire.id_header != b"x-request-id":
        headers.append((x.wire.id_header, x.id.encode()))
    if x.route is not None:
        headers.append((b"x-archwright-route", x.route.name.encode()))
        headers.append((b"x-archwright-level", level(x).encode()))
    if x.lane == BATCH:
        headers.append((b"x-archwright-lane", b"batch"))
    if x.reply is not None and x.reply.how in (machine.DEGRADED, machine.STALE):
        headers.append((b"x-archwright-degraded", b"1"))
    if target:
        headers.append((b"x-archwright-target", target.encode()))
    if x.given is not None:
        headers.append((b"x-archwright-retrieval", x.given.mode.encode()))
        headers.append((b"x-archwright-sources", sources(x.given)))
    if x.look is not None:
        headers += x.look.headers
    if x.cited is not None:
        headers.append((b"x-archwright-citations", f"{x.known} of {len(x.cited)} known".encode()))
    return headers


def level(x: Exchange) -> str:
    """How far down the ladder of its route a request went: 0 is the first choice, the last level is no answer at all.

    The levels: the route's targets in the request's order, a kept answer that is too old, the smaller model where there
    is one, the canned answer, nothing.
    A structured field (RFC 8941): a number, and what it means as `rung`.
    """
    hops = len(x.route.hops) if x.route is not None else 0
    if x.refused:
        return "0;rung=refused"
    smaller = x.route.smaller if x.route is not None else None
    if smaller is not None and x.last is not None and x.last.call.target == smaller.target and _answering(x):
        return f"{hops + 1};rung=smaller"
    if x.reply is None:  # under way: a stream that begins
        hop = x.last.call.hop if x.last is not None else 0
    elif x.reply.how in _RUNGS:
        below, name = _RUNGS[x.reply.how]
        below += below > 0 and smaller is not None
        return f"{hops + below};rung={name}" if below >= 0 else f"0;rung={name}"
    else:
        hop = max(0, x.reply.hop)
    return f"{hop};rung={'preferred' if hop == 0 else 'fallback'}"


def _answering(x: Exchange) -> bool:
    """Whether the last call is the one whose answer the client gets."""
    return x.reply is None or x.reply.how == machine.ANSWERED
