"""`archwright ledger verify` says what holds, and which row is the first that does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from archwright.base.errors import InputError, UsageError
from archwright.cli.main import main
from archwright.ledger.chain import Head, seal
from archwright.ledger.rows import Gap, Row, Run, encode
from archwright.runtime.stores import store_for
from archwright.verbs.ledger import verify_ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger of five rows."""
    file = tmp_path / "ledger.jsonl"
    store = store_for(str(file)).open(str(file), False, False)
    lines, head = [], Head()
    rows: list[Row] = [Run("p", "s", "f", "serve", "now"), *(Gap("now", number, "why") for number in range(1, 5))]
    for row in rows:
        line, head = seal(encode(row), head)
        lines.append(line)
    store.append(lines, head)
    store.close()
    return file


def test_a_ledger_as_it_was_written_is_intact(ledger: Path) -> None:
    data = verify_ledger(str(ledger)).data
    assert (data["intact"], data["rows"], data["broken_row"]) == (True, 5, 0)
    assert verify_ledger(str(ledger), data["head"]).data["intact"]


def test_a_changed_row_is_named(ledger: Path) -> None:
    ledger.write_bytes(ledger.read_bytes().replace(b'"rows":2', b'"rows":7'))
    result = CliRunner().invoke(main, ["ledger", "verify", str(ledger)])
    assert result.exit_code == 1
    assert "broken at row 4" in result.output  # the one after it does not fit


def test_an_end_that_is_gone_is_named_even_where_the_head_beside_it_is_gone_too(ledger: Path) -> None:
    noted = verify_ledger(str(ledger)).data["head"]
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:3]))
    assert verify_ledger(str(ledger)).data["broken_row"] == 4
    ledger.with_name("ledger.jsonl.head").unlink()
    assert verify_ledger(str(ledger)).data["intact"]
    assert verify_ledger(str(ledger), noted).data["broken_row"] == 4


def test_wrong_use_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such ledger"):
        verify_ledger(str(tmp_path / "none.jsonl"))
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(UsageError, match="rows:hash"):
        verify_ledger(str(tmp_path / "empty.jsonl"), "5")
    assert verify_ledger(str(tmp_path / "empty.jsonl")).data["rows"] == 0


def test_keys_on_the_command_line(tmp_path: Path) -> None:
    file = str(tmp_path / "keys.json")
    made = CliRunner().invoke(main, ["keys", "add", "shop", "--file", file])
    assert made.exit_code == 0, made.output
    assert "aw-" in made.output
    listed = CliRunner().invoke(main, ["keys", "list", "--file", file])
    assert "shop" in listed.output
    assert "aw-" not in listed.output
    wrong = CliRunner().invoke(main, ["keys", "revoke", "nobody", "--file", file])
    assert (wrong.exit_code, "there is no key" in wrong.output) == (2, True)
