"""Emulated answers by meaning: a question of the corpus has one answer in whichever words it is asked.

The answer begins with an id that stands for the question's intent and number. What is no question of the corpus has
none, and is answered by luck as ever.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from archwright.facts.corpus import SUPPORT, corpus
from archwright.policy.chance import CHUNK, fold
from archwright.runtime.emulator.writing import WORDS

ID: Final = r"\[A\d+-\d+\]"  # what `compare: answer-id` finds in such answers
_NUMBER = re.compile(r"\b\d{4,}\b")
_PLACE: Final = "{number}"


@cache
def _asks(name: str) -> dict[str, int]:
    """Every wording of the corpus, and its intent."""
    return {ask: intent for intent, asks in enumerate(corpus(name).questions) for ask in asks}


def meant(text: str, name: str = SUPPORT) -> str:
    """The id of the answer that a question of the corpus has; empty where it is none."""
    number = _NUMBER.search(text)
    if number is None:
        return ""
    asked = f"{text[: number.start()]}{_PLACE}{text[number.end() :]}".replace(number[0], _PLACE)
    found = [(len(ask), intent) for ask, intent in _asks(name).items() if asked.startswith(ask)]
    return f"[A{max(found)[1]}-{number[0]}]" if found else ""


def by_meaning(turns: Sequence[tuple[str, str]], words: int) -> tuple[str, ...]:
    """So many words that answer the last question of a prompt, its id first; none where it is not of the corpus."""
    identity = meant(next((said for role, said in reversed(turns) if role == "user"), ""))
    if not identity:
        return ()
    first = fold(0, int.from_bytes(identity.encode()) % 2**60, 0, CHUNK)
    return (identity, *(WORDS[(first + 7 * at) % len(WORDS)] for at in range(1, words)))[: max(1, words)]
