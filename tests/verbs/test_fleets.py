"""Hardware of an option: replicas are judged as `capacity` judges them, the rest by its declared pace."""

from __future__ import annotations

import pytest

from archwright.analysis.capacity.report import capacities
from archwright.analysis.fleet import Fleet
from archwright.analysis.price import price
from archwright.report.figures import Book
from archwright.verbs.fleets import carried
from tests.plan.small import small
from tests.plan.test_pool import OURS, WAS


def found(volume: str, more: str = "    batching: bf16\n") -> tuple[Fleet, Book]:
    """The fleet of the small system's own model at so many journeys."""
    compiled = small((WAS, OURS + more), ("volume: 1M/month", f"volume: {volume}/month"))
    book = price(compiled.plan, compiled.book).book
    (fleet,) = carried(compiled.plan, book)
    other = price(compiled.plan, compiled.book).book
    (capacity,) = capacities(compiled.plan, other) or (None,)
    if capacity is not None:
        said = {"carries the busiest hour": "carries", "cannot carry it": "cannot carry", "not certain": "not certain"}
        assert fleet.verdict == said[capacity.verdict[0]]
    return fleet, book


@pytest.mark.parametrize(
    ("volume", "verdict"), [("1M", "carries"), ("20M", "carries"), ("100M", "not certain"), ("1000M", "cannot carry")]
)
def test_replicas_carry_what_capacity_says(volume: str, verdict: str) -> None:
    fleet, book = found(volume)
    needed = book[fleet.needed].value
    assert fleet.verdict == verdict
    assert (needed <= book[fleet.replicas].value) == (verdict == "carries")
    assert "one replica carries" in book.explain(fleet.needed)


def test_what_is_needed_grows_with_the_load() -> None:
    (small_one, few), (large_one, many) = found("1M"), found("10M")
    assert few[small_one.needed].value < many[large_one.needed].value


def test_without_replicas_to_simulate_it_is_as_before() -> None:
    fleet, _ = found("1M", "    pace: {first_token: 400 ms, per_token: 10 ms}\n")
    assert (fleet.verdict, fleet.needed) == ("unknown", "")
