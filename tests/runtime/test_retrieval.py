"""Passages are found by words and by vectors, joined, and never by what a question tells the search to do."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.plan.passages import Index, Passage
from archwright.runtime.emulator.hashing import vector
from archwright.runtime.retrieval.search import LONGEST, Searcher, fuse, readings
from archwright.runtime.retrieval.vectors import EXACT, Vectors, unit
from archwright.runtime.retrieval.words import COMMON, Words, content_words

TEXTS = [
    ("Leave", "Everybody has 28 days of annual leave."),
    ("Carry over", "Five unused days of leave move to the next year."),
    ("Travel", "A taxi is paid back at night."),
    ("Security", "Report a stolen laptop within one hour."),
]


def searcher(texts: list[tuple[str, str]] = TEXTS, fusion: float = 0.5) -> Searcher:
    passages = tuple(Passage(f"a.md#{at}", "a.md", title, at, at, body) for at, (title, body) in enumerate(texts, 1))
    return Searcher(Index("r", 100, 0, passages), fusion)


@pytest.mark.parametrize(
    ("question", "first"),
    [("Are taxis paid at night?", 2), ("my LAPTOP was stolen", 3), ("carried over leave", 1), ("annual léave", 0)],
)
def test_words_find_the_passage(question: str, first: int) -> None:
    (best, *_) = searcher().search(question, None, 2)
    assert best.row == first
    assert 0.2 < best.support <= 1.0


@pytest.mark.parametrize(
    "question", ["", "?!", "the of and", "football world cup", '" OR title:', "NEAR(", "*", "a" * 9999]
)
def test_a_question_about_nothing_finds_nothing_of_weight(question: str) -> None:
    assert all(hit.support < 0.2 for hit in searcher().search(question, None, 3))


@given(question=st.text(max_size=60))
def test_no_question_is_an_error(question: str) -> None:
    words = Words(TEXTS)
    found = words.search(question, 3)
    assert all(0.0 <= support <= 1.0 for support in found.values())
    words.close()


def test_an_empty_index_finds_nothing() -> None:
    assert searcher([]).search("leave", None, 3) == []


def test_common_words_count_only_where_there_are_no_others() -> None:
    assert content_words("How do I claim my leave?") == ["claim", "leave"]
    assert content_words("how do I") == ["how", "do", "i"]
    assert all(word == word.lower() for word in COMMON)


def test_the_nearest_vector_comes_first() -> None:
    vectors = Vectors([[1.0, 0.0], [1.0, 1.0], [-1.0, 0.0], [0.0, 0.0]])
    found = vectors.search([2.0, 0.1], 4)
    assert list(found)[:2] == [0, 1]
    assert found[2] == found[3] == 0.0


def test_many_vectors_are_searched_by_their_signs_first() -> None:
    many = [vector(f"passage number {number} about {number * 7}") for number in range(EXACT + 1)]
    vectors = Vectors(many)
    (best, *_) = vectors.search(many[1234], 3)
    assert best == 1234


def test_vectors_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="different length"):
        Vectors([[1.0], [1.0, 2.0]])
    with pytest.raises(ValueError, match="3 numbers"):
        Vectors([[1.0, 2.0]]).search([1.0, 2.0, 3.0], 1)
    with pytest.raises(ValueError, match="no number"):
        unit([math.nan])


def test_fusion_gives_the_best_of_each_its_weight() -> None:
    fused = fuse({0: 0.9, 1: 0.5, 2: 0.1}, {1: 0.8, 3: 0.2}, 0.25)
    assert fused == pytest.approx({0: 0.75, 1: 0.75 * 0.5 + 0.25, 2: 0.0, 3: 0.0})
    assert fuse({}, {}, 0.5) == {}


@given(
    words=st.dictionaries(st.integers(0, 9), st.floats(0, 1)),
    vectors=st.dictionaries(st.integers(0, 9), st.floats(0, 1)),
    weight=st.floats(0, 1),
)
def test_a_fused_score_is_a_share(words: dict[int, float], vectors: dict[int, float], weight: float) -> None:
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fuse(words, vectors, weight).values())


def test_vectors_find_what_words_do_not_and_support_stays_that_of_words() -> None:
    one = searcher()
    one.vectors = Vectors(vector(text) for text in one.texts())
    (best, *_) = one.search("stoln lptop", vector("stolen laptop"), 2)
    assert (best.row, best.support) == (3, 0.0)


def test_a_short_question_is_read_with_what_was_said_before() -> None:
    asked = "How many days of leave may I carry over?"
    assert readings([asked, "and for illness?"]) == ("and for illness?", f"{asked}\nand for illness?")
    assert readings([asked, "Who may claim costly meals with customers?"]) == (
        "Who may claim costly meals with customers?",
    )
    assert readings(["illness?"]) == ("illness?",)
    assert readings([]) == ("",)
    assert readings(["x" * 10**6])[0] == "x" * LONGEST


def test_emulated_vectors_are_near_where_wording_is() -> None:
    def near(one: str, other: str) -> float:
        return sum(a * b for a, b in zip(vector(one), vector(other), strict=True))

    assert near("annual leave", "the annual leaves") > 0.5 > near("annual leave", "stolen laptop")
    assert sum(vector("")) == 0.0
