"""Measured points of a deployment from CSV: what was at work, and how long each output token took."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable

from archwright.analysis.capacity.fit import LEAST_POINTS, Point
from archwright.base.errors import InputError, Location, Problem

COLUMNS = ("concurrency", "input_tokens", "output_tokens", "tpot_ms")
EXAMPLE = "concurrency,input_tokens,output_tokens,tpot_ms"
MOST_PROBLEMS = 20
MOST_POINTS = 10_000


def read_points(lines: Iterable[str], file: str) -> tuple[Point, ...]:
    """The points of a CSV file: requests at work at once, tokens of each, milliseconds for each output token.

    Other columns are passed over.

    Raises:
        InputError: a column is missing, a value is no positive number, or there are fewer than five points.
    """
    found: list[Point] = []
    problems: list[Problem] = []
    try:
        reader = csv.DictReader(lines)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            said = f"column{'s' if len(missing) > 1 else ''} {', '.join(missing)} missing"
            raise InputError([Problem("bad-points", said, Location(file, 1, 1), f"begin the file with `{EXAMPLE}`")])
        for row in reader:
            point = _point(row, Location(file, reader.line_num, 1), problems)
            if point is not None:
                found.append(point)
            if len(problems) >= MOST_PROBLEMS or len(found) > MOST_POINTS:
                break
    except csv.Error as error:
        problems.append(
            Problem("bad-points", f"not CSV: {error}", Location(file), "one point a line, parted by commas")
        )
    if not problems and len(found) < LEAST_POINTS:
        message = f"{len(found)} points are too few to tell memory and arithmetic from overhead"
        mend = f"measure at {LEAST_POINTS} loads or more, from few requests at once to many"
        problems.append(Problem("few-points", message, Location(file), mend))
    if not problems and len({point.concurrency for point in found}) < 2:
        message = "all points are at the same load, so that nothing tells memory and arithmetic from overhead"
        problems.append(
            Problem("few-points", message, Location(file), "measure at several numbers of requests at once")
        )
    if problems:
        raise InputError(problems)
    return tuple(found)


def _point(row: dict[str, str | None], where: Location, problems: list[Problem]) -> Point | None:
    values = []
    for name in COLUMNS:
        try:
            value = float(row[name] or "")
        except ValueError:
            value = math.nan
        if not (0 < value < 1e9):
            mend = "write a number above 0, such as 64 or 23.4"
            problems.append(Problem("bad-points", f"{name} is `{row[name] or ''}`", where, mend))
            return None
        values.append(value)
    return Point(values[0], values[1], values[2], values[3] / 1000.0)
