"""Where work is done, and what happens to it: stations, failures, scenarios. Parts of the plan (`plan.model`)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from archwright.plan.amounts import Amount, Count, MaybePlace, Seconds, Share, Whole


class Scaling(msgspec.Struct, frozen=True):
    """From `least` to `most` replicas, so many that `target` of them is in use; see `policy.scale`."""

    least: Count
    most: Count
    target: Annotated[float, msgspec.Meta(gt=0, le=1)]
    every_s: Annotated[float, msgspec.Meta(gt=0)]
    cold_start_s: Seconds
    settle_s: Seconds


def quicker(law: Scaling, scale: float) -> Scaling:
    """The same in a time that runs `scale` times as fast."""
    return replace(
        law, every_s=law.every_s / scale, cold_start_s=law.cold_start_s / scale, settle_s=law.settle_s / scale
    )


class Station(msgspec.Struct, frozen=True):
    """A component that works: `servers` at once (0: no limit), the law of its time, and what an hour of one costs.

    `median_s` is the mean of a law that is not log-normal; `spread` is sigma, or the gamma law's variation. At most
    `queue` wait (-1: no bound), nobody longer than `patience_s` (0: no bound), or than a
    time drawn from its law of which that is the mean; who finds it full is turned away. A
    `shared` station takes all in at once and divides its servers among them. `hours` of the week, from Monday 0:00,
    are 1 where it works (empty: always). It begins with `replicas`.
    """

    name: str
    title: str
    servers: Whole
    median_s: Seconds
    spread: Amount
    error_rate: Share
    hourly: Whole
    law: Literal["log-normal", "exponential", "constant", "gamma"] = "log-normal"
    queue: MaybePlace = -1
    patience_s: Seconds = 0.0
    patience_law: Literal["constant", "exponential"] = "constant"
    shared: bool = False
    replicas: Count = 1
    scale: Scaling | None = None
    hours: tuple[Whole, ...] = ()


class Change(msgspec.Struct, frozen=True):
    """One thing that happens: to target or station `component` (by name), from `at_s` for `lasts_s`.

    A change of the load is one of all journeys unless it names one; with `ramp` it grows evenly up to its factor.
    """

    what: Literal["load", "down", "slow", "errors", "limit"]
    component: str
    factor: Amount
    share: Share
    at_s: Seconds
    lasts_s: Seconds
    journey: str = ""
    ramp: bool = False


class Failing(msgspec.Struct, frozen=True):
    """A component that fails by itself: mean seconds between two failures, and those that one lasts."""

    component: str
    mtbf_s: Annotated[float, msgspec.Meta(gt=0)]
    mttr_s: Annotated[float, msgspec.Meta(gt=0)]


class Scenario(msgspec.Struct, frozen=True):
    """What the system must survive: in its busiest hour, or in the calendar.

    `begins_s` counts from Monday 0:00; below 0: in the busiest hour, whenever that is. After `months` every journey has
    grown; where `failures` are drawn, components fail as the plan's `failing` says. Where it is `cold`, caches are
    empty at first; else they hold what traffic of this kind would have left in them. `filled` is the share of
    their bursts that limits have saved up when it begins.
    """

    name: str
    summary: str
    lasts_s: Seconds
    changes: tuple[Change, ...]
    begins_s: Annotated[float, msgspec.Meta(ge=-1)] = -1.0
    months: Whole = 0
    failures: bool = False
    cold: bool = False
    filled: Share = 1.0
