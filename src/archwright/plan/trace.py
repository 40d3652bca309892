"""Recorded traffic: arrival times and token counts, from CSV or JSON lines, and the laws that fit them."""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from archwright.base.errors import InputError, Location, Problem

# Column names seen in published traces: arrival time, input tokens, output tokens.
TIMES = ("TIMESTAMP", "timestamp", "arrival_time", "t_s", "Timestamp")
INPUTS = ("ContextTokens", "input_length", "input_tokens", "Request tokens", "tokens_in")
OUTPUTS = ("GeneratedTokens", "output_length", "output_tokens", "Response tokens", "tokens_out")
MOST_TOKENS = 10_000_000  # in one request: as many as a design may state
MOST_PROBLEMS = 20

Row = Mapping[str, object]
Arrival = tuple[float, int, int]


class Trace(NamedTuple):
    """Arrivals in seconds from the first one, rising, and their tokens."""

    name: str
    times: tuple[float, ...]
    tokens_in: tuple[int, ...]
    tokens_out: tuple[int, ...]

    @property
    def rate(self) -> float:
        """Mean arrivals a second."""
        return (len(self.times) - 1) / self.times[-1] if len(self.times) > 1 and self.times[-1] > 0 else 0.0


class Law(NamedTuple):
    """A log-normal number of tokens: its median and the sigma of its logarithm."""

    median: float
    spread: float


class Fit(NamedTuple):
    """A trace as a design states it: arrivals a second, the coefficient of variation of their gaps, token laws."""

    rate: float
    burstiness: float
    tokens_in: Law
    tokens_out: Law


def read_trace(lines: Iterable[str], file: str) -> Trace:
    """A trace from the lines of a CSV file with a heading, or of a file of JSON objects.

    Known columns are listed in TIMES, INPUTS and OUTPUTS. Times are seconds, or dates with a time of day, in UTC where
    they name no zone. A number called `timestamp` in JSON lines counts milliseconds.

    Raises:
        InputError: unknown columns, bad values, or times out of order, each with its line (at most twenty).
    """
    source = iter(lines)
    first = next(source, "").removeprefix("\ufeff")
    rows = _json_rows if first.lstrip().startswith("{") else _csv_rows
    arrivals: list[Arrival] = []
    problems: list[Problem] = []
    for line, found in rows(chain([first], source)):
        if isinstance(found, Problem):
            problems.append(Problem(found.code, found.message, Location(file, line, 1), found.mend))
        else:
            if arrivals and found[0] < arrivals[-1][0]:
                where = Location(file, line, 1)
                problems.append(Problem("bad-trace", "the time lies before the row above", where, "sort the rows"))
            arrivals.append(found)
        if len(problems) == MOST_PROBLEMS:
            break
    if not arrivals and not problems:
        problems.append(Problem("bad-trace", "there are no rows", Location(file, 1, 1), "write one row a request"))
    if problems:
        raise InputError(problems)
    times, tokens_in, tokens_out = zip(*arrivals, strict=True)
    return Trace(file, tuple(time - times[0] for time in times), tokens_in, tokens_out)


def burstiness(trace: Trace) -> float:
    """The coefficient of variation of the times between arrivals; 0 where there are fewer than two gaps."""
    gaps = [later - earlier for earlier, later in pairwise(trace.times)]
    if not gaps or sum(gaps) == 0:
        return 0.0
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    return float(variance**0.5 / mean)


def fit(trace: Trace) -> Fit:
    """The laws of a trace: what a design that shall stand for it writes down."""
    return Fit(trace.rate, burstiness(trace), _law(trace.tokens_in), _law(trace.tokens_out))


def _law(tokens: Sequence[int]) -> Law:
    """Sigma is the standard deviation of the logarithms; the median is chosen so that the mean is kept exactly.

    The mean is what is paid for. The median of the counts themselves would keep the middle and miss the bill.
    Counts of 0 are left out of sigma, having no logarithm.
    """
    logarithms = [math.log(count) for count in tokens if count > 0]
    if not logarithms:
        return Law(0.0, 0.0)
    middle = math.fsum(logarithms) / len(logarithms)
    variance = math.fsum((value - middle) ** 2 for value in logarithms) / len(logarithms)
    return Law(sum(tokens) / len(tokens) / math.exp(variance / 2), math.sqrt(variance))


def _wrong(message: str, mend: str = "") -> Problem:
    return Problem("bad-trace", message, mend=mend)


def _csv_rows(lines: Iterable[str]) -> Iterator[tuple[int, Arrival | Problem]]:
    reader = csv.reader(lines)
    try:
        names = [name.strip() for name in next(reader, [])]
        missing = _missing(names) if names else None
        if missing:
            yield 1, missing
            return
        for values in reader:
            if len(values) == len(names):
                yield reader.line_num, _arrival(dict(zip(names, values, strict=True)))
            elif values:
                message = f"{len(values)} values stand under {len(names)} headings"
                yield reader.line_num, _wrong(message, "write one value a column")
    except csv.Error as error:
        yield reader.line_num, _wrong(f"not CSV: {error}", "write one request a line, values parted by commas")


def _json_rows(lines: Iterable[str]) -> Iterator[tuple[int, Arrival | Problem]]:
    mend = "write one object such as {...} in each line"
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, _wrong(f"not JSON: {error}", mend)
            continue
        if not isinstance(row, dict):
            yield number, _wrong("not a JSON object", mend)
            continue
        yield number, _missing(row) or _arrival(row, 1e-3)


def _missing(names: Iterable[str]) -> Problem | None:
    known = set(names)
    lacks = [some for some in (TIMES, INPUTS, OUTPUTS) if known.isdisjoint(some)]
    if not lacks:
        return None
    wanted = "; ".join(f"one of {', '.join(some)}" for some in lacks)
    found = ", ".join(sorted(known))[:200] or "nothing"
    return _wrong(f"no known column for {len(lacks)} of time, input and output; there is {found}", f"add {wanted}")


def _arrival(row: Row, tick: float = 1.0) -> Arrival | Problem:
    """The arrival in a row, or what is wrong with it. `tick` is what a `timestamp` that is a number counts, seconds."""
    try:
        name = next(name for name in TIMES if name in row)
        tokens = [_count(next(row[name] for name in names if name in row)) for names in (INPUTS, OUTPUTS)]
        return _time(row[name], tick if name == "timestamp" else 1.0), tokens[0], tokens[1]
    except ValueError as error:
        return _wrong(f"{error}")


def _count(value: object) -> int:
    text = str(value).strip()
    if not text.isascii() or not text.isdecimal():
        raise ValueError(f"{text[:40]!r} is no number of tokens")
    if len(text) > len(str(MOST_TOKENS)) or int(text) > MOST_TOKENS:
        raise ValueError(f"{text[:40]} tokens are more than {MOST_TOKENS:,} in one request")
    return int(text)


def _time(value: object, tick: float) -> float:
    text = str(value).strip()
    try:
        time = float(value) * tick if isinstance(value, int | float) else _seconds(text)
    except (ValueError, OverflowError):
        time = math.nan
    if not math.isfinite(time):
        raise ValueError(f"{text[:40]!r} is no time")
    return time


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = dt.datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
