"""Headroom and growth: what to have, and until which month it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.analysis.stress import breaking as subject
from archwright.analysis.stress.answer import to_do
from archwright.analysis.stress.breaking import Breaking, Edge, breaking
from archwright.analysis.stress.diagnosis import Cause
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.objectives import Verdict, monthly
from archwright.analysis.stress.scaling import (
    Need,
    grown_words,
    growth,
    month_name,
    month_of,
    needs,
    rounded,
    scaling_section,
)
from archwright.plan.model import Plan
from archwright.plan.shadow import Shadow
from archwright.report.document import Cell, Table, Text
from archwright.report.figures import Book
from tests.analysis.stress import designs as d
from tests.analysis.stress.test_pool import plan as pooled
from tests.analysis.stress.test_pool import run


def test_what_is_needed_of_everything_that_has_a_limit() -> None:
    plan = d.plan(
        d.journey(d.work(), d.step(stage=1, station=1), rate=1.0),
        stations=(d.station("desk", servers=4, replicas=2, median_s=1.0), d.station("rest")),
        targets=(d.target(request_rate=2.0),),
    )
    found = {(need.component, need.what): need for need in needs(plan, simulate(plan, d.scenario(600.0), seed=1))}
    desk = found["desk", "replicas"]
    # One job a second of one second each: one server's work, 0.7 of it at most, two servers in each replica.
    assert desk.used == pytest.approx(1.0, rel=0.1)
    assert (desk.limit, desk.least(), desk.least(4.0)) == (2.0, 1.0, 3.0)
    calls = found["first", "requests a minute"]
    assert calls.limit == 120.0
    assert calls.least() >= 1.3 * calls.used
    assert calls.full_at() == pytest.approx(120.0 / calls.used)


@given(st.floats(1e-3, 1e9))
def test_what_one_asks_for_is_never_less_and_hardly_more(value: float) -> None:
    assert value * (1 - 1e-9) <= rounded(value) <= value * 1.11


def test_growth_is_that_of_the_journeys_by_their_rates() -> None:
    plan = d.plan(d.journey(rate=1.0, growth=0.1), d.journey(name="other", rate=3.0, growth=0.0))
    assert growth(plan, 0) == 1.0
    assert growth(plan, 12) == pytest.approx((1.1**12 + 3) / 4)
    assert month_of(plan, 1.0) == 0
    month = month_of(plan, 2.0)
    assert month is not None
    assert growth(plan, month) >= 2.0 > growth(plan, month - 1)
    assert month_of(d.plan(), 1.01) is None


def test_a_component_grows_with_the_journeys_that_ask_it() -> None:
    """One journey grows and asks the second target; the other is thrice as much, stays, and asks the first."""
    plan = d.plan(
        d.journey(d.step(route=1), rate=1.0, growth=0.1), d.journey(rate=3.0, growth=0.0, name="other"),
        routes=(d.route(d.hop(0)), d.route(d.hop(1))), targets=(d.target(), d.target("second")),
    )  # fmt: skip
    assert growth(plan, 12, "second") == pytest.approx(1.1**12)
    assert growth(plan, 12, "first") == 1.0
    assert growth(plan, 12, plan.gateway.name) == growth(plan, 12)
    assert growth(plan, 12, "nobody asks it") == growth(plan, 12)
    assert month_of(plan, 2.0, "second") == 8  # 1.1 ** 8 is the first beyond 2


def test_growth_that_is_slower_than_the_search_is_exact_names_the_months_between() -> None:
    def told(monthly: float, sure: bool = True) -> list[str]:
        plan = d.plan(d.journey(growth=monthly))
        broke = simulate(plan, d.scenario(1.0), seed=1, load=2.0)
        held = simulate(plan, d.scenario(1.0), seed=1, load=1.9)
        edge = Edge(held, broke, Cause("first", "a limit", (), 1.0), held if sure else None)
        verdict = Verdict(d.objective("availability", 0.99, at_most=False), 0.5)
        return grown_words(Book(), plan, Breaking(broke, broke, (broke,), verdict, edge, None))

    said = "At the stated growth the busiest hour breaks objective promise in"
    assert told(1.0) == [f"{said} February 2026, in 1 month."]
    late = f"{said} January 2029, in 36 months, at the latest"
    assert told(0.02) == [f"{late}: from October 2028 on it may break."]
    assert told(0.02, sure=False) == [f"{late}: before that it may break too."]
    assert told(0.0) == ["The file states no growth, so no month can be named in which an objective breaks."]


def test_the_cost_grows_with_the_journeys_where_nothing_else_breaks() -> None:
    """Twice as much each month: an objective of three times today's cost breaks in the second."""
    plan = d.plan(d.journey(growth=1.0))
    usual = simulate(plan, d.scenario(60.0), seed=1)
    today = sum(monthly(plan, item) for item in usual.journeys)
    assert today > 0
    told = replace(plan, objectives=(d.objective("cost", 3.0 * today),))
    (words,) = grown_words(Book(), told, Breaking(usual, usual, (usual,), None, None, None))
    assert words.startswith("At the stated growth the cost breaks objective promise in ")
    assert "in 2 months" in words
    dear = replace(plan, objectives=(d.objective("cost", today / 2),))
    assert grown_words(Book(), dear, Breaking(usual, usual, (usual,), None, None, None)) == []


