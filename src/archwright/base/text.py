"""Small helps for words shown to people."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `word`, or None where nothing is close."""
    found = difflib.get_close_matches(word, list(candidates), n=1, cutoff=0.6)
    return found[0] if found else None


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 request`, `2 requests`, `0 entries` (with `many="entries"`)."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def slug(name: str) -> str:
    """A name as one part of a dotted key: letters, digits and `_` stay, anything else becomes `-`."""
    return re.sub(r"[^\w]+", "-", name).strip("-")
