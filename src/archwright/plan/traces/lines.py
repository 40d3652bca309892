"""JSON lines, one request each: such as the traces of Mooncake. A number called `timestamp` counts milliseconds."""

from __future__ import annotations

import json
from collections.abc import Iterable

from archwright.plan.columns import Found, TraceReader, missing_columns, numbered, plain, wrong

MEND = "write one object such as {...} in each line"


def _sure(first: str) -> float:
    return 0.5 if first.lstrip().startswith("{") else 0.0


def _rows(lines: Iterable[str]) -> Found:
    for number, line in numbered(lines):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, wrong(f"not JSON: {error}", MEND)
            continue
        if not isinstance(row, dict):
            yield number, wrong("not a JSON object", MEND)
            continue
        yield number, missing_columns(row) or plain(row, 1e-3)


READER = TraceReader("JSON lines, one request each", _sure, _rows)
