"""When agents are loaded and when not, what is said where they cannot be, and files that are not theirs."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from archwright.base.errors import DependencyMissing, InputError
from archwright.plan import agents as a
from archwright.plan.model import encode
from archwright.runtime.gateway import server
from archwright.runtime.gateway.setup import Setup
from archwright.verbs import serve
from tests.runtime.sample import Script, desk
from tests.runtime.team import TEAM, TOOLS, asked, models, team


def test_a_gateway_that_runs_no_agents_does_not_load_what_runs_them() -> None:
    code = """import sys
import archwright.runtime.gateway.server, archwright.runtime.emulator.app
import archwright.verbs.serve, archwright.verbs.drill
print([name for name in sys.modules if name.partition('.')[0] in ('langgraph', 'langchain_core', 'aiosqlite')])"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "[]", ended.stderr


def test_only_plain_data_comes_back_from_the_file_and_nothing_is_sent_elsewhere(tmp_path: Path) -> None:
    code = f"""import os
os.environ['LANGSMITH_TRACING'] = 'true'
from pathlib import Path
from tests.runtime.sample import desk
from tests.runtime.team import models, team
with desk(Path({str(tmp_path)!r}), team(), supplier=models(), agents=True) as place:
    from langgraph.checkpoint.serde import _msgpack
    from langsmith.utils import tracing_is_enabled
    print(_msgpack.STRICT_MSGPACK_ENABLED, tracing_is_enabled())"""
    root = Path(__file__).resolve().parents[2]
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=root)
    assert ended.stdout.strip() == "True False", ended.stderr


def test_serving_for_real_leaves_out_agents_whose_tools_have_no_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Setup] = []

    @contextlib.contextmanager
    def served(setup: Setup, _lease: object, _member: object) -> Iterator[None]:
        seen.append(setup)
        yield

    monkeypatch.setattr(serve, "gateway", served)
    monkeypatch.setattr(serve, "run", lambda *_: None)
    said: list[str] = []
    addressed = tuple(replace(item, endpoint="https://tools/x") for item in TOOLS)
    for made in (team(), team(tools=addressed)):
        file = tmp_path / "plan.json"
        targets = tuple(replace(item, endpoint="https://models/v1") for item in made.targets)
        file.write_bytes(encode(replace(made, targets=targets)))
        serve.serve(file, port=0, ledger=tmp_path / "desk.jsonl", environment={}, say=said.append)
    assert said == ["its agents are not served: search, orders-api without `endpoint` can only be rehearsed"]
    assert [setup.agents for setup in seen] == ["", str(tmp_path / "desk.conversations.sqlite")]


def test_a_gateway_without_agents_does_not_know_them(tmp_path: Path) -> None:
    with desk(tmp_path, team(), supplier=models()) as place:
        assert place.app.house.crew is None
        assert httpx2.post(f"{place.url}/v1/chat/completions", json=asked("my parcel")).status_code == 404
        assert httpx2.get(f"{place.url}/v1/conversations").status_code == 404


def test_a_missing_package_is_named_with_the_way_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_CREW", "langgraph_that_is_not_there")
    wanted = r'LangGraph .*pip install "archwright\[agents\]"'
    with pytest.raises(DependencyMissing, match=wanted), desk(tmp_path, team(), supplier=models(), agents=True):
        pass


def test_a_file_that_is_no_file_of_conversations_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "conversations.sqlite"
    file.write_text("dear diary")
    wanted = "not-conversations"
    with pytest.raises(InputError, match=wanted), desk(tmp_path, team(), supplier=models(), agents=True):
        pass
    assert file.read_text() == "dear diary"


def test_everybody_of_the_team_is_in_the_plan() -> None:
    assert a.entries(TEAM) == TEAM[:1]
    assert {item.name for item in TOOLS} == {"search", "orders-api"}
    assert isinstance(models(), Script)
