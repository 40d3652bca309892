"""Anthropic's messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from archwright.policy import route
from archwright.runtime.anthropic import answering, asking, events
from archwright.runtime.neutral import Question, Said, Usage
from archwright.runtime.wire import BadAsk, Fields, Parts, Wire, event, words

# Answers are the same in both; the later one takes no temperature. A target of this wire is told which one it was.
VERSIONS: Final = (b"2023-06-01", b"2026-10-21")
OVERLOADED: Final = 529
# The gateway's own words for what this wire has a status of its own for: a full gateway, and no target that answered.
STATUS: Final = {503: OVERLOADED, 502: 500}
KINDS: Final = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    OVERLOADED: "overloaded_error",
}
CAPPED: Final = b'"enforced_spend_limit_reached"'
SPENT: Final = (b"API usage limits", b"credit balance is too low")  # a 400 that says so is not the caller's mistake


class _Fields(msgspec.Struct):
    model: str
    messages: list[msgspec.Raw]
    max_tokens: int
    stream: bool | None = None


_fields = msgspec.json.Decoder(_Fields)
_faults = msgspec.json.Decoder(dict[str, object])


class Anthropic(Wire):
    """Anthropic's wire."""

    name = "anthropic"
    path = "/v1/messages"
    id_header = b"request-id"
    carried = ("anthropic-version", "anthropic-beta")
    end = events.STOP

    def read(self, body: bytes, headers: Mapping[bytes, bytes]) -> Fields:
        """What a gateway must know of a request. Its version is in a header."""
        version = headers.get(b"anthropic-version", b"")
        if version not in VERSIONS:
            given = f"`{version[:40].decode('ascii', 'replace')}` is not known" if version else "is missing"
            known = " or ".join(version.decode() for version in VERSIONS)
            raise BadAsk(f"the header `anthropic-version` {given}; send {known}", "anthropic-version")
        fields = _fields.decode(body)
        return Fields(fields.model, fields.stream is True, True, 1, fields.max_tokens)

    def question(self, body: bytes) -> Question:
        """A request in the neutral form."""
        return asking.question(body)

    def written(self, question: Question) -> Parts:
        """A neutral request as the fields of this wire."""
        return asking.written(question)

    def addressed(self, parts: dict[str, object], model: str, stream: bool) -> dict[str, object]:
        """The target's model. All other fields are as they came; usage comes without being asked for."""
        parts["model"] = model
        return parts

    def grounded(self, parts: Parts, text: str, lead: str) -> Parts:
        """The text after the instructions; in a user's turn it could not stand before the result of a tool."""
        return asking.grounded(parts, text)

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
        """A neutral answer as a whole one; this wire does not tell the time."""
        return answering.told(said)

    def reader(self) -> answering.EventReader:
        """For one stream of a target."""
        return answering.EventReader()

    def teller(self, usage: bool, created: int) -> answering.EventTeller:
        """For one stream to a client; the usage is a part of every stream."""
        return answering.EventTeller()

    def as_stream(self, body: bytes, usage: bool) -> bytes:
        """A whole answer as a stream; the usage is a part of every stream."""
        return events.as_stream(body)

    def as_whole(self, came: list[bytes]) -> bytes:
        """The events of a stream as one whole answer."""
        return events.as_whole(came)

    def ending(self, told: Mapping[str, object], identity: str, model: str, created: int) -> bytes:
        """The last event, with fields that this wire's clients pass over."""
        return event({"type": "message_stop", **told}, "message_stop")

    def error(self, status: int, code: str, message: str, param: str, identity: str) -> tuple[int, bytes]:
        """An error as Anthropic's clients expect it; the gateway's own code is among the details."""
        status = STATUS.get(status, status)
        kind = KINDS.get(status, "invalid_request_error" if status < 500 else "api_error")
        fault = {"type": kind, "message": message, "details": {"error_code": code}}
        return status, msgspec.json.encode({"type": "error", "error": fault, "request_id": identity})

    def error_event(self, code: str, message: str) -> bytes:
        """An error inside a stream that has begun."""
        fault = {"type": "api_error", "message": message, "details": {"error_code": code}}
        return event({"type": "error", "error": fault}, "error")

    def complaint(self, body: bytes) -> tuple[str, str]:
        """The message and the kind of a target's error."""
        try:
            fault = _faults.decode(body).get("error")
        except (ValueError, RecursionError):
            fault = None
        if not isinstance(fault, dict) or not words(fault.get("message")):
            return body.decode(errors="replace"), ""
        return words(fault.get("message")), words(fault.get("type"))

    def classify(self, status: int, retry_after: float, body: bytes) -> int:
        """The outcome that a status other than 200 means. `retry_after` in seconds, 0: none was given.

        A 429 can be the month's spend cap of the account, and a 400 a limit that its owner set: the request is sound
        then, and waiting does not help.
        """
        if status == 429:
            return route.KEY if CAPPED in body else route.OVERLOAD
        if status == OVERLOADED or (status == 503 and retry_after > 0):
            return route.OVERLOAD
        if status in (401, 402, 403) or (status == 400 and any(spent in body for spent in SPENT)):
            return route.KEY
        if 400 <= status < 500 and status != 408:
            return route.CALLER
        return route.TRANSIENT


WIRE = Anthropic()
