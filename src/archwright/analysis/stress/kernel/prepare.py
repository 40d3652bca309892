"""From a plan and a scenario to the kernel's tables."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import accumulate, chain

import numpy as np

from archwright.analysis.stress.kernel import tables as t
from archwright.analysis.stress.kernel.prepare_pools import hedges, most_at_once, replicas
from archwright.analysis.stress.kernel.prepare_suppliers import suppliers
from archwright.analysis.stress.kernel.prepare_warmth import before
from archwright.analysis.stress.outcome import HOWS, OUTCOMES
from archwright.analysis.stress.station import RANKS
from archwright.analysis.stress.tally import BUCKETS, first_change_s
from archwright.base.histogram import BINS
from archwright.plan.expect import once_more
from archwright.plan.faults import Faults, faults_of
from archwright.plan.load import pieces as load_pieces
from archwright.plan.model import Journey, Plan, Scenario, Step, Target
from archwright.plan.rules import draws, rules, target_limits
from archwright.plan.servers import fleet_of, law_of
from archwright.plan.trace import Trace
from archwright.plan.workload import STRATIFIED, returning, strata, traced_journey, weibull_shape, zipf
from archwright.policy import chance, service
from archwright.policy.lanes import BATCH, LANES, REALTIME
from archwright.policy.law import written
from archwright.policy.packed import packed
from archwright.policy.state import begun

VISITS = 512  # drawn at once; what they will ask for is fetched meanwhile
TRIPS = 1024  # rows to begin with
EVENTS = 16384
ANSWERS = 4096
KNOWN = 1 << 18  # contents of a step whose tokens are kept
CAREFUL = 1.0 - 1e-12  # no rounding makes a guide point behind the place that is looked for


class Numbers:
    """Sums and strata in one row, each kept once; the others find theirs by where it begins."""

    def __init__(self) -> None:
        self.parts: list[tuple[float, ...]] = []
        self.places: dict[int, int] = {}
        self.length = 0

    def put(self, values: tuple[float, ...]) -> int:
        """Where they begin."""
        if id(values) not in self.places:
            self.places[id(values)] = self.length
            self.parts.append(values)
            self.length += len(values)
        return self.places[id(values)]

    def table(self) -> t.Table:
        """All of them."""
        return np.array(list(chain.from_iterable(self.parts)), dtype=np.float64)


def prepare(plan: Plan, scenario: Scenario, seed: int, load: float, trace: Trace | None) -> t.State:
    """A state in which nothing has happened yet."""
    numbers = Numbers()
    if plan.tenants:
        numbers.put(tuple(accumulate(tenant.share for tenant in plan.tenants)))
    steps, places = _steps(plan, seed, trace is not None, numbers)
    journeys = _journeys(plan, places, numbers, traced_journey(plan) if trace is not None else -1)
    pieces = _pieces(plan, scenario, load, journeys)
    known = _known(plan, steps)
    weather, begins = _weather(plan, scenario)
    targets, prices = suppliers(plan)
    stations = len(plan.stations)
    law = written(rules(plan), t.make)
    rows, past, kept = before(plan, scenario, steps, (seed, load, trace))
    shelves = t.blank(len(plan.caches), t.SHELF)
    shelves["entries"] = [cache.entries for cache in plan.caches]
    shelves["ttl_s"] = [cache.ttl_s for cache in plan.caches]
    shelves["newest"] = shelves["oldest"] = t.NOBODY
    queues = t.blank(stations * RANKS, t.QUEUE)
    queues["first"] = queues["last"] = t.NOBODY
    histograms = t.blank(len(plan.journeys) + 1 + BUCKETS, t.HISTOGRAM)
    histograms["least"] = math.inf
    called = t.blank(len(plan.targets), t.CALLS)
    called["noticed_s"] = called["opened_s"] = math.inf
    called["minute"] = -1
    slots = t.blank(BUCKETS, t.SLOT)
    slots["last"] = -1
    sources = t.blank(len(plan.journeys), t.SOURCE)
    sources["number"] = sources["piece"] = -1
    return t.State(
        machine=packed(begun(law, rules(plan), 0.0, 0, t.make, scenario.filled)),
        desk=_desk(plan, scenario, seed, trace, kept),
        journeys=journeys,
        steps=steps,
        stations=_stations(plan, scenario, numbers),
        targets=targets,
        prices=prices,
        routes=_routes(plan),
        hops=np.array([hop.target for route in plan.routes for hop in route.hops], dtype=np.int64),
        weather=weather,
        pieces=pieces,
        numbers=numbers.table(),
        guides=_guides(plan, journeys),
        known=np.zeros(known, dtype=np.int64),
        trace=_recorded(trace),
        sources=sources,
        visits=t.blank(VISITS, t.VISIT),
        firsts=_firsts(plan, scenario, seed, load, journeys),
        comer=t.blank(1, t.VISIT),
        heap=t.blank(0, t.EVENT),
        soon=t.blank(0, t.EVENT),
        trips=t.blank(0, t.TRIP),
        walks=t.blank(0, t.WALK),
        calls=t.blank(0, t.CALL),
        sides=t.blank(0, t.SIDE),
        pairs=t.blank(0, t.PAIR),
        rooms=_rooms(plan, begins[:stations]),
        queues=queues,
        meters=_meters(plan, scenario.filled, begins[stations:]),
        answers=t.blank(0, t.ANSWER),
        shelves=shelves,
        ranks=t.blank(0, t.RANK),
        ranked=t.blank(0, t.RANKED),
        candidates=t.blank(0, t.CANDIDATE),
        streams=t.written(t.STREAM, rows),
        past=past,
        index=np.full(1, t.NOBODY, dtype=np.int64),
        of_slot=np.zeros(0, dtype=np.int64),
        counts=t.blank(len(plan.journeys), t.COUNT),
        called=called,
        outcomes=np.zeros((len(plan.targets), len(OUTCOMES)), dtype=np.int64),
        hows=np.zeros(len(HOWS), dtype=np.int64),
        slots=slots,
        slot_calls=np.zeros((BUCKETS, len(plan.targets)), dtype=np.int64),
        histograms=histograms,
        bins=np.zeros((len(histograms), BINS), dtype=np.int64),
        lanes=t.blank(len(LANES), t.LANE),
        bills=t.blank((len(steps), len(plan.targets)), t.BILL),
        **replicas(plan),
    )


def _desk(plan: Plan, scenario: Scenario, seed: int, trace: Trace | None, kept: int) -> t.Table:
    row = {
        "seed": seed,
        "lasts_s": scenario.lasts_s,
        "begins_s": scenario.begins_s,
        "since_s": first_change_s(scenario),
        "felt_s": math.inf,
        "width_s": scenario.lasts_s / BUCKETS,
        "journeys": len(plan.journeys),
        "tenants": len(plan.tenants),
        "recorded": len(trace.times) if trace is not None else 0,
        "draws": 1,
        "widest": max((len(journey.steps) for journey in plan.journeys), default=1) * _copies(plan),
        "most_at_once": most_at_once(plan),
        "hedges": hedges(plan),
        "kept": kept,
        **dict.fromkeys(("trips", "walks", "calls", "answers", "seats"), t.NOBODY),
    }
    return t.written(t.DESK, [row])


def _copies(plan: Plan) -> int:
    """How many walks may begin with one."""
    return 2 if any(route.shadow for route in plan.routes) else 1


def order(journey: Journey) -> list[int]:
    """The places of a journey's steps in the order in which they begin."""
    return sorted(range(len(journey.steps)), key=lambda index: (journey.steps[index].stage, index))


