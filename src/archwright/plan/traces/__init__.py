"""Readers of recorded traffic: one file for each way in which it is written. The surest one reads."""

from __future__ import annotations

from typing import Final

from archwright.base.shelf import Shelf
from archwright.plan.columns import TraceReader

READERS: Final = Shelf("archwright.plan.traces", "READER", TraceReader)


def reader_of(first: str) -> TraceReader:
    """The reader that is surest of a file that begins with the line `first`."""
    return max((READERS.get(name) for name in READERS.names()), key=lambda reader: reader.sure(first))
