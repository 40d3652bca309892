"""Tripwires: what a change does to the assumptions of decisions, and the month in which growth crosses them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from archwright.measure.tripwires import Sight, Tripwire, tripwire_section, tripwires
from archwright.plan.model import Plan
from archwright.report.figures import Book, Figure
from archwright.spec.day import day
from archwright.spec.decisions import Decision, Option
from archwright.spec.given import Word
from archwright.spec.predicate import Predicate, predicate
from tests.plan.small import small

GROWING = ("volume: 1M/month", "volume: 1M/month\n      growth: 10 %")


TEXTS = ("monthly requests <= 1M", "cache hit >= 20 %", "p95 <= 4 s")


def decided(status: str = "accepted", texts: tuple[str, ...] = TEXTS) -> dict[str, Decision]:
    made = Decision(
        title=Word("Hosting"), date=day("2026-11-20"), question=Word("Which?"), options={"a": Option()}, status=status,
        assumptions=tuple(predicate(text) for text in texts),
    )  # fmt: skip
    return {"hosting": made}


def share(plan: Plan, journey: str) -> float:
    """Of all journeys, by their volumes."""
    whole = sum(item.rate for item in plan.journeys)
    return sum(item.rate for item in plan.journeys if journey in ("", item.name)) / whole


def found(
    before: dict[str, float],
    after: dict[str, float],
    status: str = "accepted",
    texts: tuple[str, ...] = TEXTS,
    earlier: dict[str, Decision] | None = None,
) -> tuple[Tripwire, ...]:
    def of(values: dict[str, float]):  # type: ignore[no-untyped-def] # noqa: ANN202
        def about(demand: Predicate) -> Figure | None:
            subject = demand.subject
            value = values.get(subject, 0.0) * share(plan, demand.journey)
            return Figure(subject, value, demand.dimension) if subject in values else None

        return about

    plan = small(GROWING).plan
    then = decided(status) if earlier is None else earlier
    return tripwires(Sight(then, of(before), plan), Sight(decided(status, texts), of(after), plan))


def test_only_what_moves_towards_its_edge_is_told() -> None:
    wires = found(
        {"monthly requests": 5e5, "cache hit": 0.4, "p95": 3.0}, {"monthly requests": 7e5, "cache hit": 0.5, "p95": 3.0}
    )
    (wire,) = wires
    assert wire.assumption.subject == "monthly requests"
    assert (wire.used_before, wire.used_after) == (0.5, 0.7)
    assert not wire.broken


def test_a_lower_limit_is_used_up_from_above() -> None:
    (wire,) = found({"cache hit": 0.4}, {"cache hit": 0.25})
    assert wire.used_after == pytest.approx(0.8)
    assert wire.crosses == 0


def test_growth_crosses_it_in_a_month_that_can_be_counted() -> None:
    """By hand: 10 of 1,010 thousand journeys stay, the others grow by 10 %: 700k pass 1M after four months."""
    (wire,) = found({"monthly requests": 5e5}, {"monthly requests": 7e5})
    assert wire.crosses == 4
    stays, grows = 7e5 * 10 / 1010, 7e5 * 1000 / 1010
    assert stays + grows * 1.1**3 <= 1e6 < stays + grows * 1.1**4


def test_what_is_said_of_one_journey_grows_as_that_journey_does_and_hardware_does_not_grow() -> None:
    """By hand: 100k grow by 20 % past 150k in month 3; beside $10k of hardware $100 pass $11k after 13 months."""
    slow, fast = small(GROWING).plan.journeys[0], small(GROWING).plan.journeys[1]
    plan = msgspec.structs.replace(
        small().plan,
        journeys=(msgspec.structs.replace(slow, growth=0.0), msgspec.structs.replace(fast, growth=0.2)),
    )
    texts = (f"monthly journeys of {fast.name} <= 150k", "monthly cost <= $11k")

    def of(more: float) -> Callable[[Predicate], Figure | None]:
        def about(demand: Predicate) -> Figure | None:
            of_one = {slow.name: 0.0, fast.name: 100e12}.get(demand.journey, 10_100e12)
            value = 100e3 if demand.subject == "monthly journeys" else of_one
            return Figure(demand.subject, value * more, demand.dimension)

        return about

    wires = tripwires(Sight(decided(texts=texts), of(0.9), plan), Sight(decided(texts=texts), of(1.0), plan))
    assert [wire.crosses for wire in wires] == [3, 13]
    assert 100e3 * 1.2**2 <= 150e3 < 100e3 * 1.2**3
    assert 10_000 + 100 * 1.2**12 <= 11_000 < 10_000 + 100 * 1.2**13


def test_an_edge_that_is_tightened_is_nearer() -> None:
    (wire,) = found({"monthly requests": 7e5}, {"monthly requests": 7e5}, texts=("monthly requests <= 800k",))
    assert (wire.used_before, wire.used_after) == (0.7, 0.875)
    assert not wire.dropped


def test_an_edge_that_is_moved_away_does_not_hide_that_the_decision_breaks() -> None:
    for texts in (("monthly requests <= 5M",), ()):
        (wire,) = found({"monthly requests": 7e5}, {"monthly requests": 2e6}, texts=texts)
        assert wire.dropped
        assert wire.broken
        assert str(wire.assumption) == "monthly requests <= 1M"
        (row,) = tripwire_section((wire,), Book()).blocks[0].rows  # type: ignore[union-attr]
        assert "broken as it was decided" in str(row[4])


def test_a_decision_that_is_taken_out_is_told_where_it_would_break() -> None:
    def of(demand: Predicate) -> Figure | None:
        return Figure(demand.subject, 2e6, demand.dimension) if demand.subject == "monthly requests" else None

    plan = small(GROWING).plan
    (wire,) = tripwires(Sight(decided(), of, plan), Sight({}, of, plan))
    assert wire.dropped


def test_a_decision_that_is_superseded_in_the_same_change_is_let_go() -> None:
    assert found({"monthly requests": 7e5}, {"monthly requests": 2e6}, "superseded", earlier=decided()) == ()


def test_faster_growth_alone_moves_the_month_in_which_it_crosses() -> None:
    slow, fast = small(("volume: 1M/month", "volume: 1M/month\n      growth: 2 %")).plan, small(GROWING).plan

    def of(demand: Predicate) -> Figure | None:
        value = 7e5 * share(slow, demand.journey)
        return Figure(demand.subject, value, demand.dimension) if demand.subject == "monthly requests" else None

    (wire,) = tripwires(Sight(decided(), of, slow), Sight(decided(), of, fast))
    assert (wire.crossed, wire.crosses) == (19, 4)
    assert tripwires(Sight(decided(), of, fast), Sight(decided(), of, slow)) == ()


def test_what_breaks_says_so() -> None:
    (wire,) = found({"p95": 3.0}, {"p95": 5.0})
    assert wire.broken
    assert "broken: decide again" in str(tripwire_section((wire,), Book()))


def test_closed_decisions_and_what_nobody_knows_are_left_out() -> None:
    assert found({"p95": 3.0}, {"p95": 5.0}, "superseded") == ()
    assert found({"p95": 3.0}, {}) == ()
    (new,) = found({}, {"p95": 3.0})
    assert new.before is None
