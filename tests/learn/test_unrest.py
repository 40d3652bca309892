"""Where an answer is asked and not served, because something changes near the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.learn import wording
from archwright.learn.features import Answer, Entry
from archwright.learn.unrest import FADES, YOUNG, unsettled

OLD, NEW = 1, 2
NOW = 10_000
ASKED = wording.read("where is my card")
NEAR = [(1, 0.9), (2, 0.89), (3, 0.88)]


def entries(surprise: bool = False, at: int = 0, rival: int = NEW) -> dict[int, Entry]:
    """Two entries of an old answer, and one of another between them."""
    words = wording.read("where is my card")
    other = Entry(rival, words, Answer(), surprise=surprise, at=at)
    return {1: Entry(OLD, words, Answer()), 2: other, 3: Entry(OLD, words, Answer())}


def groups(born: int = 0) -> dict[int, Answer]:
    return {OLD: Answer(members=2), NEW: Answer(members=1, born=born)}


@pytest.mark.parametrize(("age", "asked"), [(0, True), (YOUNG - 1, True), (YOUNG, False)])
def test_a_new_answer_nearby_has_the_old_one_asked_until_it_is_new_no_more(age: int, asked: bool) -> None:
    assert unsettled((ASKED, NEAR), OLD, entries(), groups(NOW - age), NOW) is asked


def test_a_surprise_nearby_has_it_asked_until_that_has_faded() -> None:
    told = [
        unsettled((ASKED, NEAR), OLD, entries(surprise=True, at=NOW - age), groups(), NOW)
        for age in range(0, 10_000, 100)
    ]
    assert told[0]
    assert not told[-1]
    assert told == sorted(told, reverse=True)


def test_a_surprise_far_away_is_none() -> None:
    far = [(1, 0.9), (3, 0.88), (2, 0.9 - 0.4)]
    assert not unsettled((ASKED, far), OLD, entries(surprise=True, at=NOW), groups(), NOW)


@given(surprise=st.booleans(), at=st.integers(0, NOW), born=st.integers(0, NOW))
def test_neighbours_with_the_same_answer_are_no_unrest(surprise: bool, at: int, born: int) -> None:
    there = groups() | {OLD: Answer(members=3, born=born)}
    assert not unsettled((ASKED, NEAR), OLD, entries(surprise, at, rival=OLD), there, NOW)


@given(at=st.integers(0, NOW), born=st.integers(0, NOW))
def test_what_is_old_enough_is_no_unrest(at: int, born: int) -> None:
    later = NOW + YOUNG + int(10 * FADES)
    assert not unsettled((ASKED, NEAR), OLD, entries(surprise=True, at=at), groups(born), later)


@given(at=st.integers(0, NOW), born=st.integers(0, NOW))
def test_what_a_veto_keeps_away_is_no_unrest(at: int, born: int) -> None:
    there = entries(surprise=True, at=at)
    there[2].wording = wording.read("where is my card 4711")
    assert not unsettled((ASKED, NEAR), OLD, there, groups(born), NOW)
