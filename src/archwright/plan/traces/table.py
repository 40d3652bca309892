"""CSV with a heading, one request a line: such as the Azure LLM inference traces of 2023."""

from __future__ import annotations

from collections.abc import Iterable

from archwright.plan.columns import Found, TraceReader, csv_rows, missing_columns, plain


def _sure(first: str) -> float:
    return 0.0 if first.lstrip().startswith("{") else 0.3


def _rows(lines: Iterable[str]) -> Found:
    return csv_rows(lines, plain, missing_columns)


READER = TraceReader("CSV, one request a line", _sure, _rows)
