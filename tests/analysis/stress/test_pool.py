"""Replicas in a simulation: what they answer, what faults cost, what is counted."""

from __future__ import annotations

from functools import cache

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.fleet_table import replicas
from archwright.analysis.stress.outcome import Outcome, PoolOutcome
from archwright.plan.model import Change, Plan, Scenario
from archwright.policy import route
from archwright.policy.batching import step_s
from archwright.report.document import Table
from archwright.report.figures import Book
from tests.plan.small import small
from tests.plan.test_pool import OURS, WAS


@cache
def plan(batching: str = "bf16", more: str = "") -> Plan:
    """The small system with replicas behind its first route, and one route only, so that nobody else helps."""
    made = small((WAS, f"{OURS}    batching: {batching}\n{more}")).plan
    journeys = tuple(replace(item, burstiness=1.0) for item in made.journeys[:1])
    targets = tuple(replace(item, breaker_failures=0) for item in made.targets)
    return replace(made, journeys=journeys, targets=targets, tenants=())


def run(made: Plan, load: float = 4.0, changes: tuple[Change, ...] = (), lasts: float = 120.0) -> Outcome:
    return simulate(made, Scenario("test", "", lasts, changes), seed=3, load=load)


def pool(outcome: Outcome) -> PoolOutcome:
    (found,) = outcome.pools
    return found


def test_every_call_is_answered_and_its_tokens_are_read_and_written() -> None:
    outcome = run(plan())
    calls = outcome.targets[0]
    assert calls.calls[route.OK] == calls.asked > 100
    (row,) = [item for item in outcome.tokens if item.target == "model"]
    assert pool(outcome).wrote == row.output
    assert pool(outcome).read == row.input
    assert pool(outcome).thrown_out == pool(outcome).turned_away == 0


def test_a_call_with_a_replica_for_itself_takes_what_the_formula_says() -> None:
    made = plan()
    stated = made.targets[0].pool
    assert stated is not None
    outcome = run(made, load=0.02, lasts=6000.0)
    (row,) = [item for item in outcome.tokens if item.target == "model"]
    first = step_s(stated.law, row.input // row.calls, 1, row.input // row.calls)
    each = step_s(stated.law, 1, 1, row.input // row.calls + 25)
    mean = first + each * (row.output / row.calls - 1)
    assert outcome.targets[0].took_s / row.calls == pytest.approx(mean, rel=0.02)


def test_more_load_makes_larger_batches_and_slower_answers() -> None:
    outcomes = [run(plan(), load) for load in (2.0, 12.0, 60.0)]
    batches = [pool(item).batch for item in outcomes]
    latencies = [item.request_latencies.mean for item in outcomes]
    assert batches == sorted(batches)
    assert latencies == sorted(latencies)
    assert all(0 < pool(item).occupancy <= pool(item).fullest <= 1 for item in outcomes)


def test_the_same_seed_gives_the_same_outcome() -> None:
    assert run(plan()) == run(plan())


def test_a_model_that_goes_down_loses_what_it_works_on() -> None:
    down = Change("down", "model", 1.0, 0.0, 40.0, 20.0)
    outcome = run(plan(), load=20.0, changes=(down,))
    calls = outcome.targets[0].calls
    assert calls[route.TRANSIENT] > 20
    assert calls[route.CUT] >= 0
    assert pool(outcome).mean_replicas == pytest.approx(2 * 100 / 120)
    assert pool(outcome).hardware == pytest.approx(pool(run(plan())).hardware * 100 / 120, rel=1e-6)


def test_half_the_capacity_is_half_the_replicas() -> None:
    lost = Change("limit", "model", 0.5, 0.0, 0.0, 120.0)
    outcome = run(plan(), load=20.0, changes=(lost,))
    assert pool(outcome).mean_replicas == pytest.approx(1.0)
    assert pool(outcome).batch > pool(run(plan(), load=20.0)).batch


def test_slow_steps_make_slow_answers() -> None:
    slow = Change("slow", "model", 3.0, 0.0, 0.0, 1000.0)
    usual, outcome = run(plan(), load=0.5), run(plan(), load=0.5, changes=(slow,))
    assert outcome.request_latencies.mean > 2.5 * usual.request_latencies.mean


def test_a_full_queue_turns_calls_away() -> None:
    outcome = run(plan("{precision: bf16, max_seqs: 2, waiting: 1}"), load=30.0)
    assert pool(outcome).turned_away > 0
    assert pool(outcome).deepest == 1
    assert outcome.targets[0].refused.concurrent == pool(outcome).turned_away
    assert outcome.targets[0].calls[route.OVERLOAD] == pool(outcome).turned_away


def test_a_small_cache_throws_sequences_out() -> None:
    outcome = run(plan("{precision: bf16, kv_tokens: 2000}"), load=60.0)
    assert pool(outcome).thrown_out > 0
    assert pool(outcome).fullest <= 1.0


def test_a_request_that_never_fits_is_the_callers_mistake() -> None:
    outcome = run(plan("{precision: bf16, kv_tokens: 200}"))
    assert outcome.targets[0].calls[route.CALLER] == outcome.targets[0].asked
    assert pool(outcome).wrote == 0


def test_who_gives_up_leaves_its_place() -> None:
    impatient = replace(plan("{precision: bf16, max_seqs: 4}"), routes=())
    base = plan("{precision: bf16, max_seqs: 4}")
    routes = tuple(replace(r, hops=tuple(replace(hop, timeout_s=0.4) for hop in r.hops)) for r in base.routes)
    outcome = run(replace(impatient, routes=routes), load=20.0)
    calls = outcome.targets[0].calls
    assert calls[route.TIMEOUT] + calls[route.CUT] > 50
    assert calls[route.OK] > 50
    assert pool(outcome).batch <= 4


def test_errors_come_without_work() -> None:
    outcome = run(plan("bf16", "    error_rate: 30 %\n"))
    calls = outcome.targets[0].calls
    assert calls[route.TRANSIENT] / sum(calls) == pytest.approx(0.3, abs=0.06)


def test_a_common_prefix_saves_reading() -> None:
    without, with_it = run(plan()), run(plan("bf16", "    prompt_cache: 50 %\n"))
    assert pool(with_it).read == pytest.approx(pool(without).read / 2, rel=0.02)
    assert with_it.request_latencies.mean < without.request_latencies.mean


def test_what_replicas_did_is_a_table_of_figures() -> None:
    book = Book()
    (table,) = replicas(book, run(plan()))
    assert isinstance(table, Table)
    assert table.rows[0][0] == "model"
    assert book["stress.test.model.replicas.hardware"].value == pool(run(plan())).hardware
    assert replicas(book, run(replace(plan(), targets=plan().targets[1:], routes=(), journeys=()))) == []
