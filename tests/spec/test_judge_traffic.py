"""What a file says of traffic, stations and faults that could not be: told with its line and how to mend it."""

from __future__ import annotations

import pytest

from archwright.base.errors import InputError
from archwright.spec.calendar import hours, moment
from archwright.spec.load import loads
from archwright.spec.model import System

FILE = """\
system: Shop
components:
  site: {kind: service, region: eu, WORK}
  door: {kind: gateway, routes: {ask: [brain]}}
  brain: {kind: managed-model, model: acme/one, pace: {first_token: 1 s, per_token: 1 ms}, PART}
flows:
  - {from: door, to: brain, timeout: 9 s}
workload:
  journeys:
    buy:
      volume: 1k/month
      JOURNEY
      steps: [{name: look, at: site, STEP}]
objectives: {OBJECTIVES}
scenarios:
  bad: {SCENARIO}
"""
USUAL = {"WORK": "latency: 1 s", "PART": "region: us", "JOURNEY": "growth: 0 %", "STEP": "background: false"}
USUAL |= {"OBJECTIVES": "", "SCENARIO": "lasts: 60 s"}


def file(**edits: str) -> System:
    text = FILE
    for name, usual in USUAL.items():
        text = text.replace(name, edits.get(name, usual))
    return loads(text)


def test_what_makes_sense_is_read() -> None:
    system = file(
        WORK="law: gamma, variation: 0.5, latency: 1 s, workers: 2, queue: 0, patience: 3 s, scale: {most: 4}",
        PART="mtbf: 30 d, mttr: 20 min",
        JOURNEY="\n      ".join(("users: 5", "think: {median: 9 s, spread: 1}", "priority: high", "shape: office")),
        STEP="repeats: {mean: 3, most: 9, pause: 4 s}",
        SCENARIO="lasts: 30 d, begins: Mon 08:00, failures: true, months: 6, "
        "changes: [{what: brown-out, components: [site, brain], factor: 3x, share: 5 %, lasts: 1 h}, "
        "{what: down, region: eu, lasts: 1 h}, {what: load, journey: buy, ramp: true, factor: 4x, lasts: 2 h}]",
    )
    assert system.scenarios["bad"].begins is not None


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ({"WORK": "latency: 1 s, queue: 0"}, "3 never-waits"),
        ({"WORK": "latency: 1 s, patience: 2 s"}, "3 never-waits"),
        ({"WORK": "latency: 1 s, scale: {most: 4}"}, "3 never-waits"),
        ({"WORK": "workers: 1, patience_law: exponential"}, "3 no-patience"),
        ({"WORK": "workers: 1, discipline: shared, patience: 2 s"}, "3 never-waits"),
        ({"WORK": "latency: 1 s, variation: 2"}, "3 no-variation"),
        ({"WORK": "latency: 1 s, law: constant, spread: 1"}, "3 no-spread"),
        ({"WORK": "workers: 1, scale: {least: 5, most: 4}"}, "3 out-of-range"),
        ({"WORK": "workers: 1, replicas: 9, scale: {most: 4}"}, "3 out-of-range"),
        ({"WORK": "workers: 1, law: gamma, variation: 99"}, "3 out-of-range"),
        ({"PART": "mttr: 20 min"}, "5 half-a-failure"),
        ({"PART": "mtbf: 20 d"}, "5 half-a-failure"),
        ({"JOURNEY": "users: 5"}, "12 half-a-user"),
        ({"JOURNEY": "think: 5 s"}, "12 half-a-user"),
        ({"JOURNEY": "users: 0"}, "12 out-of-range"),
        ({"JOURNEY": "shape: {hours: [1, 2, 3]}"}, "12 wrong-length"),
        ({"JOURNEY": "shape: {days: [0, 0, 0, 0, 0, 0, 0]}"}, "12 zero-rate"),
        ({"JOURNEY": "shape: sunny"}, "12 unknown-word"),
        ({"STEP": "repeats: {mean: 1, pause: 3 s}"}, "13 no-change"),
        ({"STEP": "repeats: {mean: 30}"}, "13 out-of-range"),
        ({"SCENARIO": "lasts: 30 d"}, "16 too-long"),
        ({"SCENARIO": "lasts: 9 d, begins: someday"}, "16 bad-value"),
        ({"SCENARIO": "begins: Mon 8", "JOURNEY": "peak: 3x"}, "12 no-shape"),
        ({"SCENARIO": "failures: true"}, "16 no-failures"),
        ({"SCENARIO": "failures: true, lasts: 1 h", "PART": "mtbf: 1 s, mttr: 1 s"}, "5 never-ends"),
        ({"SCENARIO": "changes: [{what: down, region: mars, lasts: 1 s}]"}, "16 unknown-name"),
        ({"SCENARIO": "changes: [{what: down, region: eu, component: site, lasts: 1 s}]"}, "16 half-a-change"),
        ({"SCENARIO": "changes: [{what: slow, factor: 2x, component: site, ramp: true, lasts: 1 s}]"},
         "16 half-a-change"),
        ({"SCENARIO": "changes: [{what: load, factor: 1000000x, lasts: 9 d}], lasts: 9 d, begins: Mon 8"},
         "16 never-ends"),
        ({"JOURNEY": "users: 1M\n      think: 1 ms"}, "17 never-ends"),
        ({"OBJECTIVES": "hit: {measure: cache-hit, at_least: 5 %}"}, "14 not-measured"),
        ({"OBJECTIVES": "fast: {measure: p95, at_most: 5 s}", "STEP": "background: true"}, "14 not-measured"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(edits: dict[str, str], expected: str) -> None:
    with pytest.raises(InputError) as caught:
        file(**edits)
    found = [f"{problem.where.line} {problem.code}" for problem in caught.value.problems]
    assert expected in found, caught.value
    assert all(problem.mend for problem in caught.value.problems)


def test_everything_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        file(PART="mtbf: 20 d", JOURNEY="users: 5", SCENARIO="lasts: 30 d", WORK="latency: 1 s, queue: 3")
    codes = {problem.code for problem in caught.value.problems}
    assert {"half-a-failure", "half-a-user", "too-long", "never-waits"} <= codes


def test_moments_and_hours_of_the_week() -> None:
    assert moment("tuesday 08:30").seconds == (24 + 8.5) * 3600
    week = hours("Mon-Fri 8-18, Sat 9-12").week
    assert sum(week) == 5 * 10 + 3
    assert (week[7], week[8], week[17], week[18], week[5 * 24 + 9]) == (0, 1, 1, 0, 1)


@pytest.mark.parametrize(
    "text", ["", "Mon", "8-18", "Mon 18-8", "Fri-Mon 8-9", "Mon 0-25", "Xyz 1-2", "Mon 8-9;Tue 8-9"]
)
def test_hours_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="no hours of the week"):
        hours(text)
