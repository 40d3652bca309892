"""Published prices of tokens, from the data of genai-prices: dated, with their source."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from archwright.base.errors import InputError, Problem
from archwright.base.text import nearest


class TokenPrice(NamedTuple):
    """Dollars for one token of each kind, the source, and the day for which the price was looked up."""

    input: Decimal
    cached_input: Decimal
    output: Decimal
    source: str
    as_of: str


def published(provider: str, model: str, as_of: dt.date) -> TokenPrice:
    """The published price of a model on a day, in its lowest context tier and at noon UTC.

    Raises:
        InputError: the provider or the model is not in the data, or has no price for text tokens.
    """
    # Loading the price data takes a third of a second, so it waits until a price is needed.
    import genai_prices  # noqa: PLC0415

    when = dt.datetime.combine(as_of, dt.time(12), tzinfo=dt.UTC)

    def one(**usage: int) -> Decimal:
        found = genai_prices.calc_price(
            genai_prices.Usage(**usage), model, provider_id=provider, genai_request_timestamp=when
        )
        return found.total_price / 1000

    try:
        first = genai_prices.calc_price(
            genai_prices.Usage(input_tokens=1000), model, provider_id=provider, genai_request_timestamp=when
        )
        source = f"genai-prices {genai_prices.__version__}, {_address(first.provider.pricing_urls)}"
        cached = one(input_tokens=1000, cache_read_tokens=1000)
        price = TokenPrice(one(input_tokens=1000), cached, one(output_tokens=1000), source, as_of.isoformat())
    except LookupError as error:
        raise InputError([_unknown(provider, model)]) from error
    if price.input <= 0 and price.output <= 0:
        raise InputError([_unknown(provider, model)])
    return price


def version() -> str:
    """Name and version of the price data."""
    from importlib.metadata import version as installed  # noqa: PLC0415

    return f"genai-prices {installed('genai-prices')}"


def _address(addresses: list[str] | None) -> str:
    return addresses[0] if addresses else "no address given"


def _unknown(provider: str, model: str) -> Problem:
    from genai_prices.data import providers  # noqa: PLC0415

    known = {item.id: [one.id for one in item.models] for item in providers}
    if provider not in known:
        hint = nearest(provider, known)
        message = f"no prices are known for the provider `{provider}`"
    else:
        hint = nearest(model, known[provider])
        hint = f"{provider}/{hint}" if hint else None
        message = f"no price is known for `{provider}/{model}`"
    mend = f"did you mean `{hint}`?" if hint else "state the agreed price under `price`, or in the overrides file"
    return Problem("unknown-price", message, mend=mend)
