"""Answers in Anthropic's wire to the neutral form and back, whole and streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from archwright.runtime.anthropic.events import STOP as LAST
from archwright.runtime.anthropic.events import Block, Delta, Happened, Message, Tokens, happened, quiet, read_event
from archwright.runtime.anthropic.events import message as whole_message
from archwright.runtime.neutral import (
    END,
    LENGTH,
    REFUSED,
    STOP,
    TOOLS,
    Begin,
    Ending,
    Piece,
    Said,
    Text,
    Usage,
    Use,
    UseBegin,
    Used,
    UseMore,
    Words,
)
from archwright.runtime.wire import Event, Reader, Teller, event, payload

WHY: Final = {
    "end_turn": END,
    "pause_turn": END,
    "stop_sequence": STOP,
    "max_tokens": LENGTH,
    "model_context_window_exceeded": LENGTH,
    "tool_use": TOOLS,
    "refusal": REFUSED,
}
REASONS: Final = {
    END: "end_turn",
    STOP: "stop_sequence",
    LENGTH: "max_tokens",
    TOOLS: "tool_use",
    REFUSED: "refusal",
}


def said(body: bytes) -> Said:
    """A whole answer in the neutral form. Blocks that it cannot say, such as thinking, are left out.

    Raises:
        msgspec.DecodeError: it is no answer.
    """
    whole = whole_message.decode(body)
    tokens = whole.usage or Tokens()
    return Said(
        id=whole.id,
        model=whole.model,
        parts=tuple(part for block in whole.content for part in _parts(block)),
        why=WHY.get(whole.stop_reason or "", END),
        stop=whole.stop_sequence,
        usage=tokens.plain if whole.usage else None,
        written=tokens.written,
    )


def _parts(block: Block) -> Iterator[Text | Use]:
    if block.type == "text" and block.text:
        yield Text(block.text)
    elif block.type == "tool_use":
        yield Use(block.id, block.name, bytes(block.input).decode())


def told(answer: Said) -> bytes:
    """A neutral answer as a whole one. A call that its length cut short has no input: half a text is no object.

    Raises:
        msgspec.ValidationError: the arguments of a call are no object, and not for its length.
    """
    content = [_block(part, cut=answer.why == LENGTH) for part in answer.parts]
    usage = _tokens(answer.usage or Usage(0, 0, 0), answer.written)
    ending = {"stop_reason": REASONS[answer.why], "stop_sequence": answer.stop}
    return msgspec.json.encode({**_head(answer.id, answer.model), "content": content, **ending, "usage": usage})


def _block(part: Text | Use, cut: bool) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    try:
        arguments = msgspec.json.decode(part.arguments or "{}", type=dict[str, Any])
    except (ValueError, RecursionError) as error:
        if not cut:
            raise msgspec.ValidationError(f"the arguments of `{part.name}` are no JSON object") from error
        arguments = {}
    return {"type": "tool_use", "id": part.id, "name": part.name, "input": arguments}


def _head(identity: str, model: str) -> dict[str, Any]:
    return {"id": identity, "type": "message", "role": "assistant", "model": model}


def _tokens(usage: Usage, written: int) -> dict[str, Any]:
    """Our `input` in its three parts, and how long what was written is kept where that is not the shorter time."""
    told: dict[str, Any] = {
        "input_tokens": max(0, usage.input - usage.cached - written),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.output,
    }
    if usage.kinds is not None and usage.kinds.cache_write_1h:
        short, long = usage.kinds.cache_write_5m, usage.kinds.cache_write_1h
        told["cache_creation"] = {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long}
    return told


class EventReader(Reader):
    """Reads the events of one stream."""

    def __init__(self) -> None:
        self.tokens = Tokens()
        self.calls: dict[int, int] = {}  # number of a call, by the index of its block
        self.silent: set[int] = set()  # calls that have no argument yet

    def read(self, event: bytes, begun: bool) -> Event:
        """What an event says."""
        return read_event(payload(event), begun, self.tokens)

    def quiet(self, piece: bytes) -> int:
        """How far all events of a piece add to a block."""
        return quiet(piece)

    def pieces(self, event: bytes) -> Iterable[Piece]:
        """What an event says, for another wire."""
        data = payload(event)
        if not data:
            return
        said = happened.decode(data)
        match said:
            case Happened(type="message_start", message=Message() as begun):
                self.tokens.update(begun.usage or Tokens())
                yield Begin(begun.id, begun.model, self.tokens.plain if begun.usage else None, self.tokens.written)
            case Happened(type="content_block_start", content_block=Block() as block):
                yield from self._opened(said.index, block)
            case Happened(type="content_block_delta", delta=Delta() as delta):
                yield from self._more(said.index, delta)
            case Happened(type="content_block_stop") if self.calls.get(said.index) in self.silent:
                # No argument is no text here, but elsewhere a text that must be JSON.
                yield UseMore(self.calls[said.index], "{}")
            case Happened(type="message_delta"):
                self.tokens.update(said.usage or Tokens())
                if said.delta is not None and said.delta.stop_reason is not None:
                    yield Ending(WHY.get(said.delta.stop_reason, END), said.delta.stop_sequence)
                if said.usage is not None:
                    yield Used(self.tokens.plain, self.tokens.written)

    def _opened(self, index: int, block: Block) -> Iterator[Piece]:
        if block.type == "text" and block.text:
            yield Words(block.text)
        elif block.type == "tool_use":
            call = self.calls[index] = len(self.calls)
            self.silent.add(call)
            yield UseBegin(call, block.id, block.name)

    def _more(self, index: int, delta: Delta) -> Iterator[Piece]:
        if delta.text:
            yield Words(delta.text)
        elif delta.partial_json and index in self.calls:
            call = self.calls[index]
            self.silent.discard(call)
            yield UseMore(call, delta.partial_json)


class EventTeller(Teller):
    """Writes the events of one stream. Blocks come one after the other, each closed before the next."""

    def __init__(self) -> None:
        self.open = ""  # type of the block that is open
        self.blocks = 0
        self.calls: dict[int, int] = {}  # index of a call's block, by its number
        self.ending = Ending(END)
        self.used = Used(Usage(0, 0, 0))

    def tell(self, pieces: Iterable[Piece]) -> bytes:
        """Events that say these pieces."""
        return b"".join(_event(item) for piece in pieces for item in self._told(piece))

    def _told(self, piece: Piece) -> Iterator[dict[str, Any]]:
        match piece:
            case Begin(identity, model, usage, written):
                usage = usage or Usage(0, 0, 0)
                opening = {
                    "stop_reason": None,
                    "stop_sequence": None,
                    "usage": _tokens(usage._replace(output=0), written),
                }
                yield {"type": "message_start", "message": {**_head(identity, model), "content": [], **opening}}
            case Words(text):
                if self.open != "text":
                    yield from self._opened({"type": "text", "text": ""})
                yield self._delta(self.blocks - 1, {"type": "text_delta", "text": text})
            case UseBegin(call, identity, name):
                self.calls[call] = self.blocks
                yield from self._opened({"type": "tool_use", "id": identity, "name": name, "input": {}})
            case UseMore(call, text):
                yield self._delta(self.calls[call], {"type": "input_json_delta", "partial_json": text})
            case Ending():
                self.ending = piece
            case Used():
                self.used = piece

    def _opened(self, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield from self._closed()
        self.open = block["type"]
        yield {"type": "content_block_start", "index": self.blocks, "content_block": block}
        self.blocks += 1

    def _closed(self) -> Iterator[dict[str, Any]]:
        if self.open:
            yield {"type": "content_block_stop", "index": self.blocks - 1}
        self.open = ""

    def _delta(self, index: int, delta: dict[str, Any]) -> dict[str, Any]:
        return {"type": "content_block_delta", "index": index, "delta": delta}

    def close(self) -> bytes:
        """Why it ended, what it took, and the end."""
        delta = {"stop_reason": REASONS[self.ending.why], "stop_sequence": self.ending.stop}
        last = {"type": "message_delta", "delta": delta, "usage": _tokens(*self.used)}
        return b"".join(_event(item) for item in (*self._closed(), last)) + LAST


def _event(item: dict[str, Any]) -> bytes:
    return event(item, item["type"])
