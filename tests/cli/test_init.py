"""`archwright init` as a person meets it: asked, asked again, broken off; and as a script does."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archwright.cli.commands import init as module
from archwright.cli.main import main
from archwright.spec.load import load

FILES = Path(__file__).parents[1] / "analysis" / "adopt" / "files"
DAY = ("--as-of", "2026-11-21")


def asked(monkeypatch: pytest.MonkeyPatch, path: Path, *lines: str) -> Result:
    """Answer the questions with these lines, and with Enter from then on."""
    monkeypatch.setattr(module, "person_is_there", lambda: True)
    return CliRunner().invoke(main, ["init", str(path), *DAY], input="\n".join([*lines, *[""] * 20]))


def test_enter_takes_every_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ended = asked(monkeypatch, tmp_path / "desk")
    assert ended.exit_code == 0, ended.output
    assert "10/10" in ended.output
    system = load(tmp_path / "desk" / "system.yaml").system
    assert system.system == "desk"
    assert system.workload.journeys["question"].volume.note == "asked on 2026-11-21"


def test_a_wrong_answer_is_asked_again_and_a_number_is_asked_for_its_source(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = ("Desk", "me", "", "100", "5k/month", "CRM", "gpt-4.1-mini", "openai/gpt-4o", "none", "", "no")
    ended = asked(monkeypatch, tmp_path, *answers)
    assert ended.exit_code == 0, ended.output
    assert "write `100/month` or `100/s`" in ended.output
    assert "did you mean `openai/gpt-4.1-mini`?" in ended.output
    assert "In which region" not in ended.output
    system = load(tmp_path / "system.yaml").system
    assert system.workload.journeys["question"].volume.note == "CRM"
    assert list(system.with_trait("managed")) == ["primary"]


def test_what_is_broken_off_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "person_is_there", lambda: True)
    ended = CliRunner().invoke(main, ["init", str(tmp_path / "desk")], input="Desk\nme\n")  # then the input ends
    assert ended.exit_code == 130
    assert "nothing was written" in ended.output
    assert list(tmp_path.iterdir()) == []


def test_nobody_is_asked_what_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text("mine")
    ended = asked(monkeypatch, tmp_path)
    assert ended.exit_code == 2
    assert "What is it called" not in ended.output


@pytest.mark.parametrize("options", [["--yes"], ["--json"], []])
def test_scripts_are_not_asked(options: list[str], tmp_path: Path) -> None:
    ended = CliRunner().invoke(main, ["init", str(tmp_path), *options])
    assert ended.exit_code == 0
    assert "What is it called" not in ended.output
    assert (tmp_path / "system.yaml").exists()


def test_a_draft_tells_its_findings_and_questions_and_no_key(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["init", str(tmp_path / "a"), "--from", str(FILES / "config.yaml"), *DAY])
    assert said.exit_code == 0, said.output
    assert "a key stands in line 14 of config.yaml" in said.output
    assert "To be answered next" in said.output
    as_json = CliRunner().invoke(main, ["init", str(tmp_path / "b"), "--from", str(FILES / "config.yaml"), "--json"])
    assert len(json.loads(as_json.output)["questions"]) == 3
    assert "fake-literal" not in said.output + as_json.output


@pytest.mark.parametrize(
    "options",
    [["--yes", "--from", "x"], ["--answers", "x", "--from", "y"], ["--kind", "ledger"], ["--from", "nowhere"]],
)
def test_options_that_do_not_fit_are_told(options: list[str], tmp_path: Path) -> None:
    ended = CliRunner().invoke(main, ["init", str(tmp_path / "new"), *options])
    assert ended.exit_code == 2
    assert not (tmp_path / "new").exists()


@contextmanager
def on_a_terminal(*arguments: object) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command with a terminal of its own, and our end of it."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "archwright", *(str(argument) for argument in arguments)]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={**os.environ, "NO_COLOR": "1", "TERM": "dumb"}, preexec_fn=_hears,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _hears() -> None:
    """A process that was started in the background ignores the interrupt, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def until(terminal: int, words: str, patience_s: float = 60.0) -> str:
    """What the terminal shows up to these words, or all of it when the other end is closed."""
    shown = ""
    while words not in shown:
        ready, _, _ = select.select([terminal], [], [], patience_s)
        assert ready, f"nothing more came after: {shown}"
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not piece:
            break
        shown += piece.decode()
    return shown


def test_on_a_real_terminal_ten_questions_are_asked(tmp_path: Path) -> None:
    with on_a_terminal("init", tmp_path / "desk") as (process, terminal):
        until(terminal, "[desk]: ")
        os.write(terminal, b"Terminal desk\n")
        until(terminal, "[my-team]: ")
        os.write(terminal, b"\n" * 10)
        until(terminal, "no such words")
        assert process.wait(60) == 0
    assert load(tmp_path / "desk" / "system.yaml").system.system == "Terminal desk"


def test_ctrl_c_on_a_real_terminal_leaves_nothing_behind(tmp_path: Path) -> None:
    with on_a_terminal("init", tmp_path / "desk") as (process, terminal):
        until(terminal, "[desk]: ")
        for _ in range(60):  # one that comes between the prompt and the wait for a key is heard with the next
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
                break
        assert "nothing was written" in until(terminal, "interrupted")
        assert process.wait(60) == 130
    assert list(tmp_path.iterdir()) == []