def _steps(plan: Plan, seed: int, traced: bool, numbers: Numbers) -> tuple[t.Table, list[int]]:
    """The steps of all journeys, and where each journey's begin."""
    rows: list[dict[str, float]] = []
    places = []
    for number, journey in enumerate(plan.journeys):
        places.append(len(rows))
        mine = traced and number == traced_journey(plan)
        for index in order(journey):
            row = _step(plan, journey, index)
            row["journey"] = number
            row["traced"] = mine and index == journey.traced_step
            for name, salt in (("strata_in", chance.TOKENS_IN), ("strata_out", chance.TOKENS_OUT)):
                row[name] = _strata(journey, journey.steps[index], index * 64 + salt, seed, numbers)
            rows.append(row)
    return t.written(t.STEP, rows), places


def _step(plan: Plan, journey: Journey, index: int) -> dict[str, float]:
    step = journey.steps[index]
    route = plan.routes[step.route] if step.route >= 0 else None
    names = (
        "repeat_most", "growth", "system_tokens", "passages", "probability", "timeout_s", "stage",
        "station", "search", "route", "background", "skips", "prefix", "pause_s", "pause_spread", "seen",
    )  # fmt: skip
    return {
        **{name: getattr(step, name) for name in names},
        "index": index,
        "repeat_again": once_more(step.repeat_mean, step.repeat_most),
        "in_median": step.tokens_in.median,
        "in_spread": step.tokens_in.spread,
        "out_median": step.tokens_out.median,
        "out_spread": step.tokens_out.spread,
        "cacheable": route is not None and route.cache >= 0,
        "draws": route is not None and draws(plan, route),
        "sticky": ("request", "session", "tenant").index(route.sticky) if route is not None else 0,
    }


