"""An outage from a ledger, once more: a fallback that was not there would have answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archwright.cli.main import main
from archwright.ledger.rows import Attempt, Request, Run, encode

FILE = """\
system: small desk
components:
  shop: {kind: service}
  door:
    kind: gateway
    routes:
      ask: {targets: [model], deadline: 20 s}
  model: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 300 ms, per_token: 5 ms}}
  other: {kind: managed-model, model: openai/gpt-4.1-nano, pace: {first_token: 300 ms, per_token: 5 ms}}
flows:
  - {from: shop, to: door, timeout: 30 s}
  - {from: door, to: model, timeout: 10 s}
  - {from: door, to: other, timeout: 10 s}
workload:
  journeys:
    rare:
      volume: 1k/month
      critical: true
      steps: [{name: call, at: shop, route: ask, tokens: {input: 100, output: 50}}]
    ask:
      volume: 1M/month
      steps: [{name: call, at: shop, route: ask, tokens: {input: 100, output: 50}}]
"""
FALLBACK = ("--set", "components.door.routes.ask.targets=[model, other]")


def written(folder: Path) -> Path:
    """Ten minutes, one request a second, the model away from minute three to minute five."""
    file = folder / "ledger.jsonl"
    rows = [encode(Run("other", "small desk", "", "serve", ""))]
    for at in range(600):
        down = 180 <= at < 300
        name, outcome, how = f"r{at}", "transient" if down else "ok", "failed" if down else "answered"
        rows.append(
            encode(
                Attempt(
                    name, 1, "", "ask", "model", "m", 50.0 + at, "", outcome, total_s=0.5, tokens_in=100,
                    tokens_out=0 if down else 50, cost=0 if down else 120_000_000,
                )
            )
        )  # fmt: skip
        rows.append(
            encode(
                Request(
                    name, "", "", "ask", "call", "", "ask", "model", 50.0 + at, "", how, 200, total_s=0.5,
                    tokens_in=100, tokens_out=50,
                )
            )
        )  # fmt: skip
    file.write_bytes(b"".join(rows))
    return file


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "system.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["replay", *words, "--as-of", "2026-11-21"])


def test_a_fallback_would_have_answered_what_failed(desk: Path) -> None:
    result = run(str(written(desk)), str(desk), *FALLBACK, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    (fault,) = found["faults"]
    assert (fault["target"], fault["what"], fault["begins_s"], fault["ends_s"]) == ("model", "down", 180.0, 300.0)
    assert found["saved"]["requests"] == pytest.approx(120.0, abs=3.0)
    assert found["saved"]["pico_dollars"] < 0  # answers cost money
    assert found["changes"] == [{"path": "routes door.ask targets", "before": "model", "after": "model, other"}]
    figures = found["figures"]
    assert figures["replay.full.recorded"]["value"] == 480
    assert figures["replay.full.before"]["value"] == pytest.approx(480, abs=3)
    assert figures["replay.requests.before"]["value"] == 600  # the last one too


def test_money_is_that_of_the_requests_that_are_replayed(desk: Path) -> None:
    """Calls of a journey that the file does not have count neither as requests nor as money."""
    ledger = written(desk)
    strange = [
        row
        for n in range(1000)
        for row in (
            Attempt(f"x{n}", 1, "", "ask", "model", "m", 60.0, "", "ok", total_s=0.5, cost=10**13),
            Request(f"x{n}", "", "", "gone", "call", "", "ask", "model", 60.0, "", "answered", 200, total_s=0.5),
        )
    ]
    with ledger.open("ab") as file:
        file.writelines(encode(row) for row in strange)
    figures = json.loads(run(str(ledger), str(desk), *FALLBACK, "--json").stdout)["figures"]
    assert figures["replay.requests.recorded"]["value"] == 600
    assert figures["replay.requests.before"]["value"] == 600
    assert figures["replay.cost.recorded"]["value"] == 480 * 120_000_000


def test_what_happened_is_told_in_words(desk: Path) -> None:
    text = " ".join(run(str(written(desk)), str(desk), *FALLBACK).stdout.split())
    assert "requests would have been answered in full" in text
    assert "model: down" in text


def test_what_cannot_be_replayed(desk: Path) -> None:
    ledger = written(desk)
    assert run(str(ledger), str(desk)).exit_code == 2
    assert run(str(desk / "nowhere.jsonl"), str(desk), *FALLBACK).exit_code == 2
    assert run(str(ledger), str(desk), "--set", "components.door.route=1").exit_code == 2
    empty = desk / "empty.jsonl"
    empty.write_bytes(encode(Run("", "", "", "serve", "")))
    result = run(str(empty), str(desk), *FALLBACK)
    assert result.exit_code == 2
    assert "no requests" in result.stderr
    (desk / "system.yaml").write_text(
        FILE.replace("    ask:\n      volume", "    else:\n      volume"), encoding="utf-8"
    )
    result = run(str(ledger), str(desk), *FALLBACK)
    assert result.exit_code == 2
    assert "none of its journeys" in result.stderr
