"""Pairs of questions that must never share an answer, and pairs that may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.learn.vetoes import negation_differs, numbers_differ, sides_differ, vetoed
from archwright.learn.wording import load, overlap, read


@pytest.mark.parametrize(
    ("one", "other", "veto"),
    [
        ("send 50 pounds", "send 500 pounds", numbers_differ),
        ("a trip of two weeks", "a trip of 3 weeks", numbers_differ),
        ("is 2.5 % the rate", "is 25 % the rate", numbers_differ),
        ("where is parcel 4711", "where is my parcel", numbers_differ),
        ("is flight LH123 late", "is my flight late", numbers_differ),
        ("my card has arrived", "my card has not arrived", negation_differs),
        ("I can pay", "I can't pay", negation_differs),
        ("I can’t pay", "I can pay", negation_differs),
        ("turn on dark mode", "turn off dark mode", sides_differ),
        ("enable contactless", "disabling contactless", sides_differ),
        ("turn it on", "disable it", sides_differ),
        ("balance over 1000", "balance under 1000", sides_differ),
        ("increased my limit", "decreasing my limit", sides_differ),
        ("freeze the card", "unfreeze the card", sides_differ),
    ],
)
def test_a_difference_that_counts_is_a_veto(one: str, other: str, veto: object) -> None:
    found = [each for each in (numbers_differ, negation_differs, sides_differ) if each(read(one), read(other))]
    assert found == [veto]
    assert vetoed(read(other), read(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("transfer 1,000 pounds", "please transfer 1000 pounds"),
        ("two weeks ago", "2 weeks ago"),
        ("is it 2.50?", "is it 2.5"),
        ("I can't pay", "I cannot pay"),
        ("turn it on or off", "how do I turn it off"),
        ("turn on contactless", "enable contactless"),
        ("where is my card", "has my card been sent in 5 days"),
        ("where is parcel 4711", "and where is parcel 4711?"),
        ("can I send 500 pounds", "can I send money"),
        ("by 5pm", "when"),
        ("", ""),
    ],
)
def test_a_difference_of_wording_is_none(one: str, other: str) -> None:
    assert not vetoed(read(one), read(other))


@given(st.text(max_size=200), st.text(max_size=200))
def test_vetoes_and_overlap_do_not_mind_the_order(one: str, other: str) -> None:
    a, b = read(one), read(other)
    assert vetoed(a, b) == vetoed(b, a)
    assert overlap(a.words, b.words) == overlap(b.words, a.words)
    assert not vetoed(a, a)
    assert load(a.dump()) == a


def test_a_name_is_seen_within_a_sentence_and_not_at_its_beginning() -> None:
    assert read("Where is Anna Schmidt?").names == read("and Anna, or Schmidt").names != b""
    assert read("Where is it? Here.").names == b""


def test_a_very_long_question_is_read_at_both_ends() -> None:
    middle = "word " * 10_000
    assert read(f"10 {middle} end 20").numbers == read("10 20").numbers


def test_what_was_written_before_particular_numbers_were_known_is_read() -> None:
    found = read("where is parcel 4711")
    assert found.particular
    assert load(found.dump()[:-1]) == found._replace(particular=False)
