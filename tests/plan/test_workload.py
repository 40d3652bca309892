"""The drawn workload keeps the laws that the plan states. Seeds are fixed; bounds are five standard deviations wide."""

from __future__ import annotations

import math
from collections import Counter
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.plan.expect import mean_log_normal, mean_runs, repeated
from archwright.plan.model import Change, Journey, Plan, Scenario, TokenLaw
from archwright.plan.trace import Trace
from archwright.plan.workload import (
    RUNS,
    STEPS,
    Visit,
    Work,
    expected_visits,
    path,
    shortened,
    streams,
    traced_journey,
    visits,
    weibull_shape,
)
from archwright.policy import chance
from tests.plan.small import example, small

PLAN = small().plan
HOUR = Scenario("hour", "", 3600.0, ())
SEED = 7


def only(journey: Journey) -> Plan:
    return replace(PLAN, journeys=(journey,), tenants=())


def asking(rate: float = 5.0, **changes: object) -> Plan:
    """A plan whose only journey asks so many times a second."""
    return only(replace(PLAN.journeys[0], rate=rate, peak=1.0, **changes))


def works(plan: Plan, visit: Visit, seed: int = SEED) -> list[Work]:
    return [work for stage in path(plan, visit, seed) for branch in stage for work in branch]


def load(factor: float, at_s: float, lasts_s: float) -> Change:
    return Change("load", "", factor, 1.0, at_s, lasts_s)


def test_the_same_seed_gives_the_same_visits_and_another_one_others() -> None:
    plan = example().plan
    first = list(visits(plan, HOUR, SEED))
    assert first == list(visits(plan, HOUR, SEED))
    assert first != list(visits(plan, HOUR, SEED + 1))
    assert [path(plan, visit, SEED) for visit in first[:50]] == [path(plan, visit, SEED) for visit in first[:50]]


def test_visits_come_in_order_and_within_the_scenario() -> None:
    found = list(visits(PLAN, HOUR, SEED, load=3.0))
    assert {visit.journey for visit in found} == {0, 1}
    assert all(earlier.at <= later.at for earlier, later in pairwise(found))
    assert found[0].at >= 0.0
    assert found[-1].at < HOUR.lasts_s


@pytest.mark.parametrize("factor", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("burstiness", [0.5, 1.0, 3.0])
def test_the_rate_is_volume_times_peak_times_load(burstiness: float, factor: float) -> None:
    plan = only(replace(PLAN.journeys[0], rate=2.0, peak=2.0, burstiness=burstiness))
    expected = 2.0 * 2.0 * factor * HOUR.lasts_s
    assert abs(len(list(visits(plan, HOUR, SEED, factor))) - expected) < 5 * burstiness * math.sqrt(expected) + 5


@pytest.mark.parametrize("burstiness", [0.5, 1.0, 3.0])
def test_the_gaps_vary_as_stated(burstiness: float) -> None:
    times = [visit.at for visit in islice(visits(asking(50.0, burstiness=burstiness), HOUR, SEED), 40_000)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    mean = sum(gaps) / len(gaps)
    variation = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) / mean
    assert variation == pytest.approx(burstiness, rel=0.08 if burstiness > 1 else 0.03)


@given(st.floats(0.05, 50))
def test_the_shape_of_the_gaps_has_the_variation_asked_for(burstiness: float) -> None:
    shape = weibull_shape(burstiness)
    variation = math.exp(math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape)) - 1
    assert math.sqrt(variation) == pytest.approx(burstiness, rel=1e-6)


def test_without_burstiness_gaps_are_exponential() -> None:
    assert weibull_shape(1.0) == pytest.approx(1.0)


def test_load_windows_multiply() -> None:
    changes = (load(4.0, 600, 1200), load(0.5, 1200, 1200), load(0.0, 3000, 5000))
    plan = asking(10.0)
    times = [visit.at for visit in visits(plan, replace(HOUR, changes=changes), SEED)]

    def each(begin: float, end: float) -> float:
        return sum(begin <= time < end for time in times) / (end - begin)

    assert each(0, 600) == pytest.approx(10, rel=0.1)
    assert each(600, 1200) == pytest.approx(40, rel=0.1)
    assert each(1200, 1800) == pytest.approx(20, rel=0.1)
    assert each(1800, 2400) == pytest.approx(5, rel=0.15)
    assert each(2400, 3000) == pytest.approx(10, rel=0.1)
    assert each(3000, 3600) == 0


