"""YAML with reasons: what is written reads as what was meant, whatever it is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.analysis.adopt.evidence import Fact, guess, seen
from archwright.analysis.adopt.names import TAKEN, name
from archwright.analysis.adopt.page import Items, Remark, lines, nested, one_line
from archwright.spec.source import Mapping, Scalar, parse
from archwright.spec.source import Sequence as Parts

WORDS = st.text(min_size=1, max_size=200).map(one_line).filter(bool)


@settings(deadline=None)
@given(WORDS, WORDS, st.sampled_from(["", "measured", "source", "guess"]))
def test_words_and_reasons_come_back(words: str, note: str, origin: str) -> None:
    (line,) = lines({"key": Fact(words, note, "sure", origin)})  # type: ignore[arg-type]
    tree = parse(line, "page")
    assert isinstance(tree, Mapping)
    value = tree.items["key"][1]
    if isinstance(value, Mapping):
        found = {key: item.text for key, (_, item) in value.items.items() if isinstance(item, Scalar)}
        assert found == {"value": words, origin: note}
    else:
        assert isinstance(value, Scalar)
        assert value.text == words
        assert line.endswith(", sure")


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4))
def test_a_list_comes_back(words: list[str]) -> None:
    (line,) = lines({"key": seen(tuple(words), "here")})
    tree = parse(line, "page")
    assert isinstance(tree, Mapping)
    value = tree.items["key"][1]
    assert isinstance(value, Parts)
    assert [item.text for item in value.items if isinstance(item, Scalar)] == words


@settings(deadline=None)
@given(st.text(max_size=400))
def test_a_comment_stays_on_its_line(words: str) -> None:
    (line,) = lines({"": Remark(words)})
    assert line.startswith("# ")
    parse(f"a: 1\n{line}\nb: 2", "page")


def test_settings_nest_and_what_is_empty_is_left_out() -> None:
    tree = nested({"limits.requests": seen("5/min", "x:1"), "pace.first": guess("1 s", "why")})
    written = list(lines({"a": tree, "empty": {}, "list": Items(({"name": "b", "steps": tree},))}))
    assert written[0] == "a:"
    assert written[1] == "  limits:"
    assert written[2].split("#")[1] == " from x:1, sure"
    assert written[4] == '    first: {value: 1 s, guess: "why"}'
    assert written[5:7] == ["list:", "  - name: b"]
    assert written[7] == "    steps:"


@settings(deadline=None)
@given(st.text(max_size=90), st.sets(st.text(max_size=3)))
def test_a_name_is_new_and_may_stand_in_a_file(words: str, used: set[str]) -> None:
    found = name(words, used)
    assert found not in used
    assert found.isascii()
    assert found.replace("-", "").replace("_", "").isalnum()
    assert found not in TAKEN
