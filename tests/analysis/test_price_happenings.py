"""What the time of a scenario costs: the load that is simulated, one journey or all, and what runs anyway."""

from __future__ import annotations

import pytest

from archwright.analysis.price import PriceResult, outlook, price
from archwright.base.money import PICO
from archwright.plan.load import Piece, between, total
from tests.plan.small import small

EVEN = ("output: {median: 50, spread: 0.8}", "output: 50")
EACH = 0.000905  # a journey of the small system, in dollars
MINUTE = 1e6 / 43_830 * 2  # journeys in a minute of its busiest hour
BASE = "price.scenario.hard"


def looked(scenario: str, *edits: tuple[str, str]) -> PriceResult:
    compiled = small(
        EVEN, ("  baseline: {lasts: 10 min}", f"  hard: {{{scenario}}}\n  baseline: {{lasts: 10 min}}"), *edits
    )
    result = price(compiled.plan, compiled.book)
    outlook(result)
    return result


def dollars(result: PriceResult, key: str) -> float:
    return result.book[f"{BASE}.{key}"].value / PICO


def test_what_is_paid_anyway_is_paid_for_as_long_as_it_lasts() -> None:
    """Ten minutes of $3 an hour: hardware is never told to cost nothing, and more load does not make more of it."""
    ours = "kind: self-hosted-model\n    model: acme/large\n    hourly: $3"
    spike = "{what: load, factor: 5x, journey: ask, at: 0 s, lasts: 10 min}"
    result = looked(f"lasts: 10 min, changes: [{spike}]", ("kind: managed-model\n    model: acme/large", ours))
    assert dollars(result, "standing") == pytest.approx(3 / 6)
    assert dollars(result, "ask.usual") == 0
    assert dollars(result, "extra") == 0
    assert dollars(result, "usual") == pytest.approx(3 / 6 + dollars(result, "call.usual"))


def test_a_load_that_rises_evenly_adds_half_of_what_the_jump_would() -> None:
    jump = looked("lasts: 10 min, changes: [{what: load, factor: 5x, at: 2 min, lasts: 4 min}]")
    ramp = looked("lasts: 10 min, changes: [{what: load, factor: 5x, at: 2 min, lasts: 4 min, ramp: true}]")
    assert dollars(jump, "1.ask") == pytest.approx(4 * 4 * MINUTE * EACH)
    assert dollars(ramp, "1.ask") == pytest.approx(dollars(jump, "1.ask") / 2)


def test_what_is_beyond_the_end_of_the_scenario_is_not_charged() -> None:
    result = looked("lasts: 10 min, changes: [{what: load, factor: 5x, at: 8 min, lasts: 30 min}]")
    assert dollars(result, "1.ask") == pytest.approx(2 * 4 * MINUTE * EACH)


def test_loads_that_overlap_multiply() -> None:
    """Twice for ten minutes and three times for five of them: 5 min at 2x and 5 min at 6x, 1x of it usual."""
    twice = "{what: load, factor: 2x, at: 0 s, lasts: 10 min}"
    result = looked(f"lasts: 10 min, changes: [{twice}, {{what: load, factor: 3x, at: 0 s, lasts: 5 min}}]")
    assert dollars(result, "1.ask") == pytest.approx(10 * MINUTE * EACH)
    assert dollars(result, "2.ask") == pytest.approx(5 * 4 * MINUTE * EACH)


def test_users_who_come_back_are_as_many_as_think_and_not_as_the_volume_says() -> None:
    """Sixty users who think for half a minute come twice a minute each; five times as many from a change."""
    closed = ("    ask:\n", "    ask:\n      users: 60\n      think: 30 s\n")
    result = looked("lasts: 10 min, changes: [{what: load, factor: 5x, at: 2 min, lasts: 1 min}]", closed)
    assert dollars(result, "ask.usual") == pytest.approx(60 * 2 * 10 * EACH)
    assert dollars(result, "1.ask") == pytest.approx(60 * 2 * 4 * EACH)


def test_a_load_of_one_journey_adds_nothing_to_another() -> None:
    step = "{name: talk, at: app, route: answer, tokens: {input: 100, output: 10}}"
    other = f"    tell: {{volume: 500k/month, steps: [{step}]}}\n"
    change = "{what: load, factor: 5x, journey: tell, at: 0 s, lasts: 10 min}"
    result = looked(f"lasts: 10 min, changes: [{change}]", ("    ask:\n", f"{other}    ask:\n"))
    assert dollars(result, "1.ask") == 0
    assert dollars(result, "1.tell") > 0


def test_later_and_in_the_calendar_there_are_other_journeys() -> None:
    """After a year of 10 % a month 1.1^12 as many in the busiest hour; at night an office asks for less than by day."""
    grows = ("volume: 1M/month", "volume: 1M/month\n      growth: 10 %")
    later = looked("lasts: 10 min, months: 12", grows)
    assert dollars(later, "ask.usual") == pytest.approx(10 * MINUTE * EACH * 1.1**12)
    office = ("peak: 2x", "shape: office")
    day, night = (looked(f"lasts: 1 h, begins: Tue {hour}", office) for hour in ("10:00", "02:00"))
    assert 0 < dollars(night, "ask.usual") < dollars(day, "ask.usual") / 4


def test_an_outage_under_a_spike_moves_the_calls_of_the_spike() -> None:
    down = "{component: model, what: down, at: 0 s, lasts: 10 min}"
    spike = "{what: load, factor: 3x, at: 0 s, lasts: 10 min}"
    route = ("route: answer", "route: cached")
    alone = looked(f"lasts: 10 min, changes: [{down}]", route)
    both = looked(f"lasts: 10 min, changes: [{spike}, {down}]", route)
    assert dollars(both, "2.ask") == pytest.approx(3 * dollars(alone, "1.ask"))


def test_a_part_of_the_load_between_two_times() -> None:
    found = [Piece(10.0, 1.0, 1.0), Piece(20.0, 1.0, 3.0)]
    assert between(found, 0.0, 20.0) == pytest.approx(total(found))
    assert between(found, 5.0, 15.0) == pytest.approx(5 * 1.0 + 5 * 1.5)
    assert between(found, 18.0, 99.0) == pytest.approx(2 * 2.8)
    assert between(found, 30.0, 40.0) == 0.0
