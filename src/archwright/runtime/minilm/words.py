"""Text as the model reads it: cleaned, without case and accents, split into pieces of words (WordPiece of BERT).

Schuster and Nakajima 2012, as BERT's uncased models have it. The names of special pieces, such as `[SEP]`, are plain
text here: what a client writes cannot make one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"
MOST_CHARACTERS: Final = 100  # of a word; a longer one is unknown
LONGEST: Final = 20_000  # characters of a text: more are too long whatever they say
# Blocks of CJK ideographs: each of them is a word of its own.
IDEOGRAPHS: Final = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
_ASCII_MARKS: Final = frozenset(map(ord, r"!\"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"))


class Pieces:
    """The pieces of words that a model knows.

    Args:
        known: each piece with its number; those that go on inside a word begin with `##`.
    """

    def __init__(self, known: Mapping[str, int]) -> None:
        self.known = known
        self.first, self.last, self.unknown = known[FIRST], known[LAST], known[UNKNOWN]
        self._of = lru_cache(maxsize=20_000)(self._pieces)

    def read(self, text: str, most: int) -> list[int] | None:
        """The numbers of a text's pieces between those of its begin and end; None where there are more than `most`."""
        if len(text) > LONGEST:
            return None
        found = [self.first]
        for word in words(text):
            found += self._of(word) if len(word) <= MOST_CHARACTERS else (self.unknown,)
            if len(found) >= most:
                return None
        return [*found, self.last]

    def _pieces(self, word: str) -> Sequence[int]:
        """The longest piece that a word begins with, then the longest that goes on, and so on to its end."""
        found: list[int] = []
        begin = 0
        while begin < len(word):
            lead = "##" if begin else ""
            ends = range(len(word), begin, -1)
            end = next((end for end in ends if lead + word[begin:end] in self.known), 0)
            if not end:
                return (self.unknown,)
            found.append(self.known[lead + word[begin:end]])
            begin = end
        return tuple(found)


def words(text: str) -> Iterator[str]:
    """Words and marks of a text, in order, in lower case and without accents."""
    cleaned = "".join(map(_shown, text))
    plain = "".join(map(_lowered, unicodedata.normalize("NFD", cleaned)))
    for run in plain.split():
        yield from _split(run)


def _split(run: str) -> Iterator[str]:
    begin = 0
    for at, character in enumerate(run):
        if _is_mark(character):
            if begin < at:
                yield run[begin:at]
            yield character
            begin = at + 1
    if begin < len(run):
        yield run[begin:]


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    """A character that can be seen: space for all that is space, nothing for what controls, ideographs set apart."""
    code = ord(character)
    if character in "\t\n\r":
        return " "
    if code == 0xFFFD or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs"):
        return ""
    if character.isspace():
        return " "
    if any(low <= code <= high for low, high in IDEOGRAPHS):
        return f" {character} "
    return character


@lru_cache(maxsize=4096)
def _lowered(character: str) -> str:
    return "" if unicodedata.category(character) == "Mn" else character.lower()


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    return ord(character) in _ASCII_MARKS or unicodedata.category(character)[0] == "P"