def _strata(journey: Journey, step: Step, salt: int, seed: int, numbers: Numbers) -> int:
    """Where the strata of a step's tokens begin; -1: they are drawn one by one, or there is nothing to draw."""
    law = step.tokens_in if salt % 64 == chance.TOKENS_IN else step.tokens_out
    if step.route < 0 or law.spread <= 0 or not 0 < journey.answers * journey.wordings <= STRATIFIED:
        return -1
    return numbers.put(strata(journey.answers, journey.skew, journey.wordings, seed, salt))


def _journeys(plan: Plan, places: list[int], numbers: Numbers, traced: int) -> t.Table:
    rows = []
    for number, journey in enumerate(plan.journeys):
        shape = weibull_shape(journey.burstiness)
        rows.append(
            {
                "answers": journey.answers,
                "wordings": journey.wordings,
                "zipf": numbers.put(zipf(journey.answers, journey.skew)) if journey.answers else 0,
                "scale": 1.0 / (journey.rate * journey.peak) / math.gamma(1.0 + 1.0 / shape),
                "power": 1.0 / shape,
                "first": places[number],
                "end": places[number] + len(journey.steps),
                "lane": BATCH if journey.batch else REALTIME,
                "traced": number == traced,
                "rank": journey.rank,
                "semantic": journey.semantic,
                "think_s": journey.think_s,
                "think_spread": journey.think_spread,
            }
        )
    return t.written(t.JOURNEY, rows)


@lru_cache(maxsize=32)
def guide(answers: int, skew: float) -> t.Table:
    """For each of as many equal shares as there are answers, where to begin to look: never behind its first answer."""
    sums = np.array(zipf(answers, skew))
    return np.searchsorted(sums, np.arange(answers + 1) / answers * sums[-1] * CAREFUL).astype(np.int32)


def _guides(plan: Plan, journeys: t.Table) -> t.Table:
    """The guides of all journeys, one after the other."""
    found = [np.zeros(0, dtype=np.int32)]
    for number, journey in enumerate(plan.journeys):
        journeys["guide"][number] = sum(map(len, found))
        if journey.answers:
            found.append(guide(journey.answers, journey.skew))
    return np.concatenate(found)


def _known(plan: Plan, steps: t.Table) -> int:
    """Rows for the tokens of contents of which there are few enough; each step is told where its own begin."""
    rows = 0
    steps["known"] = t.NOBODY
    for step in steps:
        journey = plan.journeys[step["journey"]]
        contents = journey.answers * journey.wordings
        if step["route"] >= 0 and 0 < contents <= KNOWN:
            step["known"] = rows
            rows += contents
    return rows


def _pieces(plan: Plan, scenario: Scenario, load: float, journeys: t.Table) -> t.Table:
    """The load of each journey over the scenario, one journey after the other."""
    rows: list[dict[str, float]] = []
    for number, journey in enumerate(plan.journeys):
        journeys["pieces"][number] = len(rows)
        rows += [piece._asdict() for piece in load_pieces(journey, scenario, load)]
        journeys["pieces_end"][number] = len(rows)
    return t.written(t.PIECE, rows)


