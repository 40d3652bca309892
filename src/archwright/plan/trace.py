"""Recorded traffic: arrivals and token counts, and the laws that fit them. How a file is read: `plan.traces`."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from archwright.base.errors import InputError, Location, Problem
from archwright.plan.columns import Arrival
from archwright.plan.traces import reader_of

MOST_PROBLEMS = 20

Tokens = tuple[int, int, int]
UNKNOWN: Tokens = (-1, -1, -1)


class Trace(NamedTuple):
    """Arrivals in seconds from the first one, rising, and their tokens.

    `name` is the file's, with the path by which it was asked for; problems are found by it.
    Of recorded sessions the times count from the beginning of each, `sessions` holds the row with which each begins,
    and `think_s` the pause before each row. `tokens_cached` may be empty: nothing is known of it.
    """

    name: str
    times: tuple[float, ...]
    tokens_in: tuple[int, ...]
    tokens_out: tuple[int, ...]
    tokens_cached: tuple[int, ...] = ()
    think_s: tuple[float, ...] = ()
    sessions: tuple[int, ...] = ()

    @property
    def rate(self) -> float:
        """Mean arrivals a second; 0.0 where there is no common clock."""
        if self.sessions or len(self.times) < 2 or self.times[-1] <= 0:
            return 0.0
        return (len(self.times) - 1) / self.times[-1]

    def tokens(self, row: int) -> Tokens:
        """The tokens of a row: input, output, and of the input those cached (-1: unknown)."""
        return self.tokens_in[row], self.tokens_out[row], self.tokens_cached[row] if self.tokens_cached else -1

    def session(self, row: int) -> int:
        """The place of the session to which a row belongs."""
        return bisect_right(self.sessions, row) - 1

    def begins(self, row: int) -> bool:
        """Whether a session begins with a row."""
        return self.sessions[self.session(row)] == row


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
    """A trace from the lines of a file: CSV with a heading, JSON lines, agents' sessions, or a gateway's ledger.

    Known columns are listed in `plan.columns`. Times are seconds, or dates with a time of day, in UTC where they name
    no zone.

    Raises:
        InputError: unknown columns, bad values, or times out of order, each with its line (at most twenty).
    """
    source = iter(lines)
    first = next(source, "").removeprefix("\ufeff")
    reader = reader_of(first)
    arrivals: list[Arrival] = []
    problems: list[Problem] = []
    for line, found in reader.rows(chain([first], source)):
        where = Location(file, line, 1)
        if isinstance(found, Problem):
            problems.append(Problem(found.code, found.message, where, found.mend))
        else:
            if reader.ordered and arrivals and found.at < arrivals[-1].at:
                problems.append(Problem("bad-trace", "the time lies before the row above", where, "sort the rows"))
            arrivals.append(found)
        if len(problems) == MOST_PROBLEMS:
            break
    if not arrivals and not problems:
        problems.append(Problem("bad-trace", "there are no rows", Location(file, 1, 1), "write one row a request"))
    if problems:
        raise InputError(problems)
    return _trace(file, arrivals, reader.sessions)


def _trace(file: str, arrivals: Sequence[Arrival], sessions: bool) -> Trace:
    begin = 0.0 if sessions else arrivals[0].at
    cached = tuple(item.tokens_cached for item in arrivals)
    return Trace(
        file,
        tuple(item.at - begin for item in arrivals),
        tuple(item.tokens_in for item in arrivals),
        tuple(item.tokens_out for item in arrivals),
        cached if max(cached) >= 0 else (),
        tuple(item.think_s for item in arrivals) if sessions else (),
        tuple(row for row, item in enumerate(arrivals) if item.begins) if sessions else (),
    )


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
