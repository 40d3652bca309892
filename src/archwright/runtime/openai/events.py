"""What a gateway reads of answers in OpenAI's wire as they pass: usage, events, streams made of answers and back."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from archwright.plan.price import Kinds, within
from archwright.policy.route import TRANSIENT
from archwright.runtime.neutral import Usage
from archwright.runtime.wire import Event, payload

DONE = b"data: [DONE]\n\n"
MOST_CALLS = 1023  # tools in one answer; a place beyond would only fill the memory
_FINISHED = re.compile(rb'"finish_reason"\s*:\s*"')
_USED = re.compile(rb'"usage"\s*:\s*\{')
_FAULT = re.compile(rb'^\s*\{\s*"error"\s*:')


_LOUD = re.compile(rb'"(?:finish_reason"\s*:\s*"|usage"\s*:\s*\{|error"\s*:)|\[DONE\]|\r')


class _Details(msgspec.Struct):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    audio_tokens: int | None = None
    image_tokens: int | None = None


class _OutDetails(msgspec.Struct):
    reasoning_tokens: int | None = None
    audio_tokens: int | None = None


class Tokens(msgspec.Struct):
    """The usage as it is written."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _OutDetails | None = None


class _Whole(msgspec.Struct):
    choices: list[msgspec.Raw]
    usage: Tokens | None = None


