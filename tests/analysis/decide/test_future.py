"""What options cost over years by hand, how often each wins, and what turns the answer."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.decide.candidate import Candidate, Hardware
from archwright.analysis.decide.future import fleet, grown
from archwright.analysis.decide.report import decide_document
from archwright.analysis.decide.result import Result, decide
from archwright.report.document import Chart, Table
from archwright.report.figures import Book, Figure
from archwright.spec.decisions import Option
from tests.analysis.decide.options import criterion, decision, judged, paying

MONEY = 10**12


def guessed(book: Book, key: str, value: float, dimension: str = "money") -> str:
    return book.add(Figure(key, value, dimension, key, origin="guessed")).key


def hosted(growth: float = 0.0, each: float = 1.0) -> tuple[Result, Book]:
    """A managed option at $`each` a journey, and one of our own for $0.10 and $900 a month for each replica."""
    book = Book()
    volume = guessed(book, "volume", 1000.0, "count")
    book.leaf("growth", growth, "share", origin="set")
    managed = Candidate(
        "managed", "Managed", "computed", each=guessed(book, "managed.each", each * MONEY), volume=volume,
        growth="growth",
    )  # fmt: skip
    for part, value in (("month", 900.0 * MONEY), ("replicas", 1.0), ("needed", 0.8)):
        book.leaf(f"ours.{part}", value, "money" if part == "month" else "number", origin="set")
    ours = Candidate(
        "ours", "Ours", "computed", each=guessed(book, "ours.each", 0.1 * MONEY), volume=volume, growth="growth",
        hardware=(Hardware("Own model", "ours.month", "ours.replicas", "ours.needed"),),
    )  # fmt: skip
    for item in (managed, ours):
        whole = f"{item.name}.cost"
        fixed = "ours.month" if item.hardware else book.leaf("nothing", 0.0, "money", origin="set").key
        book.derive(whole, "each * volume + fixed", "money", each=item.each, volume=volume, fixed=fixed)
    items = [replace(item, cells={"cost": f"{item.name}.cost"}) for item in (managed, ours)]
    made = decision({"cost": criterion(1.0, "cost")}, {"managed": Option(), "ours": Option()})
    return decide("d", made, items, book), book


@given(st.floats(-0.5, 0.5), st.integers(1, 36))
def test_growth_is_a_geometric_sum(growth: float, months: int) -> None:
    assert grown(growth, months) == pytest.approx(sum((1 + growth) ** n for n in range(months)))
    assert grown(0.0, months) == months


def test_replicas_come_as_they_are_needed() -> None:
    """0.8 of a replica that grows by half each month: 0.8, 1.2, 1.8, 2.7 need 1, 2, 2 and 3."""
    assert fleet(1, 4, 0.8, 0.5) == 8
    assert fleet(4, 4, 0.8, 0.5) == 16
    assert fleet(1, 12, 0.5, 0.0) == 12


def test_three_years_by_hand() -> None:
    """$1,000 a month against $100 and $900 of hardware: equal at 1,000 journeys, $36,000 over three years."""
    result, book = hosted()
    totals = {name: [book[key].value / MONEY for key in keys] for name, keys in result.sure.costs.items()}
    assert totals["managed"] == pytest.approx([12_000, 24_000, 36_000])
    assert totals["ours"] == pytest.approx([12_000, 24_000, 36_000])


def test_with_growth_hardware_grows_in_steps() -> None:
    """10 % a month: 1,000 × (1.1^12 - 1) / 0.1 = 21,384 for the managed one; replicas are 1 for 3 months, then more."""
    result, book = hosted(0.1)
    year = {name: book[keys[0]].value / MONEY for name, keys in result.sure.costs.items()}
    assert year["managed"] == pytest.approx(21_384.28, abs=0.01)
    months = sum(max(1, math.ceil(0.8 * 1.1**n - 1e-9)) for n in range(12))
    assert year["ours"] == pytest.approx(2_138.43 + 900 * months, abs=0.01)


def test_shares_of_wins_sum_to_one_and_follow_the_luck() -> None:
    result, book = hosted(each=1.0)
    wins = {name: book[key].value for name, key in result.sure.wins.items()}
    assert sum(wins.values()) == pytest.approx(1.0)
    assert 0.2 < wins["ours"] < 0.8  # equal in the mean
    cheap, other = hosted(each=0.3)
    assert other[cheap.sure.wins["managed"]].value > 0.95


def test_the_band_of_a_break_even_holds_it() -> None:
    result, book = hosted()
    (even,) = result.break_evens
    low, high, never = result.sure.even_bands[even.at]
    assert book[even.at].value == pytest.approx(1000)
    assert book[low].value < 1000 < book[high].value
    assert 0 <= book[never].value < 0.5
    assert book[f"{even.at}.use"].value == pytest.approx(0.8)


def test_what_turns_the_answer_is_found_where_it_lies() -> None:
    """At $0.80 a journey the managed one is $100 cheaper; at $1.00 both are equal, beyond it the other one wins."""
    result, book = hosted(each=0.8)
    assert result.ranking.winner == "managed"
    turns = {turn.key: turn for turn in result.sure.turns}
    assert turns["managed.each"].winner == "ours"
    assert book[turns["managed.each"].at].value / MONEY == pytest.approx(1.0, rel=1e-4)
    assert book[turns["volume"].at].value == pytest.approx(900 / 0.7, rel=1e-4)


def test_an_option_that_is_worse_by_every_criterion_is_named() -> None:
    result, _ = judged({"good": (5, 4), "bad": (3, 4), "other": (2, 5)}, (0.5, 0.5))
    assert dict(result.sure.dominated) == {"bad": "good"}
    words = str(decide_document([result], judged({"good": (5, 4), "bad": (3, 4), "other": (2, 5)}, (0.5, 0.5))[1]))
    assert "Bad is no better than Good by any criterion" in words


def test_judged_scores_may_be_half_a_point_off() -> None:
    result, book = judged({"a": (4,), "b": (3.8,)}, (1.0,))
    assert result.ranking.winner == "a"
    assert 0.5 < book[result.sure.wins["a"]].value < 0.9


def test_the_same_seed_gives_the_same_answer() -> None:
    one, other = hosted()[1], hosted()[1]
    assert {key: figure.value for key, figure in one.items()} == {key: figure.value for key, figure in other.items()}


def test_the_document_has_the_picture_with_its_crossing() -> None:
    result, book = hosted()
    document = decide_document([result], book)
    blocks = [block for section in document.sections for block in section.blocks]
    (chart,) = (block for block in blocks if isinstance(block, Chart))
    assert [line.name for line in chart.series] == ["Managed", "Ours"]
    assert any("pays" in name for _, _, name in chart.bands)
    heats = [cell.heat for block in blocks if isinstance(block, Table) for row in block.rows for cell in row
             if not isinstance(cell, str)]  # fmt: skip
    assert max(heats) == pytest.approx(1.0)


def test_options_without_a_cost_have_no_total() -> None:
    result, _ = judged({"a": (4,), "b": (3,)}, (1.0,))
    assert result.sure.costs == {}
    book = Book()
    made = decision({"c": criterion(1.0)}, {"ours": Option()})
    assert "ours" in decide("d", made, [paying(book, "ours", 2.0)], book).sure.costs


def test_draws_in_which_it_pays_from_the_first_journey_are_none_in_which_it_never_does() -> None:
    """Own hardware costs $900 or, in every fourth draw, less than the plan of the other: it saves $0.90 a journey."""
    book = Book()
    volume = guessed(book, "volume", 1000.0, "count")
    each = {name: book.leaf(f"{name}.each", value * MONEY, "money", origin="set").key
            for name, value in (("managed", 1.0), ("ours", 0.1))}  # fmt: skip
    book.leaf("plan", 800.0 * MONEY, "money", origin="set")
    guessed(book, "ours.month", 900.0 * MONEY)
    for part, value in (("replicas", 1.0), ("needed", 0.1)):
        book.leaf(f"ours.{part}", value, "number", origin="set")
    managed = Candidate("managed", "Managed", "computed", each=each["managed"], volume=volume, fixed=("plan",))
    ours = Candidate("ours", "Ours", "computed", each=each["ours"], volume=volume,
                     hardware=(Hardware("Own", "ours.month", "ours.replicas", "ours.needed"),))  # fmt: skip
    made = decision({"c": criterion(1.0)}, {"managed": Option(), "ours": Option()})
    result = decide("d", made, [managed, ours], book)
    (even,) = result.break_evens
    low, high, never = result.sure.even_bands[even.at]
    assert book[never].value == 0.0
    assert book[low].value == 0.0
    assert book[high].value == pytest.approx((900 * 1.5 - 800) / 0.9, rel=0.05)


def test_a_fleet_grows_as_the_journeys_do_that_use_it() -> None:
    """Half of 1.6 replicas grows by half each month: 0.8 + 0.8, 1.2 + 0.8, 1.8 + 0.8, 2.7 + 0.8 need 2, 2, 3 and 4."""
    assert fleet(1, 4, 0.8, 0.5, 0.8, 0.0) == 11
