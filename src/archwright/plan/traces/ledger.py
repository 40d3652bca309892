"""The gateway's own ledger: each session of the journey that asked most is one arrival, with the tokens of its largest.

A client that names no session is taken to make one request a visit. Times are those of the design: a rehearsal's are
multiplied by its scale. A ledger is written as requests end, so its rows are not in the order of their arrival.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from archwright.plan.columns import MOST_TOKENS, Arrival, Found, TraceReader, numbered, wrong

KINDS = ("run", "attempt", "request", "journey", "conversation")


def _sure(first: str) -> float:
    start = first.lstrip().replace(" ", "")
    return 1.0 if any(start.startswith(f'{{"type":"{kind}"') for kind in KINDS) else 0.0


def _rows(lines: Iterable[str]) -> Found:
    scale, requests = 1.0, []
    for number, line in numbered(lines):
        try:
            row = json.loads(line)
            kind = row["type"]
            if kind == "run":
                scale = float(row.get("scale", 1.0))
            elif kind == "request":
                requests.append((number, _request(row)))
        except (ValueError, KeyError, TypeError, RecursionError):
            yield number, wrong("no row of a ledger", "give a ledger that `serve` or `rehearse` wrote")
    most = Counter(row["journey"] for _, row in requests).most_common(1)
    visits: dict[object, tuple[int, dict[str, Any]]] = {}
    for number, row in requests:
        if row["journey"] == most[0][0]:
            _join(visits, row["session"] or number, number, row)
    for number, row in sorted(visits.values(), key=lambda item: float(item[1]["began"])):
        yield number, Arrival(row["began"] * scale, row["tokens_in"], row["tokens_out"])


def _request(row: dict[str, Any]) -> dict[str, Any]:
    """What counts of a row: the place, the time, the tokens."""
    tokens = {name: int(row.get(name, 0)) for name in ("tokens_in", "tokens_out")}
    if not all(0 <= value <= MOST_TOKENS for value in tokens.values()):
        raise ValueError("tokens")
    return {
        "journey": str(row.get("journey", "")),
        "session": str(row.get("session", "")),
        "began": float(row["began"]),
        **tokens,
    }


def _join(visits: dict[object, tuple[int, dict[str, Any]]], name: object, number: int, row: dict[str, Any]) -> None:
    """Add a request to its visit."""
    first, seen = visits.get(name, (number, row))
    larger = max(seen, row, key=lambda item: int(item["tokens_in"] + item["tokens_out"]))
    visits[name] = (first, {**larger, "began": min(seen["began"], row["began"])})


READER = TraceReader("a gateway's ledger", _sure, _rows, ordered=False)