def test_a_window_beyond_the_end_adds_nothing() -> None:
    late = replace(HOUR, changes=(load(5.0, 3000, 10_000),))
    assert max(visit.at for visit in visits(asking(), late, SEED)) < 3600


def test_other_changes_leave_the_arrivals_alone() -> None:
    down = replace(HOUR, changes=(Change("down", "model", 1.0, 1.0, 10, 100),))
    assert list(visits(PLAN, down, SEED)) == list(visits(PLAN, HOUR, SEED))


def test_requests_have_numbers_of_their_own() -> None:
    plan = example().plan
    numbers = [work.request for visit in visits(plan, HOUR, SEED, 8) for work in works(plan, visit)]
    assert len(numbers) > 5_000
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < 2**62


def test_there_is_room_for_the_numbers_of_a_long_run() -> None:
    """A year of 10,000 visits a second, the last step, the last run."""
    last = 10_000 * 366 * 86400
    assert (last * STEPS + STEPS - 1) * RUNS + RUNS - 1 < 2**62


def contents(plan: Plan) -> list[tuple[float, Visit]]:
    """Every content of the first journey with the share of visits that ask it."""
    journey = plan.journeys[0]
    weights = [rank**-journey.skew for rank in range(1, journey.answers + 1)]
    each = [weight / sum(weights) / journey.wordings for weight in weights]
    return [
        (each[answer], Visit(0.0, 0, 0, -1, answer, wording, -1, -1))
        for answer in range(journey.answers)
        for wording in range(journey.wordings)
    ]


REPEATING = asking(
    answers=40,
    skew=1.0,
    wordings=3,
    steps=(replace(PLAN.journeys[0].steps[1], probability=1.0, tokens_in=TokenLaw(700.0, 1.0), growth=0),),
)


@pytest.mark.parametrize("seed", range(5))
def test_token_counts_keep_the_mean_of_their_law_however_few_the_questions(seed: int) -> None:
    step = REPEATING.journeys[0].steps[0]
    mean_in = mean_out = 0.0
    for weight, visit in contents(REPEATING):
        work = works(REPEATING, visit, seed)[0]
        mean_in += weight * (work.tokens_in - step.system_tokens)
        mean_out += weight * work.tokens_out
    assert mean_in == pytest.approx(mean_log_normal(step.tokens_in.median, step.tokens_in.spread), rel=0.03)
    assert mean_out == pytest.approx(mean_log_normal(step.tokens_out.median, step.tokens_out.spread), rel=0.03)


def test_token_counts_keep_the_mean_where_nothing_repeats() -> None:
    plan = asking(8.0, answers=0)
    found = [work for visit in visits(plan, HOUR, SEED) for work in works(plan, visit) if work.step == 1]
    law = plan.journeys[0].steps[1].tokens_out
    assert sum(work.tokens_out for work in found) / len(found) == pytest.approx(
        mean_log_normal(law.median, law.spread), rel=0.04
    )


def test_the_same_content_is_the_same_request() -> None:
    plan = REPEATING
    one, other = Visit(1.0, 10, 0, -1, 4, 2, -1, -1), Visit(9.0, 99, 0, -1, 4, 2, -1, -1)
    first, second = works(plan, one), works(plan, other)
    for work, again in zip(first, second, strict=False):
        assert (work.tokens_in, work.tokens_out, work.key) == (again.tokens_in, again.tokens_out, again.key)
        assert work.request != again.request


def test_another_content_is_another_request() -> None:
    """Question, wording, run, step and journey each make a key of their own."""
    plan = example().plan
    keys = Counter[int]()
    for journey in range(len(plan.journeys)):
        for answer in range(300):
            for wording in range(4):
                for work in works(plan, Visit(0.0, answer, journey, -1, answer, wording, -1, -1)):
                    if plan.journeys[journey].steps[work.step].route >= 0:
                        keys[work.key] += 1
    assert len(keys) > 2000
    assert set(keys.values()) == {1}
    assert all(0 < key <= 2**64 for key in keys)


