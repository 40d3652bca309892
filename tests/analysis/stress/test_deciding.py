"""What luck explains is not called broken, and what it does not is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.stress import breaking
from archwright.analysis.stress.answer import edge_words
from archwright.analysis.stress.deciding import Bad, judged
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.sure import Standing
from archwright.base.histogram import Counting
from tests.analysis.stress import designs as d


@pytest.mark.parametrize(
    ("bad", "of", "standing"),
    [
        (2, 168, "unsure"),
        (1, 156, "unsure"),
        (0, 1500, "kept"),
        (40, 1500, "broken"),
        (0, 0, "unsure"),
        (3, 3, "broken"),
    ],
)
def test_two_of_168_are_neither_kept_nor_broken(bad: int, of: int, standing: Standing) -> None:
    assert Bad(bad, of, 0.01).standing == standing


@given(st.integers(0, 400), st.integers(1, 400), st.floats(0.001, 0.999))
def test_more_of_the_same_never_turns_round(bad: int, of: int, allowed: float) -> None:
    few, many = Bad(min(bad, of), of, allowed).standing, Bad(100 * min(bad, of), 100 * of, allowed).standing
    assert few in (many, "unsure")


@given(st.lists(st.floats(0.0, 100.0), min_size=1, max_size=50), st.floats(0.0, 100.0))
def test_what_is_above_a_limit_is_counted_as_its_percentiles_are_read(values: list[float], limit: float) -> None:
    counting = Counting()
    for value in values:
        counting.add(value)
    found = counting.histogram()
    above = found.above(limit)
    assert above == sum(value > limit for value in values) or any(
        abs(value - limit) <= 0.01 * limit + 1e-6 for value in values
    )
    assert found.percentile(1.0 - above / len(values)) <= limit * 1.01 + 1e-6 or above == len(values)


def test_a_percentile_and_a_share_are_judged_by_their_counts() -> None:
    plan = d.plan(
        d.journey(rate=0.05), objectives=(d.objective("p95", 1e6), d.objective("availability", 0.9, at_most=False))
    )
    outcome = simulate(plan, d.scenario(2000.0), seed=1)
    found = {item.objective.measure: standing for item, standing in judged(plan, outcome)}
    assert found == {"p95": "kept", "availability": "kept"}


@pytest.mark.parametrize(("enough", "open_"), [(200, ("promise",)), (6000, ())])
def test_what_too_few_journeys_leave_open_is_said(
    monkeypatch: pytest.MonkeyPatch, enough: int, open_: tuple[str, ...]
) -> None:
    """Nothing fails, but of 200 journeys nobody knows whether one in a thousand would."""
    monkeypatch.setattr(breaking, "SAMPLE", 100)
    monkeypatch.setattr(breaking, "ENOUGH", enough)
    monkeypatch.setattr(breaking, "MOST", 2.0)
    plan = d.plan(objectives=(d.objective("availability", 0.999, at_most=False),))
    found = breaking.breaking(plan, seed=1)
    assert found.edge is None
    assert found.open == open_
    said = " ".join(words for words, _ in edge_words(plan, found))
    assert ("too few to tell whether promise holds there" in said) is bool(open_)
    assert ("every objective is kept" in said) is not bool(open_)


def test_what_is_open_between_two_loads_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaking, "SAMPLE", 200)
    monkeypatch.setattr(breaking, "ENOUGH", 200)
    plan = d.plan(
        d.journey(d.work(), d.step(stage=1, station=1), rate=0.1),
        stations=(d.station("desk", servers=1, median_s=1.0), d.station("rest")),
        objectives=(d.objective("p95", 8.0),),
    )
    found = breaking.breaking(plan, seed=1)
    assert found.edge is not None
    assert found.edge.held is not None
    sure = replace(found, edge=replace(found.edge, sure=found.edge.held))
    assert "still holds" in " ".join(words for words, _ in edge_words(plan, sure))
    open_ = replace(found, edge=replace(found.edge, sure=found.trials[0]))
    assert "Between" in " ".join(words for words, _ in edge_words(plan, open_))
    none = replace(found, edge=replace(found.edge, sure=None))
    assert "Below that it cannot be told" in " ".join(words for words, _ in edge_words(plan, none))
