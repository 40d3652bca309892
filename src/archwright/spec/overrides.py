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
    for price in () if is_bad(found) else found.prices:
        try:
            dt.date.fromisoformat(price.valid_from)
        except ValueError:
            binder.problem("bad-date", f"{price.valid_from!r} is no day", price.valid_from.where, "write it as 2026-11-01")
    if binder.problems or not isinstance(found, Overrides):
        raise InputError(binder.problems or [Problem("bad-overrides", "the file holds no prices")])
    return found
