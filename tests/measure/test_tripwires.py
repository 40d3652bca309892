"""Tripwires: what a change does to the assumptions of decisions, and the month in which growth crosses them."""

from __future__ import annotations

import pytest

from archwright.measure.tripwires import Tripwire, growth_of, tripwire_section, tripwires
from archwright.report.figures import Book, Figure
from archwright.spec.day import day
from archwright.spec.decisions import Decision, Option
from archwright.spec.given import Word
from archwright.spec.predicate import Predicate, predicate
from tests.plan.small import small

GROWING = ("volume: 1M/month", "volume: 1M/month\n      growth: 10 %")


def decided(status: str = "accepted") -> dict[str, Decision]:
    texts = ("monthly requests <= 1M", "cache hit >= 20 %", "p95 <= 4 s")
    made = Decision(
        title=Word("Hosting"), date=day("2026-11-20"), question=Word("Which?"), options={"a": Option()}, status=status,
        assumptions=tuple(predicate(text) for text in texts),
    )  # fmt: skip
    return {"hosting": made}


def found(before: dict[str, float], after: dict[str, float], status: str = "accepted") -> tuple[Tripwire, ...]:
    def of(values: dict[str, float]):  # type: ignore[no-untyped-def] # noqa: ANN202
        def about(demand: Predicate) -> Figure | None:
            subject = demand.subject
            return Figure(subject, values[subject], demand.dimension) if subject in values else None

        return about

    return tripwires(decided(status), of(before), of(after), small(GROWING).plan)


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
    """990,099 of the million calls grow by 10 % of 1M of 1,010,000 journeys, 9.9 %: 700k pass 1M after four months."""
    growth = growth_of(small(GROWING).plan)
    assert growth == pytest.approx(0.1 * 1_000_000 / 1_010_000)
    (wire,) = found({"monthly requests": 5e5}, {"monthly requests": 7e5})
    assert wire.crosses == 4
    assert 7e5 * (1 + growth) ** 3 <= 1e6 < 7e5 * (1 + growth) ** 4


def test_what_breaks_says_so() -> None:
    (wire,) = found({"p95": 3.0}, {"p95": 5.0})
    assert wire.broken
    assert "broken: decide again" in str(tripwire_section((wire,), Book()))


def test_closed_decisions_and_what_nobody_knows_are_left_out() -> None:
    assert found({"p95": 3.0}, {"p95": 5.0}, "superseded") == ()
    assert found({"p95": 3.0}, {}) == ()
    (new,) = found({}, {"p95": 3.0})
    assert new.before is None
