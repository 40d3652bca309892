"""Recorded traffic: arrival times and token counts, from CSV or JSON lines."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple, TypeVar

from archwright.base.errors import InputError, Location, Problem

T = TypeVar("T")

# Column names seen in published traces: arrival time, input tokens, output tokens.
TIMES = ("TIMESTAMP", "timestamp", "arrival_time", "t_s", "Timestamp")
INPUTS = ("ContextTokens", "input_length", "input_tokens", "Request tokens", "tokens_in")
OUTPUTS = ("GeneratedTokens", "output_length", "output_tokens", "Response tokens", "tokens_out")


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


def read_trace(lines: Iterable[str], file: str) -> Trace:
    """A trace from the lines of a CSV file with a heading, or of a file of JSON objects.

    Known columns are listed in TIMES, INPUTS and OUTPUTS. A `timestamp` in JSON lines counts milliseconds.

    Raises:
        InputError: unknown columns, bad values, or times out of order, each with its line (at most twenty).
    """
    source = iter(lines)
    first = next(source, "")
    rows = _json_rows(first, source) if first.lstrip().startswith("{") else _csv_rows(first, source)
    times: list[float] = []
    tokens_in: list[int] = []
    tokens_out: list[int] = []
    problems: list[Problem] = []
    for number, row in rows:
        try:
            time, inputs, outputs = _read_row(row)
        except (ValueError, TypeError, KeyError) as error:
            problems.append(_problem(file, number, f"{error}"))
        else:
            if times and time < times[-1]:
                problems.append(_problem(file, number, "the time lies before the row above"))
            times.append(time)
            tokens_in.append(inputs)
            tokens_out.append(outputs)
        if len(problems) == 20:
            break
    if not times and not problems:
        problems.append(_problem(file, 1, "there are no rows"))
    if problems:
        raise InputError(problems)
    begin = times[0]
    return Trace(file, tuple(time - begin for time in times), tuple(tokens_in), tuple(tokens_out))


def burstiness(trace: Trace) -> float:
    """The coefficient of variation of the times between arrivals."""
    gaps = [later - earlier for earlier, later in pairwise(trace.times)]
    if not gaps or sum(gaps) == 0:
        return 0.0
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    return float(variance**0.5 / mean)


def _problem(file: str, line: int, message: str) -> Problem:
    known = f"columns: {', '.join(TIMES)}; {', '.join(INPUTS)}; {', '.join(OUTPUTS)}"
    return Problem("bad-trace", message, Location(file, line, 1), known)


def _csv_rows(first: str, rest: Iterator[str]) -> Iterator[tuple[int, dict[str, str]]]:
    names = next(csv.reader([first]), [])
    for number, values in enumerate(csv.reader(rest), 2):
        if values:
            yield number, dict(zip(names, values, strict=False))


def _json_rows(first: str, rest: Iterator[str]) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate((first, *rest), 1):
        if line.strip():
            row = json.loads(line)
            if isinstance(row, dict) and isinstance(row.get("timestamp"), int | float):
                row = {**row, "timestamp": row["timestamp"] / 1000}
            yield number, row


def _read_row(row: dict[str, object] | dict[str, str]) -> tuple[float, int, int]:
    inputs, outputs = _pick(row, INPUTS, int), _pick(row, OUTPUTS, int)
    if inputs < 0 or outputs < 0:
        raise ValueError("a negative number of tokens")
    return _pick(row, TIMES, _time), inputs, outputs


def _pick(row: dict[str, object] | dict[str, str], names: tuple[str, ...], read: Callable[[str], T]) -> T:
    for name in names:
        if name in row:
            return read(str(row[name]))
    raise KeyError(f"no column {names[0]} or the like")


def _time(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        # Seven digits of a second are more than `fromisoformat` takes.
        return dt.datetime.fromisoformat(text.strip()[:26]).replace(tzinfo=dt.UTC).timestamp()
