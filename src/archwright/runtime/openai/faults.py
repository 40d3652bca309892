"""Errors as OpenAI writes them: the same at every address of its wire."""

from __future__ import annotations

from typing import Final

import msgspec

from archwright.policy import route
from archwright.runtime.wire import Wire, words

OF_THE_CALLER: Final = range(400, 500)
OF_THE_KEY: Final = frozenset((401, 402, 403))
_faults = msgspec.json.Decoder(dict[str, object])


class Faults(Wire):
    """The part of a wire of OpenAI's that is about errors."""

    id_header = b"x-request-id"

    def error(self, status: int, code: str, message: str, param: str, identity: str) -> tuple[int, bytes]:
        """An error as OpenAI's clients expect it."""
        kind = "invalid_request_error" if status < 500 and status != 429 else "api_error"
        fault = {"message": message, "type": kind, "param": param or None, "code": code}
        return status, msgspec.json.encode({"error": fault})

    def complaint(self, body: bytes) -> tuple[str, str]:
        """The message and the code of a target's error."""
        try:
            fault = _faults.decode(body).get("error")
        except (ValueError, RecursionError):
            fault = None
        if not isinstance(fault, dict) or not words(fault.get("message")):
            return body.decode(errors="replace"), ""
        return words(fault.get("message")), words(fault.get("code")) or words(fault.get("type"))

    def classify(self, status: int, retry_after: float, body: bytes) -> int:
        """The outcome that a status other than 200 means. `retry_after` in seconds, 0: none was given."""
        if status == 429:
            # OpenAI answers so when the account is empty; waiting does not help then.
            return route.KEY if b'"insufficient_quota"' in body else route.OVERLOAD
        if status == 503 and retry_after > 0:
            return route.OVERLOAD
        if status in OF_THE_KEY:
            return route.KEY
        if status in OF_THE_CALLER and status != 408:
            return route.CALLER
        return route.TRANSIENT
