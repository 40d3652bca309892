"""Published prices of tokens, from the data of genai-prices: dated, with their source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.base.errors import InputError, Problem
from archwright.base.text import nearest

if TYPE_CHECKING:
    from genai_prices.types import PriceCalculation

STATE = "state the agreed price under `price`, or in the overrides file"


# What else a supplier may charge by the token, and how the data calls it.
_EXTRA: Final = {
    "cache_write_5m": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "reasoning": "output_reasoning_mtok",
    "image": "input_image_mtok",
    "audio": "input_audio_mtok",
    "speech": "output_audio_mtok",
}
_NOTHING: Final[Mapping[str, Decimal]] = MappingProxyType({})


class LongContext(NamedTuple):
    """Dollars for one token of each kind in a call with more than `over` input tokens; they hold for all of them.

    `extra` is that of `TokenPrice`, in this tier.
    """

    over: int
    input: Decimal
    cached_input: Decimal
    output: Decimal
    extra: Mapping[str, Decimal] = _NOTHING


class TokenPrice(NamedTuple):
    """Dollars for one token of each kind, the source, and the day for which the price was looked up.

    `extra` holds what other kinds of tokens cost, by the names of `_EXTRA`; a kind that is not there costs what its
    direction costs. `tiers` are those above the lowest, by rising length of the input. `warning` says what is
    doubtful about it, empty where nothing is.
    """

    input: Decimal
    cached_input: Decimal
    output: Decimal
    source: str
    as_of: str
    extra: Mapping[str, Decimal] = _NOTHING
    tiers: tuple[LongContext, ...] = ()
    warning: str = ""


def published(provider: str, model: str, as_of: dt.date) -> TokenPrice:
    """The published price of a model on a day, at noon UTC, with those of its further context tiers where it has any.

    Raises:
        InputError: the provider or the model is not in the data, has no price for text tokens in and out, or is also
            charged by the request, which a price for tokens cannot say.
    """
    return _published(provider, model, as_of, ("input", "output"))


def published_in_tier(provider: str, model: str, as_of: dt.date, tier: str) -> TokenPrice:
    """The published price in a service tier such as `flex` or `priority`.

    Raises:
        InputError: as for `published`, or no price is published for that tier on that day.
    """
    plain = _published(provider, model, as_of, ("input", "output"))
    found = _published(provider, model, as_of, ("input", "output"), {"service_tier": tier})
    if (found.input, found.output) == (plain.input, plain.output):
        raise InputError([_unfit(provider, model, f"has no published price for the service tier {tier} on {as_of}")])
    return found._replace(source=f"{found.source}, service tier {tier}")


def published_embedder(provider: str, model: str, as_of: dt.date) -> TokenPrice:
    """The published price of a model that makes vectors: it writes no tokens, and what they would cost is not asked.

    Raises:
        InputError: as for `published`, but for output tokens.
    """
    return _published(provider, model, as_of, ("input",))


def _published(
    provider: str, model: str, as_of: dt.date, wanted: tuple[str, ...], context: dict[str, str] | None = None
) -> TokenPrice:
    # Loading the price data takes a third of a second, so it waits until a price is needed.
    import genai_prices  # noqa: PLC0415

    when = dt.datetime.combine(as_of, dt.time(12), tzinfo=dt.UTC)

    def of(**usage: int) -> PriceCalculation:
        tokens = genai_prices.Usage(**usage)
        return genai_prices.calc_price(
            tokens, model, provider_id=provider, genai_request_timestamp=when, price_context=context
        )

    try:
        plain, cached, answer = (
            of(input_tokens=1000),
            of(input_tokens=1000, cache_read_tokens=1000),
            of(output_tokens=1000),
        )
    except (LookupError, ValueError) as error:
        raise InputError([_unknown(provider, model)]) from error
    for what, found in (("input", plain.input_price), ("output", answer.output_price)):
        if found <= 0 and what in wanted:
            raise InputError([_unfit(provider, model, f"has no published price for {what} tokens")])
    if plain.total_price != plain.input_price:
        raise InputError([_unfit(provider, model, "is charged by the request as well as by the token")])
    source = f"genai-prices {genai_prices.__version__}, {_address(plain.provider.pricing_urls)}"
    prices = (plain.input_price / 1000, cached.input_price / 1000, answer.output_price / 1000)
    listed = plain.model.get_prices(when, context).__dict__
    extra = {name: _base(listed[key]) / 10**6 for name, key in _EXTRA.items() if listed.get(key) is not None}
    warning = _before(plain.model, as_of)
    return TokenPrice(*prices, source, as_of.isoformat(), extra, tuple(_long(listed)), warning)


def _base(price: Any) -> Decimal:
    """Dollars for a million tokens, those of the lowest context tier."""
    found: Decimal = getattr(price, "base", price)
    return found


def _long(listed: Mapping[str, Any]) -> Iterator[LongContext]:
    """The prices of the tiers above the lowest, if input has any."""
    for tier in getattr(listed.get("input_mtok"), "tiers", ()):

        def at(key: str, otherwise: Decimal, over: int = tier.start) -> Decimal:
            price = listed.get(key)
            if price is None:
                return otherwise
            dear = [one.price for one in getattr(price, "tiers", ()) if one.start <= over]
            return Decimal(dear[-1] if dear else _base(price)) / 10**6

        first = at("input_mtok", Decimal(0))
        extra = {name: at(key, Decimal(0)) for name, key in _EXTRA.items() if listed.get(key) is not None}
        yield LongContext(tier.start, first, at("cache_read_mtok", first), at("output_mtok", Decimal(0)), extra)


@cache
def history() -> dt.date:
    """The first day on which any price of the data is known to have changed; before it there is no history."""
    from genai_prices.data import providers  # noqa: PLC0415

    days = [day for item in providers for model in item.models for day in _starts(model)]
    return min(days)


def _starts(model: Any) -> list[dt.date]:
    """The days on which a model's prices changed."""
    prices = model.prices if isinstance(model.prices, list) else []
    days = (getattr(item.constraint, "start_date", None) for item in prices)
    return [day for day in days if day is not None]


