"""Predicted beside ran: the table, the differences, and which counts are apart."""

from __future__ import annotations

import pytest

from archwright.measure.compare import MEASURES, apart, enter, table
from archwright.measure.sides import scaled
from archwright.report.document import Cell
from archwright.report.figures import Book


def book(predicted: dict[str, float], ran: dict[str, float]) -> Book:
    """Both sides in one book."""
    found = Book()
    enter(found, "predicted", predicted, "simulated so")
    enter(found, "rehearsed", ran, "the ledger")
    return found


def test_a_line_has_both_sides_and_their_difference() -> None:
    both = book({"cost": 2e12, "p95": 4.0}, {"cost": 3e12, "p95": 3.0})
    shown = [[cell.text if isinstance(cell, Cell) else cell for cell in row] for row in table(both, "rehearsed").rows]
    assert shown == [
        ["Cost", "$2.00", "$3.00", "+$1.00 (+50.0 %)"],
        ["Journey latency p95", "4 s", "3 s", "-1 s (-25.0 %)"],
    ]
    assert both["difference.cost"].value == 1e12
    assert both["predicted.cost"].origin == "simulated"
    assert both["rehearsed.cost"].origin == "measured"


def test_what_one_side_does_not_know_is_left_out() -> None:
    both = book({"p50": 1.0, "requests": 5}, {"requests": 5})
    assert [row[0] for row in table(both, "rehearsed").rows] == ["Requests to the gateway"]


@pytest.mark.parametrize(
    ("predicted", "ran", "found"),
    [
        (100, 105, []),
        (100, 106, ["fallbacks"]),
        (100, 94, ["fallbacks"]),
        (3, 5, []),
        (3, 6, ["fallbacks"]),
        (0, 0, []),
    ],
)
def test_counts_are_apart_beyond_a_share_and_beyond_a_few(predicted: int, ran: int, found: list[str]) -> None:
    both = book({"fallbacks": predicted, "cost": 1e12}, {"fallbacks": ran, "cost": 9e12})
    assert apart(both, "rehearsed") == found


def test_every_measure_is_named_once() -> None:
    assert len({measure.key for measure in MEASURES}) == len({measure.label for measure in MEASURES}) == len(MEASURES)


def test_a_prediction_scales_counts_and_money_and_no_latency() -> None:
    twice = scaled({"requests": 50, "cost": 10.0, "p95": 4.0, "request_p50": 1.0, "fallbacks": 3}, 100)
    assert twice == {"requests": 100, "cost": 20.0, "p95": 4.0, "request_p50": 1.0, "fallbacks": 6}
