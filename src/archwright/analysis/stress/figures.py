"""The numbers of a stress result as figures that can be asked why: keys begin with `stress.<scenario>.`."""

from __future__ import annotations

from archwright.analysis.stress.breaking import Breaking, Edge
from archwright.analysis.stress.objectives import COUNTED, DIMENSIONS, MONTHLY, SHARES, counted, verdicts
from archwright.analysis.stress.outcome import Outcome
from archwright.base.units import show
from archwright.plan.model import Plan
from archwright.policy.lanes import BATCH, LANES
from archwright.report.figures import Book, Formula

COUNTS = (
    "arrivals", "answered", "degraded", "failed", "requests", "cached", "shed", "fallbacks", "retries", "calls",
    "openings",
)  # fmt: skip
UTILISATION = Formula("used / limit")


class Load:
    """Something that can fill up: what of which component, and the keys of its figures."""

    def __init__(self, component: str, what: str, key: str) -> None:
        self.component = component
        self.what = what
        self.used = f"{key}.used"
        self.limit = f"{key}.limit"
        self.utilisation = f"{key}.utilisation"
        self.deepest = f"{key}.deepest"


def source(outcome: Outcome) -> str:
    """Which simulation a number is from."""
    runs = f" and {outcome.runs - 1} more" if outcome.runs > 1 else ""
    return (
        f"scenario {outcome.scenario}, seed {outcome.seed}{runs}, load {outcome.load:.3g}x, "
        f"{outcome.arrivals:,} journeys in {show(outcome.simulated_s, 'duration')}"
    )


def enter(book: Book, plan: Plan, outcome: Outcome) -> None:
    """Enter the figures of one simulation."""
    base, note = f"stress.{outcome.scenario}", source(outcome)

    def leaf(name: str, value: float, dimension: str, label: str) -> None:
        book.leaf(f"{base}.{name}", value, dimension, label=label, origin="simulated", note=note)

    for name in COUNTS:
        leaf(name, getattr(outcome, name), "count", name)
    leaf("refused", sum(sum(target.refused) for target in outcome.targets), "count", "calls refused for a limit (429)")
    leaf("cost", outcome.cost, "money", "all model calls")
    leaf("cacheable", sum(item.cacheable for item in outcome.journeys), "count", "requests of routes with a cache")
    journeys, answers = outcome.latencies, outcome.request_latencies
    for name, share in SHARES.items():
        if journeys:
            label = f"of {journeys.count:,} journeys that did not fail, nearest rank, to 1 %"
            leaf(name, journeys.percentile(share), "duration", label)
        if answers:
            label = f"of {answers.count:,} requests that got an answer, nearest rank, to 1 %"
            leaf(f"request.{name}", answers.percentile(share), "duration", label)
    if outcome.requests:
        book.derive(
            f"{base}.hits", "cached / requests", "share", "requests answered by a cache",
            cached=f"{base}.cached", requests=f"{base}.requests",
        )  # fmt: skip
    if outcome.arrivals:
        book.derive(
            f"{base}.journey", "cost / arrivals", "money", "one journey",
            cost=f"{base}.cost", arrivals=f"{base}.arrivals",
        )  # fmt: skip
    _objectives(book, plan, outcome)


def enter_loads(book: Book, plan: Plan, outcome: Outcome) -> list[Load]:
    """Enter how full everything got: what is limited or had to wait."""
    base, note = f"stress.{outcome.scenario}", source(outcome)
    found: list[Load] = []

    def add(component: str, what: str, used: tuple[float, str], limit: float, deepest: int | None = None) -> None:
        load = Load(component, what, f"{base}.{component}.{what.replace(' ', '-')}")
        book.leaf(load.used, used[0], "number", label=used[1], origin="simulated", note=note)
        if limit > 0:
            book.leaf(load.limit, limit, "number", label=f"limit of {what}", origin="set", note="in the file")
            book.derive(load.utilisation, UTILISATION, "share", "in use", used=load.used, limit=load.limit)
        if deepest is not None:
            book.leaf(load.deepest, deepest, "count", label="longest queue", origin="simulated", note=note)
        found.append(load)

    gateway = outcome.gateway
    add(plan.gateway.name, "places", (gateway.mean_in_flight, "mean"), gateway.concurrency, gateway.most_waiting)
    if any(journey.batch for journey in plan.journeys):
        batch = gateway.lanes[BATCH]
        places = (batch.mean_in_flight, "mean, of those that batch may have")
        add(plan.gateway.name, "batch places", places, plan.gateway.batch_places, batch.most_waiting)
    for target in outcome.targets:
        add(target.name, "requests a minute", (target.peak_requests, "fullest minute"), target.request_limit)
        add(target.name, "tokens a minute", (target.peak_tokens, "fullest minute"), target.token_limit)
    for station in outcome.stations:
        if station.servers and station.jobs:
            busy = (station.utilisation * station.servers, "mean at work")
            add(station.name, "servers", busy, station.servers, station.deepest)
    return found


