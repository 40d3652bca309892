"""What a component that works adds: its time, its workers, how it scales; for people, their wage and their hours."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.spec.calendar import Hours
from archwright.spec.given import Given
from archwright.spec.shapes import DEAREST, Record, choice, number, one, opening

LAWS = ("log-normal", "exponential", "constant", "gamma")


@dataclass(frozen=True, kw_only=True)
class Scale(Record):
    """Replicas that follow the load: as many as bring their use to a target; they begin with `replicas`."""

    least: Given = number("count", "never fewer", default=1, minimum=1, maximum=100_000)
    most: Given = number("count", "never more", minimum=1, maximum=100_000)
    target: Given = number("share", "use that is aimed at", default="70 %", maximum=1, positive=True)
    every: Given = number("duration", "how often it is looked", default="30 s", minimum=1)
    cold_start: Given = number(
        "duration", "until a new replica works; it is paid for at once", default="60 s", estimate=True
    )
    settle: Given = number("duration", "replicas go when fewer were wanted for so long", default="5 min")


@dataclass(frozen=True, kw_only=True)
class WorkSettings(Record):
    """A component that takes time and has a limited number of workers for each replica."""

    latency: Given | None = number(
        "duration",
        "median time of one piece of work; its mean where `law` is not log-normal",
        default=None,
        estimate=True,
        positive=True,
    )
    law: str = choice(LAWS, "the law of that time", default="log-normal")
    spread: Given = number(
        "number", "sigma of the log-normal spread of that time", default=0.3, maximum=3, estimate=True
    )
    variation: Given | None = number(
        "number",
        "for `law: gamma`: its standard deviation over its mean; 0.5 is Erlang's law of four phases",
        default=None,
        minimum=0.05,
        maximum=10,
        estimate=True,
    )
    workers: Given | None = number(
        "count", "pieces of work at once in each replica; unlimited if left out", default=None, minimum=1
    )
    queue: Given | None = number(
        "count",
        "pieces of work that may wait for a worker; more are turned away; no bound if left out",
        default=None,
        maximum=1_000_000_000,
    )
    patience: Given | None = number(
        "duration", "a piece of work that waited so long for a worker is given up", default=None, positive=True
    )
    patience_law: str = choice(
        ("constant", "exponential"), "everybody is as patient, or exponentially with this mean", default="constant"
    )
    discipline: str = choice(
        ("queue", "shared"), "work waits for a worker, or all of it shares the workers", default="queue"
    )
    scale: Scale | None = one(Scale, "replicas that follow the load", default=None)
    error_rate: Given = number("share", "work that fails without any outage", default="0 %", maximum=1, estimate=True)


@dataclass(frozen=True, kw_only=True)
class HumanSettings(WorkSettings):
    """People at work: how many, when, and what a minute costs."""

    wage: Given | None = number("money", "cost of one hour of one person", default=None, maximum=DEAREST, estimate=True)
    hours: Hours | None = opening("when they work; always if left out. It counts in scenarios that say when they begin")
