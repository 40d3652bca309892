"""The files of a gateway: rows are added to a ledger, a record is made anew, and nothing else is ever written over."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.base.errors import InputError
from archwright.ledger.rows import Run, encode
from archwright.plan.rules import rules
from archwright.policy import log
from archwright.runtime.gateway.server import open_ledger, open_record
from tests.runtime.sample import plan

ROW = encode(Run("0123", "desk", "prices", "serve", "now"))
DECIDED = rules(plan())


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


@pytest.mark.parametrize("anew", [False, True])
def test_a_second_gateway_on_a_ledger_is_refused(tmp_path: Path, anew: bool) -> None:
    file = tmp_path / "ledger.jsonl"
    torn = ROW + b'{"type":"request","requ'
    with open_ledger(file, anew=False) as sink:
        sink.write(torn)
        sink.flush()
        with pytest.raises(InputError, match="another gateway writes to this ledger"):
            open_ledger(file, anew)
        assert file.read_bytes() == torn
    assert written(file) == ROW + ROW


def test_rows_go_to_the_end_whoever_else_writes(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    with open_ledger(file, anew=False) as sink:
        with file.open("ab") as other:
            other.write(ROW)
        sink.write(ROW)
    assert file.read_bytes() == ROW + ROW


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir])
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    place = tmp_path / "place"
    make(place)
    with pytest.raises(InputError, match="no regular file"):
        open_ledger(place, anew=False)
    with pytest.raises(InputError, match="no regular file"):
        open_record(place, tmp_path, DECIDED, anew=True)


def record(folder: Path, text: bytes, anew: bool = False) -> bytes:
    """A file with a text after it became the record of a machine that says nothing yet."""
    file, ledger = folder / "machine.jsonl", folder / "ledger.jsonl"
    file.write_bytes(text)
    with open_ledger(ledger, anew=False), open_record(file, ledger, DECIDED, anew) as sink:
        sink.write(b"new")
    return file.read_bytes()


def test_a_record_is_made_anew(tmp_path: Path) -> None:
    assert record(tmp_path, b"") == b"new"
    assert record(tmp_path, log.opening(1.5) + b"[]\n") == b"new"
    assert record(tmp_path, b"anything", anew=True) == b"new"


@pytest.mark.parametrize("text", [b"what I wrote by hand", ROW, b"[" * 100_000, b"\xff\n", b"\n"])
def test_what_is_no_record_is_left_alone(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(InputError, match=r"machine\.jsonl.*no record"):
        record(tmp_path, text)
    assert (tmp_path / "machine.jsonl").read_bytes() == text


def test_a_record_that_is_the_ledger_is_refused(tmp_path: Path) -> None:
    ledger, same = tmp_path / "ledger.jsonl", tmp_path / "same.jsonl"
    ledger.write_bytes(ROW)
    same.symlink_to(ledger)
    for file in (ledger, same):
        with pytest.raises(InputError, match="the ledger already"):
            open_record(file, ledger, DECIDED, anew=True)
    assert ledger.read_bytes() == ROW
