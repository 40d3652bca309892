"""`diff` on files: money, latency and findings of two designs, with the same luck."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archwright.spec.starter import starter
from archwright.verbs.answer import Answer
from archwright.verbs.diff import diff_projects
from archwright.verbs.present import answer_text
from archwright.verbs.project import open_project

DAY = dt.date(2026, 11, 21)


def compared(folder: Path, old: str, new: str, *, simulated: bool = False, as_markdown: bool = False) -> Answer:
    projects = []
    for name, text in (("a.yaml", old), ("b.yaml", new)):
        (folder / name).write_text(text, encoding="utf-8")
        projects.append(open_project(folder / name, DAY))
    return diff_projects(projects[0], projects[1], simulated=simulated, as_markdown=as_markdown)


BASE = starter("Help desk")


def test_no_difference_is_one_line(tmp_path: Path) -> None:
    answer = compared(tmp_path, BASE, BASE + "# a word\n", simulated=True)
    assert answer_text(answer, 100, colour=False) == "no difference"
    assert answer.data["different"] is False


def test_twice_the_volume_is_twice_the_money(tmp_path: Path) -> None:
    answer = compared(tmp_path, BASE, BASE.replace("100k/month", "200k/month"))
    assert answer.data["different"] is True
    assert answer.book["diff.price.models.month.share"].value == pytest.approx(1.0)
    assert (
        answer.book["diff.price.question.journey.before"].value
        == answer.book["diff.price.question.journey.after"].value
    )
    assert "diff.price.question.journey.change" not in answer.book


def test_scenarios_meet_the_same_luck(tmp_path: Path) -> None:
    slower = BASE.replace("per_token: {value: 11 ms", "per_token: {value: 22 ms")
    answer = compared(tmp_path, BASE, slower, simulated=True)
    assert answer.book["diff.stress.busiest-hour.p95.change"].value > 0
    assert answer.book["diff.stress.busiest-hour.available.before"].value == pytest.approx(1, abs=0.01)
    said = answer_text(answer, 100, colour=False)
    assert "busiest-hour: p95" in said
    assert "primary-down: availability" in said


def test_findings_come_and_go(tmp_path: Path) -> None:
    answer = compared(tmp_path, BASE, BASE.replace("owner: my-team\n", ""))
    assert [item["code"] for item in answer.data["gained"]] == ["GOV02"]
    assert answer.data["lost"] == []
    back = compared(tmp_path, BASE.replace("owner: my-team\n", ""), BASE)
    assert [item["code"] for item in back.data["lost"]] == ["GOV02"]


def test_what_has_no_price_is_compared_all_the_same(tmp_path: Path) -> None:
    unknown = BASE.replace("openai/gpt-4.1-mini ", "nobody/knows-this ")
    answer = compared(tmp_path, BASE, unknown, simulated=True)
    changed = [(item["name"], item["key"]) for item in answer.data["changes"]]
    assert changed == [("primary", "model")]
    assert "has no price and is not simulated" in " ".join(answer_text(answer, 100, colour=False).split())


def test_markdown_for_a_comment(tmp_path: Path) -> None:
    answer = compared(tmp_path, BASE, BASE.replace("100k/month", "200k/month"), as_markdown=True)
    said = answer_text(answer, 100, colour=False)
    assert said.startswith("### Difference\n")
    assert "| changed | journeys | question | volume |" in said
    assert "+100.0 %" in said


def test_another_risk_tier_is_told(tmp_path: Path) -> None:
    old = BASE.replace("use_cases: [customer-support]", "use_cases: [customer-support]\n  markets: {eu: [deployer]}")
    new = old.replace("use_cases: [customer-support]", "use_cases: [recruitment]")
    text = answer_text(compared(tmp_path, old, new), 120, colour=False)
    assert "risk tier (EU AI Act)" in text
    assert "high-risk" in text


DECISION = """
decisions:
  hosting:
    title: Hosting
    status: accepted
    date: 2026-11-20
    question: Which?
    options: {a: {}, b: {cost: $1k/month}}
    chosen: a
    because: it is there
    assumptions: [monthly journeys <= 400k]
"""


@pytest.mark.parametrize("simulated", [False, True])
def test_a_change_that_moves_an_assumption_names_its_decision(tmp_path: Path, simulated: bool) -> None:
    old = BASE + DECISION
    answer = compared(tmp_path, old, old.replace("100k/month", "300k/month"), simulated=simulated)
    wires = answer.data["tripwires"]
    assert [(wire["decision"], wire["broken"]) for wire in wires] == [("hosting", False)]
    assert wires[0]["used"] == pytest.approx(0.75)
    words = answer_text(answer, 120, colour=False)
    assert "Decisions that it touches" in words
    assert compared(tmp_path, old, old).data["tripwires"] == []
