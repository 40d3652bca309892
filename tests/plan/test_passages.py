"""Documents are cut the same way every time, and nothing of them is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.errors import InputError
from archwright.plan.passages import Index, Passage, best_sentence, cut, decode, digest, encode, sentences

HANDBOOK = """\
# Leave

Everybody has leave.

## Carry over
Five days move on.
They lapse in March.

```
# no heading
```

Setext title
============
last words
"""
WORDS = st.text("ab \n#-=`.!?é", max_size=400)


def test_headings_begin_passages_and_stay_their_titles() -> None:
    found = cut("leave.md", HANDBOOK, 50, 10)
    assert [(item.id, item.title, item.first, item.last) for item in found] == [
        ("leave.md#1", "Leave", 2, 4),
        ("leave.md#2", "Leave > Carry over", 6, 12),
        ("leave.md#3", "Setext title", 15, 15),
    ]
    assert "# no heading" in found[1].text
    assert found[2].text == "last words"


def test_plain_text_has_no_headings() -> None:
    (found,) = cut("notes.txt", "# one\ntwo\n", 50, 10)
    assert (found.title, found.text, found.first, found.last) == ("", "# one\ntwo", 1, 2)


def test_a_long_line_is_cut_and_overlaps() -> None:
    text = " ".join(f"w{number}" for number in range(100))
    found = [item.text.split() for item in cut("a.txt", text, 40, 10)]
    assert all(len(words) <= 40 for words in found)
    for before, after in pairwise(found):
        assert before[-10:] == after[:10]


@given(text=WORDS, words=st.integers(20, 60), overlap=st.integers(0, 10))
def test_every_word_is_kept_and_no_passage_is_too_long(text: str, words: int, overlap: int) -> None:
    found = cut("a.txt", text, words, overlap)
    assert found == cut("a.txt", text, words, overlap)
    assert all(len(item.text.split()) <= words for item in found)
    assert [item.id for item in found] == [f"a.txt#{number}" for number in range(1, len(found) + 1)]
    assert all(1 <= item.first <= item.last <= len(text.splitlines()) for item in found)
    kept = {word for item in found for word in item.text.split()}
    assert kept == set(text.split())


@given(text=WORDS)
def test_markdown_of_any_shape_is_cut(text: str) -> None:
    for item in cut("a.md", text, 20, 5):
        assert item.text.strip() == item.text != ""
        assert len(item.text.split()) <= 20


def test_control_characters_do_not_reach_a_prompt() -> None:
    (found,) = cut("a.txt", "one\x1b[2Jtwo\x00", 50, 0)
    assert found.text == "one [2Jtwo"


def test_an_index_comes_back_from_its_bytes_and_is_named_by_all_of_it() -> None:
    index = Index("r", 50, 10, cut("leave.md", HANDBOOK, 50, 10))
    assert decode(encode(index), "i") == index
    other = Index(
        "r", 50, 10, (*index.passages[:-1], Passage("leave.md#3", "leave.md", "Setext title", 15, 15, "last"))
    )
    assert len({digest(index), digest(other), digest(Index("r", 50, 11, index.passages))}) == 3


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1]", b"\xff", b'{"retriever":"r","words":1,"overlap":0,"passages":[],"schema":9}']
)
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="bad-index"):
        decode(data, "index.json")


def test_the_best_sentence_shares_most_with_the_question() -> None:
    text = "Meals are paid.\n- Hotels cost 140 euros\n- Taxis are paid back at night. Fines are not."
    assert sentences(text) == [
        "Meals are paid.",
        "- Hotels cost 140 euros",
        "- Taxis are paid back at night.",
        "Fines are not.",
    ]
    assert best_sentence(text, "may I take a taxi at night?") == "- Taxis are paid back at night."
    assert best_sentence("", "anything") == ""
