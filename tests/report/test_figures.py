"""Numbers that can be asked why: what a formula says is what was computed, down to every leaf."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.price import price
from archwright.base.errors import Location, UsageError
from archwright.plan.expect import FUNCTIONS
from archwright.report.figures import Book, Figure, Formula
from tests.plan.small import example, small

VALUES = st.floats(-1e6, 1e6)
OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def evaluate(node: ast.expr, names: Mapping[str, float]) -> float:
    """The value of a formula's text, read anew and without the program's own reader."""
    match node:
        case ast.BinOp(left, sign, right):
            return OPERATORS[type(sign)](evaluate(left, names), evaluate(right, names))
        case ast.Name(name):
            return names[name]
        case ast.Constant(value) if isinstance(value, int | float):
            return value
        case ast.Call(ast.Name(name), arguments):
            return FUNCTIONS[name](*(evaluate(argument, names) for argument in arguments))
    raise AssertionError(ast.dump(node))


def computed(figure: Figure, book: Book) -> float:
    return evaluate(ast.parse(figure.formula, mode="eval").body, {name: book[key].value for name, key in figure.inputs})


def book() -> Book:
    """A small derivation: two guesses and a fact."""
    made = Book()
    made.add(Figure("rate", 4.0, "rate", "calls", origin="guessed", written="4/s", where=Location("a.yaml", 3, 5)))
    made.leaf("fixed", 10, "money", label="a fee", origin="guessed", note="like last year")
    made.leaf("unit", 3, "money", label="one call", origin="fact", note="the price list")
    made.derive("calls.cost", "rate * unit", "money", "all calls", rate="rate", unit="unit")
    made.derive("total", "cost + fee", "money", "everything", cost=made["calls.cost"], fee="fixed")
    return made


@given(VALUES, VALUES, VALUES)
def test_a_formula_computes_what_it_says(a: float, b: float, c: float) -> None:
    assert Formula("a * (b - c) + max(a, b, c)")(a=a, b=b, c=c) == a * (b - c) + max(a, b, c)


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_whole_numbers_stay_whole(a: int, b: int) -> None:
    value = Formula("a * b + a - b")(a=a, b=b)
    assert type(value) is int
    assert value == a * b + a - b


def test_a_formula_knows_its_names_and_nothing_else() -> None:
    assert Formula("b + a * twice(b)", {"twice": lambda x: 2 * x}).names == ("a", "b")
    with pytest.raises(TypeError):
        Formula("a + b")(a=1)
    with pytest.raises(SyntaxError):
        Formula("a +")
    with pytest.raises(TypeError):
        Formula("open('x')")(open=1)


def test_a_derived_figure_is_computed_by_its_formula() -> None:
    made = book()
    assert (made["calls.cost"].value, made["total"].value) == (12, 22)
    assert made["total"].inputs == (("cost", "calls.cost"), ("fee", "fixed"))
    assert made["total"].formula == "cost + fee"


def test_a_sum_names_its_parts_and_an_empty_one_is_nothing() -> None:
    made = book()
    assert made.total("sum", [made["rate"], made["fixed"]], "money").value == 14
    assert made.total("none", [], "money").value == 0


def test_one_key_has_one_value() -> None:
    made = book()
    made.leaf("unit", 3, "money", origin="fact")
    with pytest.raises(ValueError, match="two values for unit: 3 and 4"):
        made.leaf("unit", 4, "money")
    with pytest.raises(ValueError, match="two values for total"):
        made.derive("total", "fee", "money", fee="fixed")
    assert made.what_if("total", {"rate": 5.0}) == 25  # the rule that was refused left nothing behind


@given(st.floats(0, 1e6), st.integers(0, 10**9))
def test_what_if_is_what_another_book_would_say(rate: float, fee: int) -> None:
    other = Book()
    other.leaf("rate", rate, "rate")
    other.leaf("fixed", fee, "money")
    other.leaf("unit", 3, "money")
    other.derive("calls.cost", "rate * unit", "money", rate="rate", unit="unit")
    other.derive("total", "cost + fee", "money", cost="calls.cost", fee="fixed")
    assert book().what_if("total", {"rate": rate, "fixed": fee}) == other["total"].value


def test_what_if_changes_a_derived_figure_too_and_nothing_in_the_book() -> None:
    made = book()
    assert made.what_if("total", {"calls.cost": 100}) == 110
    assert made["total"].value == 22


def test_a_book_made_from_a_book_computes_on() -> None:
    again = Book(book())
    assert again.what_if("total", {"rate": 5.0}) == 25
    joined = Book()
    joined.join(book())
    assert joined.what_if("total", {"rate": 5.0}) == 25
    assert Book(dict(book())).what_if("total", {"rate": 5.0}) == 22  # read from a file: known, not computed


def test_guesses_are_ranked_by_what_they_move() -> None:
    found = book().deciding("total")
    assert [(figure.key, round(change, 4)) for figure, change in found] == [("rate", 0.0545), ("fixed", 0.0455)]
    assert len(book().deciding("total", most=1)) == 1
    assert [figure.key for figure, _ in book().deciding("calls.cost")] == ["rate"]


def test_nothing_decides_a_figure_that_is_zero() -> None:
    made = book()
    made.derive("none", "rate * 0", "money", rate="rate")
    assert made.deciding("none") == []


def test_leaves_are_met_once_and_in_order() -> None:
    made = book()
    made.derive("twice", "a + b", "money", a="total", b="calls.cost")
    made.total("none", [], "money")
    made.derive("all", "a + b", "money", a="twice", b="none")
    assert [leaf.key for leaf in made.leaves("all")] == ["rate", "unit", "fixed"]
    assert [leaf.key for leaf in made.leaves("rate")] == ["rate"]


def test_an_explanation_goes_down_to_the_leaves() -> None:
    lines = book().explain("total").splitlines()
    assert lines == [
        "total = $0.000000000022  (everything)",
        "  = cost + fee",
        "  calls.cost = $0.000000000012  (all calls)",
        "    = rate * unit",
        "    rate = 4/s  (calls)",
        "      guessed “4/s”",
        "      a.yaml:3:5",
        "    unit = $0.000000000003  (one call)",
        "      fact: the price list",
        "  fixed = $0.000000000010  (a fee)",
        "    guessed: like last year",
    ]


def test_what_was_explained_is_not_explained_again() -> None:
    made = book()
    made.derive("twice", "a + b", "money", a="total", b="calls.cost")
    assert made.explain("twice").count("= rate * unit") == 1
    assert made.explain("twice").count("explained above") == 1


def test_what_was_only_named_is_not_said_to_be_explained() -> None:
    """A figure at the bottom of a short explanation comes again higher up: there it is explained."""
    made = book()
    made.derive("twice", "a + b", "money", a="total", b="calls.cost")
    text = made.explain("twice", depth=2)
    assert text.count("= rate * unit") == 2
    assert "rate = 4/s" in text
    assert "explained above" not in text


def test_an_unknown_figure_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"there is no figure `calls.csot`; did you mean `calls.cost`\?"):
        book().explain("calls.csot")
    with pytest.raises(UsageError, match=r"there is no figure `zzz`$"):
        book().explain("zzz")


BOOKS = {"example": example(), "small": small()}


@pytest.mark.parametrize("name", BOOKS)
def test_every_figure_of_a_forecast_is_its_formula_of_its_inputs(name: str) -> None:
    made = price(BOOKS[name].plan, BOOKS[name].book).book
    derived = [figure for figure in made.values() if figure.formula]
    assert len(derived) > 20
    for figure in derived:
        assert computed(figure, made) == pytest.approx(figure.value, rel=1e-12), figure.key


@pytest.mark.parametrize("name", BOOKS)
def test_every_leaf_of_a_forecast_says_where_it_is_from(name: str) -> None:
    made = price(BOOKS[name].plan, BOOKS[name].book).book
    leaves = made.leaves("price.month")
    assert len(leaves) > 10
    for figure in [figure for figure in made.values() if not figure.formula]:
        assert figure.origin in ("measured", "sourced", "guessed", "set", "default", "fact"), figure.key
        assert figure.label, figure.key
        if figure.origin in ("measured", "sourced") or (figure.origin == "fact" and not figure.key.startswith("price")):
            assert figure.note, figure.key
        if figure.origin in ("measured", "sourced", "guessed") and figure.note != "default":
            assert figure.where.file, figure.key
            assert figure.where.line > 0, figure.key


@pytest.mark.parametrize("name", BOOKS)
def test_an_explanation_of_the_month_names_every_leaf(name: str) -> None:
    made = price(BOOKS[name].plan, BOOKS[name].book).book
    lines = [line.strip() for line in made.explain("price.month").splitlines()]
    for leaf in made.leaves("price.month"):
        assert any(line.startswith(f"{leaf.key} = ") for line in lines), leaf.key
