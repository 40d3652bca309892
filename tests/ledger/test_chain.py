"""The chain of a ledger: whatever is changed, left out, put in or cut off is found, and at its place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.ledger.chain import GENESIS, Head, parse_head, previous, seal, verify
from archwright.ledger.rows import Journey, Run, decode, encode


def chain(rows: int, head: Head | None = None) -> tuple[list[bytes], Head]:
    """So many chained rows."""
    lines, at = [], head or Head()
    for number in range(rows):
        line, at = seal(encode(Journey(f"s{number}", "ask", "é", 0.0, 1.0, "answered")), at)
        lines.append(line)
    return lines, at


def test_what_was_written_is_intact() -> None:
    lines, head = chain(5)
    assert verify(lines, head) == (head, 0, 0, "")
    assert previous(lines[0]) == GENESIS
    assert verify([]) == (Head(), 0, 0, "")


def test_chained_rows_are_read_as_rows() -> None:
    lines, _ = chain(3)
    assert [row.session for row in decode(lines, "x") if isinstance(row, Journey)] == ["s0", "s1", "s2"]


@given(st.integers(2, 12), st.data())
def test_a_changed_row_is_found(rows: int, data: st.DataObject) -> None:
    lines, head = chain(rows)
    at = data.draw(st.integers(0, rows - 1))
    place = data.draw(st.integers(0, len(lines[at]) - 2))
    changed = bytearray(lines[at])
    changed[place] ^= 1
    if changed[place] in b"\n\r":
        return
    verdict = verify([*lines[:at], bytes(changed), *lines[at + 1 :]], head)
    assert verdict.broken in (at + 1, at + 2)  # the row itself, or the first that does not fit to it


@given(st.integers(2, 12), st.data())
def test_a_row_that_was_taken_away_is_found(rows: int, data: st.DataObject) -> None:
    lines, head = chain(rows)
    at = data.draw(st.integers(0, rows - 1))
    assert verify([*lines[:at], *lines[at + 1 :]], head).broken == at + 1


def test_rows_that_change_places_or_come_twice_are_found() -> None:
    lines, head = chain(4)
    assert verify([lines[0], lines[2], lines[1], lines[3]], head).broken == 2
    assert verify([lines[0], lines[0], lines[1]], head).broken == 2


def test_rows_cut_off_at_the_end_are_found_with_the_head_only() -> None:
    lines, head = chain(4)
    assert verify(lines[:2]).broken == 0
    verdict = verify(lines[:2], head)
    assert (verdict.broken, verdict.head.rows) == (3, 2)
    assert "2 rows are missing" in verdict.why


def test_another_end_than_the_head_names_is_found() -> None:
    lines, head = chain(3)
    other, _ = seal(encode(Journey("s9", "ask", "é", 0.0, 1.0, "failed")), chain(2)[1])
    assert verify([*lines[:2], other], head).broken == 3
    assert verify([*lines[:2], other]).broken == 0


def test_rows_after_the_head_are_fine() -> None:
    lines, head = chain(3)
    more, end = chain(2, head)
    assert verify([*lines, *more], head) == (end, 0, 0, "")


def test_rows_of_an_older_program_come_first_and_are_held_too() -> None:
    old = [encode(Run("p", "s", "f", "serve", "now")), encode(Journey("a", "ask", "t", 0.0, 1.0, "answered"))]
    head = verify(old).head
    lines, end = chain(2, head)
    assert verify([*old, *lines], end) == (end, 2, 0, "")
    assert verify([old[1], old[0], *lines], end).broken == 3
    assert verify([*old, lines[0], old[0]]).broken == 4


def test_a_torn_row_is_said() -> None:
    lines, _ = chain(2)
    assert verify([lines[0], lines[1][:-5]]).broken == 2


def test_heads_are_read_as_they_are_written() -> None:
    _, head = chain(2)
    assert parse_head(str(head)) == head
    assert parse_head(f" {head}\n") == head
    for text in ("", "2", "x:y", "2:abc", f"-1:{GENESIS}", f"2:{'z' * 32}"):
        assert parse_head(text) is None
