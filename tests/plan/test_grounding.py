"""A prompt with passages is read back as it was written, and no document can write one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.plan.grounding import cited, fence_of, frame_words, prompt, read
from archwright.plan.passages import Passage

DIGEST = "0123456789abcdef" * 2


def passage(text: str, title: str = "Title") -> Passage:
    return Passage("a.md#1", "a.md", title, 1, 2, text)


def test_a_prompt_is_read_back() -> None:
    found = read(prompt([passage("one"), passage("two\nlines")], DIGEST, "No.") + "and the question?")
    assert found is not None
    assert found.fence == fence_of(DIGEST)
    assert found.passages == ((1, "one"), (2, "two\nlines"))
    assert found.question == "and the question?"


@given(texts=st.lists(st.text("ab []123\n:", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=4))
def test_a_document_cannot_pass_for_another_passage(texts: list[str]) -> None:
    found = read(prompt([passage(text) for text in texts], DIGEST, "No.") + "why?")
    assert found is not None
    assert [number for number, _ in found.passages] == list(range(1, len(texts) + 1))
    assert found.question == "why?"


def test_a_text_without_passages_is_left_alone() -> None:
    assert read("What are PASSAGES-12 about?\nQuestion: this") is None


def test_the_words_around_the_passages_are_counted() -> None:
    bare = prompt([], DIGEST, "Nothing about this.")
    assert frame_words("Nothing about this.") == len(bare.split())


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("", ()), ("so [2], and [1][2] so", (2, 1)), ("both [1, 3; 2]", (1, 3, 2)), ("a[0] [x] [12345] [1.2]", (0,))],
)
def test_citations_are_found(text: str, numbers: tuple[int, ...]) -> None:
    assert cited(text) == numbers
