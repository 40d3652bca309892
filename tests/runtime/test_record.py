"""The record of a gateway's machine: it is made anew, and nothing else is ever written over."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.base.errors import InputError
from archwright.ledger.rows import Run, encode
from archwright.plan.rules import rules
from archwright.policy import log
from archwright.runtime.gateway.server import open_record
from tests.runtime.sample import plan

ROW = encode(Run("0123", "desk", "prices", "serve", "now"))
DECIDED = rules(plan())


def record(folder: Path, text: bytes, anew: bool = False) -> bytes:
    """A file with a text after it became the record of a machine that says nothing yet."""
    file, ledger = folder / "machine.jsonl", folder / "ledger.jsonl"
    file.write_bytes(text)
    ledger.write_bytes(ROW)
    with open_record(file, ledger, DECIDED, anew) as sink:
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


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir])
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    place = tmp_path / "place"
    make(place)
    with pytest.raises(InputError, match="no regular file"):
        open_record(place, tmp_path, DECIDED, anew=True)


def test_a_record_that_is_the_ledger_is_refused(tmp_path: Path) -> None:
    ledger, same = tmp_path / "ledger.jsonl", tmp_path / "same.jsonl"
    ledger.write_bytes(ROW)
    same.symlink_to(ledger)
    for file in (ledger, same):
        with pytest.raises(InputError, match="the ledger already"):
            open_record(file, ledger, DECIDED, anew=True)
    assert ledger.read_bytes() == ROW
