"""The emulated supplier in Anthropic's wire."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from archwright.runtime.emulator.tongue import Asked, Head, Tally, Tongue

KINDS: Final = {404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error"}


class _Part(msgspec.Struct):
    text: str = ""


class _Block(msgspec.Struct):
    text: str = ""
    content: str | list[_Part] | None = None  # of a tool's result


class _Message(msgspec.Struct):
    content: str | list[_Block]
    role: str = ""


class _Question(msgspec.Struct):
    messages: list[_Message]
    model: str
    max_tokens: int
    system: str | list[_Part] | None = None
    stream: bool | None = None


class Anthropic(Tongue):
    """Messages."""

    path = "v1/messages"

    def read(self, body: bytes) -> Asked:
        """A request."""
        question = msgspec.json.decode(body, type=_Question)
        system = (("system", _text(question.system)),) if question.system else ()
        turns = (*system, *((message.role, _said(message)) for message in question.messages))
        words = sum(len(text.split()) for _, text in turns)
        return Asked(question.model, turns, words, question.max_tokens, question.stream is True, True)

    def whole(self, head: Head, text: str, tally: Tally) -> bytes:
        """A whole answer."""
        block = {"type": "text", "text": text}
        ending = {"stop_reason": "end_turn", "stop_sequence": None}
        return msgspec.json.encode({**_head(head), "content": [block], **ending, "usage": _usage(tally)})

    def opening(self, head: Head, tally: Tally) -> bytes:
        """The message begins, with its input counted, and its one block."""
        ending = {"stop_reason": None, "stop_sequence": None}
        message = {**_head(head), "content": [], **ending, "usage": {**_usage(tally), "output_tokens": 1}}
        block = {"type": "text", "text": ""}
        return (
            _event("message_start", message=message)
            + _event("content_block_start", index=0, content_block=block)
            + _event("ping")
        )

    def words(self, head: Head, text: str) -> bytes:
        """A delta."""
        return _event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})

    def closing(self, head: Head, tally: Tally, usage: bool) -> bytes:
        """The block ends, the output is counted, the message ends."""
        ending = {"stop_reason": "end_turn", "stop_sequence": None}
        return (
            _event("content_block_stop", index=0)
            + _event("message_delta", delta=ending, usage={"output_tokens": tally.written})
            + _event("message_stop")
        )

    def refusal(self, status: int, message: str) -> bytes:
        """The body of an error."""
        kind = KINDS.get(status, "api_error" if status >= 500 else "invalid_request_error")
        return msgspec.json.encode({"type": "error", "error": {"type": kind, "message": message}})


def _text(content: str | list[_Part] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(part.text for part in content)


def _said(message: _Message) -> str:
    if isinstance(message.content, str):
        return message.content
    return "\n".join(f"{block.text}\n{_text(block.content)}".strip() for block in message.content)


def _head(head: Head) -> dict[str, Any]:
    return {"id": f"msg_{head.id}", "type": "message", "role": "assistant", "model": head.model}


def _usage(tally: Tally) -> dict[str, Any]:
    short, long = tally.kinds.cache_write_5m, tally.kinds.cache_write_1h
    told = {
        "input_tokens": tally.prompt - tally.cached - short - long,
        "cache_creation_input_tokens": short + long,
        "cache_read_input_tokens": tally.cached,
        "output_tokens": tally.written,
    }
    if not short and not long:
        return told
    return {**told, "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long}}


def _event(kind: str, **more: object) -> bytes:
    return f"event: {kind}\n".encode() + b"data: " + msgspec.json.encode({"type": kind, **more}) + b"\n\n"
