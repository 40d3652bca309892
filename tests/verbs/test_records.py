"""Records on disk: made anew, and no line that a person wrote is ever lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.verbs.records import keep_record

FIRST, SECOND = "---\nstatus: proposed\n---\n\n# One\n", "---\nstatus: accepted\n---\n\n# Two\n"


def keep(folder: Path, text: str, name: str = "hosting", title: str = "Keep it managed") -> tuple[Path | None, str]:
    return keep_record(folder, 1, name, title, text)


def test_a_first_record_gets_a_number_and_a_name(tmp_path: Path) -> None:
    file, note = keep(tmp_path / "docs" / "decisions", FIRST)
    assert file == tmp_path / "docs" / "decisions" / "0001-keep-it-managed.md"
    assert note == ""
    assert file.read_text().startswith(FIRST)


def test_the_same_record_is_the_same_bytes(tmp_path: Path) -> None:
    file, _ = keep(tmp_path, FIRST)
    assert file is not None
    before = file.read_bytes()
    assert keep(tmp_path, FIRST) == (file, "")
    assert file.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == [file.name]


def test_what_stands_below_the_mark_is_kept(tmp_path: Path) -> None:
    file, _ = keep(tmp_path, FIRST)
    assert file is not None
    with file.open("a") as more:
        more.write("\n## Notes\n\nWe shall see.")
    keep(tmp_path, SECOND)
    assert file.read_text().startswith(SECOND)
    assert file.read_text().endswith("\n## Notes\n\nWe shall see.")
    keep(tmp_path, FIRST)
    assert file.read_text().endswith("\n## Notes\n\nWe shall see.")


def test_a_record_changed_above_the_mark_is_left_alone(tmp_path: Path) -> None:
    file, _ = keep(tmp_path, FIRST)
    assert file is not None
    changed = file.read_text().replace("# One", "# One\n\nBy hand.")
    file.write_text(changed)
    beside, note = keep(tmp_path, SECOND)
    assert beside == tmp_path / "0001-keep-it-managed.md.new"
    assert "changed by hand" in note
    assert file.read_text() == changed
    assert beside.read_text().startswith(SECOND)
    assert keep(tmp_path, FIRST)[0] == beside  # nobody wrote in that one


def test_neither_is_overwritten_when_both_were_changed(tmp_path: Path) -> None:
    file, _ = keep(tmp_path, FIRST)
    assert file is not None
    file.write_text("mine\n" + file.read_text())
    beside, _ = keep(tmp_path, SECOND)
    assert beside is not None
    beside.write_text(f"mine too\n{beside.read_text()}")
    texts = file.read_text(), beside.read_text()
    written, note = keep(tmp_path, FIRST)
    assert written is None
    assert "neither is overwritten" in note
    assert (file.read_text(), beside.read_text()) == texts


def test_the_record_beside_goes_when_the_first_one_can_be_made_again(tmp_path: Path) -> None:
    file, _ = keep(tmp_path, FIRST)
    assert file is not None
    whole = file.read_text()
    file.write_text(whole + "below\n")
    file.write_text(whole.replace("One", "Mine"))
    keep(tmp_path, SECOND)
    file.write_text(whole)
    assert keep(tmp_path, SECOND) == (file, "")
    assert [item.name for item in tmp_path.iterdir()] == [file.name]


def test_a_number_that_another_record_has_is_told(tmp_path: Path) -> None:
    (tmp_path / "0001-use-postgres.md").write_text("# Use PostgreSQL\n")
    (tmp_path / "0007-more.md").write_text("# More\n")
    file, note = keep(tmp_path, FIRST)
    assert file == tmp_path / "0001-keep-it-managed.md"
    assert "0001-use-postgres.md has the number" in note
    assert "`number: 8`" in note


def test_a_file_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "0001-keep-it-managed.md").write_text("# Written by hand\n")
    beside, note = keep(tmp_path, FIRST)
    assert beside is not None
    assert beside.name.endswith(".new")
    assert note
    assert (tmp_path / "0001-keep-it-managed.md").read_text() == "# Written by hand\n"


@pytest.mark.parametrize("content", [b"\xff\xfe", b""])
def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "0001-keep-it-managed.md"
    file.write_bytes(content)
    written, _ = keep(tmp_path, FIRST)
    assert written != file
    assert file.read_bytes() == content


def test_a_new_title_does_not_move_the_record(tmp_path: Path) -> None:
    file, _ = keep(tmp_path, FIRST)
    assert keep(tmp_path, SECOND, title="Another title") == (file, "")
    other, _ = keep(tmp_path, SECOND, name="other", title="Another title")
    assert other == tmp_path / "0001-another-title.md"


def test_line_ends_of_another_system_are_no_change(tmp_path: Path) -> None:
    file, _ = keep(tmp_path, FIRST)
    assert file is not None
    file.write_bytes((file.read_text() + "mine\n").replace("\n", "\r\n").encode())
    assert keep(tmp_path, SECOND) == (file, "")
    assert file.read_text().startswith(SECOND)
    assert file.read_text().endswith("\nmine\n")


@pytest.mark.parametrize("title", ["", "///", "../../etc/passwd", "ß", "a" * 300])
def test_a_title_is_never_a_path(tmp_path: Path, title: str) -> None:
    file, _ = keep(tmp_path, FIRST, title=title)
    assert file is not None
    assert file.parent == tmp_path
    assert len(file.name) < 80


@given(st.lists(st.tuples(st.integers(0, 200), st.text("ab #-<!>\n", min_size=1, max_size=8)), max_size=3))
def test_no_written_line_is_ever_lost(edits: list[tuple[int, str]]) -> None:
    """Whatever was typed anywhere is still in one of the files after deciding again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, _ = keep(folder, FIRST)
        assert file is not None
        text = file.read_text()
        for place, words in edits:
            at = min(place, len(text))
            text = f"{text[:at]}{words}{text[at:]}"
        file.write_text(text)
        keep(folder, SECOND)
        after = file.read_text()
        if after != text:
            ours = FIRST.splitlines()
            typed = [
                line for line in text.splitlines() if line.strip() and line not in ours and "archwright" not in line
            ]
            assert all(line in after.splitlines() for line in typed)