@pytest.mark.parametrize(("months", "name"), [(0, "November 2026"), (2, "January 2027"), (14, "January 2028")])
def test_months_have_names(months: int, name: str) -> None:
    assert month_name("2026-11-21", months) == name


def test_the_section_names_the_month_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "SAMPLE", 300)
    monkeypatch.setattr(subject, "ENOUGH", 1800)
    plan = d.plan(
        d.journey(rate=0.5, growth=0.2),
        targets=(d.target(request_rate=2.0),),
        objectives=(d.objective("availability", 0.99, at_most=False),),
    )
    found = breaking(plan, 1)
    book = Book()
    assert found.edge is not None
    section = scaling_section(book, plan, found)
    assert section.blocks
    (words, *_) = to_do(plan, found)
    assert "requests a minute for first instead of 120" in words
    need = needs(plan, found.usual)[0]
    raised = replace(plan, targets=(d.target(request_rate=need.least(found.edge.load) / 60.0),))
    after = breaking(raised, 1)
    assert after.edge is None or after.edge.load > found.edge.load


def test_what_broke_is_never_told_to_stay_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A promise of the tail breaks where two servers are not yet 70 % at work: by the mean, two of them suffice."""
    monkeypatch.setattr(subject, "SAMPLE", 400)
    monkeypatch.setattr(subject, "ENOUGH", 2400)
    monkeypatch.setattr(subject, "ENOUGH", 2400)
    plan = d.plan(
        d.journey(d.work(), d.step(stage=1, station=1), rate=0.5),
        stations=(d.station("desk", servers=2, replicas=2, median_s=1.0), d.station("rest")),
        objectives=(d.objective("p95", 3.7),),
    )
    found = breaking(plan, seed=1)
    assert found.edge is not None
    assert (found.edge.cause.component, found.edge.cause.mechanism) == ("desk", "servers saturated")
    (desk,) = (need for need in needs(plan, found.usual, found.edge) if need.component == "desk")
    assert desk.least(found.edge.load) == desk.limit == 2.0
    (words, *_) = to_do(plan, found)
    assert words.startswith("3 replicas for desk instead of 2 would carry")
    calls = Need("first", "requests a minute", 29.0, 66.0, 1.0)
    assert (calls.beyond(1.0), calls.beyond(3.0)) == (86.0, 120.0)


def _own(share: float = 0.0) -> Plan:
    """The small system on replicas of its own, or with those for copies only."""
    made = pooled("{precision: bf16, max_seqs: 4}")
    if not share:
        return made
    spare = next(place for place, item in enumerate(made.targets) if item.pool is None)
    routes = tuple(
        replace(
            item,
            hops=tuple(replace(hop, target=spare) for hop in item.hops[:1]),
            shadow=Shadow(0, share, 64, 60.0),
            cache=-1,
        )
        for item in made.routes
    )
    return replace(made, routes=routes)


def test_replicas_of_own_models_are_needed_by_what_reaches_them() -> None:
    made = _own()
    (mine,) = [item for item in needs(made, run(made, 1.0, (), 600.0)) if item.component == "model"]
    (more,) = [item for item in needs(made, run(made, 4.0, (), 600.0)) if item.component == "model"]
    assert (mine.what, mine.limit) == ("replicas", 2.0)
    assert mine.least(4.0) <= more.least() + 1
    assert more.full_at() == pytest.approx(mine.full_at() / 4.0, rel=0.2)
    seen = run(made, 0.9 * mine.full_at(), (), 120.0).pools[0]
    beyond = run(made, 1.3 * mine.full_at(), (), 120.0).pools[0]
    assert seen.batch < seen.sequences * 0.99
    assert beyond.deepest > 2 * seen.deepest


def test_copies_for_a_shadow_need_replicas_too() -> None:
    few, many = (
        next(item.used for item in needs(made, run(made, 1.0, (), 600.0)) if item.component == "model")
        for made in (_own(0.2), _own(1.0))
    )
    assert 0.0 < few < 0.4 * many


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> tuple[Plan, Breaking, Edge]:
    """Two replicas of an own model, and the load at which they are too few."""
    monkeypatch.setattr(subject, "SAMPLE", 300)
    monkeypatch.setattr(subject, "ENOUGH", 1800)
    made = replace(_own(), objectives=())
    found = breaking(made, 1)
    assert found.edge is not None
    assert found.edge.cause.component == "model"
    return made, found, found.edge


def test_replicas_that_break_it_carry_what_they_were_seen_to(broken: tuple[Plan, Breaking, Edge]) -> None:
    made, found, edge = broken
    (mine,) = [item for item in needs(made, found.usual, edge) if item.component == "model"]
    assert mine.least(edge.load) > 2, (edge.load, mine)
    book = Book()
    section = scaling_section(book, made, found)
    table = section.blocks[0]
    assert isinstance(table, Table)
    assert f"At {edge.load:.3g}x" in table.headings
    assert any("for model instead of 2" in words for words in to_do(made, found))


def test_the_table_asks_for_what_the_advice_asks_for(
    broken: tuple[Plan, Breaking, Edge], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a rule of thumb finds enough of what was seen to be too little, one more of it is asked for."""
    made, found, edge = broken
    monkeypatch.setattr(Need, "least", lambda *_: 1.0)
    table = scaling_section(Book(), made, found).blocks[0]
    assert isinstance(table, Table)
    (row,) = [row for row in table.rows if row[0] == "model"]
    cell = row[table.headings.index(f"At {edge.load:.3g}x")]
    assert isinstance(cell, Cell)
    assert cell.text == "3"
    assert any(words.startswith("3 replicas for model instead of 2") for words in to_do(made, found))


def test_what_is_hardly_used_is_no_part_that_the_table_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "SAMPLE", 300)
    monkeypatch.setattr(subject, "ENOUGH", 1800)
    monkeypatch.setattr(subject, "MOST", 2.0)
    narrow = d.target(request_rate=2.0, token_rate=1e9)
    made = d.plan(d.journey(rate=0.5), targets=(narrow,), stations=(d.station(servers=900, median_s=0.01),))
    section = scaling_section(Book(), made, breaking(made, 1))
    table, *texts = section.blocks
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["first"]
    (said,) = (block.words for block in texts if isinstance(block, Text))
    assert said.startswith("Hardly used: ")
    assert "first" not in said
