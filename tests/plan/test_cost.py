"""The one arithmetic of money: exact, and the same object wherever a call is priced."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.analysis.price import call
from archwright.plan import cost
from archwright.plan.model import Price

TOKENS = st.integers(0, 10**7)
PRICES = st.integers(0, 10**9)


@given(TOKENS, TOKENS, TOKENS, PRICES, PRICES, PRICES)
def test_a_call_costs_the_sum_of_its_kinds_exactly(
    fresh: int, cached: int, out: int, price_in: int, price_cached: int, price_out: int
) -> None:
    amount = cost.call_cost(fresh + cached, cached, out, Price(price_in, price_cached, price_out, "", ""))
    assert type(amount) is int
    assert amount == fresh * price_in + cached * price_cached + out * price_out


def test_a_million_tokens_cost_the_price_of_a_million() -> None:
    """$2.50 and $10 a million: 1,000,000 in, of them 400,000 at half price, and 100,000 out are $1.50 + $0.50 + $1."""
    assert cost.call_cost(10**6, 400_000, 100_000, Price(2_500_000, 1_250_000, 10_000_000, "", "")) == 3 * 10**12


def test_the_forecast_computes_with_the_same_formula() -> None:
    assert vars(call)["CALL_COST"] is cost.CALL_COST
