"""Tripwires: what a change does to the assumptions of decisions, and the month in which growth crosses them."""

from __future__ import annotations

import pytest

from archwright.measure.tripwires import Sight, Tripwire, growth_of, tripwire_section, tripwires
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
            return Figure(subject, values[subject], demand.dimension) if subject in values else None

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
    """990,099 of the million calls grow by 10 % of 1M of 1,010,000 journeys, 9.9 %: 700k pass 1M after four months."""
    growth = growth_of(small(GROWING).plan)
    assert growth == pytest.approx(0.1 * 1_000_000 / 1_010_000)
    (wire,) = found({"monthly requests": 5e5}, {"monthly requests": 7e5})
    assert wire.crosses == 4
    assert 7e5 * (1 + growth) ** 3 <= 1e6 < 7e5 * (1 + growth) ** 4


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
        return Figure(demand.subject, 7e5, demand.dimension) if demand.subject == "monthly requests" else None

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
