"""The gateway's own ledger: each session of the journey that asked most is one arrival, with the tokens of one step.

That step is the one whose requests are the largest; of a visit's requests for it the first counts, for what the file's
`growth` adds comes later. Of requests without a step the largest counts.

A client that names no session is taken to make one request a visit. Times are those of the design: a rehearsal's are
multiplied by its scale. A ledger is written as requests end, so its rows are not in the order of their arrival.

Nobody counted the tokens of a visit that no model answered. It gets the mean of those that one did: what an outage kept
away, or a cache, would have cost as much as the rest.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from archwright.plan.columns import MOST_TOKENS, Arrival, Found, TraceReader, numbered, wrong

KINDS = ("run", "attempt", "request", "journey", "conversation")
COUNTED = "answered"  # where it states no tokens, none were used


class _Row(NamedTuple):
    """What counts of a request: the place, the time (seconds), the tokens of its input and output."""

    line: int
    journey: str
    step: str
    session: str
    how: str
    began: float
    tokens: tuple[int, int]

    @property
    def counted(self) -> bool:
        """Whether its tokens were counted."""
        return self.how == COUNTED or sum(self.tokens) > 0


def _sure(first: str) -> float:
    start = first.lstrip().replace(" ", "")
    return 1.0 if any(start.startswith(f'{{"type":"{kind}"') for kind in KINDS) else 0.0


def _rows(lines: Iterable[str]) -> Found:
    scale, requests = 1.0, list[_Row]()
    for number, line in numbered(lines):
        try:
            row = json.loads(line)
            kind = row["type"]
            if kind == "run":
                scale = _scale(row)
            elif kind == "request":
                requests.append(_request(number, row))
        except (ValueError, KeyError, TypeError, RecursionError):
            yield number, wrong("no row of a ledger", "give a ledger that `serve` or `rehearse` wrote")
    most = Counter(row.journey for row in requests).most_common(1)
    visits: dict[object, list[_Row]] = {}
    for row in requests:
        if row.journey == most[0][0]:
            visits.setdefault(row.session or row.line, []).append(row)
    step = _largest([row for rows in visits.values() for row in rows])
    told = [_told(rows, step) for rows in visits.values()]
    usual = _usual([tokens for tokens in told if tokens is not None])
    arrivals = [
        (min(row.began for row in rows), rows[0].line, tokens or usual)
        for rows, tokens in zip(visits.values(), told, strict=True)
    ]
    for began, number, (tokens_in, tokens_out) in sorted(arrivals):
        yield number, Arrival(began * scale, tokens_in, tokens_out)


def _largest(rows: list[_Row]) -> str:
    """The step whose requests have the most tokens in the mean, of those that a model answered."""
    sizes: dict[str, list[int]] = {}
    for row in rows:
        if row.counted:
            sizes.setdefault(row.step, []).append(sum(row.tokens))
    return max(sizes, key=lambda step: sum(sizes[step]) / len(sizes[step]), default="")


def _told(rows: list[_Row], step: str) -> tuple[int, int] | None:
    """The tokens of a visit; None where no model answered what it asked for the step."""
    mine = [row for row in rows if row.step == step]
    if step:
        mine = sorted(mine, key=lambda row: row.began)[:1]
    return max((row.tokens for row in mine if row.counted), key=sum, default=None)


def _usual(known: list[tuple[int, int]]) -> tuple[int, int]:
    """The mean tokens of the visits that a model answered; 0 where none was."""
    count = max(1, len(known))
    return round(sum(tokens[0] for tokens in known) / count), round(sum(tokens[1] for tokens in known) / count)


def _scale(row: dict[str, Any]) -> float:
    scale = float(row.get("scale", 1.0))
    if not 0.0 < scale < math.inf:
        raise ValueError("no scale")
    return scale


def _request(line: int, row: dict[str, Any]) -> _Row:
    tokens = int(row.get("tokens_in", 0)), int(row.get("tokens_out", 0))
    began = float(row["began"])
    if not (math.isfinite(began) and all(0 <= value <= MOST_TOKENS for value in tokens)):
        raise ValueError("a time without end, or tokens")
    journey, step, session = (str(row.get(name, "")) for name in ("journey", "step", "session"))
    return _Row(line, journey, step, session, str(row.get("how", "answered")), began, tokens)


READER = TraceReader("a gateway's ledger", _sure, _rows, ordered=False)
