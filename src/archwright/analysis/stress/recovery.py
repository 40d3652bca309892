"""What a system does after a shock has passed: when it is as before again, or what keeps it down.

A state of overload that outlives its cause is called metastable (Bronson and others, HotOS 2021): the retries of what
failed are load enough to make the next requests fail. It is told by what is left when the trigger is gone: as many
journeys come as before, fewer are answered, and each makes more calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archwright.analysis.stress.points import Slot
from archwright.base.numbers import percentile
from archwright.plan.model import Scenario

WINDOW = 3  # intervals that are looked at together, so that one unlucky journey is no outage
SLACK = 0.05  # of all journeys that may do worse than before
SLOWER = 2.0  # times the median latency of before
MORE = 1.2  # times the calls, or the journeys, of before
LATE = 0.25  # the last part of a scenario, in which what lasts is seen
GONE = 0.1  # of all journeys that must be missing at the end to say that something lasts


class Recovery(NamedTuple):
    """What became of the journeys around a shock that lasts from `begins_s` to `ends_s`.

    `before` and `after` are shares of journeys answered in full, before the shock and at the end of the scenario,
    `worst` the lowest in between. `recovered_s` counts from the end of the shock until all is as before and stays so;
    None: not within the scenario. `calls_before` and `calls_after` are calls at models for each journey.
    """

    begins_s: float
    ends_s: float
    before: float
    worst: float
    after: float
    recovered_s: float | None
    calls_before: float
    calls_after: float
    lasts: bool

    @property
    def sustained(self) -> bool:
        """Whether it stays down, and by its own retries: metastable."""
        return self.lasts and self.calls_after >= MORE * self.calls_before > 0


class _Part(NamedTuple):
    """Several intervals together."""

    begin: float
    arrivals: int
    answered: int
    calls: int
    p50: float

    @property
    def full(self) -> float:
        return self.answered / self.arrivals if self.arrivals else 1.0

    @property
    def each(self) -> float:
        return self.calls / self.arrivals if self.arrivals else 0.0


def shock(scenario: Scenario) -> tuple[float, float] | None:
    """When what happens in a scenario begins and ends; None where nothing happens, or it does not end in time."""
    if not scenario.changes:
        return None
    begins = min(change.at_s for change in scenario.changes)
    ends = max(change.at_s + change.lasts_s for change in scenario.changes)
    return (begins, ends) if begins < ends < scenario.lasts_s else None


def recovery(scenario: Scenario, slots: Sequence[Slot], width_s: float) -> Recovery | None:
    """What became of the journeys around the shock of a scenario, or None where there is none or nobody came before.

    Args:
        scenario: what happens when.
        slots: intervals of one simulation, or of several added up.
        width_s: how long each is.
    """
    span = shock(scenario)
    if span is None:
        return None
    begins, ends = span
    calm = _part([slot for slot in slots if slot.begin + width_s <= begins] if begins >= width_s else [])
    late = _part([slot for slot in slots if slot.begin >= max(ends, scenario.lasts_s * (1 - LATE))])
    if calm is None:
        return None
    windows = _windows([slot for slot in slots if slot.begin >= begins])
    bad = [part for part in windows if not _good(part, calm)]
    # What arrived before the end of the shock counts for the shock; the rest shows how long it is felt.
    last = max((part.begin + width_s for part in bad), default=begins)
    whole = scenario.lasts_s - WINDOW * width_s
    recovered = None if last > whole else max(0.0, last - ends)
    worst = min((part.full for part in windows), default=1.0)
    lasts = late is not None and recovered is None and late.full <= calm.full - GONE
    lasts = lasts and late is not None and _rate(late, scenario, ends) <= MORE * _rate_before(calm, begins)
    return Recovery(
        begins, ends, calm.full, worst, late.full if late else 1.0, recovered, calm.each, late.each if late else 0.0,
        lasts,
    )  # fmt: skip


def _rate(late: _Part, scenario: Scenario, ends: float) -> float:
    return late.arrivals / max(1e-9, scenario.lasts_s - max(late.begin, ends))


def _rate_before(calm: _Part, begins: float) -> float:
    return calm.arrivals / begins


def _good(part: _Part, calm: _Part) -> bool:
    slack = SLACK + 1.0 / max(1, part.arrivals)
    return part.full >= calm.full - slack and part.p50 <= SLOWER * calm.p50


def _windows(slots: Sequence[Slot]) -> list[_Part]:
    found = [_part(slots[place : place + WINDOW]) for place in range(max(0, len(slots) - WINDOW + 1))]
    return [part for part in found if part is not None]


def _part(slots: Sequence[Slot]) -> _Part | None:
    """Several intervals together; None where nobody came."""
    arrivals = sum(slot.arrivals for slot in slots)
    if not arrivals:
        return None
    medians = sorted(slot.p50 for slot in slots if slot.p50 is not None)
    calls = sum(sum(slot.calls) for slot in slots)
    answered = sum(slot.answered for slot in slots)
    return _Part(slots[0].begin, arrivals, answered, calls, percentile(medians, 0.5) if medians else 0.0)


def added(readings: Sequence[Sequence[Slot]]) -> tuple[Slot, ...]:
    """The same intervals of several seeds as one: counts are added, percentiles are those of the middle seed."""

    def middle(values: Sequence[float | None]) -> float | None:
        known = sorted(value for value in values if value is not None)
        return percentile(known, 0.5) if known else None

    return tuple(
        Slot(
            group[0].begin,
            sum(slot.arrivals for slot in group),
            sum(slot.answered for slot in group),
            sum(slot.degraded for slot in group),
            sum(slot.failed for slot in group),
            sum(slot.shed for slot in group),
            middle([slot.p50 for slot in group]),
            middle([slot.p95 for slot in group]),
            tuple(sum(calls) for calls in zip(*(slot.calls for slot in group), strict=True)),
        )
        for group in zip(*readings, strict=True)
    )
