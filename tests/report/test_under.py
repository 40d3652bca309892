"""Two designs in one book: what they share is one figure, what differs has a key of its own."""

from __future__ import annotations

from archwright.report.figures import Book


def book(price: float, volume: float = 10.0) -> Book:
    """A bill of a design."""
    found = Book(functions={"double": lambda value: 2 * value})
    found.leaf("volume", volume, "count", origin="guessed")
    found.leaf("price", price, "money", origin="set")
    found.derive("twice", "double(volume)", "count", volume="volume")
    found.derive("bill", "twice * price", "money", twice="twice", price="price")
    return found


def test_what_is_shared_keeps_its_key() -> None:
    one, other = book(1.0), book(3.0)
    moved = other.under("other.", one)
    assert list(moved) == ["volume", "other.price", "twice", "other.bill"]
    both = Book(one)
    both.join(moved)
    assert both["other.bill"].value == 60.0
    assert dict(both["other.bill"].inputs) == {"twice": "twice", "price": "other.price"}
    assert "other.price = $0.000000000003" in both.explain("other.bill")


def test_a_shared_guess_moves_both() -> None:
    one, other = book(1.0), book(3.0)
    both = Book(one)
    both.join(other.under("other.", one))
    both.derive("margin", "b - a", "money", a="bill", b="other.bill")
    assert both.what_if("margin", {"volume": 20.0}) == 80.0
    assert [(leaf.key, round(change, 6)) for leaf, change in both.deciding("margin")] == [("volume", 0.1)]


def test_a_figure_above_a_difference_is_not_shared_even_if_its_number_is() -> None:
    one, other = book(0.0), book(0.0, volume=20.0)
    moved = other.under("other.", one)
    assert list(moved) == ["other.volume", "price", "other.twice", "other.bill"]
    assert moved["other.bill"].value == one["bill"].value


def test_nothing_is_shared_with_nothing() -> None:
    assert list(book(1.0).under("x.", {})) == ["x.volume", "x.price", "x.twice", "x.bill"]
