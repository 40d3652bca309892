"""Ink for a terminal: plain ANSI escapes, or none at all; and words broken into lines of so many columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from archwright.render.safe_text import cells, visible

Ink = Literal["plain", "strong", "muted", "good", "bad", "warn", "accent"]
_CODES: Final[dict[Ink, str]] = {
    "plain": "",
    "strong": "1",
    "muted": "2",
    "good": "32",
    "bad": "31",
    "warn": "33",
    "accent": "36",
}


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes in colour where `colour` is true. What it is given has passed through `visible` already."""

    colour: bool

    def __call__(self, text: str, *inks: Ink) -> str:
        """`text` in these inks together."""
        codes = ";".join(_CODES[ink] for ink in inks if _CODES[ink])
        return f"\x1b[{codes}m{text}\x1b[0m" if self.colour and codes and text else text


def lines(text: str, room: int) -> list[str]:
    """The paragraphs of `text` as lines of at most `room` columns; a word that is longer is split."""
    found = []
    for paragraph in visible(text).split("\n"):
        line = ""
        for word in _pieces(paragraph, room):
            joined = f"{line} {word}" if line else word
            if cells(joined) <= room:
                line = joined
            else:
                found.append(line)
                line = word
        found.append(line)
    return found


def _pieces(text: str, room: int) -> Iterator[str]:
    for word in text.split():
        piece = ""
        for letter in word:
            if piece and cells(piece + letter) > room:
                yield piece
                piece = ""
            piece += letter
        yield piece


def padded(text: str, room: int, *, right: bool = False) -> str:
    """`text` filled with spaces to `room` columns, on its left where `right` is true."""
    space = " " * max(0, room - cells(text))
    return space + text if right else text + space
