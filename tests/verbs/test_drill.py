"""The drill as a command: what it asks, what it refuses, and one from end to end."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from archwright.base.errors import DependencyMissing, UsageError
from archwright.runtime.agents.words import calls_for
from archwright.verbs import drill
from archwright.verbs.drill import Wish, drill_project, questions
from archwright.verbs.project import open_project
from tests.runtime.team import PEOPLE, agent, delegate, team

DESK = Path(__file__).resolve().parents[2] / "examples" / "support-desk"


def quiet(_: str) -> None:
    """Say nothing."""


def test_every_cue_is_asked_for_in_turn() -> None:
    plan = open_project(DESK, dt.date(2026, 11, 21)).compiled.plan
    asked = list(islice(questions(plan, 1), 8))
    cues = [item.cues for item in plan.agents[0].delegates if item.cues]
    assert plan.agents[0].hand_over is not None
    cues.append(plan.agents[0].hand_over.cues)
    for place, words in enumerate(cues):
        assert calls_for(words, asked[place])
        assert calls_for(words, asked[place + 4])
    assert asked == list(islice(questions(plan, 1), 8))
    assert asked != list(islice(questions(plan, 2), 8))


def test_a_cue_that_no_customer_of_ours_has_said_is_asked_for_in_our_words() -> None:
    odd = team((agent("chief", delegate("orders", "zeppelin"), hand_over=PEOPLE), agent("orders")), ())
    first = next(questions(odd, 1))
    assert first == "I have a question about this: zeppelin. Can you help me?"


def test_agents_without_cues_are_asked_anything() -> None:
    assert len(set(islice(questions(team((agent("chief"),), ()), 1), 6))) > 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("order-agent", "did you mean `orders-agent`"),
        ("chat", "no agent waits for `chat`; what can fail here: supervisor"),
        ("answer-cache", "no agent waits"),
    ],
)
def test_what_cannot_fail_is_refused_with_what_can(tmp_path: Path, name: str, words: str) -> None:
    project = open_project(DESK, dt.date(2026, 11, 21))
    with pytest.raises(UsageError, match=words):
        drill_project(project, tmp_path, Wish(fail=name), quiet)


def test_a_store_behind_a_tool_fails_the_tool() -> None:
    project = open_project(DESK, dt.date(2026, 11, 21))
    assert drill._struck(project.system, project.compiled.plan, "orders") == ("orders-api",)
    assert drill._struck(project.system, project.compiled.plan, "policies") == ("retriever",)


def test_a_system_without_agents_has_nothing_to_drill(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text(
        "system: Plain\ncomponents:\n  gateway: {kind: gateway, routes: {answer: [model]}}\n"
        "  model: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 1 s, per_token: 10 ms}}\n"
        "flows:\n  - {from: gateway, to: model, timeout: 9 s}\n"
    )
    with pytest.raises(UsageError, match="no agent to drill"):
        drill_project(open_project(file, dt.date(2026, 11, 21)), tmp_path / "out", Wish(), quiet)


def test_a_missing_package_is_told_before_anything_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(DependencyMissing, match="pip install"):
        drill_project(open_project(DESK, dt.date(2026, 11, 21)), tmp_path, Wish(), quiet)


def drilled(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "archwright", "drill", str(DESK), "--out", str(out), "--as-of", "2026-11-21"]
    return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


@pytest.mark.alone
def test_customers_get_what_the_file_says_when_an_agent_fails(tmp_path: Path) -> None:
    ended = drilled(tmp_path, "--fail", "orders-agent", "--conversations", "8", "--json")
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    shown = {key.removeprefix("drill."): figure["value"] for key, figure in answer["figures"].items()}
    assert answer["kept"] is True
    assert answer["findings"] == []
    assert shown["well.without-something"] == shown["well.failed"] == shown["fail.orders-agent.failed"] == 0
    assert shown["fail.orders-agent.without-something"] > 0
    assert shown["fail.orders-agent.calls"] < shown["well.calls"]
    assert 0 < shown["well.p50"] <= shown["well.p95"]


@pytest.mark.alone
def test_a_promise_that_does_not_hold_is_a_finding(tmp_path: Path) -> None:
    """A model that never answers holds the first call so long that no time is left for the one that stands in."""
    ended = drilled(tmp_path, "--fail", "primary-model", "--how", "timeout", "--conversations", "8")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "not as declared" in ended.stdout
    assert "drill-broken-promise" in ended.stdout