def _before(model: Any, as_of: dt.date) -> str:
    """A warning where a day lies before what the data can tell."""
    starts = _starts(model)
    if starts and as_of < min(starts):
        return f"its price on {as_of} is the oldest one known, which held until {min(starts)}; since when is not known"
    if as_of < history():
        return f"the history of prices begins on {history()}; for {as_of} today's oldest price is taken"
    return ""


def named(words: str) -> str:
    """`provider/model` for what somebody calls a model: itself where it names its provider, else by the model's name.

    Empty where nobody knows a model of that name.
    """
    from genai_prices.data import providers  # noqa: PLC0415

    for item in providers:
        if any(words == f"{item.id}/{model.id}" for model in item.models):
            return words
    for item in providers:
        if item.model_match is not None and item.model_match.is_match(words):
            return f"{item.id}/{words}"
    return ""


def like(words: str) -> str:
    """The `provider/model` with a price whose name is most like `words`; empty where none is."""
    from genai_prices.data import providers  # noqa: PLC0415

    provider, slash, model = words.partition("/")
    known = {item.id: [one.id for one in item.models] for item in providers}
    if not slash:
        found = nearest(words, [one for models in known.values() for one in models])
        return named(found) if found else ""
    home = provider if provider in known else nearest(provider, known) or ""
    found = nearest(model, known.get(home, ()))
    return f"{home}/{found}" if found else ""


def version() -> str:
    """Name and version of the price data."""
    from importlib.metadata import version as installed  # noqa: PLC0415

    return f"genai-prices {installed('genai-prices')}"


def _address(addresses: list[str] | None) -> str:
    return addresses[0] if addresses else "no address given"


def _unfit(provider: str, model: str, message: str) -> Problem:
    return Problem("unknown-price", f"`{provider}/{model}` {message}", mend=STATE)


def _unknown(provider: str, model: str) -> Problem:
    from genai_prices.data import providers  # noqa: PLC0415

    known = {item.id: [one.id for one in item.models] for item in providers}
    named = next((item.id for item in providers if item.provider_match and item.provider_match.is_match(provider)), "")
    models = known.get(provider) or known.get(named)
    if models is None:
        hint = nearest(provider, known)
        message = f"no prices are known for the provider `{provider}`"
    else:
        hint = nearest(model, models)
        hint = f"{provider}/{hint}" if hint else None
        message = f"no price is known for `{provider}/{model}`"
    mend = f"did you mean `{hint}`?" if hint else STATE
    return Problem("unknown-price", message, mend=mend)
