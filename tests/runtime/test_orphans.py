"""Entries of workers that are no more are taken over by those that are, and nothing of theirs stays behind."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from msgspec.structs import replace

from archwright.runtime.entries.entry import Entry
from archwright.runtime.entries.file import Entries
from archwright.runtime.entries.orphans import adopt, orphans
from tests.runtime.test_entries import NOW, entry, loaded

BASE = "ledger.answers.sqlite"


def test_only_files_of_workers_are_theirs(tmp_path: Path) -> None:
    names = (BASE, "ledger-1.answers.sqlite", "ledger-12.answers.sqlite")
    for name in (
        *names,
        "ledger-b.answers.sqlite",
        "ledger2.answers.sqlite",
        "other-1.answers.sqlite",
        "ledger-1.jsonl",
    ):
        (tmp_path / name).touch()
    assert [file.name for file in orphans(tmp_path / BASE, [tmp_path / "ledger-1.answers.sqlite"])] == [
        "ledger-12.answers.sqlite", BASE,
    ]  # fmt: skip


def filled(file: Path, owner: str, *entries: Entry) -> Entries:
    made = Entries(file, owner)
    for item in entries:
        made.put(item)
    return made


def test_entries_come_along_and_the_file_goes(tmp_path: Path) -> None:
    other = tmp_path / "ledger-2.answers.sqlite"
    filled(other, "ledger.jsonl", entry(1, kept_at=NOW + 1), entry(2, group=5, hits=3, documents={"a": ""}),
           entry(3, until=NOW - 1), entry(4, cache="other")).close()  # fmt: skip
    own = filled(tmp_path / "own", "ledger.jsonl", entry(1, "older", group=7), entry(2, "newer", kept_at=NOW + 2))
    assert adopt(own, iter([other]), NOW) == 2
    assert [item.text for item in loaded(own)] == ["where is my parcel", "newer"]
    assert [item.text for item in loaded(own, "other")] == ["where is my parcel"]
    assert len({item.group for item in loaded(own)}) == 2
    assert list(tmp_path.glob("ledger-2*")) == []
    own.close()


def test_identities_of_answers_are_not_mixed_and_uses_stay(tmp_path: Path) -> None:
    other = tmp_path / "ledger-2.answers.sqlite"
    told = replace(entry(2, group=1, hits=3, confirmed=2), documents={"a": ""})
    filled(other, "ledger.jsonl", told).close()
    own = filled(tmp_path / "own", "ledger.jsonl", entry(1, group=1))
    assert adopt(own, iter([other]), NOW) == 1
    assert loaded(own)[1] == replace(told, group=2)
    own.close()


def test_what_is_another_s_or_in_use_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = [tmp_path / f"ledger-{number}.answers.sqlite" for number in (2, 3, 4)]
    filled(files[0], "ledger-2.jsonl", entry(1)).close()
    used = filled(files[1], "ledger.jsonl", entry(1))
    files[2].write_bytes(b"no database, but long enough to be taken for one" * 100)
    own = Entries(tmp_path / "own", "ledger.jsonl")
    with caplog.at_level(logging.WARNING):
        assert adopt(own, iter(files), NOW) == 0
    assert caplog.text.count("no eviction reaches") == 2
    assert all(file.exists() for file in files)
    for item in (own, used):
        item.close()
