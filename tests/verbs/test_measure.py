"""`measure` on a rehearsal in a folder: assumptions tested, decisions reopened, the system's file untouched."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import msgspec
import pytest

from archwright.ledger.rows import Journey, Request, Row, Run, encode
from archwright.plan.model import Scenario, plan_hash
from archwright.verbs.decide import decide_project
from archwright.verbs.measure import measure_ledger, measure_project
from archwright.verbs.price import price_project
from archwright.verbs.project import Project, open_project
from archwright.verbs.rehearsal import MANIFEST, Manifest
from tests.verbs.test_decide import project

DAY = dt.date(2026, 11, 21)
ACCEPTED = (("status: proposed", "status: accepted"),
            ("    assumptions: [monthly requests <= 3M, cache hit >= 20 %]",
             ("    chosen: managed\n    because: it is cheaper\n"
             "    assumptions: [monthly requests <= 3M, p95 of ask <= 1 s, fallback <= 1 %]")))  # fmt: skip


def ran(tmp_path: Path, *edits: tuple[str, str], fault: bool = False) -> Project:
    """A project with a rehearsal in `out`: ten journeys of two seconds, each with two requests."""
    opened = open_project(project(tmp_path, *edits), DAY)
    plan = opened.compiled.plan
    out = tmp_path / "out"
    out.mkdir()
    request = Request("r", "0", "t", "ask", "think", "s", "answer", "model", 0.0, "now", "answered", 200, total_s=0.1,
                      tokens_in=300, tokens_out=60, cost=10**9)  # fmt: skip
    rows: list[Row] = [Run(plan_hash(plan), "Small", "prices", "rehearse", "now", scale=50.0), *[request] * 20]
    visits: list[Row] = [Journey("s", name, "t", 0.0, 2.0, "answered") for name in ("ask", "call") for _ in range(10)]
    (out / "ledger.jsonl").write_bytes(b"".join(map(encode, rows)))
    (out / "journeys.jsonl").write_bytes(b"".join(map(encode, visits)))
    usual = Scenario("baseline", "", 60.0, ())
    scenario = plan.scenario("spike") if fault else usual
    manifest = Manifest(plan_hash(plan), scenario, 1, 1.0, 20, "", 50.0, "ledger.jsonl", "journeys.jsonl", 20 * 10**9)
    (out / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return opened


def test_a_broken_assumption_reopens_and_the_file_stays(tmp_path: Path) -> None:
    opened = ran(tmp_path, *ACCEPTED)
    before = opened.path.read_bytes()
    answer = measure_project(opened, tmp_path / "out")
    (finding,) = answer.findings
    assert (finding.code, finding.severity, finding.where.file) == ("DEC01", "warning", str(opened.path))
    assert "p95 of ask <= 1 s" in finding.message
    (entry,) = answer.data["reopened"]
    assert entry["decision"] == "hosting"
    assert {file.name for file in answer.written} == {"reopened.md", "reopened.json"}
    assert json.loads((tmp_path / "out" / "reopened.json").read_text())["reopened"] == answer.data["reopened"]
    assert "it was 2 s" in (tmp_path / "out" / "reopened.md").read_text()
    assert opened.path.read_bytes() == before


def test_what_was_reopened_before_does_not_stay(tmp_path: Path) -> None:
    opened = ran(tmp_path, *ACCEPTED)
    measure_project(opened, tmp_path / "out")
    text = opened.path.read_text().replace("p95 of ask <= 1 s", "p95 of ask <= 3 s")
    opened.path.write_text(text)
    answer = measure_project(open_project(tmp_path, DAY), tmp_path / "out")
    assert answer.findings == ()
    assert json.loads((tmp_path / "out" / "reopened.json").read_text()) == {"reopened": []}


def test_a_rehearsed_fault_reopens_nothing(tmp_path: Path) -> None:
    answer = measure_project(ran(tmp_path, *ACCEPTED, fault=True), tmp_path / "out")
    assert answer.findings == ()
    assert answer.data["reopened"] == []


def test_a_proposed_decision_is_not_tested(tmp_path: Path) -> None:
    answer = measure_project(ran(tmp_path), tmp_path / "out")
    assert "reopened" not in answer.data
    assert answer.written == ()
    assert all(section.name != "measure-assumptions" for section in answer.documents[0].sections)


def test_a_ledger_of_its_own_is_tested_too(tmp_path: Path) -> None:
    opened = ran(tmp_path, *ACCEPTED)
    answer = measure_ledger(opened, tmp_path / "out" / "ledger.jsonl", tmp_path / "beside")
    assert answer.findings == ()  # the journeys are in another file, so their latency cannot be known
    assert (tmp_path / "beside" / "reopened.md").is_file()
    assert measure_ledger(opened, tmp_path / "out" / "ledger.jsonl").written == ()


@pytest.mark.parametrize("accepted", [True, False])
def test_figures_of_all_verbs_fit_in_one_book(tmp_path: Path, accepted: bool) -> None:
    opened = ran(tmp_path, *(ACCEPTED if accepted else ()))
    book = price_project(opened).book
    book.join(measure_project(opened, tmp_path / "out").book)
    book.join(decide_project(opened, tmp_path / "out").book)
    assert ("ran.monthly-requests" in book) == accepted
    assert "decide.hosting.option.ours.score" in book
