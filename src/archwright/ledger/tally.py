"""A ledger summed up: what ran, in the same words in which a simulation says what would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from archwright.ledger.rows import Attempt, Journey, Request, Row, Run

SERVED = frozenset(("answered", "cached", "degraded", "stale"))  # the client got an answer of some kind


@dataclass(slots=True)
class Part:
    """What ran for one kind of journey, in the words of `Tally`. Tokens are those of requests that a model answered.

    `costs` are those of calls by target.
    """

    requests: int = 0
    hows: dict[str, int] = field(default_factory=dict)
    cacheable: int = 0
    fallbacks: int = 0
    cost: int = 0
    billed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    journeys: dict[str, int] = field(default_factory=dict)
    journey_durations: list[float] = field(default_factory=list)
    costs: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Called:
    """Calls of a route: how many, those that failed, what they cost, and how long those that went well took (s)."""

    calls: int = 0
    failed: int = 0
    cost: int = 0
    durations: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """Counts, money (pico-dollars) and durations of a run, durations in the design's time (seconds).

    `overheads` are the gateway's own share of each request in real seconds, which no compression changes. `parts` keeps
    the kinds of journeys apart, `called` the calls by route and target, those that were copies apart from those that
    served; `first_at` and `last_at` are the times of day of the first and the last request.
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
    parts: dict[str, Part] = field(default_factory=dict)
    called: dict[tuple[str, str, bool], Called] = field(default_factory=dict)
    first_at: str = ""
    last_at: str = ""

    def how(self, *names: str) -> int:
        """Requests that were answered in one of these ways (see policy.machine.HOWS)."""
        return sum(self.hows.get(name, 0) for name in names)


def tally(rows: Iterable[Row]) -> Tally:
    """Sum up the rows of a ledger, and of the client's ledger where a workload was replayed."""
    total = Tally()
    costs: dict[str, dict[str, int]] = {}  # of the calls of each request, by target
    journeys: dict[str, str] = {}  # of each request
    for row in rows:
        match row:
            case Run():
                total.run = total.run or row
            case Attempt():
                _attempt(total, row, costs)
            case Request():
                _request(total, row)
                journeys[row.request] = row.journey
            case Journey():
                _journey(total, row)
    for request, journey in journeys.items():
        part = total.parts[journey]
        for target, cost in costs.get(request, {}).items():
            part.costs[target] = part.costs.get(target, 0) + cost
    scale = total.run.scale if total.run else 1.0
    total.durations = sorted(duration * scale for duration in total.durations)
    for side in total.called.values():
        side.durations = sorted(duration * scale for duration in side.durations)
    total.overheads.sort()
    total.journey_durations.sort()
    return total


def _journey(total: Tally, row: Journey) -> None:
    for side in (total, total.parts.setdefault(row.journey, Part())):
        side.journeys[row.outcome] = side.journeys.get(row.outcome, 0) + 1
        if row.outcome != "failed":
            side.journey_durations.append(row.total_s)


def _attempt(total: Tally, row: Attempt, costs: dict[str, dict[str, int]]) -> None:
    if row.number > 0:  # 0 is a search's call for vectors: it costs, and answers nobody
        total.attempts += 1
        total.outcomes[row.outcome] = total.outcomes.get(row.outcome, 0) + 1
        _called(total.called.setdefault((row.route, row.target, row.shadow), Called()), row)
    if row.shadow:
        part = total.parts.setdefault(row.journey, Part())
        part.cost += row.cost
    by_target = part.costs if row.shadow else costs.setdefault(row.request, {})
    by_target[row.target] = by_target.get(row.target, 0) + row.cost
    total.cost += row.cost
    total.estimated += row.estimated


def _called(side: Called, row: Attempt) -> None:
    side.calls += 1
    side.cost += row.cost
    if row.outcome == "ok":
        side.durations.append(row.total_s)
    else:
        side.failed += 1


def _request(total: Tally, row: Request) -> None:
    part = total.parts.setdefault(row.journey, Part())
    for side in (total, part):
        side.requests += 1
        side.hows[row.how] = side.hows.get(row.how, 0) + 1
        side.cacheable += row.cache != "none"
        side.fallbacks += row.how == "answered" and row.hop > 0
    part.cost += row.cost
    if row.how == "answered":
        part.billed += 1
        part.tokens_in += row.tokens_in
        part.tokens_out += row.tokens_out
    total.first_at = min(total.first_at or row.at, row.at)
    total.last_at = max(total.last_at, row.at)
    if row.how in SERVED:
        total.durations.append(row.total_s)
    total.overheads.append(row.overhead_s)
