"""The failure table: every component away in turn, and what becomes of the journeys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archwright.cli.main import main

FILE = """\
system: small desk
components:
  user: {kind: client}
  shop: {kind: service, latency: 10 ms, workers: 50, replicas: 2}
  extra: {kind: tool, latency: 10 ms, workers: 50, effect: read}
  books: {kind: database}
  door:
    kind: gateway
    concurrency: 50
    routes:
      ask: {targets: [model, other], deadline: 20 s, degraded: later, cache: kept}
      alone: {targets: [model], deadline: 20 s}
  kept: {kind: cache, ttl: 1 h}
  model: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 300 ms, per_token: 5 ms}}
  other: {kind: managed-model, model: openai/gpt-4.1-nano, pace: {first_token: 300 ms, per_token: 5 ms}}
  idle: {kind: database}
  team: {kind: human-review, latency: 2 s, workers: 9}
flows:
  - {from: user, to: shop}
  - {from: shop, to: team, mode: async}
  - {from: shop, to: extra, timeout: 1 s}
  - {from: extra, to: books, timeout: 1 s}
  - {from: shop, to: door, timeout: 30 s}
  - {from: door, to: model, timeout: 5 s, breaker: {failures: 3, open_for: 30 s}}
  - {from: door, to: other, timeout: 5 s}
  - {from: door, to: kept, timeout: 1 s}
workload:
  journeys:
    ask:
      volume: 5M/month
      steps:
        - {name: look, at: extra, on_failure: skip}
        - {name: first, at: shop, route: ask, tokens: {input: 100, output: 50}}
        - {name: second, at: shop, route: alone, probability: 20 %, tokens: {input: 100, output: 50}}
        - {name: hand over, at: team, background: true, on_failure: skip, probability: 1 %}
"""

WIDTH_S = 300.0 / 60.0  # of an interval


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "system.yaml").write_text(FILE, encoding="utf-8")
    words = ["stress", str(folder), "--failures", "--keep", str(folder / "kept"), "--workers", "1", "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return {item["component"]: item for item in json.loads(result.stdout)["failures"]}


def test_who_carries_everything_takes_everything_along(rows: dict[str, dict[str, Any]]) -> None:
    for name in ("shop", "door"):
        assert rows[name]["failed"] == 1.0
        assert rows[name]["good_again_s"] is None
        assert 0.0 < rows[name]["felt_s"] < WIDTH_S


def test_a_step_that_may_be_missed_fails_nobody(rows: dict[str, dict[str, Any]]) -> None:
    for name in ("extra", "books"):
        assert rows[name]["struck"] == ["extra"]
        assert rows[name]["in_full"] == 1.0


def test_a_model_with_and_without_a_fallback(rows: dict[str, dict[str, Any]]) -> None:
    assert 0.1 < rows["model"]["failed"] < 0.3  # only the second step has no other model
    assert 0.0 < rows["model"]["noticed_s"] < rows["model"]["breaker_s"] < WIDTH_S  # events, finer than intervals
    assert rows["extra"]["noticed_s"] is rows["extra"]["breaker_s"] is None
    assert rows["other"]["in_full"] == 1.0


def test_a_cache_can_be_done_without(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["kept"]["in_full"] == 1.0
    assert rows["kept"]["struck"] == []


def test_who_only_asks_and_whom_nobody_asks_are_left_out(rows: dict[str, dict[str, Any]]) -> None:
    assert "user" not in rows
    assert "idle" not in rows


def asked(tmp_path: Path, *words: str) -> str:
    (tmp_path / "system.yaml").write_text(FILE, encoding="utf-8")
    all_words = ["stress", str(tmp_path), "--failures", "--keep", str(tmp_path / "kept"), "--workers", "1", *words]
    result = CliRunner().invoke(main, all_words)
    assert result.exit_code == (2 if "--within" in words or "--seeds" in words else 0), result.output
    return result.output


def test_work_that_nobody_waits_for_is_left_out_and_said(tmp_path: Path) -> None:
    text = asked(tmp_path)
    assert "step hand over is left out" in text
    assert "everything" not in text


def test_a_load_counts_and_what_would_not_is_refused(tmp_path: Path) -> None:
    assert "at 3 times the busiest hour" in asked(tmp_path, "--load", "3")
    for words in (("--seeds", "3"), ("--within", "5%")):
        assert "`--failures` fails each part" in asked(tmp_path, *words)
