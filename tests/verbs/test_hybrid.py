"""A base of our own beside a managed model: each fleet grows as its own journeys do, and carries what is its own."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import pytest

from archwright.analysis.capacity.report import capacities
from archwright.analysis.price import price
from archwright.verbs.decide import decide_project
from archwright.verbs.project import open_project

HYBRID = """\
system: Hybrid
components:
  gateway:
    kind: gateway
    routes: {answer: {targets: [own]}, bulk: {targets: [man]}}
  own:
    kind: self-hosted-model
    model: qwen/qwen3-32b
    accelerator: h100-80gb
    accelerators: 2
    replicas: 1
    hourly: $4
    batching: fp8
  man:
    kind: managed-model
    model: acme/one
    pace: {first_token: 300 ms, per_token: 10 ms}
    price: {input: $0.4/Mtok, output: $1.6/Mtok}
flows: [{from: gateway, to: own, timeout: 60 s}, {from: gateway, to: man, timeout: 60 s}]
workload:
  journeys:
    question:
      volume: 30M/month
      growth: QUESTION
      steps: [{name: answer, at: gateway, route: answer, tokens: {input: 1000, output: 200}}]
    report:
      volume: 30M/month
      growth: REPORT
      steps: [{name: write, at: gateway, route: bulk, tokens: {input: 1000, output: 200}}]
decisions:
  d:
    title: D
    date: 2026-11-20
    question: q?
    options: {now: {title: Now}, leave: {title: Leave, do_not_build: true, cost: $1/month}}
    criteria: {cost: {weight: 100 %, measure: cost}}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "system.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(("question", "report"), [(0.0, 0.05), (0.05, 0.0)])
def test_a_fleet_grows_as_the_journeys_do_that_use_it(tmp_path: Path, question: float, report: float) -> None:
    """$21,600 of reports and replicas of $5,844, of which questions need 0.8035 today."""
    text = HYBRID.replace("QUESTION", f"{question * 100:g} %").replace("REPORT", f"{report * 100:g} %")
    project = open_project(written(tmp_path, text), dt.date(2026, 11, 20))
    (told,) = decide_project(project, tmp_path / "out").data["decisions"]
    months = [
        21_600 * (1 + report) ** n + 5_844 * max(1, math.ceil(0.8035185 * (1 + question) ** n)) for n in range(36)
    ]
    assert told["options"][0]["tco_years"] == pytest.approx([sum(months[:n]) for n in (12, 24, 36)], abs=1)


def test_a_base_is_asked_no_more_than_what_it_hands_on_leaves_it(tmp_path: Path) -> None:
    """800k tokens a minute are 11.1 requests of 1,200 tokens a second; the others are asked of the managed one."""
    text = (
        HYBRID.replace("QUESTION", "0 %\n      shape: office").replace("REPORT", "0 %").replace("[own]}", "[own, man]}")
    )
    text = text.replace("batching: fp8", "batching: fp8\n    limits: {provisioned: 800k/min}").replace("30M", "60M", 1)
    compiled = open_project(written(tmp_path, text), dt.date(2026, 11, 20)).compiled
    book = price(compiled.plan, compiled.book).book
    (found,) = capacities(compiled.plan, book)
    assert found.asked.requests == pytest.approx(800_000 / 60 / 1200)
    assert found.verdict[0] == "carries the busiest hour"
