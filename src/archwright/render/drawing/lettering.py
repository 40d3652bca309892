"""Widths of words in a common sans serif, so that text fits its box before any browser has seen it.

Advance widths are those of the Helvetica metrics (thousandths of the font size, characters 32 to 126), which the
usual system fonts share or stay close to. Results are widened by `SLACK`: Inter and Roboto are a little wider, and
DejaVu Sans, the widest that a bare system falls back to, by an eighth.
"""

from __future__ import annotations

import unicodedata

from archwright.render.safe_text import visible

SLACK = 1.12
BOLD = 1.07
ELLIPSIS = "…"

_ADVANCES = (
    *(278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556),
    *(1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556),
    *(333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556),
    *(556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584),
)


def plain(text: str) -> str:
    """`text` on one line, with what must not be obeyed written out, and without the two codes that XML cannot hold."""
    return " ".join(visible(text).replace("\ufffe", "").replace("\uffff", "").split())


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that `text` takes at font size `size` (pixels), rounded up to the safe side."""
    thousandths = sum(_advance(character) for character in text)
    return thousandths / 1000 * size * SLACK * (BOLD if bold else 1.0)


def clipped(text: str, size: float, limit: float, *, bold: bool = False) -> str:
    """`text`, cut with an ellipsis where it is wider than `limit` pixels."""
    if width(text, size, bold=bold) <= limit:
        return text
    while text and width(text + ELLIPSIS, size, bold=bold) > limit:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def wrapped(text: str, size: float, limit: float, *, bold: bool = False) -> tuple[str, ...]:
    """The words of `text` on as many lines as `limit` pixels a line ask for; a word that is too wide is split."""
    lines: list[str] = []
    for word in _pieces(plain(text), size, limit, bold):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined, size, bold=bold) <= limit:
            lines[-1] = joined
        else:
            lines.append(word)
    return tuple(lines)


def fitted(text: str, size: float, limit: float, lines: int, *, bold: bool = False) -> tuple[str, ...]:
    """`wrapped` to at most `lines` lines; what is left over is shown by an ellipsis."""
    found = wrapped(text, size, limit, bold=bold)
    if len(found) <= lines:
        return found
    last = clipped(" ".join(found[lines - 1 :]), size, limit, bold=bold)
    return (*found[: lines - 1], last)


def _advance(character: str) -> int:
    code = ord(character)
    if 32 <= code <= 126:
        return _ADVANCES[code - 32]
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 1000
    base = unicodedata.normalize("NFD", character)[0]
    if 32 <= ord(base) <= 126:
        return _ADVANCES[ord(base) - 32]
    return 780 if character.isupper() else 640


def _pieces(text: str, size: float, limit: float, bold: bool) -> list[str]:
    pieces: list[str] = []
    for word in text.split():
        rest = word
        while width(rest, size, bold=bold) > limit and len(rest) > 1:
            head = 1
            while head < len(rest) - 1 and width(rest[: head + 1], size, bold=bold) <= limit:
                head += 1
            pieces.append(rest[:head])
            rest = rest[head:]
        pieces.append(rest)
    return pieces
