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
TOOK = "api_time_s"
CACHED = "cached_input_tokens_est"


def _sure(first: str) -> float:
    return 1.0 if headings(first).issuperset(("session", "think_time_s")) else 0.0


def _missing(names: list[str]) -> Problem | None:
    lacks = [name for name in COLUMNS if name not in names]
    return wrong(f"sessions lack {', '.join(lacks)}", f"columns are {', '.join(COLUMNS)}") if lacks else None


@dataclass(slots=True)
class _Sessions:
    """Which session the last row belonged to, when its call began, and when it ended as far as that is known."""

    last: tuple[object, object] = ("", "")
    at: float = 0.0
    ended: float = 0.0

    def arrival(self, row: Row) -> Arrival | Problem:
        """The call in a row; within a session times must not go back.

        A pause that was not recorded is what lies between the end of the call before and this one.
        """
        try:
            at, took, think = time(row["t_s"]), _known(row.get(TOOK)), _known(row["think_time_s"])
            tokens = (count(row["input_tokens"]), count(row["output_tokens"]), count(row.get(CACHED, 0)))
        except ValueError as error:
            return wrong(str(error))
        session, before, ended = (row["session"], row.get("agent", "")), self.at, self.ended
        begins = session != self.last
        self.last, self.at, self.ended = session, at, at + (took or 0.0)
        if not begins and at < before:
            return wrong("the time lies before the row above, in the same session", "sort the rows of each session")
        if tokens[2] > tokens[0]:
            return wrong(f"{tokens[2]:,} of {tokens[0]:,} input tokens are cached", "cached tokens are of the input")
        if think is None:
            think = 0.0 if begins else max(0.0, at - ended)
        return Arrival(at, *tokens, begins, think)


def _known(value: object) -> float | None:
    """A length of time, or None where it was not recorded.

    Raises:
        ValueError: it is none.
    """
    if value is None or not str(value).strip():
        return None
    found = time(value)
    if found < 0.0:
        raise ValueError(f"{found:g} s are no length of time")
    return found


def _rows(lines: Iterable[str]) -> Found:
    return csv_rows(lines, _Sessions().arrival, _missing)


READER = TraceReader("CSV of agents' sessions", _sure, _rows, ordered=False, sessions=True)
