"""What several seeds say of an objective, and whether more of them are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from archwright.analysis.stress.interval import Interval, at_most, interval, paired
from archwright.analysis.stress.objectives import DIMENSIONS
from archwright.analysis.stress.points import Reading
from archwright.base.text import plural
from archwright.base.units import show
from archwright.plan.model import Objective, Plan

Standing = Literal["kept", "broken", "unsure"]
LEAST = 3  # seeds that say how far luck reaches
NARROW = 0.05  # half of an interval, as a share of its mean, that is narrow enough
EFFORT = 100_000.0  # journeys that are simulated where nobody says how sure it has to be: seconds
ASKED = f"over {EFFORT:,.0f} journeys, and for `--within` or `--seeds` to ask for"
OF_JOURNEYS = ("availability", "full-answers")  # shares of counted journeys, of which few may be bad


class Estimate(NamedTuple):
    """An objective over several seeds. `unsure`: its limit lies inside the interval, or nothing could be measured."""

    objective: Objective
    interval: Interval
    standing: Standing

    @property
    def shown(self) -> str:
        """The mean, and how far it may be off."""
        return said(self.interval, DIMENSIONS[self.objective.measure])

    @property
    def settled(self) -> bool:
        """Whether more seeds would change nothing that matters."""
        return self.standing != "unsure" or self.within(NARROW)

    def within(self, share: float) -> bool:
        """Whether its interval is as narrow as this share of its mean, or no seed could measure it."""
        return self.interval.half == float("inf") or self.interval.narrow(share)


def estimates(plan: Plan, readings: Sequence[Reading]) -> tuple[Estimate, ...]:
    """Every objective that the readings of one design say something of; there is at least one reading."""
    found = []
    for objective in plan.objectives:
        if all(objective.name in item.objectives for item in readings):
            found.append(_estimate(objective, readings))
    return tuple(found)


def _estimate(objective: Objective, readings: Sequence[Reading]) -> Estimate:
    helds = [item.objectives[objective.name] for item in readings]
    values = [held.value for held in helds if held.value is not None]
    if len(values) < len(helds):
        never = Interval(0.0, float("inf"), len(helds))
        return Estimate(objective, never, "kept" if all(held.kept for held in helds) else "broken")
    spread = interval(values)
    if objective.measure in OF_JOURNEYS:
        spread = _counted(spread, values, [held.of for held in helds])
    return Estimate(objective, spread, _standing(objective, spread))


def _counted(spread: Interval, values: Sequence[float], of: Sequence[int]) -> Interval:
    """A share of counted things is no surer than its count, even where every seed says the same."""
    bad = sum(round((1.0 - value) * count) for value, count in zip(values, of, strict=True))
    widest = at_most(bad, sum(of)) - (1.0 - spread.mean)
    return spread._replace(half=max(spread.half if spread.runs > 1 else 0.0, widest))


def _standing(objective: Objective, spread: Interval) -> Standing:
    if not spread.clear_of(objective.limit):
        on_it = spread.half == 0.0 and spread.mean == objective.limit
        return "kept" if on_it else "unsure"
    return "kept" if (spread.mean < objective.limit) is objective.at_most else "broken"


def enough(plan: Plan, readings: Sequence[Reading], within: float = 0.0) -> bool:
    """Whether the readings of one design settle every objective; without objectives, its 95th percentile is narrow.

    With `within` every interval has to be as narrow as this share of its mean, on both sides of it, settled or not.
    """
    if len(readings) < LEAST:
        return False
    found = estimates(plan, readings)
    if not found:
        return spread_of(readings, lambda item: item.p95).narrow(within or NARROW)
    return all(item.within(within) if within else item.settled for item in found)


def stopped(plan: Plan, readings: Sequence[Reading], within: float, most: int) -> str:
    """How many seeds there were and why there are no more, to be read after the name of a scenario."""
    used = plural(len(readings), "seed")
    if len(readings) < LEAST:
        return f"{plural(max(1, len(readings)), 'seed')}, which says nothing of luck: more are {ASKED}"
    share = show(within or NARROW, "share")
    if enough(plan, readings, within):
        if not within and not all(item.within(NARROW) for item in estimates(plan, readings)):
            return f"{used}, which settle every objective"
        return f"{used}, with which every interval is within {share} of its mean"
    if len(readings) >= most:
        return f"{used}, as many as were allowed; not every interval is within {share} of its mean"
    return f"{used}, not every interval within {share} of its mean: more are {ASKED}"


def spread_of(readings: Sequence[Reading], value: Callable[[Reading], float | None]) -> Interval:
    """The interval of a measure that is no objective; endless where a reading does not have it."""
    values = [value(item) for item in readings]
    known = [item for item in values if item is not None]
    return interval(known) if len(known) == len(values) else Interval(0.0, float("inf"), 0)


def apart(
    before: Sequence[Reading], after: Sequence[Reading], value: Callable[[Reading], float | None]
) -> Interval | None:
    """`after - before` over the seeds that both have, luck against the same luck; None where one has no value."""
    known: Mapping[int, float | None] = {item.seed: value(item) for item in before}
    pairs = [(known[item.seed], value(item)) for item in after if item.seed in known]
    numbers = [(first, second) for first, second in pairs if first is not None and second is not None]
    if not numbers or len(numbers) < len(pairs):
        return None
    return paired([first for first, _ in numbers], [second for _, second in numbers])


def said(spread: Interval, dimension: str) -> str:
    """`2.1 s ± 0.1 s`, or the mean alone where one seed says nothing of luck."""
    if spread.runs == 0 or (spread.mean == 0.0 and spread.half == float("inf")):
        return "–"
    if spread.half == float("inf"):
        return show(spread.mean, dimension)
    return f"{show(spread.mean, dimension)} ± {show(spread.half, dimension)}"
