"""Answers in OpenAI's wire to the neutral form and back, whole and streamed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

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
from archwright.runtime.openai.asking import written_call
from archwright.runtime.openai.events import DONE, Tokens, plain, quiet, read_event
from archwright.runtime.wire import Event, Reader, Teller, event, payload

WHY: Final = {
    "stop": END,
    "length": LENGTH,
    "tool_calls": TOOLS,
    "function_call": TOOLS,
    "content_filter": REFUSED,
}
FINISHED: Final = {END: "stop", STOP: "stop", LENGTH: "length", TOOLS: "tool_calls", REFUSED: "content_filter"}


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _Call(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: _Function = msgspec.field(default_factory=_Function)


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct):
    index: int = 0
    message: _Message = msgspec.field(default_factory=_Message)
    delta: _Message = msgspec.field(default_factory=_Message)
    finish_reason: str | None = None


class _Answer(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    choices: list[_Choice] = msgspec.field(default_factory=list)
    usage: Tokens | None = None


_answer = msgspec.json.Decoder(_Answer)


def said(body: bytes) -> Said:
    """A whole answer in the neutral form; of several choices it is the first.

    Raises:
        msgspec.DecodeError: it is no answer.
    """
    whole = _answer.decode(body)
    if not whole.choices:
        raise msgspec.ValidationError("an answer without choices")
    choice = whole.choices[0]
    words = (choice.message.content, choice.message.refusal)
    uses = (
        Use(call.id or f"call_{place}", call.function.name or "", call.function.arguments or "{}")
        for place, call in enumerate(choice.message.tool_calls or ())
    )
    return Said(
        id=whole.id or "",
        model=whole.model or "",
        parts=(*(Text(text) for text in words if text), *uses),
        why=_why(choice.finish_reason or "", choice.message, bool(choice.message.tool_calls)),
        usage=plain(whole.usage),
        written=_written(whole.usage),
    )


def _why(finish: str, message: _Message, called: bool) -> str:
    """Why an answer ended. A call of a tool that was asked for by name ends with `stop` in this wire."""
    why = REFUSED if message.refusal else WHY.get(finish, END)
    return TOOLS if called and why == END else why


def _written(usage: Tokens | None) -> int:
    details = usage.prompt_tokens_details if usage else None
    return max(0, details.cache_write_tokens or 0) if details else 0


def told(answer: Said, created: int) -> bytes:
    """A neutral answer as a whole one."""
    words = "".join(part.text for part in answer.parts if isinstance(part, Text))
    message: dict[str, Any] = {"role": "assistant", "content": words or None, "refusal": None}
    calls = [written_call(part) for part in answer.parts if isinstance(part, Use)]
    if calls:
        message["tool_calls"] = calls
    elif not words:
        message["content"] = ""
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": FINISHED[answer.why]}
    whole = {
        "id": answer.id,
        "object": "chat.completion",
        "created": created,
        "model": answer.model,
        "choices": [choice],
    }
    if answer.usage is not None:
        whole["usage"] = _tokens(answer.usage, answer.written)
    return msgspec.json.encode(whole)


def _tokens(usage: Usage, written: int) -> dict[str, Any]:
    details = {"cached_tokens": usage.cached, **({"cache_write_tokens": written} if written else {})}
    told = {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": details,
    }
    kinds = usage.kinds
    if kinds is not None and kinds.audio:
        details["audio_tokens"] = kinds.audio
    if kinds is not None and kinds.outward:
        told["completion_tokens_details"] = {"reasoning_tokens": kinds.reasoning, "audio_tokens": kinds.speech}
    return told


class ChunkReader(Reader):
    """Reads the chunks of one stream."""

    def __init__(self) -> None:
        self.begun = False
        self.calls: dict[int, tuple[str, int]] = {}  # by the place in the stream: the call's id and our number
        self.count = 0

    def read(self, event: bytes, begun: bool) -> Event:
        """What an event says."""
        return read_event(event, begun)

    def quiet(self, piece: bytes) -> int:
        """How far no event of a piece ends the answer, tells usage or is an error."""
        return quiet(piece)

    def pieces(self, event: bytes) -> Iterable[Piece]:
        """What an event says, for another wire; of several choices the first."""
        data = payload(event)
        if not data:
            return
        chunk = _answer.decode(data)
        if not self.begun:
            self.begun = True
            yield Begin(chunk.id or "", chunk.model or "")
        for choice in chunk.choices:
            if choice.index == 0:
                yield from self._said(choice)
        usage = plain(chunk.usage)
        if usage is not None:
            yield Used(usage, _written(chunk.usage))

    def _said(self, choice: _Choice) -> Iterable[Piece]:
        for text in (choice.delta.content, choice.delta.refusal):
            if text:
                yield Words(text)
        for call in choice.delta.tool_calls or ():
            yield from self._called(call)
        if choice.finish_reason:
            yield Ending(_why(choice.finish_reason, choice.delta, bool(self.calls)))

    def _called(self, call: _Call) -> Iterable[Piece]:
        """A new id begins a new call, also where a supplier gives all of them the same place."""
        place = call.index or 0
        known = self.calls.get(place)
        if known is None or (call.id and call.id != known[0]):
            known = self.calls[place] = (call.id or f"call_{self.count}", self.count)
            self.count += 1
            yield UseBegin(known[1], known[0], call.function.name or "")
        if call.function.arguments:
            yield UseMore(known[1], call.function.arguments)


class ChunkTeller(Teller):
    """Writes the chunks of one stream."""

    def __init__(self, usage: bool, created: int) -> None:
        self.usage = usage
        self.head: dict[str, Any] = {"id": "", "object": "chat.completion.chunk", "created": created, "model": ""}
        self.used: Used | None = None

    def tell(self, pieces: Iterable[Piece]) -> bytes:
        """Chunks that say these pieces."""
        return b"".join(map(self._told, pieces))

    def _told(self, piece: Piece) -> bytes:
        match piece:
            case Begin(identity, model):
                self.head["id"], self.head["model"] = identity, model
                return self._chunk({"role": "assistant", "content": ""})
            case Words(text):
                return self._chunk({"content": text})
            case UseBegin(call, identity, name):
                function = {"name": name, "arguments": ""}
                return self._chunk(
                    {"tool_calls": [{"index": call, "id": identity, "type": "function", "function": function}]}
                )
            case UseMore(call, text):
                return self._chunk({"tool_calls": [{"index": call, "function": {"arguments": text}}]})
            case Ending(why):
                return self._chunk({}, FINISHED[why])
            case Used():
                self.used = piece
                return b""

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        return event({**self.head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    def close(self) -> bytes:
        """The usage, where it is wanted, and the end."""
        if self.usage and self.used is not None:
            return event({**self.head, "choices": [], "usage": _tokens(*self.used)}) + DONE
        return DONE
