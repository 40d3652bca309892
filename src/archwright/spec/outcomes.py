"""What the metrics of a file say has to make sense as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.errors import Problem
from archwright.spec.metrics import Metric
from archwright.spec.model import System

COUNTS_JOURNEYS = ("share", "duration")  # their worth is of one journey, or of an hour of it


def outcomes(system: System) -> Iterator[Problem]:
    """Metrics with different units, that ask for no change, or whose worth cannot be counted."""
    for name, metric in system.metrics.items():
        title = f"metric `{name}`"
        yield from _units(title, metric)
        if metric.baseline.dimension == metric.target.dimension and metric.baseline.value == metric.target.value:
            message = f"{title} shall stay where it stands, at {metric.baseline}"
            yield Problem("no-change", message, metric.target.where, "write the target that it shall reach")
        yield from _worth(title, metric)
        days = [str(reading.on) for reading in metric.readings]
        for reading in metric.readings:
            if days.count(str(reading.on)) > 1 and days.index(str(reading.on)) != metric.readings.index(reading):
                message = f"{title} has two readings of {reading.on}"
                yield Problem("reading-twice", message, reading.where, "keep one")


def _units(title: str, metric: Metric) -> Iterator[Problem]:
    wanted = metric.target.dimension
    shares = (metric.baseline, metric.target, *(reading.value for reading in metric.readings))
    for given in shares if wanted == "share" and metric.journey is not None else ():
        if given.dimension == "share" and not 0 <= given.value <= 1:
            message = f"{title}: {given} is no share of journeys"
            yield Problem("out-of-range", message, given.where, "write a share from 0 % to 100 %")
    for what, given in (("baseline", metric.baseline), *(("reading", reading.value) for reading in metric.readings)):
        if given.dimension != wanted:
            message = f"{title}: the {what} {given} and the target {metric.target} have different units"
            yield Problem("wrong-unit", message, given.where, f"write it like {metric.target}")


def _worth(title: str, metric: Metric) -> Iterator[Problem]:
    dimension = metric.target.dimension
    if metric.worth is None:
        return
    if dimension in COUNTS_JOURNEYS and metric.journey is None:
        each = "a journey" if dimension == "share" else "an hour"
        message = f"{title} is worth {metric.worth} {each}, but it is not said of which journey"
        yield Problem("no-journey", message, metric.worth.where, "name the `journey`")
    elif dimension not in COUNTS_JOURNEYS:
        message = f"{title}: nobody can count what {metric.target} brings at {metric.worth} each"
        if dimension == "money-rate":
            yield Problem("worth-of-money", f"{title} is money already", metric.worth.where, "remove `worth`")
        else:
            mend = "state a share of journeys, a duration, or money a month; or remove `worth`"
            yield Problem("no-worth", message, metric.worth.where, mend)
