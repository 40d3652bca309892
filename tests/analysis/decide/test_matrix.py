"""Cells from 0 to 1, weighted sums, and who is ahead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.decide.candidate import Candidate, Check
from archwright.analysis.decide.result import Result, decide
from archwright.base.units import MONTH
from archwright.report.figures import Book
from archwright.spec.decisions import Option
from tests.analysis.decide.options import criterion, decision, judged, score, valued

SCORES = st.integers(1, 5).map(float)


def compared(values: dict[str, float], best: str = "", worst: str = "", measure: str = "cost") -> tuple[Result, Book]:
    """Options with one computed value each."""
    book = Book()
    made = decision({"c": criterion(1.0, measure, best, worst)}, {name: Option() for name in values})
    return decide("d", made, [valued(book, name, {"c": value}) for name, value in values.items()], book), book


def cells(result: Result, book: Book) -> list[float]:
    return [book[result.matrix.cells[item.name, "c"].score].value for item in result.matrix.candidates]


def test_a_cell_is_linear_between_the_worst_and_the_best_of_the_options() -> None:
    result, book = compared({"a": 10.0, "b": 30.0, "c": 15.0})
    assert cells(result, book) == pytest.approx([1.0, 0.0, 0.75])
    assert result.matrix.bounds["c"].words == "of the options"


def test_more_may_be_better() -> None:
    assert cells(*compared({"a": 0.9, "b": 1.0}, measure="availability")) == [0.0, 1.0]


def test_stated_bounds_hold_beyond_the_options() -> None:
    month = 1e12  # a dollar
    result, book = compared({"a": 2 * month, "b": 5 * month, "c": 0.0}, best="$1/month", worst="$3/month")
    assert cells(result, book) == pytest.approx([0.5, 0.0, 1.0])
    assert book[result.matrix.bounds["c"].best].value == pytest.approx(month)
    assert book["month"].value == MONTH


def test_equal_options_are_not_told_apart() -> None:
    assert cells(*compared({"a": 7.0, "b": 7.0})) == [1.0, 1.0]


def test_residency_is_a_matter_of_yes_or_no() -> None:
    assert cells(*compared({"a": 0.0, "b": 0.0}, measure="residency")) == [0.0, 0.0]


def test_what_is_unknown_scores_nothing_and_says_so() -> None:
    book = Book()
    made = decision(
        {"c": criterion(0.5, "cost"), "j": criterion(0.5)},
        {"a": Option(), "b": Option()},
        scores=(score("a", "j", 5),),
    )
    lost = Candidate("b", "B", "unknown", why="it cannot be computed: no price")
    result = decide("d", made, [valued(book, "a", {"c": 5.0}), lost], book)
    assert book[result.matrix.scores["b"]].value == 0.0
    assert book[result.matrix.cells["b", "j"].score].origin == "unknown"
    assert result.matrix.candidate("b").standing == "not proven"
    assert result.ranking.order == ("a",)
    assert result.ranking.winner == "a"


def test_a_broken_requirement_rules_out_whatever_the_score() -> None:
    book = Book()
    made = decision({"c": criterion(1.0, "cost")}, {"a": Option(), "b": Option()})
    cheap = valued(book, "a", {"c": 1.0}, Check("p95 <= 4 s", False, "9 s"))
    result = decide("d", made, [cheap, valued(book, "b", {"c": 2.0}, Check("p95 <= 4 s", True, "3 s"))], book)
    assert book[result.matrix.scores["a"]].value > book[result.matrix.scores["b"]].value
    assert (result.matrix.candidate("a").standing, result.ranking.winner) == ("ruled out", "b")
    assert not result.sure.dominated, "what nobody may choose is better than nothing"


def test_an_unknown_requirement_is_not_met() -> None:
    book = Book()
    made = decision({"c": criterion(1.0, "cost")}, {"a": Option()})
    result = decide("d", made, [valued(book, "a", {"c": 1.0}, Check("p95 <= 4 s", None))], book)
    assert result.matrix.candidate("a").standing == "not proven"
    assert (result.ranking.order, result.ranking.winner) == ((), "")


def test_a_tie_has_no_winner() -> None:
    result, _ = judged({"a": (3, 4), "b": (4, 3)}, (0.5, 0.5))
    assert result.ranking.winner == ""
    assert set(result.ranking.tied) == {"a", "b"}
    assert result.flips == ()
    assert result.margin == ""


def test_without_criteria_nobody_wins() -> None:
    made = decision({}, {"a": Option(), "b": Option()})
    book = Book()
    result = decide("d", made, [valued(book, "a", {}), valued(book, "b", {})], book)
    assert (result.ranking.winner, result.ranking.tied) == ("", ())


def test_one_option_wins_against_nobody() -> None:
    result, _ = judged({"a": (1,)}, (1.0,))
    assert (result.ranking.winner, result.margin) == ("a", "")
    assert [flip.at for flip in result.flips] == [""]


@given(st.dictionaries(st.sampled_from("abcd"), st.tuples(SCORES, SCORES, SCORES), min_size=1), st.integers(0, 10))
def test_a_score_is_the_weighted_mean_of_its_cells(scores: dict[str, tuple[float, ...]], first: int) -> None:
    weights = (first / 20, (10 - first) / 20, 0.5)
    result, book = judged(scores, weights)
    for name, row in scores.items():
        wanted = sum(weight * (value - 1) / 4 for weight, value in zip(weights, row, strict=True))
        assert book[result.matrix.scores[name]].value == pytest.approx(wanted)
    best = max(book[key].value for key in result.matrix.scores.values())
    if result.ranking.winner:
        assert book[result.matrix.scores[result.ranking.winner]].value == best
    else:
        assert len(result.ranking.tied) > 1


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=5))
def test_cells_stay_between_0_and_1(values: list[float]) -> None:
    result, book = compared({f"o{number}": value for number, value in enumerate(values)})
    found = cells(result, book)
    assert all(0 <= value <= 1 for value in found)
    assert max(found) == 1.0
