"""The measured curve of a semantic cache: what it promises between its points, and what a plan makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.errors import InputError
from archwright.plan.model import Plan, decode, encode
from archwright.plan.semantic import on_curve
from archwright.policy.chance import seen
from tests.plan.small import small

CURVE = "{mode: on, curve: [{wrong: 1 %, saved: 40 %}, {wrong: 2 %, saved: 60 %}]}"
WITH = ("entries: 100}", f"entries: 100, semantic: {CURVE}}}")
CACHED = ("route: answer", "route: cached")
SHARES = st.floats(0, 1)


def plan(*edits: tuple[str, str]) -> Plan:
    return small(CACHED, WITH, *edits).plan


@st.composite
def curves(draw: st.DrawFn) -> list[float]:
    """Points that rise, promise and hits in turn."""
    size = draw(st.integers(0, 5))
    asked = sorted(draw(st.lists(st.floats(0.001, 0.5), min_size=size, max_size=size, unique=True)))
    hits = sorted(draw(st.lists(SHARES, min_size=size, max_size=size)))
    return [number for pair in zip(asked, hits, strict=True) for number in pair]


@pytest.mark.parametrize(
    ("wrong", "hits"), [(0.0, 0.0), (0.005, 0.2), (0.01, 0.4), (0.015, 0.5), (0.02, 0.6), (0.3, 0.6)]
)
def test_between_its_points_a_curve_runs_straight(wrong: float, hits: float) -> None:
    assert on_curve(wrong, 0.01, 0.4, 0.02, 0.6) == pytest.approx(hits)


@given(curves(), SHARES, SHARES)
def test_a_larger_promise_never_answers_less(points: list[float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert on_curve(low, *points) <= on_curve(high, *points) + 1e-12
    assert 0.0 <= on_curve(high, *points) <= max(points[1::2], default=0.0)


def test_nothing_measured_promises_nothing() -> None:
    assert on_curve(0.05) == 0.0


@given(st.floats(0.05, 0.95), st.integers(0, 99), st.integers(0, 60))
def test_few_contents_have_the_share_already(share: float, seed: int, place: int) -> None:
    found = sum(seen(share, seed, content, place) for content in range(200))
    assert found / 200 == pytest.approx(share, abs=0.02)
    assert not any(seen(0.0, seed, content, place) for content in range(50))


def test_the_steps_of_a_route_are_told_what_its_cache_answers() -> None:
    found = plan()
    assert found.caches[0].semantic is not None
    assert found.caches[0].semantic.saved == 0.6
    think = next(step for step in found.journeys[0].steps if step.route >= 0)
    assert think.seen == 0.6
    assert decode(encode(found), "plan") == found


def test_another_promise_is_another_place_on_the_curve() -> None:
    found = plan(("mode: on,", "mode: on, wrong: 1 %,"))
    assert found.caches[0].semantic is not None
    assert found.caches[0].semantic.saved == 0.4


@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_what_does_not_answer_saves_nothing(mode: str) -> None:
    found = plan(("mode: on", f"mode: {mode}"))
    assert all(step.seen == 0.0 for journey in found.journeys for step in journey.steps)
    assert (found.caches[0].semantic is None) == (mode == "off")


def test_what_was_measured_of_a_cache_stands_in_place_of_what_a_journey_states() -> None:
    stated = ("volume: 1M/month", "volume: 1M/month\n      repetition: {answers: 9, wordings: 4, semantic: 30 %}")
    assert plan(stated).journeys[0].semantic == 0.0
    assert plan(stated, ("mode: on", "mode: shadow")).journeys[0].semantic == 0.3


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (("saved: 60 %", "saved: 30 %"), "bad-curve"),
        (("wrong: 2 %", "wrong: 1 %"), "bad-curve"),
        (("mode: on,", "mode: on, embedder: app,"), "no-embedder"),
        (("mode: on,", "mode: on, compare: judge,"), "no-comparator"),
        (("mode: on,", "mode: on, compare: answer-id,"), "no-comparator"),
        (("mode: on,", "mode: on, compare: answer-id, answer_id: 'KB-(',"), "bad-pattern"),
        (("mode: on,", "mode: on, compare: answer-id, answer_header: 'x kb',"), "bad-header"),
    ],
)
def test_what_cannot_be_is_said_with_its_place(edit: tuple[str, str], code: str) -> None:
    with pytest.raises(InputError) as caught:
        plan(edit)
    (problem,) = [item for item in caught.value.problems if item.code == code]
    assert problem.where.line > 0
    assert problem.mend
