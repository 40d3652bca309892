"""What no likeness can outweigh: two questions that differ so are never answered alike, whatever their similarity.

Embeddings hardly see these differences: "balance over 1000" and "balance under 1000" have a cosine of 0.99.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from archwright.learn.wording import AXES, Wording

_FIRST: Final = sum(1 << (2 * axis) for axis in range(len(AXES)))


def numbers_differ(one: Wording, other: Wording) -> bool:
    """Both name numbers, and not the same ones, or only one does and says with it which thing it means.

    Where only one names others, such as "in 2 days", the score decides.
    """
    told = bool(one.numbers and other.numbers) or one.particular or other.particular
    return told and one.numbers != other.numbers


def negation_differs(one: Wording, other: Wording) -> bool:
    """One is negated, the other is not."""
    return one.negated != other.negated


def sides_differ(one: Wording, other: Wording) -> bool:
    """Of a pair of opposites, such as on and off, one names only the first and the other only the second."""
    a, b = _only(one.poles), _only(other.poles)
    return bool((a & (b >> 1) | b & (a >> 1)) & _FIRST)


def _only(poles: int) -> int:
    """The sides whose opposite is not named as well."""
    both = poles & (poles >> 1) & _FIRST
    return poles & ~(both | both << 1)


VETOES: Final[tuple[Callable[[Wording, Wording], bool], ...]] = (numbers_differ, negation_differs, sides_differ)


def vetoed(one: Wording, other: Wording) -> bool:
    """Whether any veto stands between two questions."""
    return any(veto(one, other) for veto in VETOES)
