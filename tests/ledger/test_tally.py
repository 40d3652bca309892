"""A ledger summed up, by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.ledger.rows import Attempt, Journey, Request, Row, Run
from archwright.ledger.tally import tally

RUN = Run("0123", "Small", "prices 1", "rehearse", "now", scale=10.0)


def attempt(outcome: str, cost: int = 0, estimated: bool = False) -> Attempt:
    return Attempt("r", 1, "0123", "answer", "m", "acme/m", 0.0, "now", outcome, cost=cost, estimated=estimated)


def request(how: str, hop: int, total_s: float, overhead_s: float = 0.0) -> Request:
    return Request(
        "r", "0123", "t", "ask", "think", "s", "answer", "m", 0.0, "now", how, 200,
        hop=hop, total_s=total_s, overhead_s=overhead_s,
    )  # fmt: skip


ROWS: list[Row] = [
    RUN,
    attempt("overload"),
    attempt("ok", cost=30),
    request("answered", 0, 0.4, 0.003),
    attempt("ok", cost=12, estimated=True),
    request("answered", 1, 0.2, 0.001),
    request("cached", -1, 0.01, 0.002),
    request("degraded", -1, 0.3, 0.004),
    request("failed", -1, 0.9, 0.005),
    Journey("s", "ask", "t", 0.0, 7.0, "answered"),
    Journey("s", "ask", "t", 0.0, 5.0, "failed"),
]


def test_everything_is_counted_once() -> None:
    total = tally(ROWS)
    assert total.run == RUN
    assert (total.requests, total.attempts, total.fallbacks) == (5, 3, 1)
    assert total.hows == {"answered": 2, "cached": 1, "degraded": 1, "failed": 1}
    assert total.outcomes == {"overload": 1, "ok": 2}
    assert (total.cost, total.estimated) == (42, 1)
    assert total.journeys == {"answered": 1, "failed": 1}


def test_durations_are_in_the_time_of_the_design_and_overheads_are_real() -> None:
    total = tally(ROWS)
    assert total.durations == [0.1, 2.0, 3.0, 4.0]
    assert total.overheads == [0.001, 0.002, 0.003, 0.004, 0.005]
    assert total.journey_durations == [7.0]  # the journey that failed has none


def test_ways_of_answering_add_up() -> None:
    total = tally(ROWS)
    assert total.how("answered", "cached") == 3
    assert total.how("refused") == 0


def test_the_first_run_row_counts_and_without_one_time_is_real() -> None:
    assert tally([RUN, Run("9", "", "", "serve", "")]).run == RUN
    assert tally([request("answered", 0, 0.4)]).durations == [0.4]
    assert tally([]).requests == 0


@given(st.permutations(ROWS[1:]))
def test_the_order_of_the_rows_does_not_matter(rows: list[Row]) -> None:
    assert tally([RUN, *rows]) == tally(ROWS)
