"""A target that a wall keeps a route from is said where the plan is built, and where it is served."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from archwright.base.errors import InputError
from archwright.runtime.gateway.door import Door
from archwright.runtime.gateway.setup import Setup
from archwright.verbs import serve
from archwright.verbs.build import build_project
from archwright.verbs.project import open_project

DAY = dt.date(2026, 11, 21)
FILE = """\
system: Desk
data: {claim: {sensitivity: personal, residency: [eu]}}
components:
  door: {kind: gateway, routes: {ask: {targets: [near, far]}}}
  near:
    kind: managed-model
    model: openai/gpt-4.1-mini
    region: eu-west-1
    endpoint: https://near/v1
    pace: {first_token: 1 s, per_token: 10 ms}
  far:
    kind: managed-model
    model: openai/gpt-4.1-mini
    region: us-east-1
    endpoint: https://far/v1
    pace: {first_token: 1 s, per_token: 10 ms}
  site: {kind: service, latency: 10 ms}
flows:
  - {from: site, to: door, timeout: 20 s}
  - {from: door, to: near, timeout: 5 s, data: [claim]}
  - {from: door, to: far, timeout: 5 s}
workload:
  journeys:
    ask: {volume: 1k/month, steps: [{name: ask, at: site, route: ask, tokens: {input: 50, output: 20}}]}
"""
SAID = "route `ask` never goes to `far`: `claim` must stay in eu, and it lies in us-east-1"


@pytest.mark.parametrize(("region", "said"), [("us-east-1", [SAID]), ("eu-north-1", [])])
def test_a_wall_is_said_when_a_plan_is_built_and_when_it_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, region: str, said: list[str]
) -> None:
    (tmp_path / "system.yaml").write_text(FILE.replace("us-east-1", region), "utf-8")
    assert build_project(open_project(tmp_path, DAY), tmp_path).data["notes"] == said

    @contextlib.contextmanager
    def served(_: Setup, *_others: object) -> Iterator[None]:
        yield

    monkeypatch.setattr(serve, "gateway", served)
    monkeypatch.setattr(serve, "run", lambda *_: None)
    heard: list[str] = []
    ledger = tmp_path / "desk.jsonl"
    serve.serve(tmp_path / "plan.json", port=0, ledger=ledger, environment={"OPENAI_API_KEY": "sk-x"}, say=heard.append)
    assert heard == said


def test_data_that_must_stay_in_a_region_is_not_served_to_who_knows_where(tmp_path: Path) -> None:
    placeless = FILE.replace("    region: eu-west-1\n", "").replace("    region: us-east-1\n", "")
    (tmp_path / "system.yaml").write_text(placeless, "utf-8")
    notes = build_project(open_project(tmp_path, DAY), tmp_path).data["notes"]
    assert len(notes) == 2
    with pytest.raises(
        InputError, match="data of route `ask` must stay in a region, and nobody says in which"
    ) as caught:
        serve.setup_of(_wish(tmp_path, None), {"OPENAI_API_KEY": "sk-x"})
    assert [problem.code for problem in caught.value.problems] == ["unknown-region"]
    assert caught.value.exit_code == 2
    assert serve.setup_of(_wish(tmp_path, "http://127.0.0.1:9"), {}).upstreams, "what is emulated lies here"


def _wish(folder: Path, emulated: str | None) -> serve.Wish:
    """What `serve` is asked for."""
    return serve.Wish(folder / "plan.json", Door("127.0.0.1", 0), folder / "desk.jsonl", emulated=emulated)
