"""What a leaf of the file becomes: a number with its unit, place and provenance, or a word that knows its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from archwright.base.errors import NOWHERE, Location
from archwright.base.units import parse, show

Origin = Literal["measured", "sourced", "guessed", "chosen"]


@dataclass(frozen=True, slots=True)
class Given:
    """A number that a person wrote.

    `value` is in the base unit of `dimension`; `text` is what was written. `origin` says why we may believe it:
    measured (by what), sourced (from where), guessed, or chosen (a setting is a decision, not an estimate); `note`
    holds the by-what or from-where. `low` and `high` are its band where one is stated: nine of ten times it is above
    the one and below the other. Two are equal when they say the same, wherever they stand.
    """

    value: float
    dimension: str
    text: str
    origin: Origin = "chosen"
    note: str = ""
    where: Location = field(default=NOWHERE, compare=False)
    low: Given | None = None
    high: Given | None = None

    def __str__(self) -> str:
        return self.text

    @property
    def whole(self) -> int:
        """The value as an integer (money in pico-dollars, counts)."""
        return round(self.value)

    @property
    def shown(self) -> str:
        """The value in a normal form, independent of how it was written."""
        return show(self.value, self.dimension)


def given(text: str | int | float, dimension: str, origin: Origin = "chosen", note: str = "") -> Given:
    """A number written in Python instead of in a file.

    Raises:
        UnitError: `text` is not a quantity of `dimension`.
    """
    return Given(parse(text, dimension), dimension, str(text), origin, note)


class Word(str):
    """A word of the file: a name, a reference or a sentence. It is a `str` that knows where it stands."""

    where: Location = NOWHERE

    @classmethod
    def at(cls, text: str, where: Location) -> Word:
        """`text` standing at `where`."""
        word = cls(text)
        word.where = where
        return word