def test_questions_of_the_same_length_do_not_meet_in_one_key() -> None:
    """Tokens do not tell these two apart, and 32 bits of their content are the same: a pair found by search."""
    step = replace(
        PLAN.journeys[0].steps[1],
        tokens_out=TokenLaw(50.0, 0.0), probability=1.0, repeat_mean=1000.0, repeat_most=2, growth=0,
    )  # fmt: skip
    plan = asking(answers=0, steps=(step,))
    first = works(plan, Visit(0.0, 1, 0, -1, 178_526, 0, -1, -1))[0]
    second = works(plan, Visit(0.0, 2, 0, -1, 189_191, 0, -1, -1))[1]
    assert chance.fold(178_526, 0, first.run, 0) == chance.fold(189_191, 0, second.run, 0)
    assert (first.tokens_in, first.tokens_out) == (second.tokens_in, second.tokens_out)
    assert first.key != second.key


def test_a_step_without_a_model_has_no_tokens() -> None:
    opened = works(PLAN, Visit(0.0, 1, 0, -1, 1, 0, -1, -1))[0]
    assert (opened.step, opened.tokens_in, opened.tokens_out, opened.key) == (0, 0, 0, 0)


def test_steps_are_taken_and_repeated_as_often_as_stated() -> None:
    step = PLAN.journeys[0].steps[1]
    found = list(visits(asking(4.0), HOUR, SEED))
    runs = [sum(work.step == 1 for work in works(PLAN, visit)) for visit in found]
    taken = [count for count in runs if count]
    assert len(taken) / len(runs) == pytest.approx(step.probability, abs=0.03)
    assert sum(taken) / len(taken) == pytest.approx(mean_runs(step.repeat_mean, step.repeat_most), rel=0.03)
    assert max(taken) == step.repeat_most


def test_each_repeat_adds_its_tokens() -> None:
    visit = next(v for v in visits(PLAN, HOUR, SEED) if sum(w.step == 1 for w in works(PLAN, v)) == 3)
    first, second, third = (work for work in works(PLAN, visit) if work.step == 1)
    assert (second.tokens_in - first.tokens_in, third.tokens_in - second.tokens_in) == (30, 30)
    assert [first.run, second.run, third.run] == [0, 1, 2]


def test_steps_beside_each_other_share_a_stage() -> None:
    plan = example().plan
    named = [step.name for step in plan.journeys[0].steps]
    beside = next(stage for visit in visits(plan, HOUR, SEED) for stage in path(plan, visit, SEED) if len(stage) == 2)
    assert [named[branch[0].step] for branch in beside] == ["search", "order"]


def test_tenants_ask_in_their_shares() -> None:
    found = Counter(visit.tenant for visit in visits(PLAN, HOUR, SEED, 10))
    assert found[0] / found.total() == pytest.approx(0.6, abs=0.02)
    assert set(found) == {0, 1}
    assert {visit.tenant for visit in visits(asking(), HOUR, SEED)} == {-1}


def test_questions_are_asked_by_their_rank() -> None:
    found = list(visits(REPEATING, HOUR, SEED, 4))
    ranks = Counter(visit.answer for visit in found)
    total = sum(1 / rank for rank in range(1, 41))
    assert set(ranks) == set(range(40))
    assert ranks[0] / len(found) == pytest.approx(1 / total, rel=0.05)
    assert ranks[9] / len(found) == pytest.approx(0.1 / total, rel=0.15)
    wordings = Counter(visit.wording for visit in found)
    assert all(count / len(found) == pytest.approx(1 / 3, abs=0.02) for count in wordings.values())


def test_the_forecast_of_the_cache_holds_for_the_drawn_workload() -> None:
    """An exact cache that is asked by the drawn visits answers the share that the closed form says."""
    plan = asking(2.0, answers=200, skew=1.0, wordings=2, steps=(replace(PLAN.journeys[0].steps[1], probability=1.0),))
    ttl, stored, hits, calls = 600.0, dict[int, float](), 0, 0
    for visit in visits(plan, replace(HOUR, lasts_s=6 * 3600.0), SEED):
        for work in works(plan, visit):
            fresh = visit.at - stored.get(work.key, -math.inf) < ttl
            calls += visit.at > ttl
            hits += fresh and visit.at > ttl
            if not fresh:
                stored[work.key] = visit.at
    assert hits / calls == pytest.approx(repeated(2.0, 200, 1.0, 2, ttl, 2, 3), rel=0.03)


