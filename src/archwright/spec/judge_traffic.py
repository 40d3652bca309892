"""What a file says of its traffic, its stations and its faults, and could not be so: the whole has to make sense."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.base.errors import Problem
from archwright.spec.model import Change, Component, Journey, Objective, Scenario, System
from archwright.spec.settings.gateway import GatewaySettings
from archwright.spec.settings.models import GpuSettings
from archwright.spec.settings.work import Scale, WorkSettings
from archwright.spec.shape import DAY_H, WEEK_D

DAY_S = 86400.0
MOST_VISITS = 200_000_000  # more would never end
MOST_FAILURES = 1000  # of one component in one scenario


def stations(system: System) -> Iterator[Problem]:
    """Queues, laws, scaling and failures of components."""
    for name, component in system.components.items():
        settings = component.settings_as(WorkSettings)
        if settings is not None:
            yield from _work(f"`{name}`", settings)
            yield from _scale(f"`{name}`", component, settings.scale)
        hosted = component.settings_as(GpuSettings)
        if hosted is not None:
            yield from _scale(f"`{name}`", component, hosted.scale)
        if (component.mtbf is None) != (component.mttr is None):
            stated, lacks = ("mtbf", "mttr") if component.mttr is None else ("mttr", "mtbf")
            message = f"`{name}` has an `{stated}` and no `{lacks}`"
            mend = "a component that fails by itself has both: how long until, and how long it lasts"
            yield Problem("half-a-failure", message, component.place(stated), mend)


def _work(title: str, settings: WorkSettings) -> Iterator[Problem]:
    bounds = (("queue", settings.queue), ("patience", settings.patience), ("scale", settings.scale))
    for key, value in bounds:
        if value is not None and settings.workers is None:
            message = f"{title} has `{key}`, but its workers are unlimited, so nothing ever waits"
            yield Problem("never-waits", message, settings.place(key), "say how many `workers` each replica has")
    if settings.patience is not None and settings.discipline == "shared":
        message = f"{title} shares its workers among all, so nothing waits for one"
        yield Problem("never-waits", message, settings.patience.where, "remove it; a flow's `timeout` bounds all")
    if settings.patience is None and settings.patience_law != "constant":
        message = f"{title} has a `patience_law` and no `patience`"
        yield Problem("no-patience", message, settings.place("patience_law"), "say how long: `patience: 10 s`")
    if settings.variation is not None and settings.law != "gamma":
        message = f"{title}: `variation` belongs to `law: gamma`, and the law is {settings.law}"
        yield Problem("no-variation", message, settings.variation.where, "write `law: gamma`, or `spread`")
    stated = settings.spread.note != "default" or "spread" in settings.marks
    if stated and settings.law != "log-normal":
        message = f"{title}: `spread` belongs to the log-normal law, and the law is {settings.law}"
        yield Problem("no-spread", message, settings.place("spread"), "remove it, or write `law: log-normal`")


def _scale(title: str, component: Component, scale: Scale | None) -> Iterator[Problem]:
    if scale is None:
        return
    if scale.least.value > scale.most.value:
        message = f"{title} scales from {scale.least} to {scale.most}"
        yield Problem("out-of-range", message, scale.where, "raise `most` or lower `least`")
    elif not scale.least.value <= component.replicas.value <= scale.most.value and "replicas" in component.marks:
        message = f"{title} begins with {component.replicas} replicas, outside {scale.least} to {scale.most}"
        yield Problem("out-of-range", message, component.replicas.where, "begin within the bounds of `scale`")


def journeys(system: System) -> Iterator[Problem]:
    """Users, thinking times and shapes."""
    for name, journey in system.workload.journeys.items():
        title = f"journey `{name}`"
        if (journey.users is None) != (journey.think is None):
            stated, lacks = ("users", "think") if journey.think is None else ("think", "users")
            mend = "users who come back have both: how many, and how long until their next visit"
            yield Problem("half-a-user", f"{title} has `{stated}` and no `{lacks}`", journey.place(stated), mend)
        yield from _shape(title, journey)
        yield from _repeats(name, journey)


def _shape(title: str, journey: Journey) -> Iterator[Problem]:
    shape = journey.shape
    if shape is None:
        return
    for key, numbers, wanted in (("hours", shape.hours, DAY_H), ("days", shape.days, WEEK_D)):
        if numbers and len(numbers) != wanted:
            message = f"{title}: a shape has {wanted} `{key}`, here are {len(numbers)}"
            yield Problem("wrong-length", message, shape.place(key), f"write {wanted} numbers")
        elif numbers and not any(item.value for item in numbers):
            mend = "raise one; what never happens is left out"
            yield Problem("zero-rate", f"{title}: all `{key}` are 0, nobody ever comes", shape.place(key), mend)


def _repeats(name: str, journey: Journey) -> Iterator[Problem]:
    for step in journey.steps:
        if step.repeats.pause is not None and step.repeats.mean.value <= 1:
            message = f"step `{step.name}` of `{name}` pauses between runs, and runs once"
            yield Problem("no-change", message, step.repeats.pause.where, "state the `mean` of its runs, above 1")
        if step.tokens is not None and step.tokens.prefix and step.repeats.mean.value <= 1:
            message = f"step `{step.name}` of `{name}` finds its input of the run before, and runs once"
            yield Problem("no-change", message, step.tokens.place("prefix"), "state `repeats` with a mean above 1")


def scenarios(system: System) -> Iterator[Problem]:
    """The calendar, drawn failures, and what changes strike."""
    for name, scenario in system.scenarios.items():
        title = f"scenario `{name}`"
        yield from _calendar(system, title, scenario)
        yield from _endless(system, title, scenario)
        if scenario.failures and not any(item.mtbf for item in system.components.values()):
            message = f"{title} draws failures, but no component says how often it fails"
            yield Problem("no-failures", message, scenario.place("failures"), "give components their `mtbf` and `mttr`")
        for change in scenario.changes:
            yield from _struck(system, title, change)


def _endless(system: System, title: str, scenario: Scenario) -> Iterator[Problem]:
    """A scenario of more journeys than can be simulated, and failures that come all the time."""
    lasts = scenario.lasts.value
    raised = max((change.factor.value for change in scenario.changes if change.what == "load"), default=1.0)
    rate = sum(_rate(item) for item in system.workload.journeys.values())
    if rate * max(1.0, raised) * lasts > MOST_VISITS:
        message = f"{title} brings up to {rate * max(1.0, raised) * lasts:.3g} journeys; {MOST_VISITS:,} are the most"
        yield Problem("never-ends", message, scenario.lasts.where, "shorten `lasts`, or lower `volume` or `factor`")
    for name, item in system.components.items() if scenario.failures else ():
        if item.mtbf is not None and item.mtbf.value * MOST_FAILURES < lasts:
            message = f"{title}: `{name}` fails every {item.mtbf}, more than {MOST_FAILURES:,} times"
            yield Problem("never-ends", message, item.mtbf.where, "raise `mtbf`, or shorten the scenario")


def _rate(journey: Journey) -> float:
    """Visits a second in the busiest hour; of users who come back, if they did nothing but think."""
    if journey.users is not None and journey.think is not None:
        return journey.users.value / journey.think.median.value
    return journey.volume.value * journey.peak.value


def _calendar(system: System, title: str, scenario: Scenario) -> Iterator[Problem]:
    if scenario.begins is None and scenario.lasts.value > DAY_S:
        message = f"{title} lasts {scenario.lasts}, and no busiest hour does"
        mend = "say when it `begins`, such as `Mon 08:00`; then the rate follows the journeys' `shape`"
        yield Problem("too-long", message, scenario.lasts.where, mend)
    if scenario.begins is None:
        return
    for name, journey in system.workload.journeys.items():
        if journey.peak.value > 1 and journey.shape is None and journey.users is None:
            message = f"{title} follows the calendar, and `{name}` has a peak but no `shape`, so it would be even"
            mend = "add `shape: office`, `shape: evening`, or its own hours and days"
            yield Problem("no-shape", message, journey.peak.where, mend)


def _struck(system: System, title: str, change: Change) -> Iterator[Problem]:
    ways = [change.component is not None, bool(change.components), bool(change.region)]
    if sum(ways) > 1:
        message = f"{title}: a change names a component, several, or a region, one of the three"
        yield Problem("half-a-change", message, change.where, "name all of them in `components`")
    regions = sorted({str(item.region) for item in system.components.values() if item.region})
    if change.region and change.region not in regions:
        message = f"{title}: nothing runs in region `{change.region}`"
        mend = f"regions of this system: {', '.join(regions)}" if regions else "give components their `region`"
        yield Problem("unknown-name", message, change.region.where, mend)
    for key in ("journey", "ramp"):
        if key in change.marks and change.what != "load":
            message = f"{title}: `{key}` is for `load`, not for `{change.what}`"
            yield Problem("half-a-change", message, change.place(key), f"remove `{key}`")
    if change.what == "limit" and change.factor.value > 1e3:
        message = f"{title}: a limit times {change.factor} is no limit"
        yield Problem("out-of-range", message, change.factor.where, "cut it, such as 0.2x")


def objectives(system: System) -> Iterator[Problem]:
    """A promise that no run can measure is none. Without any journey the file is a draft, and they may come yet."""
    if not system.workload.journeys:
        return
    for name, objective in system.objectives.items():
        of = [item for key, item in system.workload.journeys.items() if objective.journey in (None, key)]
        why = _unmeasured(system, objective, of)
        if why:
            message = f"objective `{name}`: nobody measures {objective.measure}, {why}"
            yield Problem("not-measured", message, objective.where, "remove it, or name a journey of which it is known")


def _unmeasured(system: System, objective: Objective, of: list[Journey]) -> str:
    whose = f"`{objective.journey}`" if objective.journey else "the system"
    routes = {str(step.route) for journey in of for step in journey.steps if step.route is not None}
    if not of:
        return ""  # a journey that is not there is told as such
    if objective.measure == "cache-hit" and not _cached(system, routes):
        return f"no route of {whose} has a cache"
    waits = [step for journey in of for step in journey.steps if not step.background]
    if objective.measure in ("p50", "p95", "p99") and not waits:
        return f"nobody waits for any step of {whose}"
    return ""


def _cached(system: System, routes: set[str]) -> bool:
    settings = [item.settings_as(GatewaySettings) for item in system.with_trait("gateway").values()]
    return any(
        name in routes and route.cache is not None for item in settings if item for name, route in item.routes.items()
    )
