"""A decision as it is kept: what was asked, what could be done, what was chosen and why. It knows no format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archwright.report.document import Table, Text

Note = Literal["Good", "Neutral", "Bad"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """An option: what it is, and what speaks for and against it."""

    title: str
    summary: str = ""
    points: tuple[tuple[Note, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One decision. `name` and `number` identify it; `status` is as it is written, such as `superseded by ADR-0007`.

    `drivers` are requirements and criteria; `outcome` says what was chosen and why; `consequences` what follows from
    it; `confirmation` how it is held against what runs; `more` the numbers.
    """

    name: str
    number: int
    title: str
    status: str
    date: str
    makers: str
    consulted: str
    informed: str
    context: tuple[str, ...]
    drivers: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    outcome: tuple[str, ...]
    consequences: tuple[tuple[Note, str], ...]
    confirmation: tuple[Text | Table, ...]
    more: tuple[Text | Table, ...]
