"""What may be spent in a month, and at which shares of it somebody is told."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.spec.given import Given, Word
from archwright.spec.shapes import Record, number, numbers, text


@dataclass(frozen=True, kw_only=True)
class Budget(Record):
    """A budget for everything that the bill holds. It stops nothing: a gateway's own `budget` does."""

    monthly: Given = number("money-rate", "what may be spent, such as $70k/month", positive=True)
    alert_at: tuple[Given, ...] = numbers("share", "shares of it at which somebody is told", maximum=10)
    owner: Word = text("who is told; the system's owner if left out", default="")