def enter_lanes(book: Book, plan: Plan, outcome: Outcome) -> dict[str, str]:
    """Enter what each lane did; the beginnings of the keys by lane. Empty where no journey is batch work."""
    if not any(journey.batch for journey in plan.journeys):
        return {}
    note = source(outcome)
    found: dict[str, str] = {}
    for name, lane, batch in zip(LANES, outcome.gateway.lanes, (False, True), strict=True):
        key = found[name] = f"stress.{outcome.scenario}.lane.{name}"
        mine = [item for item, kind in zip(outcome.journeys, plan.journeys, strict=True) if kind.batch is batch]
        for what, value, dimension, label in (
            ("arrivals", sum(item.arrivals for item in mine), "count", "journeys"),
            ("failed", sum(item.failed for item in mine), "count", "journeys that failed"),
            ("cost", sum(item.cost for item in mine), "money", "their model calls"),
            ("held", lane.mean_in_flight, "number", "places, mean"),
            ("waiting", lane.mean_waiting, "number", "waiting for a place, mean"),
            ("longest", lane.most_waiting, "count", "longest queue"),
        ):
            book.leaf(f"{key}.{what}", value, dimension, label=label, origin="simulated", note=note)
    return found


def objective_key(scenario: str, objective: str) -> str:
    """The key of an objective's value in a scenario."""
    return f"stress.{scenario}.objective.{objective}"


def _objectives(book: Book, plan: Plan, outcome: Outcome) -> None:
    note = source(outcome)
    for verdict in verdicts(plan, outcome):
        measure, key = verdict.objective.measure, objective_key(outcome.scenario, verdict.objective.name)
        if verdict.value is None:
            continue
        parts = [item for item in outcome.journeys if verdict.objective.journey in ("", item.name)]
        if measure in SHARES:
            book.leaf(key, verdict.value, DIMENSIONS[measure], label=measure, origin="simulated", note=note)
        elif measure == "cost":
            months = [_month(book, plan, outcome.scenario, part.name, note, part.cost, part.arrivals) for part in parts]
            months += _standing(book, plan) if not verdict.objective.journey else []
            book.total(key, [book[name] for name in months], "money", "a month at the stated volume")
        else:
            counts = counted(measure, parts)
            for name, value in counts.items():
                book.leaf(f"{key}.{name}", value, "count", label=name, origin="simulated", note=note)
            book.derive(key, COUNTED[measure], "share", measure, **{name: f"{key}.{name}" for name in counts})


def _standing(book: Book, plan: Plan) -> list[str]:
    """The key of what models cost without being called, where they do."""
    if not plan.standing:
        return []
    key, note = "stress.standing", "as `price` bills them"
    if key not in book:
        label = "hardware and bought units, a month"
        book.leaf(key, plan.standing, "money", label=label, origin="computed", note=note)
    return [key]


def _month(  # noqa: PLR0913
    book: Book, plan: Plan, scenario: str, journey: str, note: str, cost: int, arrivals: int
) -> str:
    key = f"stress.{scenario}.{journey}"
    if f"{key}.month" not in book:
        rate = next(item.rate for item in plan.journeys if item.name == journey)
        book.leaf(f"{key}.cost", cost, "money", label="all its model calls", origin="simulated", note=note)
        book.leaf(f"{key}.arrivals", arrivals, "count", label="journeys", origin="simulated", note=note)
        book.leaf(f"{key}.volume", rate, "rate", label="stated volume", origin="set", note="workload of the file")
        book.leaf(f"{key}.month-s", plan.gateway.month_s, "duration", label="a month", origin="fact", note="definition")
        book.derive(
            f"{key}.month", MONTHLY if arrivals else "0 * cost * arrivals * volume * month", "money",
            "a month if each costs what it did here", cost=f"{key}.cost", arrivals=f"{key}.arrivals",
            volume=f"{key}.volume", month=f"{key}.month-s",
        )  # fmt: skip
    return f"{key}.month"


def enter_breaking(book: Book, found: Breaking) -> None:
    """Enter where it breaks and how full everything is in the busiest hour."""
    for name, edge in (("breaks", found.edge), ("degrades", found.degrading)):
        if edge is not None:
            _edge(book, f"stress.{name}", edge)
    note = source(found.widest)
    book.leaf("stress.tried", found.tried, "ratio", label="largest load tried", origin="simulated", note=note)


def _edge(book: Book, base: str, edge: Edge) -> None:
    held = f"held at {edge.sure.load:.3g}x" if edge.sure else "no smaller load was seen to hold"
    note = f"{source(edge.broke)}; {held}"
    book.leaf(f"{base}.load", edge.load, "ratio", label="of the busiest hour", origin="simulated", note=note)
    book.leaf(f"{base}.rate", edge.rate, "rate", label="journeys", origin="simulated", note=note)
