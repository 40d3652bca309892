"""What a gateway reads of answers in Anthropic's wire as they pass: usage, events, streams made of answers and back.

How tokens are counted: this wire tells the input in three parts that exclude each other, `input_tokens` (neither read
from nor written to the prompt cache), `cache_creation_input_tokens` (written to it) and `cache_read_input_tokens`
(read from it). Our `input` is the sum of the three, and our `cached` the last. Tokens that are written to the cache are
priced by how long they are kept, which `cache_creation` says; five minutes where it does not.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from archwright.plan.price import Kinds
from archwright.policy import route
from archwright.runtime.neutral import Usage
from archwright.runtime.wire import NOTHING, Event, event, payload

STOP: Final = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
MOST_BLOCKS: Final = 1023  # blocks in one answer; a place beyond would only fill the memory
_MORE = re.compile(rb'\{\s*"type"\s*:\s*"content_block_delta"')
_ADDED = re.compile(
    rb'(?:event: ?content_block_delta\ndata: ?\{[ \t]*"type"[ \t]*:[ \t]*"content_block_delta"[^\r\n]*\n\n)*'
)
FAULTS: Final = {
    "overloaded_error": route.OVERLOAD,
    "rate_limit_error": route.OVERLOAD,
    "authentication_error": route.KEY,
    "billing_error": route.KEY,
    "permission_error": route.KEY,
}


class _Creation(msgspec.Struct):
    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class Tokens(msgspec.Struct):
    """The usage as it is written. At the end of a stream only what changed since its beginning must be there."""

    input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation: _Creation | None = None

    def update(self, later: Tokens) -> None:
        """Take over what is told later: the counts are totals, not additions."""
        for name in self.__struct_fields__:
            value = getattr(later, name)
            if value is not None:
                setattr(self, name, value)

    @property
    def plain(self) -> Usage:
        """The usage as a gateway counts it."""
        cached = max(0, self.cache_read_input_tokens or 0)
        written = self.written
        kinds = self._kinds(written) if written else None
        into, out = max(0, self.input_tokens or 0) + written + cached, max(0, self.output_tokens or 0)
        return Usage(into, cached, out, kinds)

    def _kinds(self, written: int) -> Kinds:
        """What was written to the cache, by how long it is kept."""
        hour = self.cache_creation.ephemeral_1h_input_tokens or 0 if self.cache_creation else 0
        hour = min(max(0, hour), written)
        return Kinds(cache_write_5m=written - hour, cache_write_1h=hour)

    @property
    def written(self) -> int:
        """Input tokens that were written to the prompt cache."""
        return max(0, self.cache_creation_input_tokens or 0)


class Block(msgspec.Struct):
    """A block of an answer, as far as it is read."""

    type: str
    text: str | None = None
    thinking: str | None = None
    id: str = ""
    name: str = ""
    input: msgspec.Raw = msgspec.Raw(b"{}")


class Message(msgspec.Struct):
    """An answer, as far as it is read."""

    content: list[Block]
    id: str = ""
    model: str = ""
    stop_reason: str | None = None
    stop_sequence: str | None = None
    usage: Tokens | None = None


class Delta(msgspec.Struct):
    """What an event adds to a block, or to the answer."""

    type: str = ""
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None


class _Fault(msgspec.Struct):
    type: str = ""


class Happened(msgspec.Struct):
    """One event."""

    type: str
    index: int = 0
    message: Message | None = None
    content_block: Block | None = None
    delta: Delta | None = None
    usage: Tokens | None = None
    error: _Fault | None = None


message = msgspec.json.Decoder(Message)
happened = msgspec.json.Decoder(Happened)


def usage_of(body: bytes) -> Usage | None:
    """The usage in a whole answer, or None where it says none.

    Raises:
        msgspec.DecodeError: it is no answer.
    """
    usage = message.decode(body).usage
    return usage.plain if usage else None


def quiet(piece: bytes) -> int:
    """How many bytes at the begin of a piece are whole events that each add to a block and need not be read."""
    found = _ADDED.match(piece)
    return found.end() if found else 0


def read_event(data: bytes, begun: bool, tokens: Tokens) -> Event:
    """What the data of an event say; `tokens` is what was told so far, and is brought up to date.

    Raises:
        msgspec.DecodeError: it had to be read and is no event.
    """
    if not data:
        return NOTHING
    if begun and _MORE.match(data):
        return Event(content=True)
    said = happened.decode(data)
    match said:
        case Happened(type="error"):
            return Event(fault=FAULTS.get(said.error.type if said.error else "", route.TRANSIENT))
        case Happened(type="message_stop"):
            return Event(done=True)
        case Happened(type="message_start", message=Message(usage=Tokens() as usage)):
            tokens.update(usage)
            return Event(opening=tokens.plain)
        case Happened(type="message_delta"):
            tokens.update(said.usage or Tokens())
            finished = said.delta is not None and said.delta.stop_reason is not None
            return Event(content=finished, finished=finished, usage=tokens.plain if said.usage else None)
        case Happened(type="content_block_start", content_block=Block() as block):
            return Event(content=block.type not in ("text", "thinking") or bool(block.text or block.thinking))
        case Happened(type="content_block_delta", delta=Delta() as delta):
            return Event(content=bool(delta.text or delta.thinking or delta.partial_json))
    return NOTHING


def letters(events: list[bytes]) -> int:
    """How many characters for the reader are in these events.

    An event of another shape counts by its size, so that it is not taken for free; one that is no JSON says nothing.
    """
    total = 0
    for data in map(payload, events):
        if data:
            try:
                said = happened.decode(data).delta
            except (msgspec.ValidationError, RecursionError):
                total += len(data)
            except ValueError:
                continue
            else:
                total += sum(len(part or "") for part in (said.text, said.thinking, said.partial_json)) if said else 0
    return total


def letters_of_whole(body: bytes) -> int:
    """How many characters for the reader are in a whole answer; one that cannot be read counts by its size."""
    if not body:
        return 0
    try:
        blocks = message.decode(body).content
    except (ValueError, RecursionError):
        return len(body)
    return sum(len(block.text or "") + len(block.thinking or "") + _size(block) for block in blocks)


def said_in(events: list[bytes]) -> str:
    """The text of a stream's answer; an event that cannot be read says nothing."""
    pieces: list[str] = []
    for data in filter(None, map(payload, events)):
        try:
            said = happened.decode(data)
        except (ValueError, RecursionError):
            continue
        pieces.append((said.delta.text or "") if said.delta else "")
    return "".join(pieces)


