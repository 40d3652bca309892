"""The one arithmetic of money: exact, and the same object wherever a call is priced."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archwright.analysis.price import call
from archwright.plan import cost
from archwright.plan.model import Price, Tier
from archwright.plan.price import Kinds, Special

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


TIER = Tier(200_000, 6_000_000, 600_000, 22_500_000)
LONG = Price(3_000_000, 300_000, 15_000_000, "", "", 5_000_000_000, (TIER,))


def test_more_than_the_limit_is_dearer_for_all_of_it() -> None:
    """Claude Sonnet 4.5's card of 2025: up to 200k input $3 and $15, beyond it $6 and $22.50; half a cent a call."""
    assert cost.call_cost(200_000, 0, 1000, LONG) == 600_000_000_000 + 15_000_000_000 + 5_000_000_000
    assert cost.call_cost(200_001, 1, 1000, LONG) == 200_000 * 6_000_000 + 600_000 + 22_500_000_000 + 5_000_000_000
    assert LONG.at(200_000) is LONG
    assert LONG.at(200_001).input == 6_000_000


@given(TOKENS, TOKENS, TOKENS)
def test_more_tokens_never_cost_less_across_the_limit(fresh: int, more: int, out: int) -> None:
    assert cost.call_cost(fresh + more, 0, out, LONG) >= cost.call_cost(fresh, 0, out, LONG)


def test_the_fast_engine_knows_such_prices() -> None:
    from archwright.analysis.stress.engines import unfit
    from tests.plan.small import small

    plan = small().plan
    for price in (replace(LONG, request=0), LONG, replace(LONG, tiers=(replace(TIER, over=300),))):
        assert list(unfit(replace(plan, targets=tuple(replace(item, price=price) for item in plan.targets)))) == []


TIERED = Price(300_000, 80_000, 1_500_000, "", "", 0, (Tier(32_000, 500_000, 120_000, 2_500_000),
                                                       Tier(128_000, 800_000, 200_000, 4_000_000)))  # fmt: skip


def test_every_tier_counts_and_the_last_one_that_is_passed_holds() -> None:
    """Alibaba's card of qwen3-coder-flash: $0.30 and $1.50 up to 32k input, $0.50 and $2.50 to 128k, $0.80 and $4."""
    assert cost.call_cost(32_000, 0, 100, TIERED) == 32_000 * 300_000 + 100 * 1_500_000
    assert cost.call_cost(32_001, 1, 100, TIERED) == 32_000 * 500_000 + 120_000 + 100 * 2_500_000
    assert cost.call_cost(128_001, 0, 100, TIERED) == 128_001 * 800_000 + 100 * 4_000_000


SONNET = Special(3_750_000, 6_000_000, 3_000_000, 3_000_000, 15_000_000, 15_000_000)
WRITTEN = Price(3_000_000, 300_000, 15_000_000, "", "", special=SONNET)


def test_what_is_written_to_the_cache_has_its_own_price() -> None:
    """Claude Sonnet 4.5: 1,000 plain, 2,000 read, 3,000 written for 5 minutes, 4,000 for an hour, 500 out."""
    kinds = Kinds(cache_write_5m=3000, cache_write_1h=4000)
    by_hand = 1000 * 3_000_000 + 2000 * 300_000 + 3000 * 3_750_000 + 4000 * 6_000_000 + 500 * 15_000_000
    assert cost.call_cost(10_000, 2000, 500, WRITTEN, kinds) == by_hand
    assert cost.call_cost(10_000, 2000, 500, replace(WRITTEN, special=None), kinds) == by_hand - 3000 * 750_000 - (
        4000 * 3_000_000
    )


def test_sound_and_thought_have_theirs() -> None:
    """gpt-audio: $2.50 text and $32 sound in, $10 text and $64 sound out; thought costs what other output costs."""
    special = Special(2_500_000, 2_500_000, 2_500_000, 32_000_000, 10_000_000, 64_000_000)
    price = Price(2_500_000, 2_500_000, 10_000_000, "", "", special=special)
    kinds = Kinds(audio=1000, reasoning=50, speech=400)
    assert cost.call_cost(1200, 0, 500, price, kinds) == (
        200 * 2_500_000 + 1000 * 32_000_000 + 100 * 10_000_000 + 400 * 64_000_000
    )


@given(st.tuples(*[st.integers(0, 10**6)] * 6), PRICES, PRICES)
def test_kinds_at_the_price_of_their_direction_change_nothing(counts: tuple[int, ...], into: int, out: int) -> None:
    kinds = Kinds(*counts)
    price = Price(into, into, out, "", "", special=Special(*[into] * 4, *[out] * 2))
    whole = cost.call_cost(kinds.inward + 7, 0, kinds.outward + 9, price)
    assert cost.call_cost(kinds.inward + 7, 0, kinds.outward + 9, price, kinds) == whole


COUNTS = st.integers(0, 10**6)


@given(st.tuples(*[COUNTS] * 6), st.lists(PRICES, min_size=9, max_size=9), COUNTS, st.booleans())
def test_nothing_is_billed_above_the_most(counts: tuple[int, ...], each: list[int], more: int, media: bool) -> None:
    kinds = Kinds(*counts) if media else Kinds(counts[0], counts[1], 0, 0, counts[4], 0)
    into, read, out, *special = each
    tier = Tier(10**5, into, min(read, into), out)
    price = Price(into, min(read, into), out, "", "", 7, (tier,), Special(*special))
    tokens = (kinds.inward + more, more, kinds.outward + more)
    assert cost.call_cost(*tokens, price, kinds) <= cost.call_cost(tokens[0], 0, tokens[2], price.most(media))


def test_the_most_of_a_plain_price_is_that_price() -> None:
    assert TIERED.most() is TIERED
    assert WRITTEN.most(False).input == 6_000_000
    audio = Price(2, 2, 10, "", "", special=Special(2, 2, 2, 32, 10, 64))
    assert (audio.most(False).input, audio.most(False).output) == (2, 10)
    assert (audio.most().input, audio.most().output) == (32, 64)
