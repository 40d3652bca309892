"""Several runs as one outcome: nothing is lost, and what is no sum is none."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from archwright.analysis.stress import merge
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.merge import merged
from archwright.analysis.stress.outcome import Outcome, PoolOutcome
from archwright.base.histogram import merged as pooled
from tests.analysis.stress import designs as d
from tests.analysis.stress.test_engine import busy

SCENARIO = d.scenario(200.0)


@pytest.fixture(scope="module")
def runs() -> list[Outcome]:
    return [simulate(busy(), SCENARIO, seed=seed) for seed in (1, 2, 3)]


def test_counts_add_up(runs: list[Outcome]) -> None:
    whole = merged(runs)
    assert whole.runs == 3
    for name in ("arrivals", "failed", "requests", "cost", "calls", "retries", "events", "cached"):
        assert getattr(whole, name) == sum(getattr(run, name) for run in runs) > 0
    for index, row in enumerate(whole.buckets):
        assert row.arrivals == sum(run.buckets[index].arrivals for run in runs)
    assert whole.latencies.counts == pooled(run.latencies for run in runs).counts
    assert whole.request_latencies.count == sum(run.request_latencies.count for run in runs)
    assert sum(row.cost for row in whole.tokens) == whole.cost
    assert whole.targets[0].refused.requests == sum(run.targets[0].refused.requests for run in runs)


def test_what_is_no_sum_is_none(runs: list[Outcome]) -> None:
    whole = merged(runs)
    assert (whole.lasts_s, whole.simulated_s, whole.load, whole.seed) == (200.0, 600.0, 1.0, 1)
    assert whole.gateway.concurrency == runs[0].gateway.concurrency
    assert whole.targets[0].peak_requests == max(run.targets[0].peak_requests for run in runs)
    means = [run.stations[0].utilisation for run in runs]
    assert whole.stations[0].utilisation == pytest.approx(sum(means) / 3)
    waited = sum(run.stations[0].waited_s for run in runs)
    assert whole.stations[0].mean_wait_s == pytest.approx(waited / whole.stations[0].jobs)


def test_runs_of_runs_weigh_as_much_as_they_hold(runs: list[Outcome]) -> None:
    at_once, in_turn = merged(runs), merged([merged(runs[:2]), runs[2]])
    assert in_turn.gateway.mean_in_flight == pytest.approx(at_once.gateway.mean_in_flight)
    assert in_turn.journeys[0].arrivals == at_once.journeys[0].arrivals
    assert merged(runs[:1]) == runs[0]


def test_only_runs_of_the_same_question_have_a_sum(runs: list[Outcome]) -> None:
    with pytest.raises(ValueError, match="different"):
        merged([runs[0], replace(runs[1], load=2.0)])
    with pytest.raises(ValueError, match="no outcomes"):
        merged([])


def test_every_name_that_is_told_is_one_of_an_outcome(runs: list[Outcome]) -> None:
    run = runs[0]
    records = (run, run.journeys[0], run.targets[0], run.stations[0], run.gateway, run.buckets[0], PoolOutcome)
    known = {field.name for record in records for field in fields(record)} | set(run.gateway.lanes[0]._fields)
    told = [*merge.LARGEST, *merge.MEAN, *merge.SAME]
    assert set(told) <= known
    assert len(told) == len(set(told))
