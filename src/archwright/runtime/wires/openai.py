"""OpenAI's chat completions, which most suppliers and most clients speak."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from archwright.runtime.neutral import Question, Said, Usage
from archwright.runtime.openai import answering, asking, events
from archwright.runtime.openai.faults import Faults
from archwright.runtime.wire import Fields, Parts, event


class _Fields(msgspec.Struct):
    model: str
    messages: list[msgspec.Raw]
    stream: bool | None = None
    stream_options: dict[str, msgspec.Raw] | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    n: int | None = None


_fields = msgspec.json.Decoder(_Fields)
_options = msgspec.json.Decoder(dict[str, msgspec.Raw])
_USAGE = b'"stream_options":{"include_usage":true}'


class OpenAI(Faults):
    """OpenAI's wire."""

    name = "openai"
    path = "/v1/chat/completions"
    end = events.DONE

    def read(self, body: bytes, headers: Mapping[bytes, bytes]) -> Fields:
        """What a gateway must know of a request."""
        fields = _fields.decode(body)
        asked = fields.max_completion_tokens if fields.max_completion_tokens is not None else fields.max_tokens
        return Fields(
            fields.model,
            fields.stream is True,
            fields.stream_options is not None and _true(fields.stream_options.get("include_usage")),
            1 if fields.n is None else fields.n,
            asked,
        )

    def question(self, body: bytes) -> Question:
        """A request in the neutral form."""
        return asking.question(body)

    def written(self, question: Question) -> Parts:
        """A neutral request as the fields of this wire."""
        return asking.written(question)

    def addressed(self, parts: dict[str, object], model: str, stream: bool) -> dict[str, object]:
        """The target's model, and usage at the end of a stream. All other fields are as they came."""
        parts["model"] = model
        if stream:
            given = parts.get("stream_options")
            named = isinstance(given, msgspec.Raw) and bytes(given) != b"null"
            known = _options.decode(bytes(given)) if named and isinstance(given, msgspec.Raw) else {}
            parts["stream_options"] = {**known, "include_usage": True}
        return parts

    def swapped(self, body: bytes, name: str, model: str, ask_usage: bool) -> bytes | None:
        """The body as it came but for the target's model, and for the wish for usage where none is in it."""
        if ask_usage:
            if b'"stream_options"' in body:
                return None
            begin = body.find(b"{") + 1
            body = b"%b%b,%b" % (body[:begin], _USAGE, body[begin:])
        return super().swapped(body, name, model, ask_usage)

    def grounded(self, parts: Parts, text: str, lead: str) -> Parts:
        """The text before the last thing that the user said; everything else stays as it came."""
        return asking.grounded(parts, text + lead)

    def usage(self, body: bytes) -> Usage | None:
        """The usage in a whole answer."""
        return events.usage_of(body)

    def letters(self, came: list[bytes]) -> int:
        """How many characters for the reader are in these events."""
        return events.letters(came)

    def letters_of_whole(self, body: bytes) -> int:
        """How many characters for the reader are in a whole answer."""
        return events.letters_of_whole(body)

    def text(self, came: list[bytes]) -> str:
        """The text for the reader in these events."""
        return events.said_in(came)

    def text_of_whole(self, body: bytes) -> str:
        """The text for the reader in a whole answer."""
        return events.said_in_whole(body)

    def said(self, body: bytes) -> Said:
        """A whole answer in the neutral form."""
        return answering.said(body)

    def told(self, said: Said, created: int) -> bytes:
        """A neutral answer as a whole one."""
        return answering.told(said, created)

    def reader(self) -> answering.ChunkReader:
        """For one stream of a target."""
        return answering.ChunkReader()

    def teller(self, usage: bool, created: int) -> answering.ChunkTeller:
        """For one stream to a client."""
        return answering.ChunkTeller(usage, created)

    def as_stream(self, body: bytes, usage: bool) -> bytes:
        """A whole answer as a stream."""
        return events.as_stream(body, usage)

    def as_whole(self, came: list[bytes]) -> bytes:
        """The events of a stream as one whole answer."""
        return events.as_whole(came)

    def ending(self, told: Mapping[str, object], identity: str, model: str, created: int) -> bytes:
        """A chunk without choices that says it, and the end."""
        head = {"id": f"chatcmpl-{identity}", "object": "chat.completion.chunk", "created": created, "model": model}
        return event({**head, "choices": [], **told}) + self.end

    def error_event(self, code: str, message: str) -> bytes:
        """An error inside a stream that has begun."""
        return event({"error": {"message": message, "type": "api_error", "param": None, "code": code}})


def _true(raw: msgspec.Raw | None) -> bool:
    return raw is not None and bytes(raw) == b"true"


WIRE = OpenAI()
