"""The emulated supplier in OpenAI's wire."""

from __future__ import annotations

from typing import Any

import msgspec

from archwright.runtime.emulator.tongue import Asked, Head, Tally, Tongue


class _Part(msgspec.Struct):
    text: str = ""


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None
    role: str = ""


class _Question(msgspec.Struct):
    messages: list[_Message]
    model: str
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    service_tier: str | None = None


class OpenAI(Tongue):
    """Chat completions."""

    path = "v1/chat/completions"

    def read(self, body: bytes) -> Asked:
        """A request."""
        question = msgspec.json.decode(body, type=_Question)
        turns = tuple((message.role, _text(message)) for message in question.messages)
        return Asked(
            model=question.model,
            turns=turns,
            words=sum(len(text.split()) for _, text in turns),
            most=question.max_completion_tokens or question.max_tokens,
            stream=question.stream is True,
            usage=bool((question.stream_options or {}).get("include_usage")),
            tier=question.service_tier or "",
        )

    def whole(self, head: Head, text: str, tally: Tally) -> bytes:
        """A whole answer."""
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return msgspec.json.encode({**_head(head, "chat.completion"), "choices": [choice], "usage": _usage(tally)})

    def opening(self, head: Head, tally: Tally) -> bytes:
        """The chunk that says who speaks."""
        return _chunk(head, {"role": "assistant", "content": ""})

    def words(self, head: Head, text: str) -> bytes:
        """A chunk."""
        return _chunk(head, {"content": text})

    def closing(self, head: Head, tally: Tally, usage: bool) -> bytes:
        """The last chunk, the usage where it is wanted, and the end."""
        told = {**_head(head, "chat.completion.chunk"), "choices": [], "usage": _usage(tally)}
        counted = b"data: " + msgspec.json.encode(told) + b"\n\n" if usage else b""
        return _chunk(head, {}, "stop") + counted + b"data: [DONE]\n\n"

    def refusal(self, status: int, message: str) -> bytes:
        """The body of an error."""
        code = "server_error" if status >= 500 else "rate_limit_exceeded" if status == 429 else "invalid_request_error"
        return msgspec.json.encode({"error": {"message": message, "type": code, "param": None, "code": code}})


def _text(message: _Message) -> str:
    content = message.content
    return content if isinstance(content, str) else "\n".join(part.text for part in content or ())


def _head(head: Head, kind: str) -> dict[str, Any]:
    told = {"id": f"chatcmpl-{head.id}", "object": kind, "created": head.created, "model": head.model}
    return {**told, "service_tier": head.tier} if head.tier else told


def _chunk(head: Head, delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + msgspec.json.encode({**_head(head, "chat.completion.chunk"), "choices": [choice]}) + b"\n\n"


def _usage(tally: Tally) -> dict[str, Any]:
    kept = tally.kinds.cache_write_5m + tally.kinds.cache_write_1h
    return {
        "prompt_tokens": tally.prompt,
        "completion_tokens": tally.written,
        "total_tokens": tally.prompt + tally.written,
        "prompt_tokens_details": {
            "cached_tokens": tally.cached,
            **({"cache_write_tokens": kept} if kept else {}),
        },
    }
