"""Rates are counts over the time of the scenario; the busiest scenario is the one that raises the load most."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.traffic import busiest, enter_rates
from archwright.report.figures import Book
from tests.analysis.stress.designs import cache, change, journey, plan, route, scenario, station, step, work


def test_the_busiest_scenario_raises_the_load_most_and_the_first_of_equals_wins() -> None:
    calm = replace(scenario(60.0), name="calm")
    slow = replace(scenario(60.0, change("slow", "first", 0.0, 9.0, factor=50.0)), name="slow")
    spike = replace(scenario(60.0, change("load", "", 0.0, 9.0, factor=3.0)), name="spike")
    assert busiest(plan(scenarios=(calm, slow))) == calm
    assert busiest(plan(scenarios=(calm, slow, spike))) == spike
    assert busiest(plan()) is None


def test_every_count_over_the_time_by_who_and_whom() -> None:
    design = plan(
        journey(work(station=1), step(), rate=2.0), caches=(cache(60.0, 10),), routes=(route(cache=0),),
        stations=(station("work"), station("front", median_s=0.1)),
    )  # fmt: skip
    outcome = simulate(design, scenario(500.0), seed=1)
    book = Book()
    rates = {pair: book[key].value for pair, key in enter_rates(book, design, outcome).items()}
    assert rates["", "front"] == outcome.arrivals / 500.0
    assert rates["gateway", "first"] == outcome.targets[0].asked / 500.0
    assert rates["gateway", "gateway"] == outcome.requests / 500.0
    assert rates["front", "front"] == pytest.approx(2.0, rel=0.2)
    assert set(rates) == {
        ("", "front"), ("gateway", "gateway"), ("gateway", "first"), ("gateway", "kept"), ("front", "front"),
    }  # fmt: skip
    assert "count / lasts" in book.explain("stress.trial.rate.gateway.first")


def test_with_two_caches_nobody_knows_which_was_asked() -> None:
    design = plan(caches=(cache(60.0, 10), replace(cache(60.0, 10), name="other")), routes=(route(cache=0),))
    found = enter_rates(Book(), design, simulate(design, scenario(60.0), seed=1))
    assert not {pair for pair in found if "kept" in pair or "other" in pair}
