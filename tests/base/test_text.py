"""Words shown to people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.text import nearest, plural, slug


def test_the_nearest_name() -> None:
    assert nearest("gatway", ["agent", "gateway", "guard"]) == "gateway"
    assert nearest("xyz", ["agent", "gateway"]) is None
    assert nearest("a", []) is None


def test_plural() -> None:
    assert [plural(count, "request") for count in (0, 1, 1200)] == ["0 requests", "1 request", "1,200 requests"]
    assert plural(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("name", "key"), [("hand over", "hand-over"), ("a.b / c!", "a-b-c"), ("ask_2", "ask_2"), ("prüfen", "prüfen")]
)
def test_a_name_becomes_one_part_of_a_key(name: str, key: str) -> None:
    assert slug(name) == key


@given(st.text())
def test_a_part_of_a_key_has_no_dots_or_blanks_and_stays_as_it_is(name: str) -> None:
    key = slug(name)
    assert "." not in key
    assert not any(sign.isspace() for sign in key)
    assert slug(key) == key
