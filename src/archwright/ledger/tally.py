"""A ledger summed up: what ran, in the same words in which a simulation says what would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from archwright.ledger.rows import Attempt, Journey, Request, Row, Run

SERVED = frozenset(("answered", "cached", "degraded", "stale"))  # the client got an answer of some kind


@dataclass(slots=True)
class Tally:
    """Counts, money (pico-dollars) and durations of a run, durations in the design's time (seconds).

    `overheads` are the gateway's own share of each request in real seconds, which no compression changes.
    """

    run: Run | None = None
    requests: int = 0
    hows: dict[str, int] = field(default_factory=dict)
    cacheable: int = 0
    fallbacks: int = 0
    attempts: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    cost: int = 0
    estimated: int = 0
    durations: list[float] = field(default_factory=list)
    overheads: list[float] = field(default_factory=list)
    journeys: dict[str, int] = field(default_factory=dict)
    journey_durations: list[float] = field(default_factory=list)

    def how(self, *names: str) -> int:
        """Requests that were answered in one of these ways (see policy.machine.HOWS)."""
        return sum(self.hows.get(name, 0) for name in names)


def tally(rows: Iterable[Row]) -> Tally:
    """Sum up the rows of a ledger, and of the client's ledger where a workload was replayed."""
    total = Tally()
    for row in rows:
        match row:
            case Run():
                total.run = total.run or row
            case Attempt():
                _attempt(total, row)
            case Request():
                _request(total, row)
            case Journey():
                total.journeys[row.outcome] = total.journeys.get(row.outcome, 0) + 1
                if row.outcome != "failed":
                    total.journey_durations.append(row.total_s)
    scale = total.run.scale if total.run else 1.0
    total.durations = sorted(duration * scale for duration in total.durations)
    total.overheads.sort()
    total.journey_durations.sort()
    return total


def _attempt(total: Tally, row: Attempt) -> None:
    if row.number > 0:  # 0 is a search's call for vectors: it costs, and answers nobody
        total.attempts += 1
        total.outcomes[row.outcome] = total.outcomes.get(row.outcome, 0) + 1
    total.cost += row.cost
    total.estimated += row.estimated


def _request(total: Tally, row: Request) -> None:
    total.requests += 1
    total.hows[row.how] = total.hows.get(row.how, 0) + 1
    total.cacheable += row.cache != "none"
    total.fallbacks += row.how == "answered" and row.hop > 0
    if row.how in SERVED:
        total.durations.append(row.total_s)
    total.overheads.append(row.overhead_s)
