"""What a tongue is: how the emulated supplier is asked in one wire, and how it answers.

It shares no code with the gateway's wires, so that a mistake there is not made here too.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from archwright.plan.price import NO_KINDS, Kinds


class Asked(NamedTuple):
    """A request: the prompt as turns of (role, text) with so many `words`, and how the answer shall come.

    `most` are the tokens of the answer at most (None: not said), `tier` the lane that is asked for by name.
    """

    model: str
    turns: tuple[tuple[str, str], ...]
    words: int
    most: int | None
    stream: bool
    usage: bool
    tier: str = ""


class Head(NamedTuple):
    """What stands over an answer; `created` is the time of day in seconds, `tier` the lane it is given in, if asked."""

    id: str
    model: str
    created: int
    tier: str = ""


class Tally(NamedTuple):
    """Tokens read, of which `cached` are cheaper, and tokens written so far; `kinds` may have prices of their own."""

    prompt: int
    cached: int
    written: int
    kinds: Kinds = NO_KINDS


class Tongue(ABC):
    """One wire. `path` is where it is spoken, below a target's name."""

    path: ClassVar[str]

    @abstractmethod
    def read(self, body: bytes) -> Asked:
        """A request.

        Raises:
            msgspec.DecodeError: it is none.
        """

    @abstractmethod
    def whole(self, head: Head, text: str, tally: Tally) -> bytes:
        """A whole answer."""

    @abstractmethod
    def opening(self, head: Head, tally: Tally) -> bytes:
        """The events before the first words of a stream."""

    @abstractmethod
    def words(self, head: Head, text: str) -> bytes:
        """The event that says some words."""

    @abstractmethod
    def closing(self, head: Head, tally: Tally, usage: bool) -> bytes:
        """The events after the last words, with the usage where it is wanted."""

    @abstractmethod
    def refusal(self, status: int, message: str) -> bytes:
        """The body of an error."""
