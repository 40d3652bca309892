"""Status of one system, and the index of a folder of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archwright.base.errors import UsageError
from archwright.report.document import Table
from archwright.spec.starter import starter
from archwright.verbs.status import status_path, systems_in

DAY = dt.date(2026, 11, 21)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_one_system_in_a_folder_is_looked_at_itself(tmp_path: Path) -> None:
    write(tmp_path / "system.yaml", starter("Desk"))
    write(tmp_path / "overlay.yaml", "components: {x: {kind: service}}\n")
    answer = status_path(tmp_path, DAY)
    assert [item["number"] for item in answer.data["deliverables"]] == [1, 2, 3, 4, 5]
    assert answer.data["next"]["step"]
    assert answer.data == status_path(tmp_path / "system.yaml", DAY).data


def test_a_folder_of_systems_is_an_index_and_one_that_is_broken_does_not_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path / "a" / "system.yaml", starter("First"))
    write(tmp_path / "b" / "two.yaml", starter("Second").replace("owner: my-team", ""))
    write(tmp_path / "c" / "system.yaml", "system: Broken\ncomponents: {x: {kind: nothing}}\n")
    write(tmp_path / ".hidden" / "system.yaml", starter("Hidden"))
    write(tmp_path / "d" / "free.yaml", "system: Unpriced\nowner: me\ncomponents: {x: {kind: service}}\n")
    answer = status_path(tmp_path, DAY)
    systems = {item["system"]: item for item in answer.data["systems"]}
    assert set(systems) == {"First", "Second", "c/system.yaml", "Unpriced"}
    assert systems["First"]["month"] > 0
    assert systems["First"]["errors"] == 0
    assert systems["Second"]["errors"] == 1
    assert "1 problem" in systems["c/system.yaml"]["why"]
    assert systems["Unpriced"]["month"] is None
    (table,) = (block for block in answer.documents[0].sections[0].blocks if isinstance(block, Table))
    assert len(table.rows) == 4
    assert all(len(row) == len(table.headings) for row in table.rows)
    assert set(answer.book) == {"a/system.month", "b/two.month"}


def test_a_folder_without_a_system_is_told_what_to_do(tmp_path: Path) -> None:
    write(tmp_path / "notes.yaml", "a: b\n  system: no\n")
    with pytest.raises(UsageError, match="archwright init"):
        status_path(tmp_path, DAY)


def test_systems_are_found_by_what_they_say(tmp_path: Path) -> None:
    write(tmp_path / "one.yaml", "# first\nsystem: One\n")
    write(tmp_path / "part.yaml", "components:\n  system: {kind: service}\n")
    write(tmp_path / "node_modules" / "two.yaml", "system: Two\n")
    write(tmp_path / "bytes.yaml", "")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    assert systems_in(tmp_path) == [tmp_path / "one.yaml"]


def test_a_system_that_cannot_be_read_is_in_the_index(tmp_path: Path) -> None:
    write(tmp_path / "a" / "system.yaml", starter("First"))
    write(tmp_path / "b" / "system.yaml", "")
    (tmp_path / "b" / "system.yaml").write_bytes(b"\x00\xff")
    systems = status_path(tmp_path, DAY).data["systems"]
    assert [bool(item["why"]) for item in systems] == [False, True]
