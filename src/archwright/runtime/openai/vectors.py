"""OpenAI's embeddings: vectors of texts. Another address of its wire, at which nobody talks.

Targets that speak OpenAI's wire are asked at their own address for it, in bytes as they came; no other wire makes
vectors, so nothing is translated. A vector has no words: none come in pieces, and none are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, NoReturn

import msgspec

from archwright.runtime.neutral import Question, Said, Usage
from archwright.runtime.openai.faults import Faults
from archwright.runtime.wire import BadAsk, Fields, Parts, Reader, Teller

_WHY: Final = "vectors are made by targets that speak OpenAI's wire only"


class _Fields(msgspec.Struct):
    model: str
    input: msgspec.Raw


class _Used(msgspec.Struct):
    prompt_tokens: Annotated[int, msgspec.Meta(ge=0)] = 0


class _Whole(msgspec.Struct):
    data: list[msgspec.Raw]
    usage: _Used | None = None


_fields = msgspec.json.Decoder(_Fields)
_whole = msgspec.json.Decoder(_Whole)


class Vectors(Faults):
    """The wire of embeddings."""

    name = "openai-embeddings"
    path = "/v1/embeddings"
    talks = False
    end = b""

    def read(self, body: bytes, headers: Mapping[bytes, bytes]) -> Fields:
        """What a gateway must know of a request: it has no output tokens."""
        return Fields(_fields.decode(body).model, False, False, 1, 0)

    def addressed(self, parts: dict[str, object], model: str, stream: bool) -> dict[str, object]:
        """The target's model. All other fields are as they came."""
        return {**parts, "model": model}

    def usage(self, body: bytes) -> Usage | None:
        """The usage in a whole answer."""
        used = _whole.decode(body).usage
        return None if used is None else Usage(used.prompt_tokens, 0, 0)

    def letters(self, events: list[bytes]) -> int:
        """There are none."""
        return 0

    def letters_of_whole(self, body: bytes) -> int:
        """There are none."""
        return 0

    def text(self, events: list[bytes]) -> str:
        """There is none."""
        return ""

    def text_of_whole(self, body: bytes) -> str:
        """There is none."""
        return ""

    def question(self, body: bytes) -> Question:
        """No other wire can ask for vectors."""
        _refuse()

    def written(self, question: Question) -> Parts:
        """A question of another wire wants words."""
        _refuse()

    def grounded(self, parts: Parts, text: str, lead: str) -> Parts:
        """Nobody is told anything."""
        _refuse()

    def said(self, body: bytes) -> Said:
        """A vector says nothing."""
        _refuse()

    def told(self, said: Said, created: int) -> bytes:
        """Words are no vector."""
        _refuse()

    def reader(self) -> Reader:
        """Vectors do not come as a stream."""
        _refuse()

    def teller(self, usage: bool, created: int) -> Teller:
        """Vectors do not go as a stream."""
        _refuse()

    def as_stream(self, body: bytes, usage: bool) -> bytes:
        """Vectors do not go as a stream."""
        _refuse()

    def as_whole(self, events: list[bytes]) -> bytes:
        """Vectors do not come as a stream."""
        _refuse()

    def ending(self, told: Mapping[str, object], identity: str, model: str, created: int) -> bytes:
        """There is no stream that could end."""
        _refuse()

    def error_event(self, code: str, message: str) -> bytes:
        """There is no stream that could break."""
        _refuse()


def _refuse() -> NoReturn:
    raise BadAsk(_WHY)


VECTORS: Final = Vectors()
