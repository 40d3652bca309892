"""Emulated answers by meaning: one for each question of the corpus, in whichever words it is asked."""

from __future__ import annotations

import re

import pytest

from archwright.facts.corpus import corpus
from archwright.runtime.emulator.meaning import ID, by_meaning, meant
from archwright.runtime.replay.prompts import PADDING, question

SAID = corpus()


@pytest.mark.parametrize("answer", [0, 7, 45, 333])
def test_every_wording_of_a_question_has_the_same_answer(answer: int) -> None:
    found = {meant(question(SAID, answer, wording)) for wording in range(40)}
    assert len(found) == 1
    assert re.fullmatch(ID, found.pop())


def test_different_questions_have_different_answers() -> None:
    found = [meant(question(SAID, answer, 1)) for answer in range(300)]
    assert len(set(found)) == 300


def test_padding_changes_nothing_and_the_length_is_as_asked() -> None:
    asked = question(SAID, 5, 2)
    plain, padded = by_meaning([("user", asked)], 20), by_meaning([("user", f"{asked} {PADDING} {PADDING}")], 20)
    assert plain == padded
    assert len(plain) == 20
    assert len(by_meaning([("user", asked)], 0)) == 1


@pytest.mark.parametrize("text", ["", "Hello", "Where is my parcel for order?", "1001", "What is 12345?"])
def test_what_is_no_question_of_the_corpus_has_no_answer_of_its_own(text: str) -> None:
    assert by_meaning([("user", text)], 9) == ()
