"""What the client gets: answers whole or streamed, errors in the format that OpenAI's clients read, headers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from archwright.policy import machine
from archwright.runtime.gateway.citations import sources
from archwright.runtime.gateway.exchange import Exchange
from archwright.runtime.gateway.wire import DONE
from archwright.runtime.serving import Header

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


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; `how` names it for the metrics where the machine was not asked."""

    status: int
    body: bytes
    headers: tuple[Header, ...] = (JSON,)


@dataclass(frozen=True, slots=True)
class Streamed:
    """The answer has been sent already, its head with this status."""

    status: int = 200


def error(status: int, code: str, message: str, retry_after: float = 0.0, param: str | None = None) -> Answer:
    """An error as OpenAI's clients expect it. `retry_after` in seconds; 0: nothing is said."""
    kind = "invalid_request_error" if status < 500 and status != 429 else "api_error"
    body = msgspec.json.encode({"error": {"message": message, "type": kind, "param": param, "code": code}})
    headers: tuple[Header, ...] = (JSON,)
    if retry_after > 0:
        milliseconds = math.ceil(retry_after * 1000)
        headers += (
            (b"retry-after", str(math.ceil(retry_after)).encode()),
            (b"retry-after-ms", str(milliseconds).encode()),
        )
    return Answer(status, body, headers)


def error_event(code: str, message: str) -> bytes:
    """An error inside a stream that has begun."""
    fault = {"message": message, "type": "api_error", "param": None, "code": code}
    return b"data: " + msgspec.json.encode({"error": fault}) + b"\n\n"


def canned(x: Exchange, text: str, created: int) -> Answer:
    """A route's own words as a proper completion, whole or as a stream, as the client asked."""
    model = x.ask.model if x.ask else ""
    head = {"id": f"chatcmpl-{x.id}", "created": created, "model": model}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    if x.ask is None or not x.ask.stream:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        body = {**head, "object": "chat.completion", "choices": [choice], "usage": usage}
        return Answer(200, msgspec.json.encode(body))
    chunk = {**head, "object": "chat.completion.chunk"}
    said = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    last = {"index": 0, "delta": {}, "finish_reason": "stop"}
    chunks: list[object] = [{**chunk, "choices": [said]}, {**chunk, "choices": [last]}]
    if x.ask.usage:
        chunks.append({**chunk, "choices": [], "usage": usage})
    events = b"".join(b"data: " + msgspec.json.encode(item) + b"\n\n" for item in chunks)
    return Answer(200, events + DONE, tuple(STREAM))


def own_headers(x: Exchange, target: str, cache: str) -> list[Header]:
    """What the gateway says about itself on every answer."""
    headers = [
        (b"x-request-id", x.id.encode()),
        (b"x-archwright-cache", cache.encode()),
        (b"x-archwright-attempts", str(x.attempts).encode()),
    ]
    if x.route is not None:
        headers.append((b"x-archwright-route", x.route.name.encode()))
        headers.append((b"x-archwright-level", level(x).encode()))
    if x.reply is not None and x.reply.how in (machine.DEGRADED, machine.STALE):
        headers.append((b"x-archwright-degraded", b"1"))
    if target:
        headers.append((b"x-archwright-target", target.encode()))
    if x.given is not None:
        headers.append((b"x-archwright-retrieval", x.given.mode.encode()))
        headers.append((b"x-archwright-sources", sources(x.given)))
    if x.cited is not None:
        headers.append((b"x-archwright-citations", f"{x.known} of {len(x.cited)} known".encode()))
    return headers


def level(x: Exchange) -> str:
    """How far down the ladder of its route a request went: 0 is the first choice, the last level is no answer at all.

    The levels: the route's targets in the request's order, a kept answer that is too old, the canned answer, nothing.
    A structured field (RFC 8941): a number, and what it means as `rung`.
    """
    hops = len(x.route.hops) if x.route is not None else 0
    if x.refused:
        return "0;rung=refused"
    if x.reply is None:  # under way: a stream that begins
        hop = x.last.call.hop if x.last is not None else 0
    elif x.reply.how in _RUNGS:
        below, name = _RUNGS[x.reply.how]
        return f"{hops + below};rung={name}" if below >= 0 else f"0;rung={name}"
    else:
        hop = max(0, x.reply.hop)
    return f"{hop};rung={'preferred' if hop == 0 else 'fallback'}"