class _Delta(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    tool_calls: list[msgspec.Raw] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = msgspec.field(default_factory=list)
    usage: Tokens | None = None


class _Said(msgspec.Struct):
    message: _Delta = msgspec.field(default_factory=_Delta)


class _Read(msgspec.Struct):
    choices: list[_Said]


_read = msgspec.json.Decoder(_Read)
_whole = msgspec.json.Decoder(_Whole)
_chunk = msgspec.json.Decoder(_Chunk)


def usage_of(body: bytes) -> Usage | None:
    """The usage in a whole answer, or None where it says none.

    Raises:
        msgspec.DecodeError: it is no answer.
    """
    return plain(_whole.decode(body).usage)


def plain(usage: Tokens | None) -> Usage | None:
    """The usage as a gateway counts it: never below nothing, and never more cached than there was."""
    if usage is None:
        return None
    details, out = usage.prompt_tokens_details, usage.completion_tokens_details
    tokens_in, tokens_out = max(0, usage.prompt_tokens), max(0, usage.completion_tokens)
    if details is None and out is None:
        return Usage(tokens_in, 0, tokens_out)
    cached = min(max(0, details.cached_tokens or 0), tokens_in) if details else 0
    special = details and (details.cache_write_tokens or details.audio_tokens or details.image_tokens)
    if not special and not (out and (out.reasoning_tokens or out.audio_tokens)):
        return Usage(tokens_in, cached, tokens_out)
    return Usage(
        tokens_in,
        cached,
        tokens_out,
        _kinds(details or _Details(), out or _OutDetails(), tokens_in - cached, tokens_out),
    )


def _kinds(into: _Details, out: _OutDetails, fresh: int, said: int) -> Kinds | None:
    """Tokens with prices of their own, never more than there are: how long what is written is kept is not said."""
    return within(
        Kinds(
            cache_write_5m=into.cache_write_tokens or 0, image=into.image_tokens or 0, audio=into.audio_tokens or 0,
            reasoning=out.reasoning_tokens or 0, speech=out.audio_tokens or 0,
        ),
        fresh, said,
    )  # fmt: skip


def read_event(event: bytes, begun: bool) -> Event:
    """What an event says. Once the answer has begun only its tail is looked at, because nothing else matters then.

    Raises:
        msgspec.DecodeError: it had to be read and is no chunk.
    """
    data = payload(event)
    if data == b"[DONE]":
        return Event(done=True)
    if _FAULT.match(data):
        return Event(fault=TRANSIENT)
    finished = _FINISHED.search(data) is not None
    used = _USED.search(data) is not None
    if not data or (begun and not used):
        return Event(content=begun and bool(data), finished=finished)
    chunk = _chunk.decode(data)
    content = any(choice.finish_reason or _says(choice.delta) for choice in chunk.choices)
    return Event(content, finished, plain(chunk.usage), used and not chunk.choices)


def quiet(piece: bytes) -> int:
    """How many bytes at the begin of a piece are whole events that need not be read once the answer has begun."""
    loud = _LOUD.search(piece)
    end = piece.rfind(b"\n\n") if loud is None else piece.rfind(b"\n\n", 0, loud.start())
    return end + 2 if end >= 0 else 0


def _says(delta: _Delta) -> bool:
    return bool(delta.content or delta.refusal or delta.reasoning_content or delta.tool_calls)


def letters(events: list[bytes]) -> int:
    """How many characters for the reader are in these events: what an estimate of a cut answer's tokens rests on.

    An event of another shape counts by its size, so that it is not taken for free; one that is no JSON says nothing.
    """
    total = 0
    for data in map(payload, events):
        if data and data != b"[DONE]":
            try:
                total += sum(_length(choice.delta) for choice in _chunk.decode(data).choices)
            except (msgspec.ValidationError, RecursionError):
                total += len(data)
            except ValueError:
                continue
    return total


def letters_of_whole(body: bytes) -> int:
    """How many characters for the reader are in a whole answer; one that cannot be read counts by its size."""
    if not body:
        return 0
    try:
        return sum(_length(choice.message) for choice in _read.decode(body).choices)
    except (ValueError, RecursionError):
        return len(body)


def said_in(events: list[bytes]) -> str:
    """The text of a stream's answer; an event that cannot be read says nothing."""
    pieces: list[str] = []
    for data in map(payload, events):
        if data and data != b"[DONE]":
            try:
                pieces += [choice.delta.content or "" for choice in _chunk.decode(data).choices]
            except (ValueError, RecursionError):
                continue
    return "".join(pieces)


def said_in_whole(body: bytes) -> str:
    """The text of a whole answer, of all its choices; one that cannot be read says nothing."""
    try:
        return "\n".join(choice.message.content or "" for choice in _read.decode(body).choices)
    except (ValueError, RecursionError):
        return ""


def _length(said: _Delta) -> int:
    texts = sum(len(part or "") for part in (said.content, said.refusal, said.reasoning_content))
    return texts + sum(len(bytes(call)) for call in said.tool_calls or ())


def as_stream(body: bytes, usage: bool) -> bytes:
    """A whole answer as a stream; `usage` adds the chunk with the usage."""
    whole: dict[str, Any] = msgspec.json.decode(body)
    head = {key: value for key, value in whole.items() if key not in ("choices", "usage", "object")}
    head["object"] = "chat.completion.chunk"
    events = []
    for choice in whole["choices"]:
        index, message = choice.get("index", 0), dict(choice.get("message") or {})
        calls = [{"index": place, **call} for place, call in enumerate(message.get("tool_calls") or ())]
        delta = {**message, **({"tool_calls": calls} if calls else {})}
        said = {"index": index, "delta": delta, "logprobs": choice.get("logprobs"), "finish_reason": None}
        beside = {key: value for key, value in choice.items() if key not in ("message", "logprobs")}
        last = {**beside, "index": index, "delta": {}, "finish_reason": choice.get("finish_reason")}
        events += [{**head, "choices": [said]}, {**head, "choices": [last]}]
    if usage:
        events.append({**head, "choices": [], "usage": whole.get("usage")})
    return b"".join(b"data: " + msgspec.json.encode(event) + b"\n\n" for event in events) + DONE


def as_whole(events: list[bytes]) -> bytes:
    """The chunks of a stream, its usage chunk included, as one whole answer."""
    head: dict[str, Any] = {}
    usage: Any = None
    choices: dict[int, dict[str, Any]] = {}
    places: dict[tuple[int, int], int] = {}  # of calls of tools in their choice's list, by what a supplier calls them
    for event in events:
        data = payload(event)
        if not data or data == b"[DONE]":
            continue
        chunk: dict[str, Any] = msgspec.json.decode(data)
        head = head or {key: value for key, value in chunk.items() if key not in ("choices", "usage", "object")}
        usage = chunk.get("usage") or usage
        for part in chunk.get("choices") or ():
            index = part.get("index") or 0
            choice = choices.setdefault(index, {"index": index, "message": {"role": "assistant", "content": None}})
            delta = dict(part.get("delta") or {})
            for call in delta.pop("tool_calls", None) or ():
                _called(choice["message"].setdefault("tool_calls", []), places, index, call)
            _merge(choice["message"], delta)
            choice["finish_reason"] = part.get("finish_reason") or choice.get("finish_reason")
            _beside(choice, part)
    whole = {**head, "object": "chat.completion", "choices": [choices[index] for index in sorted(choices)]}
    return msgspec.json.encode({**whole, "usage": usage} if usage else whole)


def _beside(choice: dict[str, Any], part: dict[str, Any]) -> None:
    """Add what a part of a choice says besides its words: probabilities are joined, of all else the last holds."""
    for key, value in part.items():
        if key == "logprobs" and isinstance(value, dict):
            known = choice.setdefault(key, {})
            for name, items in value.items():
                known[name] = [*(known.get(name) or ()), *items] if isinstance(items, list) else known.get(name)
        elif key not in ("index", "delta", "finish_reason", "logprobs") and value is not None:
            choice[key] = value


def _called(calls: list[dict[str, Any]], places: dict[tuple[int, int], int], choice: int, call: dict[str, Any]) -> None:
    """Add to a call of a tool. A new id begins a new one, also where a supplier gives all of them the same place."""
    told = (choice, call.get("index") or 0)
    place, identity = places.get(told, -1), call.get("id")
    if place < 0 or (identity and calls[place].get("id") not in (None, identity)):
        if len(calls) <= MOST_CALLS:
            calls.append({})
        place = places[told] = len(calls) - 1
    _merge(calls[place], {name: part for name, part in call.items() if name != "index"})


def _merge(message: dict[str, Any], delta: dict[str, Any]) -> None:
    """Add what a delta says to a message: text is joined."""
    for key, value in delta.items():
        if isinstance(value, dict):
            _merge(message.setdefault(key, {}), value)
        elif isinstance(value, str) and key not in ("role", "type", "id"):
            message[key] = (message.get(key) or "") + value
        elif value is not None:
            message[key] = value
