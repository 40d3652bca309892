"""Values of recorded traffic: which columns mean what, and how a time and a number of tokens are written."""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from archwright.base.errors import Problem

# Column names seen in published traces: arrival time, input tokens, output tokens.
TIMES = ("TIMESTAMP", "timestamp", "arrival_time", "t_s", "Timestamp")
INPUTS = ("ContextTokens", "input_length", "input_tokens", "Request tokens", "tokens_in")
OUTPUTS = ("GeneratedTokens", "output_length", "output_tokens", "Response tokens", "tokens_out")
MOST_TOKENS = 10_000_000  # in one request: as many as a design may state

Row = Mapping[str, object]


class Arrival(NamedTuple):
    """One request: when (seconds), its tokens, whether a session begins with it, and the pause before it (seconds)."""

    at: float
    tokens_in: int
    tokens_out: int
    tokens_cached: int = -1
    begins: bool = True
    think_s: float = 0.0


Found = Iterator[tuple[int, Arrival | Problem]]


@dataclass(frozen=True, slots=True)
class TraceReader:
    """A way in which traffic is recorded.

    `sure` says from 0 to 1 whether a file that begins with a line is of this kind. `rows` gives each line's number and
    arrival, or what is wrong with it. A file that is not `ordered` may hold its requests in any order. In one of
    `sessions` times count from the beginning of each session.
    """

    title: str
    sure: Callable[[str], float]
    rows: Callable[[Iterable[str]], Found]
    ordered: bool = True
    sessions: bool = False


def wrong(message: str, mend: str = "") -> Problem:
    """What is wrong with a row; its place is added by whoever counts the lines."""
    return Problem("bad-trace", message, mend=mend)


def csv_rows(
    lines: Iterable[str], arrival: Callable[[Row], Arrival | Problem], missing: Callable[[list[str]], Problem | None]
) -> Found:
    """Rows of a CSV file with a heading. `missing` says which columns the heading lacks."""
    reader = csv.reader(lines)
    try:
        names = [name.strip() for name in next(reader, [])]
        lacks = missing(names) if names else None
        if lacks:
            yield 1, lacks
            return
        for values in reader:
            if len(values) == len(names):
                yield reader.line_num, arrival(dict(zip(names, values, strict=True)))
            elif values:
                message = f"{len(values)} values stand under {len(names)} headings"
                yield reader.line_num, wrong(message, "write one value a column")
    except csv.Error as error:
        yield reader.line_num, wrong(f"not CSV: {error}", "write one request a line, values parted by commas")


def headings(first: str) -> frozenset[str]:
    """The column names in the heading of a CSV file."""
    return frozenset(name.strip().strip('"') for name in first.split(","))


def missing_columns(names: Iterable[str]) -> Problem | None:
    """What is wrong where a row lacks a time, input or output under every known name."""
    known = set(names)
    lacks = [some for some in (TIMES, INPUTS, OUTPUTS) if known.isdisjoint(some)]
    if not lacks:
        return None
    wanted = "; ".join(f"one of {', '.join(some)}" for some in lacks)
    found = ", ".join(sorted(known))[:200] or "nothing"
    return wrong(f"no known column for {len(lacks)} of time, input and output; there is {found}", f"add {wanted}")


def plain(row: Row, tick: float = 1.0) -> Arrival | Problem:
    """The arrival in a row, or what is wrong with it. `tick` is what a `timestamp` that is a number counts, seconds."""
    try:
        name = next(name for name in TIMES if name in row)
        tokens = [count(next(row[name] for name in names if name in row)) for names in (INPUTS, OUTPUTS)]
        return Arrival(time(row[name], tick if name == "timestamp" else 1.0), tokens[0], tokens[1])
    except ValueError as error:
        return wrong(f"{error}")


def count(value: object) -> int:
    """A number of tokens.

    Raises:
        ValueError: it is none, or more than a request can have.
    """
    text = str(value).strip()
    if not text.isascii() or not text.isdecimal():
        raise ValueError(f"{text[:40]!r} is no number of tokens")
    if len(text) > len(str(MOST_TOKENS)) or int(text) > MOST_TOKENS:
        raise ValueError(f"{text[:40]} tokens are more than {MOST_TOKENS:,} in one request")
    return int(text)


def time(value: object, tick: float = 1.0) -> float:
    """Seconds: a number that counts ticks of so many seconds, or a date with a time of day, in UTC if it says nothing.

    Raises:
        ValueError: it is no time.
    """
    text = str(value).strip()
    try:
        found = float(value) * tick if isinstance(value, int | float) else _seconds(text)
    except (ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"{text[:40]!r} is no time")
    return found


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = dt.datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines that hold something, with their numbers from 1 on."""
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip())
