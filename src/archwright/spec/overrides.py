"""A file of agreed prices that win over the published ones: `prices.yaml` beside the system's file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from archwright.base.errors import InputError, Problem
from archwright.spec.bind import Binder, is_bad
from archwright.spec.day import Day
from archwright.spec.given import Given, Word
from archwright.spec.settings.models import LongContext, TokenPrice
from archwright.spec.shapes import Record, day, many, named, number, text
from archwright.spec.source import Mapping, Scalar, Sequence, Tree, parse, read_text

DOLLARS: Final = "USD"
SIGNS: Final = {"EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "¥"}


@dataclass(frozen=True, kw_only=True)
class PriceOverride(TokenPrice):
    """One price, valid from a day until a later entry for the same model, or until its last day."""

    model: Word = text("provider and model as `provider/model`")
    valid_from: Word = text("first day, as 2026-11-01")
    valid_until: Day | None = day("last day, as 2027-10-31; open if left out", default=None)
    source: Word = text("the contract or offer it is from")
    currency: Word = text("currency of its amounts, one of `currencies`; dollars if left out", default="")

    @property
    def day(self) -> dt.date:
        """The first day on which it holds."""
        return dt.date.fromisoformat(self.valid_from)

    def holds(self, as_of: dt.date) -> bool:
        """Whether it has begun and not ended."""
        return self.day <= as_of and (self.valid_until is None or as_of <= self.valid_until.date)


@dataclass(frozen=True, kw_only=True)
class Currency(Record):
    """What one unit of another currency is worth: a rate that somebody stands for."""

    dollars: Given = number("number", "dollars for one unit, such as 1.08", positive=True, maximum=10)
    source: Word = text("where the rate is from")
    date: Day = day("the day of the rate")


@dataclass(frozen=True, kw_only=True)
class Overrides(Record):
    """All agreed prices."""

    prices: tuple[PriceOverride, ...] = many(PriceOverride, "agreed prices")
    currencies: dict[str, Currency] = named(Currency, "other currencies by their code, such as EUR")

    def find(self, model: str, as_of: dt.date) -> PriceOverride | None:
        """The price of `model` that holds on a day: the latest one that has begun and not ended."""
        begun = [price for price in self.prices if price.model == model and price.holds(as_of)]
        return max(begun, key=lambda price: price.day, default=None)

    def expired(self, model: str, as_of: dt.date) -> PriceOverride | None:
        """The latest price of `model` that has ended by a day, if none holds on it."""
        ended = [price for price in self.prices if price.model == model and price.day <= as_of]
        return max(ended, key=lambda price: price.day, default=None) if self.find(model, as_of) is None else None

    def said(self, price: PriceOverride) -> str:
        """Where a price is from, since when it holds, and at which rate its amounts were converted."""
        until = f" until {price.valid_until}" if price.valid_until else ""
        words = f"agreed: {price.source}, valid from {price.valid_from}{until}"
        if price.currency in self.currencies:
            rate = self.currencies[price.currency]
            words += f", converted at ${rate.dollars} for one {price.currency} ({rate.source}, {rate.date})"
        return words


def load_overrides(path: Path) -> Overrides:
    """Read agreed prices; amounts in another currency become dollars at the rate that the file states.

    Raises:
        InputError: with every problem found.
    """
    tree = parse(read_text(path), str(path))
    binder = Binder()
    foreign = _in_dollars(tree, binder)
    found = binder.record(Overrides, tree)
    if not is_bad(found):
        _judge(found, binder)
    if binder.problems or not isinstance(found, Overrides):
        raise InputError(binder.problems or [Problem("bad-overrides", "the file holds no prices")])
    return _converted(found) if foreign else found


def _entries(tree: Tree) -> Iterator[tuple[Mapping, str]]:
    """The entries of the file with the currency that each names, before anything is read."""
    listed = tree.items.get("prices") if isinstance(tree, Mapping) else None
    items = listed[1].items if listed and isinstance(listed[1], Sequence) else ()
    for entry in items:
        if isinstance(entry, Mapping):
            said = entry.items.get("currency")
            word = said[1].text if said and isinstance(said[1], Scalar) else ""
            yield entry, word


def _in_dollars(tree: Tree, binder: Binder) -> bool:
    """Write the sign of dollars where an entry has that of its own currency, so that its amounts can be read."""
    foreign = False
    for entry, currency in _entries(tree):
        if currency and currency != DOLLARS:
            foreign = True
            _resigned(entry, currency, binder)
    return foreign


def _resigned(entry: Mapping, currency: str, binder: Binder) -> None:
    for key, (mark, value) in entry.items.items():
        if isinstance(value, Mapping):
            _resigned(value, currency, binder)
        elif isinstance(value, Sequence):
            for inner in value.items:
                if isinstance(inner, Mapping):
                    _resigned(inner, currency, binder)
        elif key not in ("model", "source", "currency", "valid_from", "over"):
            amount = value.text.strip()
            if amount.startswith("$"):
                message = f"`{key}` is in dollars, and its entry is in {currency}"
                binder.problem("mixed-currency", message, value.where, f"write both in one: {SIGNS.get(currency, '')}…")
                continue
            for sign in (currency, SIGNS.get(currency, currency)):
                if amount.startswith(sign):
                    entry.items[key] = (mark, replace(value, text="$" + amount.removeprefix(sign).strip()))
                    break


def _converted(found: Overrides) -> Overrides:
    """The same with all amounts in dollars; half a pico-dollar is rounded to the even neighbour."""

    def dollars(given: Given | None, rate: Given) -> Given | None:
        if given is None or not given.text.startswith("$"):
            return given
        return replace(given, value=float(round(Decimal(given.value) * Decimal(rate.text))))

    def all_of(record: Record, rate: Given) -> dict[str, object]:
        changed: dict[str, object] = {}
        for name, item in vars(record).items():
            if isinstance(item, Given):
                changed[name] = dollars(item, rate)
            elif isinstance(item, LongContext):
                changed[name] = replace(item, **all_of(item, rate))  # type: ignore[arg-type]
            elif name == "longer":
                changed[name] = tuple(replace(tier, **all_of(tier, rate)) for tier in item)
        return changed

    prices = tuple(
        replace(price, **all_of(price, found.currencies[price.currency].dollars))  # type: ignore[arg-type]
        if price.currency in found.currencies
        else price
        for price in found.prices
    )
    return replace(found, prices=prices)


def _judge(found: Overrides, binder: Binder) -> None:
    """What no single key shows: days that are none, two prices from the same day, currencies without a rate."""
    seen: set[tuple[str, str]] = set()
    for price in found.prices:
        where = price.valid_from.where
        try:
            first = price.day
        except ValueError:
            binder.problem("bad-date", f"{str(price.valid_from)!r} is no day", where, "write it as 2026-11-01")
            continue
        if price.valid_until is not None and price.valid_until.date < first:
            message = f"the price of `{price.model}` ends on {price.valid_until}, before it begins"
            binder.problem("bad-date", message, where, "swap the two days")
        if (price.model, first.isoformat()) in seen:
            binder.problem("duplicate-price", f"`{price.model}` has two prices from {first} on", where, "keep one")
        seen.add((price.model, first.isoformat()))
        if "/" not in price.model:
            message = f"{str(price.model)!r} does not name its provider"
            binder.problem("no-provider", message, price.model.where, "write it as `openai/gpt-5-mini`")
        if price.currency and price.currency != DOLLARS and price.currency not in found.currencies:
            message = f"`{price.model}` is priced in {price.currency}, and no rate is stated"
            mend = f"add `currencies: {{{price.currency}: {{dollars: …, source: …, date: …}}}}`"
            binder.problem("no-rate", message, price.currency.where, mend)
