"""What breaks first, at which load, and why.

The load is doubled until something breaks, then the edge is bisected. A trial lasts an hour, as the busiest one does,
or as long as its journeys can be afforded, and never so short that it sees few of them; each begins with an idle
system. What limits had saved up before would hide the edge where a trial is shorter: it begins with so little of their
bursts that it lets through at most 1 % more than they do in the long run. Where a recording ends before as many
journeys have come, it is 1 % of a whole trial: of less, not even the first call would find its place. The objectives
are those of the plan; where none speaks of failures, at most 1 % of the journeys may fail. A cost that is too high in
the busiest hour itself is no matter of load: a scenario says so, and the search goes on without it. The canned answer
is looked for in the same way: a system may keep its promises by degrading.

A load breaks an objective when no luck explains what was seen (`deciding`). Where luck may, other seeds add journeys,
up to ENOUGH of them; what they leave open is said to be open. A quick search, while there is no fast engine, sees half
of the fewest journeys and tells the edge to ROUGHLY: which it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from archwright.analysis.stress import engines
from archwright.analysis.stress.deciding import degrades, judged
from archwright.analysis.stress.diagnosis import Cause, at_any_load, diagnose, refused_most
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.merge import merged
from archwright.analysis.stress.objectives import Verdict
from archwright.analysis.stress.outcome import Outcome
from archwright.analysis.stress.sure import Standing
from archwright.base.units import HOUR
from archwright.plan.model import Journey, Plan, Scenario
from archwright.plan.trace import Trace
from archwright.plan.workload import traced_journey
from archwright.policy.provider import BURST_S

SAMPLE = 1500  # journeys in each trial at least
MANY = 100_000  # journeys in a trial of an hour at most on the fast engine; on the plain one ENOUGH
ENOUGH = 6 * SAMPLE  # journeys at a load at most, where fewer cannot tell
RUNS = 64  # seeds at a load at most
SHORTEST_S = 120.0  # a queue needs some time to show
FULL_S = 100 * BURST_S  # a trial as long begins with full limits, a shorter one with its share of them
LONGEST_S = 7 * 86400.0
MOST = 64.0  # multiples of the busiest hour that are tried
EXACT = 1.05  # the edge is known to 5 %
ROUGHLY = 1.2  # the same, of a quick search
BEYOND = 1.5  # times the load that breaks: what comes after the edge
LEAST = 1 / 16  # of the busiest hour: what breaks there breaks at any load


@dataclass(frozen=True, slots=True)
class Edge:
    """The largest load that was not seen to break and the smallest that was, by their simulations.

    Loads are multiples of the busiest hour; `held` is None where even the smallest load that was tried broke. `sure` is
    the largest load below the edge that holds for sure: between it and the edge it cannot be told.
    """

    held: Outcome | None
    broke: Outcome
    cause: Cause
    sure: Outcome | None = None

    @property
    def load(self) -> float:
        """The load at which it breaks."""
        return self.broke.load

    @property
    def rate(self) -> float:
        """Journeys a second at that load."""
        return self.broke.arrivals / self.broke.simulated_s

    @property
    def told(self) -> bool:
        """Whether the load just below it holds for sure."""
        return self.held is self.sure


@dataclass(frozen=True, slots=True)
class Breaking:
    """What was found from the busiest hour up to `tried` times as much.

    `verdict` and `edge` tell the objective that breaks first, `degrading` where canned answers begin; each is None
    where that did not happen. `usual` is the simulation of the busiest hour itself, `widest` that of the largest load,
    `trials` are all of them and one beyond the edge, the load rising. `open` are objectives of which the largest load
    says too little. Edges are known to the factor `exact`.
    """

    usual: Outcome
    widest: Outcome
    trials: tuple[Outcome, ...]
    verdict: Verdict | None
    edge: Edge | None
    degrading: Edge | None
    open: tuple[str, ...] = ()
    exact: float = EXACT

    @property
    def quick(self) -> bool:
        """Whether a finer search would tell the edge better."""
        return self.exact > EXACT

    @property
    def tried(self) -> float:
        """The largest multiple of the busiest hour that was tried."""
        return self.widest.load


Asked = Callable[[Plan, Outcome], Standing]


class _Trials:
    """Simulations of a plan at several loads, each made once."""

    def __init__(self, plan: Plan, seed: int, trace: Trace | None, tell: Callable[[str], None], quick: bool) -> None:
        self.plan = plan
        self.seed = seed
        self.trace = trace
        self.tell = tell
        self.exact = ROUGHLY if quick else EXACT
        self.sample = SAMPLE / 2 if quick else float(SAMPLE)
        self.enough = ENOUGH / 2 if quick else float(ENOUGH)
        self.afforded = 0.0 if quick else float(MANY if engines.fast_for(plan, trace) is not None else ENOUGH)
        self.recorded = trace if trace is not None and not trace.sessions else None  # arrivals, not users' sessions
        traced = traced_journey(plan) if self.recorded is not None else -1
        self.rate = sum(
            self.recorded.rate if self.recorded is not None and index == traced else _rate(journey)
            for index, journey in enumerate(plan.journeys)
        )
        self.made: dict[float, Outcome] = {}
        self.scenarios: dict[float, Scenario] = {}

    def at(self, load: float) -> Outcome:
        if load not in self.made:
            rate = self.rate * load
            lasts = min(LONGEST_S, max(SHORTEST_S, self.sample / rate, min(HOUR, self.afforded / rate)))
            if self.recorded is not None and self.recorded.times[-1] > 0:
                lasts = min(lasts, self.recorded.times[-1] / load)  # nobody comes after its end
            self.tell(f"what breaks first: {load:.3g} times the busiest hour")
            filled = min(1.0, max(lasts, self.sample / rate) / FULL_S)
            scenario = Scenario(f"load-{load:.4g}x", "", lasts, (), filled=filled)
            self.made[load] = simulate(self.plan, scenario, seed=self.seed, load=load, trace=self.trace)
            self.scenarios[load] = scenario
        return self.made[load]

    def standing(self, load: float, asked: Asked) -> Standing:
        """What a load does to what is asked; with other luck too, as long as it cannot be told."""
        found = self.at(load)
        while asked(self.plan, found) == "unsure" and found.arrivals < self.enough and found.runs < RUNS:
            seeds = range(self.seed + found.runs, self.seed + min(RUNS, 2 * found.runs))
            more = [simulate(self.plan, self.scenarios[load], seed=seed, load=load, trace=self.trace) for seed in seeds]
            found = self.made[load] = merged((found, *more))
        return asked(self.plan, found)


def _rate(journey: Journey) -> float:
    """Journeys a second in the busiest hour, at most as many as users who come back can begin."""
    return journey.users / journey.think_s if journey.users else journey.rate * journey.peak


def breaking(
    plan: Plan, seed: int, trace: Trace | None = None, tell: Callable[[str], None] = lambda _words: None,
    quick: bool = False,
) -> Breaking:  # fmt: skip
    """Look for the load at which the plan's first objective breaks, and for the one at which canned answers begin.

    Args:
        plan: what runs.
        seed: of all luck.
        trace: recorded traffic; loads are then multiples of it, and a trial ends with it.
        tell: told of each load that is tried.
        quick: half of the journeys, and the edge to ROUGHLY instead of EXACT.
    """
    trials = _Trials(plan, seed, trace, tell, quick)
    of_load = _without_dear(plan, trials.at(1.0))
    found = _edge(trials, lambda _, outcome: _breaks(of_load, outcome), MOST)
    verdict = edge = None
    if found is not None:
        held, broke, sure = found
        verdict = broken(of_load, broke)[0]
        measure = verdict.objective.measure
        refused = refused_most(broke) if measure == "full-answers" else None
        cause = diagnose(plan, measure, held, broke) if held is not None else at_any_load(plan, measure, broke)
        edge = Edge(held, broke, refused or cause, sure)
    until = edge.load if edge else MOST
    degrading = _degrading(trials, until)
    widest = trials.made[max(trials.made)]
    if edge is not None:
        trials.at(BEYOND * edge.load)  # for the picture
    made = tuple(trials.made[load] for load in sorted(trials.made))
    unsure = tuple(item.objective.name for item, standing in judged(of_load, widest) if standing == "unsure")
    return Breaking(trials.at(1.0), widest, made, verdict, edge, degrading, () if edge else unsure, trials.exact)


def _without_dear(plan: Plan, usual: Outcome) -> Plan:
    """The plan without the objectives of cost that its busiest hour breaks."""
    dear = {item.objective.name for item in broken(plan, usual) if item.objective.measure == "cost"}
    return replace(plan, objectives=tuple(item for item in plan.objectives if item.name not in dear))


def broken(plan: Plan, outcome: Outcome) -> tuple[Verdict, ...]:
    """The objectives that an outcome breaks for sure."""
    return tuple(item for item, standing in judged(plan, outcome) if standing == "broken")


def _breaks(plan: Plan, outcome: Outcome) -> Standing:
    """`broken` if any objective is for sure; `unsure` if that is open of any that seems to be, or could not be seen."""
    found = [standing for _, standing in judged(plan, outcome)]
    return "broken" if "broken" in found else "unsure" if "unsure" in found else "kept"


def _degrading(trials: _Trials, until: float) -> Edge | None:
    found = _edge(trials, lambda _, outcome: degrades(outcome), until)
    if found is None:
        return None
    held, broke, sure = found
    plan, measure = trials.plan, "availability"
    cause = diagnose(plan, measure, held, broke) if held is not None else at_any_load(plan, measure, broke)
    return Edge(held, broke, refused_most(broke) or cause, sure)


def _edge(trials: _Trials, asked: Asked, until: float) -> tuple[Outcome | None, Outcome, Outcome | None] | None:
    """The last outcome that does not break, the first that does, and the last that holds for sure.

    The first two lie within `trials.exact`. None if none up to `until` breaks. Where the busiest hour itself breaks, a
    lighter one is looked for that does not; without one nothing holds.
    """
    seen: dict[float, Standing] = {}

    def breaks(load: float) -> bool:
        seen[load] = trials.standing(load, asked)
        return seen[load] == "broken"

    low, high = 0.0, 1.0
    while not breaks(high):
        if high >= until:
            return None
        low, high = high, min(2 * high, until)
    while low == 0.0 and high > LEAST:
        if breaks(high / 2):
            high /= 2
        else:
            low = high / 2
    if low == 0.0:
        return None, trials.at(1.0), None
    while high / low > trials.exact:
        middle = (low * high) ** 0.5
        if breaks(middle):
            high = middle
        else:
            low = middle
    sure = max((load for load, standing in seen.items() if standing == "kept" and load <= low), default=0.0)
    return trials.at(low), trials.at(high), trials.at(sure) if sure else None
