"""What a wire is: a format in which requests for answers, the answers, their streams and their errors are written.

A client speaks one wire to the gateway and a target speaks one to it. Where both are the same, bytes pass as they are;
otherwise the request goes through `neutral` into the target's wire and the answer comes back the same way.
"""

from __future__ import annotations

import functools
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar, NamedTuple

import msgspec

from archwright.runtime.neutral import Piece, Question, Said, Usage

Parts = Mapping[str, object]  # the fields of a request; one that passes as it came is a `msgspec.Raw`

_END = re.compile(rb"\r?\n\r?\n")
_PLACE = re.compile(r"at `\$\.?([^`]*)`")
_NAMED = re.compile(r"field `([^`]*)`")


class BadAsk(ValueError):
    """A body is no request of its wire, or says what another wire cannot. `field` is the place, where one is known."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


_MODEL = b'"model"'


@functools.lru_cache(maxsize=1024)
def _quoted(name: str) -> bytes:
    """A name as JSON; there are as many as a plan has routes and models."""
    return msgspec.json.encode(name)


class Fields(NamedTuple):
    """What a gateway must know of a request.

    `stream` says whether a stream is wanted, `usage` whether the usage at its end, `answers` how many choices, `most`
    how many output tokens at most (None: not said).
    """

    model: str
    stream: bool
    usage: bool
    answers: int
    most: int | None


class Event(NamedTuple):
    """What one event of a stream says.

    `content` that something for the reader is in it, `usage` the usage, `bare` that it holds usage and nothing else.
    `fault` is the outcome that an error in the stream means, 0 where there is none. `opening` is what a stream tells of
    its input before the output is known.
    """

    content: bool = False
    finished: bool = False
    usage: Usage | None = None
    bare: bool = False
    done: bool = False
    fault: int = 0
    opening: Usage | None = None


NOTHING = Event()


class Events:
    """Cuts a stream of bytes into events. What is not whole yet waits."""

    __slots__ = ("rest",)

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, piece: bytes) -> list[bytes]:
        """The events that are whole now, each with the blank line at its end."""
        data = self.rest + piece if self.rest else piece
        if b"\r" not in data:  # as nearly always; looking for both line ends takes ten times as long
            *whole, self.rest = data.split(b"\n\n")
            return [event + b"\n\n" for event in whole]
        found = []
        begin = 0
        for match in _END.finditer(data):
            found.append(data[begin : match.end()])
            begin = match.end()
        self.rest = data[begin:]
        return found


def payload(event: bytes) -> bytes:
    """The data of an event, its lines joined; empty for a comment."""
    lines = [line[5:].strip() for line in event.splitlines() if line.startswith(b"data:")]
    return lines[0] if len(lines) == 1 else b"\n".join(lines)


class Reader(ABC):
    """Reads one stream of a target."""

    @abstractmethod
    def read(self, event: bytes, begun: bool) -> Event:
        """What an event says. Once the answer has `begun` no more is read of it than is needed.

        Raises:
            msgspec.DecodeError: it had to be read and is no event of this wire.
        """

    def quiet(self, piece: bytes) -> int:
        """How many bytes at the begin of a piece are whole events that need not be read once the answer has begun."""
        return 0

    @abstractmethod
    def pieces(self, event: bytes) -> Iterable[Piece]:
        """What an event says, for another wire. What that cannot say, such as a model's thinking, is left out.

        Raises:
            msgspec.DecodeError: it is no event of this wire.
        """


class Teller(ABC):
    """Writes one stream to a client."""

    @abstractmethod
    def tell(self, pieces: Iterable[Piece]) -> bytes:
        """Events that say these pieces; it may be none yet."""

    @abstractmethod
    def close(self) -> bytes:
        """The events after the last piece."""


class Wire(ABC):
    """One format, as a client and as a target speaks it.

    Attributes:
        name: its name on the shelf.
        path: where a client asks.
        id_header: the header in which its clients look for the request's id.
        carried: headers of a client that a target of the same wire is told.
        talks: whether questions and answers in words go over it; vectors are none.
        end: what ends a stream.
    """

    name: ClassVar[str]
    path: ClassVar[str]
    id_header: ClassVar[bytes]
    carried: ClassVar[tuple[str, ...]] = ()
    talks: ClassVar[bool] = True
    end: ClassVar[bytes]

    # ------------------------------------------------------------------------------------------------ requests

    @abstractmethod
    def read(self, body: bytes, headers: Mapping[bytes, bytes]) -> Fields:
        """What a gateway must know of a request.

        Raises:
            BadAsk: it is none.
            msgspec.DecodeError: it is none.
        """

    @abstractmethod
    def question(self, body: bytes) -> Question:
        """A request in the neutral form; `most` is left to the caller.

        Raises:
            BadAsk: it says something that the neutral form cannot say.
            msgspec.DecodeError: the same; the text names the place.
        """

    @abstractmethod
    def written(self, question: Question) -> Parts:
        """A neutral request as the fields of this wire, but for the model.

        Raises:
            BadAsk: it says something that this wire cannot say.
        """

    @abstractmethod
    def addressed(self, parts: dict[str, object], model: str, stream: bool) -> dict[str, object]:
        """The fields of a request with the target's model, and asking for usage where that must be asked for."""

    def swapped(self, body: bytes, name: str, model: str, ask_usage: bool) -> bytes | None:
        """The body of a request for the model `name` as it came but for the target's model in its place.

        `ask_usage`: it shall ask for usage besides. None where that cannot be done without reading all of it: another
        `"model"` stands somewhere in it, or a name could be written with escapes.
        """
        begin = body.find(_MODEL) + len(_MODEL)
        if begin < len(_MODEL) or body.find(_MODEL, begin) >= 0 or b"\\u00" in body:
            return None
        given = _quoted(name)
        end = body.find(given, begin)
        if end < 0 or body[begin:end].strip() != b":":
            return None
        return body[:end] + _quoted(model) + body[end + len(given) :]

    @abstractmethod
    def grounded(self, parts: Parts, text: str, lead: str) -> Parts:
        """The fields of a request that somebody asked something in, where the model is told `text` besides.

        `lead` stands between the text and a question that it is written before.
        """

    # ------------------------------------------------------------------------------------------------- answers

    @abstractmethod
    def usage(self, body: bytes) -> Usage | None:
        """The usage in a whole answer, or None where it says none.

        Raises:
            msgspec.DecodeError: it is no answer.
        """

    @abstractmethod
    def letters(self, events: list[bytes]) -> int:
        """How many characters for the reader are in these events.

        An event of another shape counts by its size; one that is no JSON says nothing.
        """

    @abstractmethod
    def letters_of_whole(self, body: bytes) -> int:
        """How many characters for the reader are in a whole answer; one that cannot be read counts by its size."""

    @abstractmethod
    def text(self, events: list[bytes]) -> str:
        """The text for the reader in these events; one that cannot be read says nothing."""

    @abstractmethod
    def text_of_whole(self, body: bytes) -> str:
        """The text for the reader in a whole answer, of all its choices; one that cannot be read says nothing."""

    @abstractmethod
    def said(self, body: bytes) -> Said:
        """A whole answer in the neutral form.

        Raises:
            msgspec.DecodeError: it is no answer.
        """

    @abstractmethod
    def told(self, said: Said, created: int) -> bytes:
        """A neutral answer as a whole one; `created` is the time of day in seconds."""

    @abstractmethod
    def reader(self) -> Reader:
        """For one stream of a target."""

    @abstractmethod
    def teller(self, usage: bool, created: int) -> Teller:
        """For one stream to a client, with its `usage` or without."""

    @abstractmethod
    def as_stream(self, body: bytes, usage: bool) -> bytes:
        """A whole answer as a stream of the same wire, with its `usage` or without, up to its end."""

    @abstractmethod
    def as_whole(self, events: list[bytes]) -> bytes:
        """The events of a stream as one whole answer of the same wire."""

    @abstractmethod
    def ending(self, told: Mapping[str, object], identity: str, model: str, created: int) -> bytes:
        """The end of a stream that says `told` besides, in fields of the gateway's own."""

    # -------------------------------------------------------------------------------------------------- errors

    @abstractmethod
    def error(self, status: int, code: str, message: str, param: str, identity: str) -> tuple[int, bytes]:
        """Status and body of an error as clients of this wire expect it. `identity` is the request's id."""

    @abstractmethod
    def error_event(self, code: str, message: str) -> bytes:
        """An error inside a stream that has begun."""

    @abstractmethod
    def complaint(self, body: bytes) -> tuple[str, str]:
        """The message and the code of a target's error; the body itself where it has none."""

    @abstractmethod
    def classify(self, status: int, retry_after: float, body: bytes) -> int:
        """The outcome that a status other than 200 means. `retry_after` in seconds, 0: none was given."""


def place_in(text: str) -> str:
    """The place in a request that an error of msgspec names, such as `messages[0].content`; empty where none."""
    at, named = _PLACE.search(text), _NAMED.search(text)
    return ".".join(part[1] for part in (at, named) if part and part[1])


def words(given: object) -> str:
    """A text that may be missing, or be something else, in what a target wrote."""
    return given if isinstance(given, str) else ""


def event(data: object, name: str = "") -> bytes:
    """One event of a stream; `name` where the wire names its events."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + msgspec.json.encode(data) + b"\n\n"
