"""Rates of windows, such as ServeGen's: no single request is in them, so they are refused by name."""

from __future__ import annotations

from collections.abc import Iterable

from archwright.plan.columns import Found, TraceReader, headings, wrong


def _sure(first: str) -> float:
    return 1.0 if "window_start_s" in headings(first) else 0.0


def _rows(lines: Iterable[str]) -> Found:
    del lines
    message = "this holds rates of windows of time, not requests"
    yield 1, wrong(message, "state a journey's `volume`, `shape` and `burstiness` from it, or give recorded requests")


READER = TraceReader("rates of windows", _sure, _rows)
