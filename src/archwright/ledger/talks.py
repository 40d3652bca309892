"""What customers got from conversations with an agent, as they saw it, and the words for it."""

from __future__ import annotations

from typing import Final

import msgspec

FULL: Final = "in full"
WITHOUT: Final = "without something"
PREPARED: Final = "prepared words"
PERSON: Final = "handed over"
NOTHING: Final = "failed"
GOT: Final = (FULL, WITHOUT, PREPARED, PERSON, NOTHING)


class Talk(msgspec.Struct, frozen=True):
    """One question and what came of it.

    Attributes:
        number: of the conversation, from 1.
        question: what the customer asked.
        status: of the HTTP answer, 0 where none came.
        worked: agents and tools that answered, agents first.
        missing: components that the answer had to do without.
        prepared: whether the words had been prepared.
        person: who took over; empty where nobody did.
        text: what the customer read.
        total_s: from the question to the answer, in the design's time.
    """

    number: int
    question: str
    status: int
    worked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    prepared: bool = False
    person: str = ""
    text: str = ""
    total_s: float = 0.0

    @property
    def got(self) -> str:
        """What the customer got: one of GOT."""
        if self.status != 200:
            return NOTHING
        if self.person:
            return PERSON
        if self.prepared:
            return PREPARED
        return WITHOUT if self.missing else FULL
