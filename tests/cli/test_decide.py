"""`archwright decide` and the exit codes of what it and `measure` find."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from archwright.cli.main import main
from tests.verbs.test_decide import project

DAY = ("--as-of", "2026-11-21")


def called(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_decision_is_printed_and_recorded(tmp_path: Path) -> None:
    folder = project(tmp_path)
    ended = called("decide", folder, "hosting", "--out", tmp_path / "docs/decisions", *DAY)
    assert ended.exit_code == 0, ended.output
    assert "The matrix" in ended.output
    assert (tmp_path / "docs/decisions/0001-who-runs-it.md").is_file()


def test_one_object_with_json(tmp_path: Path) -> None:
    ended = called("decide", project(tmp_path), "--out", tmp_path / "out", "--json", *DAY)
    data = json.loads(ended.stdout)
    assert data["decisions"][0]["name"] == "hosting"
    assert "decide.hosting.option.ours.score" in data["figures"]


def test_a_name_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    ended = called("decide", project(tmp_path), "hostng", "--out", tmp_path / "out", *DAY)
    assert ended.exit_code == 2
    assert "did you mean `hosting`?" in ended.output


def test_a_choice_against_its_numbers_ends_with_1_where_that_is_asked(tmp_path: Path) -> None:
    edit = ("    assumptions:", "    chosen: leave\n    because: we like it\n    assumptions:")
    arguments = ("decide", project(tmp_path, edit), "--out", tmp_path / "out", *DAY)
    assert called(*arguments).exit_code == 0
    assert called(*arguments, "--fail-on", "warning").exit_code == 1


def test_a_broken_overlay_is_shown_in_its_own_file(tmp_path: Path) -> None:
    folder = project(tmp_path, overlay="components:\n  modle: null\n")
    ended = called("decide", folder, "--out", tmp_path / "out", *DAY)
    assert ended.exit_code == 2
    assert "ours.yaml:2:3" in ended.output
    assert "did you mean `model`?" in ended.output
