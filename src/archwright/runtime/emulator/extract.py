"""Emulated answers from passages: their sentences in their own words, with the numbers of the passages behind them."""

from __future__ import annotations

import re

from archwright.plan.grounding import Grounds
from archwright.plan.passages import best_sentence, sentences

_WORD = re.compile(r"\w+")


def extract(grounds: Grounds, least: int = 0) -> tuple[str, ...]:
    """The words of an answer: the best sentence of the passage that shares most words with the question, and [n].

    Where that is shorter than `least` words, sentences of all passages follow, over and over, each with its number.
    """
    if not grounds.passages:
        return ()
    asked = _stems(grounds.question)
    number, text = max(grounds.passages, key=lambda item: len(asked & _stems(item[1])))
    words = _cited(best_sentence(text, grounds.question), number)
    more = [_cited(said, number) for number, text in grounds.passages for said in sentences(text)]
    place = 0
    while len(words) < least and more:
        words += more[place % len(more)]
        place += 1
    return tuple(words)


def spoken(words: tuple[str, ...], begin: int, end: int) -> str:
    """Words `begin` to `end` of an answer; every word but the first has its space in front."""
    said = " ".join(words[begin:end])
    return said if begin == 0 or not said else " " + said


def _cited(sentence: str, number: int) -> list[str]:
    return [*sentence.split(), f"[{number}]"]


def _stems(text: str) -> set[str]:
    return {word[:5] for word in _WORD.findall(text.lower()) if len(word) > 2}
