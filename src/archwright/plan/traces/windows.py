"""Rates and token sizes of windows, such as ServeGen's: they hold no single request, so they are refused by name.

A window says how often a client asked, and there are billions of requests behind two weeks of them: no trace to replay,
but a workload that a file states in three lines. The refusal says which.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from archwright.base.units import show
from archwright.plan.columns import Found, TraceReader, headings, wrong

RATES: Final = "this holds rates of windows of time, not requests"
SIZES: Final = "this holds token sizes of windows of time, not requests"
STATE: Final = "state a journey's `volume`, `shape` and `burstiness` from it, or give recorded requests"
WINDOW_S: Final = 600.0  # where the file has only one window
TAIL: Final = 1.2816  # sigmas between the median and the 90th percentile of a normal law
MODELS: Final = 5  # told of at most

Row = Mapping[str, str]


def _sure(first: str) -> float:
    return 1.0 if "window_start_s" in headings(first) else 0.0


def _rows(lines: Iterable[str]) -> Found:
    reader = csv.DictReader(lines)
    try:
        rows = [{name: value for name, value in row.items() if name and value} for row in reader]
    except csv.Error:
        rows = []
    sizes = "field" in (reader.fieldnames or ())
    told = list(_sizes(rows) if sizes else _rates(rows))
    mend = f"{STATE}; in this file: {'; '.join(told[:MODELS])}" if told else STATE
    yield 1, wrong(SIZES if sizes else RATES, mend)


def _number(row: Row, name: str) -> float:
    """A number of a row; 0.0 where there is none."""
    try:
        value = float(row.get(name, "0"))
    except ValueError:
        return 0.0
    return value if math.isfinite(value) and value > 0.0 else 0.0


def _rates(rows: Iterable[Row]) -> Iterator[str]:
    """For each model, the busiest first, the workload that its windows are."""
    windows: dict[str, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    bursts: dict[str, float] = defaultdict(float)
    for row in rows:
        model, rate = row.get("model", ""), _number(row, "rate_rps")
        windows[model][_number(row, "window_start_s")] += rate
        bursts[model] += rate * _number(row, "iat_cv")
    for model, found in sorted(windows.items(), key=lambda item: -sum(item[1].values())):
        whole = sum(found.values())
        if whole <= 0.0:
            continue
        mean = whole * _each(found) / (max(found) - min(found) + _each(found))
        peak = max(found.values()) / mean
        yield (
            f"{model or 'all'}: volume {show(mean, 'rate')}, {peak:.3g} times that in its busiest window, burstiness "
            f"{bursts[model] / whole:.3g} of a client"
        )


def _each(windows: Iterable[float]) -> float:
    """How long a window is: the shortest way from one to another."""
    begins = sorted(windows)
    return min((after - before for before, after in pairwise(begins)), default=WINDOW_S)


def _sizes(rows: Iterable[Row]) -> Iterator[str]:
    """For each model and kind of token, the log-normal law through the medians and 90th percentiles of its windows."""
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for row in rows:
        middle, high = _number(row, "p50"), _number(row, "p90")
        if middle and high >= middle:
            found = sums[row.get("model", ""), row["field"]]
            for place, value in enumerate((1.0, math.log(middle), math.log(high / middle) / TAIL)):
                found[place] += value
    for (model, field), (count, middle, spread) in sums.items():
        law = f"{{median: {math.exp(middle / count):.0f}, spread: {spread / count:.2f}}}"
        yield f"{model or 'all'}, {field.replace('_', ' ')}: {law}"


READER = TraceReader("rates of windows", _sure, _rows)