TRACE = Trace("t", (0.0, 0.3, 0.3, 1.7, 100.1, 5000.0), (10, 20, 30, 0, 50, 60), (1, 2, 3, 4, 5, 6))


def test_recorded_traffic_is_replayed_exactly() -> None:
    found = [visit for visit in visits(PLAN, HOUR, SEED, trace=TRACE) if visit.journey == 0]
    assert [visit.at for visit in found] == [0.0, 0.3, 0.3, 1.7, 100.1]
    assert [(visit.tokens_in, visit.tokens_out) for visit in found] == [(10, 1), (20, 2), (30, 3), (0, 4), (50, 5)]


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_load_stretches_recorded_traffic(factor: float) -> None:
    found = [visit.at for visit in visits(PLAN, HOUR, SEED, factor, TRACE) if visit.journey == 0]
    assert found == [pytest.approx(time / factor) for time in TRACE.times if time / factor < 3600]


def test_a_trace_gives_the_tokens_of_the_traced_step() -> None:
    always = replace(PLAN.journeys[0].steps[1], probability=1.0)
    plan = only(replace(PLAN.journeys[0], steps=(PLAN.journeys[0].steps[0], always)))
    for visit in visits(plan, HOUR, SEED, trace=TRACE):
        first = works(plan, visit)[1]
        assert (first.tokens_in, first.tokens_out) == (max(1, visit.tokens_in), visit.tokens_out)


def test_a_trace_replaces_the_first_critical_journey() -> None:
    assert traced_journey(PLAN) == 0
    calm = [replace(journey, critical=index == 1) for index, journey in enumerate(PLAN.journeys)]
    assert traced_journey(replace(PLAN, journeys=tuple(calm))) == 1
    assert traced_journey(replace(PLAN, journeys=())) == 0
    others = [visit for visit in visits(PLAN, HOUR, SEED, trace=TRACE) if visit.journey == 1]
    assert others == [visit for visit in visits(PLAN, HOUR, SEED) if visit.journey == 1]


@pytest.mark.parametrize("factor", [1.0, 6.0])
def test_the_number_of_visits_is_known_beforehand(factor: float) -> None:
    busy = replace(HOUR, changes=(load(4.0, 600, 1200), load(0.5, 1200, 10_000)))
    for scenario in (HOUR, busy):
        expected = expected_visits(PLAN, scenario, factor)
        seen = len(list(visits(PLAN, scenario, SEED, factor)))
        assert abs(seen - expected) < 5 * math.sqrt(expected)
    alone = only(PLAN.journeys[0])
    assert expected_visits(alone, HOUR, factor) == pytest.approx(PLAN.journeys[0].rate * 2 * 3600 * factor)
    assert expected_visits(alone, busy, factor) == pytest.approx(
        PLAN.journeys[0].rate * 2 * factor * (600 + 2400 + 1200 + 900)
    )


@pytest.mark.parametrize("factor", [0.01, 1.0, 2.0])
def test_recorded_visits_are_counted(factor: float) -> None:
    plan = only(PLAN.journeys[0])
    assert expected_visits(plan, HOUR, factor, TRACE) == len(list(visits(plan, HOUR, SEED, factor, TRACE)))


@given(st.floats(0.01, 1))
def test_a_shortened_scenario_is_the_same_in_less_time(share: float) -> None:
    busy = replace(HOUR, changes=(load(4.0, 600, 1200), load(0.5, 1200, 10_000)))
    short = shortened(busy, share)
    assert expected_visits(PLAN, short) == pytest.approx(expected_visits(PLAN, busy) * share)
    assert [change.factor for change in short.changes] == [4.0, 0.5]
    assert shortened(busy, 1.0) == busy


def test_long_answers_are_streamed() -> None:
    assert streams(Work(0, 0, 0, 10, 65, 1))
    assert not streams(Work(0, 0, 0, 10, 64, 1))


def test_a_system_without_journeys_has_no_visits() -> None:
    assert list(visits(replace(PLAN, journeys=()), HOUR, SEED)) == []