def said_in_whole(body: bytes) -> str:
    """The text of a whole answer; one that cannot be read says nothing."""
    try:
        return "".join(block.text or "" for block in message.decode(body).content)
    except (ValueError, RecursionError):
        return ""


def _size(block: Block) -> int:
    return len(bytes(block.input)) if block.type == "tool_use" else 0


def as_stream(body: bytes) -> bytes:
    """A whole answer as a stream, every field of it kept."""
    whole: dict[str, Any] = msgspec.json.decode(body)
    usage = whole.get("usage") or {}
    blocks = whole.get("content") or []
    late = {name: whole.get(name) for name in whole if name in ("stop_reason", "stop_sequence", "stop_details")}
    start = {**whole, "content": [], **dict.fromkeys(late), "usage": {**usage, "output_tokens": 0}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}]
    for index, block in enumerate(blocks):
        opening, delta = _opened(block)
        events.append({"type": "content_block_start", "index": index, "content_block": opening})
        if delta:
            events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    events.append({"type": "message_delta", "delta": late, "usage": usage})
    return b"".join(event(item, item["type"]) for item in events) + STOP


def _opened(block: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A block as it is opened, and the delta that fills it; a block that is not written piece by piece is opened whole.

    A thinking block is one of these: its signature belongs to it as it stands.
    """
    if block.get("type") == "text":
        return {**block, "text": ""}, {"type": "text_delta", "text": block.get("text", "")}
    if block.get("type") == "tool_use":
        text = msgspec.json.encode(block.get("input") or {}).decode()
        return {**block, "input": {}}, {"type": "input_json_delta", "partial_json": text}
    return block, None


def as_whole(events: list[bytes]) -> bytes:
    """The events of a stream as one whole answer."""
    whole: dict[str, Any] = {}
    blocks: list[dict[str, Any]] = []
    for data in filter(None, map(payload, events)):
        said: dict[str, Any] = msgspec.json.decode(data)
        match said.get("type"):
            case "message_start":
                whole = dict(said.get("message") or {})
            case "content_block_start":
                blocks.append(dict(said.get("content_block") or {}))
            case "content_block_delta":
                _add(blocks, said.get("index", 0), said.get("delta") or {})
            case "message_delta":
                whole.update(said.get("delta") or {})
                told = {name: value for name, value in (said.get("usage") or {}).items() if value is not None}
                whole["usage"] = {**(whole.get("usage") or {}), **told}
    for block in blocks:
        _close(block)
    return msgspec.json.encode({**whole, "content": blocks[:MOST_BLOCKS]})


def _add(blocks: list[dict[str, Any]], index: int, delta: dict[str, Any]) -> None:
    """Add to a block: words and JSON are joined, a signature is set, citations are gathered."""
    if not 0 <= index < len(blocks):
        return
    block = blocks[index]
    for name, value in delta.items():
        if name == "citation":
            block["citations"] = [*(block.get("citations") or ()), value]
        elif name == "signature":
            block[name] = value
        elif name != "type" and isinstance(value, str):
            block[name] = (block.get(name) or "") + value


def _close(block: dict[str, Any]) -> None:
    """The JSON that came in pieces becomes the block's input; it stays empty where the length cut it short."""
    text = block.pop("partial_json", "")
    if text:
        try:
            block["input"] = msgspec.json.decode(text)
        except (ValueError, RecursionError):
            block["input"] = {}
