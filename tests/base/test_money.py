"""Money is whole pico-dollars: exact inside, rounded only where it is shown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archwright.base.money import PICO, dollars, pico, show_money

AMOUNTS = st.integers(-(10**24), 10**24)


@given(AMOUNTS)
def test_dollars_and_back_is_exact(amount: int) -> None:
    assert pico(dollars(amount)) == amount


@given(st.lists(st.integers(0, 10**15), max_size=30))
def test_sums_are_exact(amounts: list[int]) -> None:
    assert pico(sum((dollars(amount) for amount in amounts), Decimal(0))) == sum(amounts)


@given(st.integers(1, 10**20))
def test_what_is_shown_is_close(amount: int) -> None:
    shown = Decimal(show_money(amount).replace("$", "").replace(",", ""))
    assert abs(shown * PICO - amount) <= amount / 200
    assert show_money(-amount) == f"-{show_money(amount)}"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "$0"),
        (1, "$0.000000000001"),
        (45 * 10**6, "$0.0000450"),
        (123 * 10**8, "$0.0123"),
        (250_000 * 10**6, "$0.250"),
        (12_345 * 10**9, "$12.34"),
        (999_990 * 10**9, "$999.99"),
        (1_234_567 * 10**10, "$12,346"),
        (-5 * PICO, "-$5.00"),
    ],
)
def test_how_amounts_look(amount: int, shown: str) -> None:
    assert show_money(amount) == shown


def test_half_a_pico_dollar_goes_to_the_even_side() -> None:
    assert [pico(Decimal(n) / 10**13) for n in (5, 15, 25)] == [0, 2, 2]
