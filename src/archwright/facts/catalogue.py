"""The price data as a whole: which models it knows, how fresh it is, and how it compares with another list."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final, NamedTuple

# How LiteLLM's list calls a provider, and how ours does. What is not here is compared by its own name.
PROVIDERS: Final = {
    "gemini": "google", "azure": "azure", "azure_ai": "azure", "bedrock": "aws", "bedrock_converse": "aws",
    "xai": "x-ai", "together_ai": "together", "fireworks_ai": "fireworks", "cohere_chat": "cohere",
    "voyage": "voyageai", "moonshot": "moonshotai", "text-completion-openai": "openai",
}  # fmt: skip
# The kinds of tokens that both lists price: our name, theirs, and the key in our data.
KINDS: Final = (
    ("input", "input_cost_per_token", "input_mtok"),
    ("cached input", "cache_read_input_token_cost", "cache_read_mtok"),
    ("cache write", "cache_creation_input_token_cost", "cache_write_mtok"),
    ("output", "output_cost_per_token", "output_mtok"),
)


class Entry(NamedTuple):
    """One model of another list: dollars for one token by kind."""

    provider: str
    model: str
    prices: Mapping[str, Decimal]


class Conflict(NamedTuple):
    """A kind of tokens for which two lists say different dollars for one token."""

    provider: str
    model: str
    kind: str
    ours: Decimal
    theirs: Decimal


class Comparison(NamedTuple):
    """Two price lists side by side: how many models agree, and where they do not."""

    agree: int
    conflicts: tuple[Conflict, ...]
    only_theirs: tuple[str, ...]
    only_ours: tuple[str, ...]


def size() -> tuple[int, int]:
    """How many providers and models the data knows."""
    from genai_prices.data import providers  # noqa: PLC0415

    return len(providers), sum(len(item.models) for item in providers)


@cache
def freshest(as_of: dt.date) -> dt.date | None:
    """The latest day up to `as_of` on which any price of the data is known to have changed; None before the first."""
    from genai_prices.data import providers  # noqa: PLC0415

    days = [day for item in providers for model in item.models for day in _days(model) if day <= as_of]
    return max(days, default=None)


def _days(model: Any) -> Iterator[dt.date]:
    conditions = [*(model.prices if isinstance(model.prices, list) else ()), *(model.price_variants or ())]
    for item in conditions:
        day = getattr(item.constraint, "start_date", None)
        if day is not None:
            yield day


def litellm_entries(text: str) -> tuple[list[Entry], list[str]]:
    """The models of LiteLLM's price list that are priced by text tokens, and the amounts in it that are no price.

    Raises:
        ValueError: it is not such a list.
    """
    found = json.loads(text, parse_float=Decimal)
    if not isinstance(found, dict) or not all(isinstance(item, dict) for item in found.values()):
        raise ValueError("it holds no models by their names")
    entries, odd = [], []
    for name, item in found.items():
        home = str(item.get("litellm_provider", ""))
        if name == "sample_spec" or not home:
            continue
        prices = {kind: price for kind, key, _ in KINDS if (price := _amount(item.get(key))) is not None}
        odd += [f"{name} {key}" for kind, key, _ in KINDS if item.get(key) is not None and kind not in prices]
        if not prices.get("input"):
            continue
        model = name.removeprefix(f"{home}/")
        if "/" in model and home in PROVIDERS:
            model = model.rpartition("/")[2]
        entries.append(Entry(PROVIDERS.get(home, home), model, prices))
    if not entries:
        raise ValueError("no model in it has a provider and a price of input tokens")
    return entries, odd


def _amount(value: object) -> Decimal | None:
    """Dollars for a token; None for what is no price, as is more than a dollar."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found <= 1 else None


def compare(entries: list[Entry], as_of: dt.date) -> Comparison:
    """Another list held against ours, for the day `as_of`; only providers that both know count as missing."""
    from genai_prices.data import providers  # noqa: PLC0415

    when = dt.datetime.combine(as_of, dt.time(12), tzinfo=dt.UTC)
    homes = {item.id: item for item in providers}
    agree, conflicts, only_theirs = 0, [], []
    met: dict[str, set[str]] = {}
    for entry in entries:
        home = homes.get(entry.provider)
        model = home.find_model(entry.model.lower()) if home is not None else None
        if home is None or model is None:
            only_theirs.append(f"{entry.provider}/{entry.model}")
            continue
        met.setdefault(entry.provider, set()).add(model.id)
        wrong = list(_conflicts(entry, model.get_prices(when).__dict__))
        conflicts += wrong
        agree += not wrong
    only_ours = [
        f"{home}/{model.id}" for home, known in met.items() for model in homes[home].models if model.id not in known
    ]
    return Comparison(agree, tuple(conflicts), tuple(only_theirs), tuple(only_ours))


def _conflicts(entry: Entry, listed: Mapping[str, Any]) -> Iterator[Conflict]:
    for kind, _, key in KINDS:
        price = listed.get(key)
        if price is None or kind not in entry.prices:
            continue
        ours = Decimal(getattr(price, "base", price)) / 10**6
        if abs(ours - entry.prices[kind]) > ours * Decimal("0.0005"):
            yield Conflict(entry.provider, entry.model, kind, ours, entry.prices[kind])
