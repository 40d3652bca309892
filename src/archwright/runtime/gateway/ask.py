"""A chat request as far as a gateway must understand it; everything else passes through as it came."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from archwright.runtime.provider import Provider

MOST_BYTES: Final = 10 * 1024 * 1024
DEFAULT_TOKENS: Final = 1024  # output tokens reserved where the client names no bound
BYTES_A_TOKEN: Final = 4


class _Fields(msgspec.Struct):
    model: str
    messages: list[msgspec.Raw]
    stream: bool | None = None
    stream_options: dict[str, msgspec.Raw] | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    n: int | None = None


class _Part(msgspec.Struct):
    text: str = ""


class _Message(msgspec.Struct):
    role: str = ""
    content: str | list[_Part] | None = None


_fields = msgspec.json.Decoder(_Fields)
_message = msgspec.json.Decoder(_Message)
_parts = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.encode


class BadAsk(ValueError):
    """A body is no chat request; the text says what is wrong."""


class Ask:
    """A decoded request. `stream` and `usage` say whether the client wants a stream, and usage at its end."""

    __slots__ = ("_body", "_parts", "answers", "messages", "model", "most_out", "size", "stream", "usage")

    def __init__(self, body: bytes) -> None:
        try:
            fields = _fields.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadAsk(str(error)) from error
        except RecursionError as error:
            raise BadAsk("the JSON is nested too deeply") from error
        self._body = body
        self._parts: dict[str, msgspec.Raw] | None = None
        self.size = len(body)
        self.model = fields.model
        self.messages = fields.messages
        self.stream = fields.stream is True
        self.usage = _true((fields.stream_options or {}).get("include_usage"))
        self.answers = min(max(fields.n or 1, 1), 128)
        asked = fields.max_completion_tokens if fields.max_completion_tokens is not None else fields.max_tokens
        self.most_out = DEFAULT_TOKENS if asked is None else min(max(asked, 0), 10**9)

    @property
    def tokens_in(self) -> int:
        """An estimate of the input tokens, from the size."""
        return self.size // BYTES_A_TOKEN

    @property
    def tokens_out(self) -> int:
        """The output tokens for which money is reserved."""
        return self.most_out * self.answers

    @property
    def parts(self) -> dict[str, msgspec.Raw]:
        """The fields of the object, each with its bytes as they came."""
        if self._parts is None:
            self._parts = _parts.decode(self._body)
        return self._parts

    def turns(self) -> list[str]:
        """What the user said so far, the last thing last; messages without text are left out.

        Raises:
            BadAsk: a message has content that is neither text nor parts.
        """
        try:
            read = [_message.decode(raw) for raw in self.messages]
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadAsk(str(error)) from error
        return [text for message in read if message.role == "user" and (text := _text(message)).strip()]

    def ground(self, prompt: str) -> None:
        """Write `prompt` before the last thing that the user said; everything else stays as it came."""
        place = max(at for at, raw in enumerate(self.messages) if _message.decode(raw).role == "user")
        message: dict[str, object] = dict(_parts.decode(self.messages[place]))
        content = _message.decode(self.messages[place]).content
        if isinstance(content, str):
            message["content"] = prompt + content
        else:
            parts = msgspec.json.decode(bytes(self.messages[place]))["content"] or []
            message["content"] = [{"type": "text", "text": prompt}, *parts]
        messages = [*self.messages[:place], msgspec.Raw(_encode(message)), *self.messages[place + 1 :]]
        self.parts["messages"] = msgspec.Raw(_encode(messages))
        self.messages = messages
        self.size += len(prompt.encode())

    def key(self, tenant: str, route: str, index: str = "") -> int:
        """The exact cache key, from 1 to below 2**63: equal for equal requests of a tenant, streamed or not.

        `index` is the digest of the documents that the answer rests on.
        """
        digest = hashlib.blake2b(f"{tenant}\0{route}\0{index}".encode(), digest_size=8)
        for name in sorted(self.parts):
            if name not in ("stream", "stream_options"):
                digest.update(b"\0" + name.encode() + b"\0" + bytes(self.parts[name]))
        return (int.from_bytes(digest.digest()) >> 1) or 1

    def addressed(self, model: str, provider: Provider) -> bytes:
        """The body for a target: its model, usage at the end of a stream, and what its provider is peculiar about.

        All other fields are as they came.
        """
        names = provider.renamed
        changed: dict[str, object] = {
            names.get(name, name): part for name, part in self.parts.items() if name not in provider.without
        }
        changed["model"] = model
        if self.stream and "stream_options" not in provider.without:
            options = changed.get("stream_options")
            known = (
                _parts.decode(bytes(options)) if isinstance(options, msgspec.Raw) and bytes(options) != b"null" else {}
            )
            changed["stream_options"] = {**known, "include_usage": True}
        return _encode(changed)


def _text(message: _Message) -> str:
    if isinstance(message.content, str):
        return message.content
    return "\n".join(part.text for part in message.content or ())


def _true(raw: msgspec.Raw | None) -> bool:
    return raw is not None and bytes(raw) == b"true"
