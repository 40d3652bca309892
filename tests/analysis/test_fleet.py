"""Does hardware that we pay for carry the busiest hour?"""

from __future__ import annotations

import math

import pytest

from archwright.analysis.fleet import Fleet, fleets
from archwright.analysis.price import price
from archwright.report.figures import Book
from tests.plan.small import small

OURS = (
    "kind: managed-model\n    model: acme/large",
    "kind: self-hosted-model\n    accelerator: h100-80gb\n    replicas: 2\n    model: acme/large",
)
LIMITS = "limits: {requests: 600/min, tokens: 1M/min, concurrent: 50}"


def fleet(limits: str, *edits: tuple[str, str]) -> tuple[Fleet, Book]:
    """The fleet of the small system's model with other limits."""
    compiled = small(OURS, (LIMITS, limits), *edits)
    book = price(compiled.plan, compiled.book).book
    (found,) = fleets(compiled.plan, book)
    return found, book


def test_requests_at_work_follow_little() -> None:
    found, book = fleet("limits: {concurrent: 50}")
    call = "price.ask.think"
    tokens = {name: book[f"{call}.tokens_{name}"].value for name in ("in", "out")}
    duration = 0.4 + tokens["in"] / 20000 + (tokens["out"] - 1) * 0.010
    rate = book[f"{call}.billed"].value * book["journeys.ask.volume"].value * 2
    assert math.isclose(book[found.busy].value, rate * duration)
    assert math.isclose(book[found.needed].value, rate * duration / (50 / 2 * 0.7))
    assert "x0.7 to x1.3" in book.explain(found.needed)


@pytest.mark.parametrize(("volume", "verdict"), [("1M", "carries"), ("3.4M", "not certain"), ("9M", "cannot carry")])
def test_between_the_ends_of_the_band_nobody_knows(volume: str, verdict: str) -> None:
    found, book = fleet("limits: {concurrent: 2}", ("volume: 1M/month", f"volume: {volume}/month"))
    assert found.verdict == verdict
    assert (book["fleet.model.use.least"].value <= 1) == (verdict == "carries")
    assert (book["fleet.model.use.most"].value > 1) == (verdict == "cannot carry")


def test_a_fleet_that_is_chosen_for_a_part_carries_that_part() -> None:
    whole, book = fleet("limits: {concurrent: 50}")
    shared = ("answer: {targets: [model], deadline: 30 s}", "answer: {targets: [model, spare], deadline: 30 s, WAY}")
    found, other = fleet("limits: {concurrent: 50}", (shared[0], shared[1].replace("WAY", "choose: load")))
    assert 0 < other[found.busy].value < book[whole.busy].value


def test_without_a_number_of_places_it_is_unknown() -> None:
    found, _ = fleet("limits: {requests: 600/min}")
    assert (found.verdict, found.needed) == ("unknown", "")


def test_a_model_that_only_stands_in_needs_nothing() -> None:
    spare = ("    model: acme/small", "    accelerator: l40s\n    model: acme/small")
    compiled = small(
        ("kind: managed-model\n    model: acme/small", "kind: self-hosted-model\n    model: acme/small"), spare
    )
    book = price(compiled.plan, compiled.book).book
    assert [item.verdict for item in fleets(compiled.plan, book)] == ["carries"]


def test_managed_models_are_no_fleet() -> None:
    compiled = small()
    assert fleets(compiled.plan, price(compiled.plan, compiled.book).book) == ()
