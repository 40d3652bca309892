"""Continuous batching: a lone call takes what the formula says, cache is never exceeded, nothing is lost."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.analysis.compiled import compile_policies
from archwright.policy.batching import elapsed_s, step_s, steps_by
from archwright.policy.replica import LEAST_TOKENS, ROUND_ROBIN, pick
from archwright.policy.sequences import NOTHING, idle
from tests.policy.replicas import FOREVER, LAW, Asked, ran

FAST = compile_policies()
CALL = st.builds(
    Asked,
    at=st.floats(0, 3),
    prompt=st.integers(1, 1500),
    answer=st.integers(1, 400),
    shared=st.integers(0, 600),
    patience=st.one_of(st.just(FOREVER), st.floats(0, 6)),
)
STAYS = st.builds(Asked, at=st.floats(0, 3), prompt=st.integers(1, 1500), answer=st.integers(1, 400))
CALLS = st.lists(CALL, min_size=1, max_size=25)


def test_a_lone_call_takes_what_the_formula_says() -> None:
    found = ran(LAW, [Asked(1.0, 600, 50)])
    reads = [(256, 256), (256, 512), (88, 600)]
    first = 1.0 + sum(step_s(LAW, tokens, 1, context) for tokens, context in reads)
    assert found.first[0] == pytest.approx(first, rel=1e-12)
    writes = sum(step_s(LAW, 1, 1, 600 + written) for written in range(49))
    assert found.last[0] == pytest.approx(first + writes, rel=1e-6)
    assert found.runs == 4


def test_a_common_prefix_is_not_read_again() -> None:
    found = ran(LAW, [Asked(0.0, 600, 1, shared=500)])
    assert found.first[0] == found.last[0] == step_s(LAW, 100, 1, 600)
    assert found.replicas.read[0] == 100


@given(CALLS)
def test_every_call_ends_once_and_nothing_stays(asked: list[Asked]) -> None:
    found = ran(LAW, asked)
    assert found.held <= LAW.kv_tokens
    replicas = found.replicas
    for index, call in enumerate(asked):
        assert (index in found.last) != (index in found.left)
        if index in found.last:
            assert call.at < found.first[index] <= found.last[index]
    for column in ("writing", "running", "held", "context", "waits", "owed", "steps"):
        assert getattr(replicas, column)[0] == 0, column
    for column in ("reading", "first_waiting", "last_waiting", "first_running", "last_running", "leaving"):
        assert getattr(replicas, column)[0] == -1, column
    assert set(found.calls.doing) == {NOTHING}


@given(st.lists(STAYS, min_size=1, max_size=25))
def test_tokens_are_conserved(asked: list[Asked]) -> None:
    found = ran(LAW, asked)
    assert found.replicas.wrote[0] == sum(call.answer for call in asked)
    prompts = sum(call.prompt for call in asked)
    if found.replicas.thrown_out[0] == 0:
        assert found.replicas.read[0] == prompts
    else:
        assert found.replicas.read[0] > prompts


@given(st.lists(STAYS, min_size=1, max_size=20))
def test_runs_of_steps_say_what_single_steps_say(asked: list[Asked]) -> None:
    """The line between the first and the last step of a run is close enough, as long as nobody is thrown out."""
    law = LAW._replace(kv_tokens=60_000)
    runs, steps = ran(law, asked), ran(law, asked, single=True)
    most = max(steps.last.values())
    assert max(runs.last.values()) == pytest.approx(most, rel=0.002, abs=0.03)
    assert runs.runs <= steps.runs


@given(st.lists(STAYS, min_size=2, max_size=20))
def test_no_call_ends_sooner_in_company_than_alone(asked: list[Asked]) -> None:
    """In all they may: who is thrown out of a full KV cache, and so what is done twice, depends on who else came."""
    together = ran(LAW, asked)
    for number, one in enumerate(asked):
        if number in together.last:
            assert together.last[number] >= ran(LAW, [one]).last[0] - 0.01


@settings(deadline=None, max_examples=40)
@given(CALLS, st.sampled_from((1900, 2500, 4000)))
def test_compiled_code_does_the_same_to_the_bit(asked: list[Asked], kv_tokens: int) -> None:
    law = LAW._replace(kv_tokens=kv_tokens)
    slow, fast = ran(law, asked), ran(law, asked, leaf=FAST.replica)
    assert (slow.first, slow.last, slow.left) == (fast.first, fast.last, fast.left)
    columns = fast.replicas._asdict()
    assert all(one == list(columns[name]) for name, one in slow.replicas._asdict().items())


@settings(max_examples=200)
@given(st.floats(1e-4, 0.1), st.floats(0, 1e-4), st.integers(1, 5000), st.floats(0, 1))
def test_steps_and_their_time_agree_to_the_bit(first_s: float, slope_s: float, most: int, share: float) -> None:
    span = share * 1.1 * elapsed_s(first_s, slope_s, most)
    steps = steps_by(first_s, slope_s, most, span)
    assert elapsed_s(first_s, slope_s, steps) <= span or steps == 0
    assert steps == most or elapsed_s(first_s, slope_s, steps + 1) > span
    assert steps_by(first_s, slope_s, most, elapsed_s(first_s, slope_s, steps)) == steps


def test_a_full_cache_throws_out_who_came_last() -> None:
    law = LAW._replace(kv_tokens=1000)
    found = ran(law, [Asked(0.0, 400, 300), Asked(0.0, 400, 300)])
    assert found.replicas.thrown_out[0] >= 1
    assert found.last[0] < found.last[1]
    assert found.held <= 1000


def test_a_mixture_reads_more_experts_for_more_tokens() -> None:
    law = LAW._replace(weights_s=1e-3, experts_s=8e-3, touched=0.05)
    assert step_s(law, 1, 1, 0) < step_s(law, 64, 1, 0) < step_s(LAW._replace(weights_s=9e-3), 64, 1, 0)
    few = math.hypot(1e-3 + 8e-3 * (1 - math.exp(-0.05)), 3e-5)
    assert step_s(law, 1, 0, 0) == pytest.approx(few + 2e-3)


def test_calls_go_round_or_to_the_one_that_owes_least() -> None:
    replicas = idle(3, 4)
    replicas.owed[:] = [5, 3, 3]
    assert pick(replicas, [1, 1, 1], 0, 3, ROUND_ROBIN, 2) == 0
    assert pick(replicas, [0, 1, 1], 0, 3, ROUND_ROBIN, 2) == 1
    assert pick(replicas, [1, 1, 1], 0, 3, LEAST_TOKENS, 2) == 1
    assert pick(replicas, [1, 0, 1], 0, 3, LEAST_TOKENS, 2) == 2
    assert pick(replicas, [0, 0, 0], 0, 3, LEAST_TOKENS, 2) == -1