def _firsts(plan: Plan, scenario: Scenario, seed: int, load: float, journeys: t.Table) -> t.Table:
    """The first visits of users who come back, one journey after the other."""
    rows: list[dict[str, float]] = []
    for number, users in returning(plan, scenario, seed, load).items():
        journeys["firsts"][number] = len(rows)
        rows += [{"at": at, "number": of} for at, of, _ in users.first()]
        journeys["firsts_end"][number] = len(rows)
        journeys["users"][number], journeys["load"][number] = users.count, load
    return t.written(t.VISIT, rows)


def _stations(plan: Plan, scenario: Scenario, numbers: Numbers) -> t.Table:
    rows: list[dict[str, float]] = []
    for station in plan.stations:
        calm = not faults_of(scenario, station.name).changes
        law = service.LAWS.index(station.law)
        row = {
            **{name: getattr(station, name) for name in ("median_s", "spread", "error_rate", "servers", "queue")},
            "patience_s": station.patience_s,
            "patience": service.LAWS.index(station.patience_law),
            "instant": station.median_s <= 0.0 and station.error_rate <= 0.0 and calm,
            "law": law,
            "drawn": law != service.CONSTANT and (law != service.LOG_NORMAL or station.spread > 0),
            "each": station.servers // max(1, station.replicas),
            "hours": numbers.put(tuple(float(hour) for hour in station.hours)) if station.hours else t.NOBODY,
        }
        scaling = law_of(station)
        if scaling is not None:
            row |= {"scales": 1, **scaling._asdict()}
        rows.append(row)
    return t.written(t.STATION, rows)


def _rooms(plan: Plan, weather: list[int]) -> t.Table:
    rooms = t.blank(len(plan.stations), t.ROOM)
    rooms["weather"] = weather
    rooms["calm_at"] = -1.0
    for number, station in enumerate(plan.stations):
        rooms["running"][number] = rooms["most"][number] = fleet_of(station).running
    return rooms


def _routes(plan: Plan) -> t.Table:
    rows: list[dict[str, float]] = []
    first = 0
    for route in plan.routes:
        hedging = route.hedge_s > 0.0
        rows.append({"first": first, "end": first + len(route.hops), "cache": route.cache, "hedges": hedging})
        first += len(route.hops)
    return t.written(t.ROUTE, rows)


def _weather(plan: Plan, scenario: Scenario) -> tuple[t.Table, list[int]]:
    """The weather of stations and targets, one component after the other, and where each one's begins."""
    rows: list[dict[str, float]] = []
    begins = []
    components = [*((item.name, None) for item in plan.stations), *((item.name, item) for item in plan.targets)]
    for name, target in components:
        begins.append(len(rows))
        faults = faults_of(scenario, name)
        rows += [_row(faults, since, target) for since in (-math.inf, *faults.edges)]
        rows[-1]["last"] = 1
    return t.written(t.WEATHER, rows), begins


def _row(faults: Faults, since: float, target: Target | None) -> dict[str, float]:
    weather = faults.at(since)
    row = {
        "since": since,
        "down": weather.down,
        "slow": weather.slow,
        "errors": weather.errors,
        "limit": weather.limit,
    }
    if target is not None:
        limits = target_limits(target, weather.limit if target.pool is None else 1.0)  # a lost share is of replicas
        row |= {
            "request_rate": limits.requests.rate,
            "request_burst": limits.requests.burst,
            "token_rate": limits.tokens.rate,
            "token_burst": limits.tokens.burst,
            "concurrent": limits.concurrent,
            "again_s": limits.again_s,
        }
    return row


def _meters(plan: Plan, filled: float, weather: list[int]) -> t.Table:
    meters = t.blank(len(plan.targets), t.METER)
    meters["weather"] = weather
    for number, target in enumerate(plan.targets):
        limits = target_limits(target)
        meters["requests"][number] = filled * limits.requests.burst
        meters["tokens"][number] = filled * limits.tokens.burst
    return meters


def _recorded(trace: Trace | None) -> t.Table:
    found = t.blank(len(trace.times) if trace is not None else 0, t.VISIT)
    if trace is not None:
        found["at"] = trace.times
        found["tokens_in"], found["tokens_out"], found["tokens_cached"] = zip(
            *(trace.tokens(row) for row in range(len(trace.times))), strict=True
        )
    return found
