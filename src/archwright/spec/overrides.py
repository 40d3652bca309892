"""A file of agreed prices that win over the published ones: `prices.yaml` beside the system's file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from archwright.base.errors import InputError, Problem
from archwright.spec.bind import Binder, is_bad
from archwright.spec.given import Given, Word
from archwright.spec.shapes import Record, many, number, text
from archwright.spec.source import parse, read_text


@dataclass(frozen=True, kw_only=True)
class PriceOverride(Record):
    """One price, valid from a day until a later entry for the same model."""

    model: Word = text("provider and model as `provider/model`")
    valid_from: Word = text("first day, as 2026-11-01")
    source: Word = text("the contract or offer it is from")
    input: Given = number("token-price", "input tokens")
    cached_input: Given | None = number("token-price", "input tokens from the supplier's prompt cache", default=None)
    output: Given = number("token-price", "output tokens")

    @property
    def day(self) -> dt.date:
        """The first day on which it holds."""
        return dt.date.fromisoformat(self.valid_from)


@dataclass(frozen=True, kw_only=True)
class Overrides(Record):
    """All agreed prices."""

    prices: tuple[PriceOverride, ...] = many(PriceOverride, "agreed prices")

    def find(self, model: str, as_of: dt.date) -> PriceOverride | None:
        """The price of `model` that holds on a day: the latest one that has begun."""
        begun = [price for price in self.prices if price.model == model and price.day <= as_of]
        return max(begun, key=lambda price: price.day, default=None)


def load_overrides(path: Path) -> Overrides:
    """Read agreed prices.

    Raises:
        InputError: with every problem found.
    """
    tree = parse(read_text(path), str(path))
    binder = Binder()
    found = binder.record(Overrides, tree)
    if not is_bad(found):
        _judge(found, binder)
    if binder.problems or not isinstance(found, Overrides):
        raise InputError(binder.problems or [Problem("bad-overrides", "the file holds no prices")])
    return found


def _judge(found: Overrides, binder: Binder) -> None:
    """What no single key shows: days that are none, and two prices from the same day."""
    seen: set[tuple[str, str]] = set()
    for price in found.prices:
        where = price.valid_from.where
        try:
            day = price.day.isoformat()
        except ValueError:
            binder.problem("bad-date", f"{str(price.valid_from)!r} is no day", where, "write it as 2026-11-01")
            continue
        if (price.model, day) in seen:
            binder.problem("duplicate-price", f"`{price.model}` has two prices from {day} on", where, "keep one")
        seen.add((price.model, day))
        if "/" not in price.model:
            message = f"{str(price.model)!r} does not name its provider"
            binder.problem("no-provider", message, price.model.where, "write it as `openai/gpt-5-mini`")
