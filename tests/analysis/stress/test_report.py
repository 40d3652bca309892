"""The document: every number in it can be asked why."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from archwright.analysis.stress import breaking as subject
from archwright.analysis.stress.objectives import verdicts
from archwright.analysis.stress.report import StressResult, stress, stress_document
from archwright.plan.compile import compile_plan
from archwright.plan.model import Plan
from archwright.report.document import Block, Cell, Chart, Document, Table, Text, Tiles
from archwright.report.figures import Book
from archwright.spec.load import load
from tests.analysis.stress import designs as d

EXAMPLE = Path(__file__).resolve().parents[3] / "examples/support-desk/system.yaml"
NUMBER = re.compile(r"\d")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(load(EXAMPLE).system, dt.date(2026, 10, 15)).plan


@pytest.fixture(scope="module")
def result(plan: Plan) -> StressResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "SAMPLE", 150)
        patch.setattr(subject, "ENOUGH", 900)
        patch.setattr(subject, "MOST", 8.0)
        return stress(plan)


@pytest.fixture(scope="module")
def written(plan: Plan, result: StressResult) -> tuple[Document, Book]:
    return stress_document(result, plan)


def blocks(document: Document) -> list[Block]:
    return [block for section in document.sections for block in section.blocks]


def test_every_number_in_a_table_or_tile_is_in_the_book(written: tuple[Document, Book]) -> None:
    document, book = written
    seen = 0
    for block in blocks(document):
        if isinstance(block, Table):
            for row in block.rows:
                assert len(row) == len(block.headings)
                for place in block.numeric:
                    cell = row[place]
                    if isinstance(cell, Cell) and cell.figure:
                        assert book[cell.figure].shown == cell.text.lstrip("≤≥ ")
                        seen += 1
                    else:
                        text = cell.text if isinstance(cell, Cell) else cell
                        assert not NUMBER.search(text), (block.caption, row)
        elif isinstance(block, Tiles):
            for _, value, _, key in block.items:
                assert not NUMBER.search(value) or book[key].shown == value.partition(" of ")[0]
    assert seen > 100


def test_a_simulated_number_names_its_scenario_and_seed(written: tuple[Document, Book]) -> None:
    _, book = written
    for key in ("stress.baseline.objective.quick", "stress.primary-down.fallbacks", "stress.spike-10x.p95"):
        said = book.explain(key)
        assert "simulated" in said
        assert f"scenario {key.split('.')[1]}, seed 1" in said
    assert "(arrivals - failed) / arrivals" in book.explain("stress.baseline.objective.there")


def test_each_scenario_has_its_charts(written: tuple[Document, Book], plan: Plan) -> None:
    document, _ = written
    for scenario in plan.scenarios:
        (section,) = (item for item in document.sections if item.name == f"stress-{scenario.name}")
        charts = [block for block in section.blocks if isinstance(block, Chart)]
        assert [chart.title for chart in charts] == ["Latency of journeys", "Journeys", "Calls by target"]
        for chart in charts:
            assert len(chart.bands) == len(scenario.changes)
            for series in chart.series:
                assert [x for x, _ in series.points] == sorted(x for x, _ in series.points)
        assert charts[0].marks[0][1] == "quick: p95 ≤ 20 s"


def test_the_example_s_outage_is_bridged(result: StressResult, plan: Plan) -> None:
    baseline, _, down = result.outcomes
    assert baseline.fallbacks == 0
    assert down.fallbacks > 100
    assert down.openings > 0
    assert all(verdict.kept for verdict in verdicts(plan, down))


def test_the_same_question_gives_the_same_document(plan: Plan, result: StressResult) -> None:
    again = stress_document(result, plan)
    assert again[0] == stress_document(result, plan)[0]
    assert dict(again[1]) == dict(stress_document(result, plan)[1])


def test_only_the_scenarios_that_were_asked_for() -> None:
    small = d.plan(scenarios=(replace(d.scenario(30.0), name="one"), replace(d.scenario(30.0), name="two")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "MOST", 1.0)
        patch.setattr(subject, "SAMPLE", 20)
        patch.setattr(subject, "ENOUGH", 120)
        assert [item.scenario for item in stress(small, scenarios=["two"]).outcomes] == ["two"]
        assert [item.scenario for item in stress(small).outcomes] == ["one", "two"]
        assert [item.scenario for item in stress(d.plan()).outcomes] == ["baseline"]
        with pytest.raises(KeyError):
            stress(small, scenarios=["three"])


def test_nothing_is_asked_of_a_plan_without_journeys() -> None:
    empty = replace(d.plan(), journeys=())
    result = stress(empty)
    assert result.breaking is None
    document, _ = stress_document(result, empty)
    assert document.sections


def test_the_chain_says_what_breaks_and_why() -> None:
    plan = d.plan(
        d.journey(rate=0.2),
        targets=(d.target(request_rate=2.0),),
        objectives=(d.objective("availability", 0.99, at_most=False, name="there"),),
        scenarios=(d.scenario(60.0),),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "SAMPLE", 300)
        patch.setattr(subject, "ENOUGH", 1800)
        document, _ = stress_document(stress(plan), plan)
    words = " ".join(block.words for block in blocks(document) if isinstance(block, Text))
    assert "objective there breaks: availability is" in words
    assert "promised ≥ 99 %" in words
    assert "the supplier's request limit of first" in words


def test_a_promise_that_no_journey_came_to_test_is_not_called_none() -> None:
    plan = d.plan(d.journey(rate=1e-9), objectives=(d.objective("p95", 8.0),), scenarios=(d.scenario(10.0),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "MOST", 1.0)
        patch.setattr(subject, "SAMPLE", 1)
        patch.setattr(subject, "ENOUGH", 6)
        document, _ = stress_document(stress(plan), plan)
    tiles = next(block for block in blocks(document) if isinstance(block, Tiles))
    assert "too few journeys came to test an objective" in str(tiles)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "MOST", 1.0)
        patch.setattr(subject, "SAMPLE", 1)
        patch.setattr(subject, "ENOUGH", 6)
        document, _ = stress_document(stress(replace(plan, objectives=())), replace(plan, objectives=()))
    assert "the file promises nothing" in str(document)
