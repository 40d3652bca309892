"""On whose terms options run: what the file states, and unknown where it states nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from archwright.report.document import Cell, Table
from archwright.verbs.decide import decide_project
from archwright.verbs.project import open_project

DAY = dt.date(2026, 11, 21)
FILE = """\
system: Two
components:
  app: {kind: service}
  gateway: {kind: gateway, routes: {r: {targets: [m, n]}}}
  m:
    kind: managed-model
    model: openai/gpt-4.1
    region: eu
    pace: {first_token: 1 s, per_token: 1 ms}
    supplier: {name: One, training: false, retention: 30 d, agreement: true}
  n: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 1 s, per_token: 1 ms}}
flows:
  - {from: gateway, to: m, timeout: 40 s}
  - {from: gateway, to: n, timeout: 40 s}
workload:
  journeys:
    j:
      volume: 1M/month
      steps:
        - {name: s, at: app, route: r, tokens: {input: 1000, output: 200}}
decisions:
  where:
    title: Where it runs
    date: 2026-11-20
    question: Which one?
    options:
      managed: {title: Managed}
      ours: {title: Ours, with: ours.yaml}
      none: {title: Do not build it, cost: $1k/month}
    criteria:
      cost: {measure: cost, weight: 50 %}
      fit: {weight: 50 %}
    scores:
      - {option: managed, criterion: fit, score: 5, owner: me, day: 2026-11-20, reason: known}
      - {option: ours, criterion: fit, score: 1, owner: me, day: 2026-11-20, reason: new}
      - {option: none, criterion: fit, score: 1, owner: me, day: 2026-11-20, reason: no}
"""
OURS = """\
components:
  m:
    kind: self-hosted-model
    model: own/qwen3-14b
    hourly: $3
    region: eu-north-1
    pace: {first_token: 1 s, per_token: 1 ms}
    supplier: null
"""


def decided(folder: Path) -> list[list[str]]:
    (folder / "system.yaml").write_text(FILE)
    (folder / "ours.yaml").write_text(OURS)
    answer = decide_project(open_project(folder / "system.yaml", DAY), folder / "out")
    (section,) = (item for item in answer.documents[0].sections if item.name == "decide-where-terms")
    (table,) = section.blocks
    assert isinstance(table, Table)
    (record,) = (folder / "out").glob("0001-*.md")
    assert "On whose terms the options run" in record.read_text()
    return [[item.text if isinstance(item, Cell) else item for item in row] for row in table.rows]


def test_region_training_retention_and_agreement_stand_beside_each_other(tmp_path: Path) -> None:
    assert decided(tmp_path) == [
        ["Managed", "m", "eu", "One", "no", "30 d", "yes"],
        ["Managed", "n", "unknown", "unknown", "unknown", "unknown", "unknown"],
        ["Ours", "m", "eu-north-1", "ourselves", "no", "as long as we do", "–"],
        ["Ours", "n: as above", "", "", "", "", ""],
    ]


def test_no_judged_score_beyond_its_scale_flips_anything(tmp_path: Path) -> None:
    """The best fit stays at 5 of 5 in every draw, and nothing is said to turn at 7 of 5."""
    decided(tmp_path)
    answer = decide_project(open_project(tmp_path / "system.yaml", DAY), tmp_path / "out")
    assert answer.book is not None
    turns = {key: figure.value for key, figure in answer.book.items() if ".turn." in key and key.endswith(".judged")}
    assert all(1 <= value <= 5 for value in turns.values()), turns
    wins = [figure.value for key, figure in answer.book.items() if key.endswith(".wins")]
    assert sum(wins) == 1.0
