"""The file of the ledger: rows are added to a ledger, and nothing else is ever written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.base.errors import InputError
from archwright.ledger.rows import Run, encode
from archwright.runtime.gateway.server import open_ledger

ROW = encode(Run("0123", "desk", "prices", "serve", "now"))


def written(file: Path, anew: bool = False) -> bytes:
    """The file after one more row."""
    with open_ledger(file, anew) as sink:
        sink.write(ROW)
    return file.read_bytes()


def test_rows_of_an_earlier_run_stay(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    assert written(file) == ROW
    assert written(file) == ROW + ROW


def test_a_row_that_a_crash_tore_off_is_cut_away(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_bytes(ROW + b'{"type":"request","requ')
    assert written(file) == ROW + ROW


def test_a_rehearsal_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_bytes(ROW + ROW)
    assert written(file, anew=True) == ROW


@pytest.mark.parametrize("text", [b"what I wrote by hand", b"a\nb\nc", b'{"type":"request"}\n', b"\x00\xff\n"])
def test_a_file_that_is_no_ledger_is_left_alone(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(text)
    with pytest.raises(InputError, match=r"notes\.txt"):
        open_ledger(file, anew=False)
    assert file.read_bytes() == text
