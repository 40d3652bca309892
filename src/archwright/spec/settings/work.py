"""What a component that works adds: its time, its workers; for people, their wage."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.spec.given import Given
from archwright.spec.shapes import Record, number


@dataclass(frozen=True, kw_only=True)
class WorkSettings(Record):
    """A component that takes time and has a limited number of workers for each replica."""

    latency: Given | None = number(
        "duration", "median time of one piece of work", default=None, estimate=True, positive=True
    )
    spread: Given = number(
        "number", "sigma of the log-normal spread of that time", default=0.3, maximum=3, estimate=True
    )
    workers: Given | None = number(
        "count", "pieces of work at once in each replica; unlimited if left out", default=None, minimum=1
    )
    error_rate: Given = number("share", "work that fails without any outage", default="0 %", maximum=1, estimate=True)


@dataclass(frozen=True, kw_only=True)
class HumanSettings(WorkSettings):
    """People at work: how many, and what a minute costs."""

    wage: Given | None = number("money", "cost of one hour of one person", default=None, estimate=True)
