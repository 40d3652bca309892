"""Sessions of agents as CSV: calls in a row, with the time that passed between the end of one and the next.

Such as the coding-agent sessions of kv-cache-tester. Times count from the beginning of each session, so there is no
common clock: a journey with `users` goes through the sessions. A sub-agent's calls are a session of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archwright.base.errors import Problem
from archwright.plan.columns import Arrival, Found, Row, TraceReader, count, csv_rows, headings, time, wrong

COLUMNS = ("session", "t_s", "input_tokens", "output_tokens", "think_time_s")
CACHED = "cached_input_tokens_est"


def _sure(first: str) -> float:
    return 1.0 if headings(first).issuperset(("session", "think_time_s")) else 0.0


def _missing(names: list[str]) -> Problem | None:
    lacks = [name for name in COLUMNS if name not in names]
    return wrong(f"sessions lack {', '.join(lacks)}", f"columns are {', '.join(COLUMNS)}") if lacks else None


@dataclass(slots=True)
class _Sessions:
    """Which session the last row belonged to, and its time."""

    last: tuple[object, object] = ("", "")
    at: float = 0.0

    def arrival(self, row: Row) -> Arrival | Problem:
        """The call in a row; within a session times must not go back."""
        try:
            at, think = time(row["t_s"]), time(row["think_time_s"])
            tokens = (count(row["input_tokens"]), count(row["output_tokens"]), count(row.get(CACHED, 0)))
        except ValueError as error:
            return wrong(str(error))
        if think < 0.0:
            return wrong(
                f"{think:g} s between two calls are less than none", "the time from the end of the call before"
            )
        if tokens[2] > tokens[0]:
            return wrong(f"{tokens[2]:,} of {tokens[0]:,} input tokens are cached", "cached tokens are of the input")
        session = (row["session"], row.get("agent", ""))
        begins, before = session != self.last, self.at
        self.last, self.at = session, at
        if not begins and at < before:
            return wrong("the time lies before the row above, in the same session", "sort the rows of each session")
        return Arrival(at, *tokens, begins, think)


def _rows(lines: Iterable[str]) -> Found:
    return csv_rows(lines, _Sessions().arrival, _missing)


READER = TraceReader("CSV of agents' sessions", _sure, _rows, ordered=False, sessions=True)
