"""The simulation's account, held against recounts that know nothing of it."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.outcome import OUTCOMES, Outcome
from archwright.base.histogram import Histogram
from archwright.plan.model import Plan, TokenLaw
from archwright.plan.trace import Trace
from archwright.plan.workload import path, visits
from archwright.policy import machine, route
from tests.analysis.stress import designs as d

CALL_S = 0.5 + 0.1 + 1.0  # what one call of the plain target takes


def alike(latencies: Histogram, value: float) -> bool:
    """Whether there are any, and all of them are so long."""
    return bool(latencies) and math.isclose(latencies.least, value) and math.isclose(latencies.most, value)


def busy() -> Plan:
    """A bit of everything: two journeys, stations, a cache, two targets with errors and limits, canned answers."""
    return d.plan(
        d.journey(
            d.work("greet"),
            d.step("call", repeat_mean=1.5, repeat_most=3, growth=20, stage=1, tokens_in=TokenLaw(100.0, 0.8)),
            d.work("look", stage=2, skips=True, probability=0.5, timeout_s=0.4),
            d.step("check", stage=2, route=1),
            d.work("later", stage=3, background=True),
            answers=40, wordings=2, rate=3.0,
        ),
        d.journey(d.step("other", route=1), name="tell", critical=False),
        stations=(d.station(servers=2, median_s=0.2, spread=0.5, error_rate=0.02),),
        targets=(
            d.target("first", error_rate=0.05, request_rate=2.0, spread=0.4, breaker_failures=3, prompt_cache=0.25),
            d.target("second", error_rate=0.05, token_rate=400.0, spread=0.4),
        ),
        routes=(
            d.route(d.hop(0, attempts=2), d.hop(1), cache=0, retry_ratio=0.2),
            d.route(d.hop(1, timeout_s=2.0), d.hop(0), degraded="later", name="small"),
        ),
        caches=(d.cache(60.0, 30),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return simulate(busy(), d.scenario(300.0), seed=5)


def test_every_journey_ends_in_one_way(outcome: Outcome) -> None:
    came = list(visits(busy(), d.scenario(300.0), 5))
    assert outcome.arrivals == len(came)
    assert min(outcome.answered, outcome.degraded, outcome.failed) > 0
    assert outcome.arrivals == outcome.answered + outcome.degraded + outcome.failed
    assert outcome.latencies.count == outcome.answered + outcome.degraded
    for name in ("arrivals", "answered", "degraded", "failed", "shed"):
        assert sum(getattr(bucket, name) for bucket in outcome.buckets) == getattr(outcome, name)
    assert sum(sum(bucket.calls) for bucket in outcome.buckets) == outcome.calls
    assert sum(bucket.latencies.count for bucket in outcome.buckets) == outcome.latencies.count


def test_every_request_ends_in_one_way(outcome: Outcome) -> None:
    answered = [outcome.hows[how] for how in (machine.ANSWERED, machine.CACHED, machine.DEGRADED)]
    assert min(answered) > 0
    assert outcome.request_latencies.count == sum(answered)
    assert outcome.requests == sum(item.requests for item in outcome.journeys)
    assert outcome.cached == sum(item.cached for item in outcome.journeys)
    assert sum(item.calls[route.OK] for item in outcome.targets) == outcome.hows[machine.ANSWERED]
    assert outcome.fallbacks > 0
    assert outcome.retries > 0
    for item in outcome.targets:
        assert sum(item.refused) == item.calls[route.OVERLOAD]


def test_money_is_the_sum_of_its_parts(outcome: Outcome) -> None:
    for item in outcome.tokens:
        assert sum(item.by_kind(d.PRICE).values()) == item.cost
    assert outcome.cost == sum(item.cost for item in outcome.journeys)
    assert any(item.cached for item in outcome.tokens)


def test_the_same_seed_gives_the_same_outcome(outcome: Outcome) -> None:
    assert simulate(busy(), d.scenario(300.0), seed=5) == outcome
    assert simulate(busy(), d.scenario(300.0), seed=6) != outcome


def test_cost_and_requests_are_those_of_the_paths_when_nothing_goes_wrong() -> None:
    law = d.target(prompt_cache=0.3)
    steps = (d.step("a", repeat_mean=1.7, repeat_most=5, growth=31, probability=0.6, tokens_in=TokenLaw(90.0, 0.7)),
             d.step("b", stage=1, tokens_out=TokenLaw(20.0, 0.9)))  # fmt: skip
    plan = d.plan(d.journey(*steps, answers=30), targets=(law,))
    outcome = simulate(plan, d.scenario(400.0), seed=2)
    works = [
        work
        for visit in visits(plan, d.scenario(400.0), 2)
        for stage in path(plan, visit, 2)
        for branch in stage
        for work in branch
    ]
    assert outcome.requests == outcome.calls == len(works)
    assert outcome.answered == outcome.arrivals
    cached = [int(work.tokens_in * 0.3) for work in works]
    assert outcome.cost == sum(
        (work.tokens_in - kept) * 3 + kept * 1 + work.tokens_out * 11 for work, kept in zip(works, cached, strict=True)
    )


def recount(plan: Plan, lasts_s: float, seed: int, takes_s: float) -> int:
    """Hits of an exact cache: stored when the call ends, kept for its time; what saved least and longest ago leaves.

    All calls cost the same, so worths are counted in calls.
    """
    waiting: list[tuple[float, int]] = []
    kept: dict[int, list[float]] = {}  # since when, given how often, worth
    rule = plan.caches[0]
    clock = 0.0
    hits = 0
    for visit in visits(plan, d.scenario(lasts_s), seed):
        key = path(plan, visit, seed)[0][0][0].key
        while waiting and waiting[0][0] < visit.at:
            at, stored = waiting.pop(0)
            times = kept.pop(stored, [0.0, 1.0, 0.0])[1]
            kept[stored] = [at, times, clock + times]
            if len(kept) > rule.entries:
                first = next(iter(kept))
                if at >= kept[first][0] + rule.ttl_s:
                    del kept[first]
                else:
                    least = min(kept, key=lambda key: (kept[key][2], kept[key][0], key))
                    clock = kept.pop(least)[2]
        if key in kept and visit.at < kept[key][0] + rule.ttl_s:
            kept[key][1] += 1
            kept[key][2] = clock + kept[key][1]
            hits += 1
        else:
            waiting.append((visit.at + takes_s, key))
    return hits


@pytest.mark.parametrize(("ttl_s", "entries"), [(1e6, 10**6), (40.0, 10**6), (1e6, 12), (40.0, 12)])
def test_the_cache_hits_as_a_recount_says(ttl_s: float, entries: int) -> None:
    plan = d.plan(
        d.journey(answers=50, wordings=2, rate=2.0), routes=(d.route(cache=0),), caches=(d.cache(ttl_s, entries),)
    )
    outcome = simulate(plan, d.scenario(600.0), seed=4)
    assert outcome.cached == recount(plan, 600.0, 4, CALL_S)
    assert 0 < outcome.cached < outcome.requests
    assert outcome.journeys[0].cacheable == outcome.requests


# ---------------------------------------------------------------------------------------- path and stations


def test_stages_follow_and_branches_run_beside_each_other() -> None:
    slow, quick = d.station("slow", median_s=3.0), d.station("quick", median_s=1.0)
    steps = (d.work("a", station=0), d.work("b", station=1), d.work("c", station=1, stage=1),
             d.work("d", station=0, stage=2, background=True))  # fmt: skip
    outcome = simulate(d.plan(d.journey(*steps), stations=(slow, quick)), d.scenario(100.0), seed=1)
    assert outcome.latencies
    assert alike(outcome.latencies, 4.0)
    assert outcome.stations[0].jobs == 2 * outcome.arrivals


def test_work_in_the_background_ends_no_stage() -> None:
    slow, quick = d.station("slow", median_s=3.0), d.station("quick", median_s=1.0)
    steps = (d.work("a", station=0), d.work("b", station=1, background=True), d.work("c", station=1, stage=1))
    outcome = simulate(d.plan(d.journey(*steps), stations=(slow, quick)), d.scenario(100.0), seed=1)
    assert alike(outcome.latencies, 4.0)
    failing = d.station("quick", median_s=1.0, error_rate=1.0)
    outcome = simulate(d.plan(d.journey(*steps[:2]), stations=(slow, failing)), d.scenario(100.0), seed=1)
    assert outcome.answered == outcome.arrivals > 0


def test_repeats_run_in_a_row() -> None:
    outcome = simulate(d.plan(d.journey(d.step(repeat_mean=1e9, repeat_most=3))), d.scenario(50.0), seed=1)
    assert alike(outcome.latencies, 3 * CALL_S)


@pytest.mark.parametrize(("skips", "failed"), [(True, 0), (False, 1)])
def test_a_step_that_fails_fails_its_journey_unless_it_may_be_skipped(skips: bool, failed: int) -> None:
    steps = (d.work("a", skips=skips), d.step("b", stage=1, station=1))
    rest = d.station("rest")
    plan = d.plan(d.journey(*steps), stations=(d.station(median_s=1.0, error_rate=1.0), rest))
    outcome = simulate(plan, d.scenario(50.0), seed=1)
    assert outcome.failed == failed * outcome.arrivals
    assert outcome.requests == outcome.arrivals - outcome.failed
    outcome = simulate(replace(plan, stations=(d.station(median_s=1.0), rest)), d.scenario(50.0), seed=1)
    assert outcome.failed == 0
    assert outcome.requests == outcome.arrivals > 0


def test_a_timeout_bounds_waiting_and_work() -> None:
    plan = d.plan(
        d.journey(d.work(timeout_s=1.5, skips=True), burstiness=1.0), stations=(d.station(servers=1, median_s=1.0),)
    )
    outcome = simulate(plan, d.scenario(500.0), seed=1, load=1.5)
    assert outcome.latencies.most <= 1.5 + 1e-9
    assert outcome.stations[0].failed > 0
    assert outcome.stations[0].utilisation <= 1.0


def test_who_gives_up_in_the_queue_never_takes_a_server() -> None:
    steps = (d.work("a"), d.work("b", timeout_s=0.5, skips=True))
    plan = d.plan(d.journey(*steps, burstiness=0.1, rate=0.2), stations=(d.station(servers=1, median_s=1.0),))
    outcome = simulate(plan, d.scenario(500.0), seed=1)
    assert alike(outcome.latencies, 1.0)
    assert outcome.stations[0].given_up == outcome.arrivals
    assert outcome.stations[0].utilisation == pytest.approx(outcome.arrivals / 500.0, rel=0.02)


def test_more_runs_of_an_instant_step_than_python_nests() -> None:
    plan = d.plan(d.journey(d.work(repeat_mean=1e12, repeat_most=1000)))
    outcome = simulate(plan, d.scenario(5.0), seed=1)
    assert outcome.answered == outcome.arrivals > 0


# ------------------------------------------------------------------------------------------- the suppliers


def test_what_is_too_late_is_cut_or_timed_out_and_billed_by_what_was_written() -> None:
    for tokens_out, timeout_s, kind, written in (
        (101.0, 1.1, "cut", 51),  # 0.5 s after its first token it has written half of the rest
        (60.0, 1.0, "timeout", 41),
        (101.0, 0.55, "timeout", 0),
        (101.0, 1.61, "ok", 101),
    ):
        plan = d.plan(
            d.journey(d.step(tokens_out=TokenLaw(tokens_out, 0.0))), routes=(d.route(d.hop(timeout_s=timeout_s)),)
        )
        outcome = simulate(plan, d.scenario(20.0), seed=1)
        calls = outcome.targets[0].calls
        assert calls[OUTCOMES.index(kind)] == outcome.requests > 0
        assert outcome.cost == outcome.requests * ((100 * 3 + written * 11) if written else 0)
        assert outcome.failed == (0 if kind == "ok" else outcome.arrivals)


@pytest.mark.parametrize(
    ("limit", "place"), [({"request_rate": 0.2}, 0), ({"token_rate": 40.0}, 1), ({"concurrent": 1}, 2)]
)
def test_each_limit_is_told_apart(limit: dict[str, Any], place: int) -> None:
    outcome = simulate(d.plan(targets=(d.target(**limit),)), d.scenario(200.0), seed=1)
    refused = outcome.targets[0].refused
    assert refused[place] == sum(refused) == outcome.failed > 0
    assert outcome.answered > 30


def test_an_outage_is_bridged_and_ends() -> None:
    plan = d.plan(
        targets=(d.target("first", breaker_failures=3, breaker_open_s=20.0), d.target("second")),
        routes=(d.route(d.hop(0), d.hop(1)),),
    )
    outcome = simulate(plan, d.scenario(600.0, d.change("down", "first", 200.0, 200.0)), seed=1)
    assert outcome.failed == 0
    assert outcome.fallbacks == outcome.targets[1].asked > 0
    for bucket in outcome.buckets:
        end = bucket.begin + outcome.width_s
        if end <= 200.0 or bucket.begin >= 400.0 + 20.0 + outcome.width_s:
            assert bucket.calls[1] == 0
        elif bucket.begin >= 200.0 and end <= 400.0:
            assert bucket.calls[1] >= bucket.answered - 1
    assert 200 / 20 - 2 <= outcome.openings <= 200 / 20 + 1
    assert outcome.targets[0].calls[route.TRANSIENT] == 3 - 1 + outcome.openings


def test_a_planted_mutant_of_the_breaker_changes_the_outage() -> None:
    def asked(failures: int) -> Outcome:
        plan = d.plan(
            targets=(d.target("first", breaker_failures=failures), d.target("second")),
            routes=(d.route(d.hop(0), d.hop(1)),),
        )
        return simulate(plan, d.scenario(300.0, d.change("down", "first", 100.0, 100.0)), seed=1)

    never, three, six = asked(0), asked(3), asked(6)
    assert three.targets[0].calls[route.TRANSIENT] < six.targets[0].calls[route.TRANSIENT]
    assert six.targets[0].calls[route.TRANSIENT] < never.targets[0].calls[route.TRANSIENT]
    assert never.openings == 0


def test_weather_slows_fails_and_narrows() -> None:
    plan = d.plan(targets=(d.target(request_rate=5.0),), stations=(d.station("work", servers=4, median_s=0.1),))

    def run(what: str, component: str, **given: float) -> Outcome:
        return simulate(plan, d.scenario(300.0, d.change(what, component, 0.0, 300.0, **given)), seed=1)

    calm = simulate(plan, d.scenario(300.0), seed=1)
    assert calm.latencies.percentile(0.5) == pytest.approx(CALL_S + 0.1)
    assert run("slow", "first", factor=3.0).latencies.percentile(0.5) == pytest.approx(3 * CALL_S + 0.1)
    assert run("slow", "work", factor=3.0).latencies.percentile(0.5) == pytest.approx(CALL_S + 0.3)
    share = run("errors", "first", share=0.3).failed / calm.arrivals
    assert abs(share - 0.3) < 3.3 * math.sqrt(0.21 / calm.arrivals)
    assert run("down", "work").failed == calm.arrivals
    assert calm.failed == 0
    assert run("limit", "first", factor=0.1).targets[0].refused.requests > 0
    assert run("limit", "work", factor=0.25).stations[0].mean_wait_s > calm.stations[0].mean_wait_s


def test_a_canned_answer_degrades_its_journey() -> None:
    plan = d.plan(routes=(d.route(degraded="later"),))
    outcome = simulate(plan, d.scenario(100.0, d.change("down", "first", 0.0, 100.0)), seed=1)
    assert outcome.degraded == outcome.arrivals
    assert outcome.journeys[0].available == 1.0
    assert outcome.cost == 0


# ---------------------------------------------------------------------------------------------- the load


def test_more_load_is_more_of_everything() -> None:
    plan = d.plan(
        d.journey(d.work(), d.step(stage=1, station=1)),
        stations=(d.station(servers=2, median_s=0.3, spread=0.5), d.station("rest")),
        targets=(d.target(spread=0.5),),
    )
    made = [simulate(plan, d.scenario(400.0), seed=1, load=load) for load in (1.0, 2.0, 3.5, 5.0)]
    for less, more in pairwise(made):
        assert less.arrivals < more.arrivals
        assert less.cost < more.cost
        assert less.stations[0].utilisation < more.stations[0].utilisation
        assert less.gateway.mean_in_flight < more.gateway.mean_in_flight
        assert less.latencies.percentile(0.99) <= more.latencies.percentile(0.99)


def test_a_spike_shows_where_it_is() -> None:
    spike = d.change("load", "", 100.0, 100.0, factor=5.0)
    outcome = simulate(d.plan(), d.scenario(300.0, spike), seed=1)
    inside = sum(bucket.arrivals for bucket in outcome.buckets if 100.0 <= bucket.begin < 200.0)
    assert inside > 3 * (outcome.arrivals - inside) / 2


def test_recorded_traffic_takes_the_place_of_arrivals() -> None:
    trace = Trace("made", (0.0, 1.0, 2.5), (7, 70, 700), (1, 2, 3))
    outcome = simulate(d.plan(), d.scenario(100.0), seed=1, trace=trace)
    assert outcome.arrivals == 3
    assert outcome.cost == 777 * 3 + 6 * 11
