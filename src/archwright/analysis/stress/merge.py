"""Several runs of one scenario as one outcome: other seeds, the same plan, scenario and load.

A number is the sum over the runs, unless its name is told here: then it is the largest or the smallest of all runs, or
their mean, or the same in each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from archwright.analysis.stress.outcome import Outcome, Tokens
from archwright.base.histogram import Histogram
from archwright.base.histogram import merged as pooled

LARGEST = frozenset(
    (
        "deepest",
        "fullest",
        "in_flight",
        "most_in_flight",
        "longest_wait_s",
        "most_replicas",
        "most_waiting",
        "peak_requests",
        "peak_tokens",
    )
)
SMALLEST = frozenset(("felt_s", "least_replicas", "noticed_s", "opened_s"))
MEAN = frozenset(("asked", "batch", "mean_in_flight", "mean_replicas", "mean_waiting", "occupancy", "utilisation"))
SAME = frozenset(
    (
        "begin",
        "concurrency",
        "lasts_s",
        "load",
        "queue",
        "replica_limit",
        "request_limit",
        "seed",
        "sequences",
        "servers",
        "token_limit",
        "width_s",
    )
)


def merged(outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome of all runs, in the order given; the first one's seed stands for it.

    Raises:
        ValueError: there are none, or they are not of the same plan, scenario and load.
    """
    if not outcomes:
        raise ValueError("no outcomes have no sum")
    kinds = {(item.scenario, item.load, item.lasts_s, _names(item)) for item in outcomes}
    if len(kinds) > 1:
        raise ValueError("outcomes of different plans, scenarios or loads have no sum")
    if len(outcomes) == 1:
        return outcomes[0]
    runs = [item.runs for item in outcomes]
    bare = [replace(item, tokens=()) for item in outcomes]
    whole: Outcome = _record(bare, runs)
    return replace(whole, tokens=_tokens([row for item in outcomes for row in item.tokens]))


def _names(outcome: Outcome) -> tuple[str, ...]:
    parts = (outcome.journeys, outcome.targets, outcome.stations)
    return tuple(item.name for part in parts for item in part)


def _record(records: Sequence[Any], runs: Sequence[int]) -> Any:
    """One record of several: field by field."""
    first = records[0]
    names = [field.name for field in fields(first)] if is_dataclass(first) else first._fields
    values = {name: _value(name, [getattr(record, name) for record in records], runs) for name in names}
    return type(first)(**values)


def _value(name: str, values: Sequence[Any], runs: Sequence[int]) -> Any:
    first = values[0]
    if isinstance(first, str) or name in SAME:
        return first
    if isinstance(first, Histogram):
        return pooled(values)
    if is_dataclass(first) or hasattr(first, "_fields"):
        return _record(values, runs)
    if isinstance(first, tuple):
        return tuple(_value(name, items, runs) for items in zip(*values, strict=True))
    if name in LARGEST:
        return max(values)
    if name in SMALLEST:
        return min(values)
    if name in MEAN:
        return sum(value * weight for value, weight in zip(values, runs, strict=True)) / sum(runs)
    return sum(values)


def _tokens(rows: Sequence[Tokens]) -> tuple[Tokens, ...]:
    """Rows of the same journey, step and target as one; a row is there only where something was billed."""
    found: dict[tuple[str, str, str], list[Tokens]] = {}
    for row in rows:
        found.setdefault((row.journey, row.step, row.target), []).append(row)
    return tuple(_record(same, [1] * len(same)) for same in found.values())
