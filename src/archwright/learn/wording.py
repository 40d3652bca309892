"""What a question says apart from its meaning: numbers, negation, opposites, names and words, as small digests.

Nothing here gives a question's text back: words are kept as 32-bit digests.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Iterable
from typing import Final, NamedTuple

WORD: Final = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
DIGITS: Final = 4  # of a number that names a thing, at least: fewer are mostly days, parts or amounts
LONGEST: Final = 20_000  # characters that are read: a pasted document must not hold up the others

# Not "one", which is mostly no number.
_COUNTED: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMERALS: Final = {word: str(value) for value, word in enumerate(_COUNTED, 2)} | {"hundred": "100", "thousand": "1000"}
_NO: Final = """
    not no never nor neither none nothing nobody nowhere cannot without unable dont doesnt didnt cant wont isnt wasnt
    havent hasnt hadnt shouldnt couldnt wouldnt arent
"""
NEGATIONS: Final = frozenset(_NO.split())
# Opposites: who asks about one side is not answered by the other.
AXES: Final = (
    ("on enable activate", "off disable deactivate"),
    ("over above exceed", "under below"),
    ("more most", "less fewer least"),
    ("increase raise higher", "decrease reduce lower"),
    ("add create", "remove delete"),
    ("open", "close"),
    ("start begin", "stop end"),
    ("allow permit unblock", "block forbid deny"),
    ("lock freeze", "unlock unfreeze"),
    ("accept approve", "reject decline refuse"),
    ("before", "after"),
    ("maximum max largest", "minimum min smallest"),
    ("up", "down"),
    ("first", "last"),
    ("buy", "sell"),
    ("send", "receive"),
    ("deposit", "withdraw"),
    ("upgrade", "downgrade"),
    ("subscribe", "unsubscribe"),
    ("include", "exclude"),
    ("import", "export"),
    ("lend", "borrow"),
    ("public", "private"),
    ("legal", "illegal"),
    ("safe", "unsafe"),
    ("show", "hide"),
    ("connect", "disconnect"),
    ("install", "uninstall"),
    ("encrypt", "decrypt"),
    ("encode", "decode"),
    ("ascending", "descending"),
    ("input", "output"),
    ("upload", "download"),
    ("push", "pull"),
    ("always", "never"),
)


class Wording(NamedTuple):
    """Sorted 32-bit digests of words, numbers and names; `poles` has a bit for each side of each axis that is named.

    `particular`: one of the numbers is that of a thing, such as an order's, and not how many there are.
    """

    words: bytes
    numbers: bytes
    names: bytes
    poles: int
    negated: bool
    particular: bool = False

    def dump(self) -> list[str | int]:
        """As JSON can say it."""
        return [
            self.words.hex(), self.numbers.hex(), self.names.hex(), self.poles, int(self.negated),
            int(self.particular),
        ]  # fmt: skip


def load(row: list[str | int]) -> Wording:
    """What `Wording.dump` wrote; of an older one nothing is known of particular numbers."""
    words, numbers, names, poles, negated, *rest = row
    return Wording(
        bytes.fromhex(str(words)), bytes.fromhex(str(numbers)), bytes.fromhex(str(names)), int(poles), bool(negated),
        any(rest),
    )  # fmt: skip


def read(text: str) -> Wording:
    """What `text` says; of a very long one its beginning and its end."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    words: set[str] = set()
    numbers: set[str] = set()
    names: set[str] = set()
    poles, negated, particular = 0, False, False
    for found in WORD.finditer(text):
        raw = found[0]
        word = raw.lower().replace("’", "'")
        if raw[0].isdigit() or word in NUMERALS:
            numbers.add(_number(NUMERALS.get(word, raw)))
            particular = particular or _particular(text, found.start(), raw)
            continue
        words.add(word)
        poles |= POLES.get(word, 0)
        negated = negated or word.replace("'", "") in NEGATIONS or word.endswith("n't")
        if raw[0].isupper() and len(raw) > 1 and not _begins(text, found.start()):
            names.add(word)
    return Wording(_digests(words), _digests(numbers), _digests(names), poles, negated, particular)


def overlap(one: bytes, other: bytes) -> float:
    """Jaccard's index of two sets of digests, 0 to 1; 1 where both are empty."""
    first, second = _set(one), _set(other)
    union = len(first | second)
    return len(first & second) / union if union else 1.0


def _begins(text: str, at: int) -> bool:
    """Whether a sentence begins at `at`, where a capital letter says nothing."""
    before = text[max(0, at - 8) : at].rstrip(" \t\"'“(")
    return not before or before[-1] in ".!?:\n"


def _particular(text: str, at: int, raw: str) -> bool:
    """Whether a number at `at` says which one: four digits and more, or letters before it, as in 4711 and LH123."""
    return raw.isdecimal() and (len(raw) >= DIGITS or (at > 0 and text[at - 1].isalpha()))


def _number(raw: str) -> str:
    """One spelling of a number: 1,000 is 1000 and 2.50 is 2.5."""
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", raw).replace(",", ".")
    if plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def _digests(items: Iterable[str]) -> bytes:
    return array("I", sorted({zlib.crc32(item.encode("utf-8", "replace")) for item in items})).tobytes()


def _set(packed: bytes) -> set[int]:
    found = array("I")
    found.frombytes(packed)
    return set(found)


def _forms(word: str) -> set[str]:
    """A word and its plain inflections; what is no word does no harm."""
    stem = word.removesuffix("e")
    doubled = word + word[-1]
    return {word, f"{word}s", f"{word}d", f"{word}ed", f"{stem}ed", f"{stem}ing", f"{word}ing"} | {
        f"{doubled}ed", f"{doubled}ing",
    }  # fmt: skip


POLES: Final[dict[str, int]] = {}
for _axis, _sides in enumerate(AXES):
    for _side, _words in enumerate(_sides):
        for _word in _words.split():
            for _form in _forms(_word):
                POLES[_form] = POLES.get(_form, 0) | 1 << (2 * _axis + _side)
