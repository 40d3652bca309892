"""Where `serve` is told that answers by meaning are shared, the gateway hears it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from archwright.cli.commands.serve import command
from archwright.runtime.gateway.setup import Setup
from archwright.verbs import serve
from archwright.verbs.build import build_project
from archwright.verbs.project import open_project
from tests.verbs.test_walled import DAY, FILE


@pytest.mark.parametrize(("told", "heard"), [(("--answers", "postgresql://h/d#a"), "postgresql://h/d#a"), ((), "")])
def test_the_gateway_hears_where_answers_are_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: tuple[str, ...], heard: str
) -> None:
    (tmp_path / "system.yaml").write_text(FILE, "utf-8")
    build_project(open_project(tmp_path, DAY), tmp_path)
    setups: list[Setup] = []

    @contextlib.contextmanager
    def served(setup: Setup, *_more: object) -> Iterator[None]:
        setups.append(setup)
        yield

    monkeypatch.setattr(serve, "gateway", served)
    monkeypatch.setattr(serve, "run", lambda *_: None)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    wanted = [str(tmp_path / "plan.json"), "--port", "0", "--ledger", str(tmp_path / "desk.jsonl"), *told]
    done = CliRunner().invoke(command, wanted)
    assert done.exit_code == 0, done.output
    assert [setup.answers for setup in setups] == [heard]
