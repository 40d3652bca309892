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


LONG = Price(3_000_000, 300_000, 15_000_000, "", "", 5_000_000_000, 200_000, 6_000_000, 600_000, 22_500_000)


def test_more_than_the_limit_is_dearer_for_all_of_it() -> None:
    """Claude Sonnet 4.5's card of 2025: up to 200k input $3 and $15, beyond it $6 and $22.50; half a cent a call."""
    assert cost.call_cost(200_000, 0, 1000, LONG) == 600_000_000_000 + 15_000_000_000 + 5_000_000_000
    assert cost.call_cost(200_001, 1, 1000, LONG) == 200_000 * 6_000_000 + 600_000 + 22_500_000_000 + 5_000_000_000
    assert LONG.at(200_000) is LONG
    assert LONG.at(200_001).input == 6_000_000


@given(TOKENS, TOKENS, TOKENS)
def test_more_tokens_never_cost_less_across_the_limit(fresh: int, more: int, out: int) -> None:
    assert cost.call_cost(fresh + more, 0, out, LONG) >= cost.call_cost(fresh, 0, out, LONG)


def test_the_fast_engine_leaves_such_prices_to_the_plain_one() -> None:
    from msgspec.structs import replace

    from archwright.analysis.stress.engines import unfit
    from tests.plan.small import small

    plan = small().plan

    def priced(price: Price) -> list[str]:
        return list(unfit(replace(plan, targets=tuple(replace(item, price=price) for item in plan.targets))))

    assert priced(replace(LONG, request=0)) == []  # no input of these journeys is so long
    assert len(priced(replace(LONG, request=0, long_over=300))) == len(plan.targets)
    assert len(priced(replace(LONG, long_over=0))) == len(plan.targets)
