"""Published prices: dated, sourced, and never a silent zero."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from genai_prices.data import providers

from archwright.base.errors import InputError, Problem
from archwright.facts.prices import published, published_embedder, version

DAY = dt.date(2026, 11, 1)


def refusal(provider: str, model: str) -> Problem:
    with pytest.raises(InputError) as caught:
        published(provider, model, DAY)
    (problem,) = caught.value.problems
    assert problem.code == "unknown-price"
    return problem


@pytest.mark.parametrize(
    ("day", "given", "answered"),
    [("2025-06-01", "10", "40"), ("2025-06-30", "2", "8"), ("2026-11-01", "2", "8")],
)
def test_a_price_is_the_one_of_its_day(day: str, given: str, answered: str) -> None:
    """OpenAI cut the price of o3 from $10 and $40 a million to $2 and $8 in June 2025."""
    price = published("openai", "o3", dt.date.fromisoformat(day))
    assert (price.input * 10**6, price.output * 10**6) == (Decimal(given), Decimal(answered))
    assert price.as_of == day


def test_a_price_says_where_it_is_from() -> None:
    price = published("openai", "gpt-4.1-mini", DAY)
    assert price.source.startswith(f"{version()}, https://")
    assert version().startswith("genai-prices 0.")


def test_cached_tokens_have_their_own_price() -> None:
    price = published("openai", "gpt-4.1-mini", DAY)
    assert (price.input, price.cached_input, price.output) == (Decimal("4e-7"), Decimal("1e-7"), Decimal("1.6e-6"))


def test_an_unknown_model_is_refused_with_the_nearest_one() -> None:
    problem = refusal("openai", "gpt-4.1-minii")
    assert problem.message == "no price is known for `openai/gpt-4.1-minii`"
    assert problem.mend == "did you mean `openai/gpt-4.1-mini`?"


def test_an_unknown_provider_is_refused_with_the_nearest_one() -> None:
    problem = refusal("mistrl", "mistral-small-latest")
    assert problem.message == "no prices are known for the provider `mistrl`"
    assert problem.mend == "did you mean `mistral`?"


def test_a_second_name_of_a_provider_is_known_in_errors_too() -> None:
    assert published("xai", "grok-4", DAY) == published("x-ai", "grok-4", DAY)
    assert refusal("xai", "grok-4z").mend.startswith("did you mean `xai/grok-4")


@pytest.mark.parametrize(("provider", "model"), [("", ""), ("openai", ""), ("zzzz", "x"), ("openai", "/" * 50)])
def test_what_is_like_nothing_asks_for_the_agreed_price(provider: str, model: str) -> None:
    assert refusal(provider, model).mend.startswith("state the agreed price under `price`")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("openai/text-embedding-3-small", "has no published price for output tokens"),
        ("openai/whisper-1", "has no published price for input tokens"),
        ("perplexity/sonar", "is charged by the request as well as by the token"),
    ],
)
def test_a_price_that_tokens_cannot_carry_is_refused(model: str, words: str) -> None:
    provider, _, name = model.partition("/")
    problem = refusal(provider, name)
    assert problem.message == f"`{model}` {words}"
    assert problem.mend.startswith("state the agreed price")


@pytest.mark.parametrize(
    "provider", ["openai", "mistral", "anthropic", "google", "groq", "deepseek", "x-ai", "together"]
)
def test_no_model_of_a_large_provider_costs_nothing_in_silence(provider: str) -> None:
    """Every listed model has a whole price, or is refused in words."""
    names = [model.id for item in providers if item.id == provider for model in item.models]
    priced = 0
    for name in names:
        try:
            price = published(provider, name, DAY)
        except InputError:
            continue
        priced += 1
        assert price.input > 0
        assert price.output > 0
        assert 0 <= price.cached_input <= price.input
        assert max(price.input, price.output) < Decimal("0.002"), name  # $2,000 a million: a slip of units
    assert priced > len(names) / 3


def test_an_embedder_has_a_price_for_what_it_reads() -> None:
    found = published_embedder("openai", "text-embedding-3-small", dt.date(2026, 11, 1))
    assert found.input > 0
    assert found.output == 0
