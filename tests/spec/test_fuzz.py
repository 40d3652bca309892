"""Whatever happens to a file, its reader refuses it in words or reads it; nothing else comes out of it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.base.errors import InputError
from archwright.spec.load import loads

DESK = Path(__file__).resolve().parents[2] / "examples/support-desk/system.yaml"
EXAMPLE = DESK.read_text(encoding="utf-8").partition("\ninclude:")[0]
LINES = EXAMPLE.splitlines(keepends=True)
BITS = st.sampled_from([
    "", " ", "\t", "\n", ":", ": ", "- ", "[", "]", "{", "}", "'", '"', "&a ", "*a", "!", "|", ">", "#", "%", "@", "~",
    "null", "true", "0", "-1", "1e999", "nan", "$", "€", "/month", "\x00", "\ud800", "\u2028", "\u202e", "9" * 400,
    "<<: *a", "---\n", "chat", "gateway", "kind", "customer", "s", "%YAML 1.2\n", "- {from: chat, to: customer}",
])  # fmt: skip


def told(text: str) -> None:
    """Read a text; a refusal names at least one problem, each with a code, words and a mend."""
    try:
        loads(text)
    except InputError as error:
        problems = error.problems
    else:
        return
    assert problems
    for problem in problems:
        assert problem.code
        assert problem.message.isprintable()
        assert problem.mend, problem
        assert problem.where.line <= text.count("\n") + 2


@given(st.lists(st.tuples(st.integers(0, len(EXAMPLE)), st.integers(0, 30), BITS | st.text(max_size=3)), max_size=4))
@settings(max_examples=150, deadline=None)
def test_characters_replaced(edits: list[tuple[int, int, str]]) -> None:
    text = EXAMPLE
    for start, length, new in edits:
        text = text[:start] + new + text[start + length :]
    told(text)


@given(
    st.lists(
        st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, len(LINES) - 1), st.sampled_from("dmx")), max_size=5
    )
)
@settings(max_examples=150, deadline=None)
def test_lines_moved_doubled_and_lost(edits: list[tuple[int, int, str]]) -> None:
    lines = list(LINES)
    for start, end, what in edits:
        line = lines[start % len(lines)] if what == "d" else lines.pop(start % len(lines))
        if what != "x":
            lines.insert(end % len(lines), line)
    told("".join(lines))


@given(
    st.recursive(
        BITS | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
            | st.dictionaries(
                st.sampled_from(
                    ["system", "components", "flows", "data", "kind", "workload", "journeys", "steps", "value"]
                ),
                inner,
                max_size=4,
            ).map(lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}")
        ),
        max_leaves=12,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_small_document(text: str) -> None:
    told(text)
