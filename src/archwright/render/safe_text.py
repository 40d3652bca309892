"""Words of other people made safe to show, and how many columns of a terminal they take.

Names come from files that others wrote: control characters could drive a terminal, and marks that turn the
direction of writing could make a line read as something that it is not. Both are shown, never obeyed.
"""

from __future__ import annotations

import unicodedata
from html import escape
from typing import Final

# The last two are no characters, and XML cannot hold them.
_UNSAFE: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


def visible(text: str) -> str:
    """`text` with control and direction-turning characters, and what is none, written out; newlines and tabs stay."""
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    if letter in "\n\t" or (unicodedata.category(letter) not in ("Cc", "Cs") and letter not in _UNSAFE):
        return letter
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def safe(text: str) -> str:
    """`text` for use between the tags, or in a quoted attribute, of HTML or SVG."""
    return escape(visible(text), quote=True)


def cells(text: str) -> int:
    """Columns that `text` takes in a terminal: wide characters take two, combining marks and joiners none."""
    return sum(_cell(letter) for letter in text)


def _cell(letter: str) -> int:
    if letter.isascii():
        return 1
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
