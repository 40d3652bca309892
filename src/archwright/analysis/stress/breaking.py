"""What breaks first, at which load, and why.

The load is doubled until something breaks, then the edge is bisected. Every trial sees about the same number of
journeys, so that caches are as warm and shares as exact at every load; each begins with an idle system. The objectives
are those of the plan; where none speaks of failures, at most 1 % of the journeys may fail. The canned answer is looked
for in the same way: a system may keep its promises by degrading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archwright.analysis.stress.diagnosis import Cause, at_any_load, diagnose, refused_most
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.objectives import Verdict, verdicts
from archwright.analysis.stress.outcome import Outcome
from archwright.plan.model import Objective, Plan, Scenario
from archwright.plan.trace import Trace
from archwright.plan.workload import traced_journey

SAMPLE = 1500  # journeys in each trial
SHORTEST_S = 120.0  # a queue or a limit needs some time to show
LONGEST_S = 86400.0
MOST = 64.0  # multiples of the busiest hour that are tried
EXACT = 1.05  # the edge is known to 5 %
TOLERATED = 0.01  # failed or degraded journeys
BEYOND = 1.5  # times the load that breaks: what comes after the edge
LEAST = 1 / 16  # of the busiest hour: what breaks there breaks at any load
NO_FAILURES = Objective("no failures", "availability", "", at_most=False, limit=1.0 - TOLERATED)


@dataclass(frozen=True, slots=True)
class Edge:
    """The largest load that held and the smallest that did not, by their simulations.

    Loads are multiples of the busiest hour; `held` is None where even the smallest load that was tried broke.
    """

    held: Outcome | None
    broke: Outcome
    cause: Cause

    @property
    def load(self) -> float:
        """The load at which it breaks."""
        return self.broke.load

    @property
    def rate(self) -> float:
        """Journeys a second at that load."""
        return self.broke.arrivals / self.broke.simulated_s


@dataclass(frozen=True, slots=True)
class Breaking:
    """What was found from the busiest hour up to `tried` times as much.

    `verdict` and `edge` tell the objective that breaks first, `degrading` where canned answers begin; each is None
    where that did not happen. `usual` is the simulation of the busiest hour itself, `widest` that of the largest load,
    `trials` are all of them and one beyond the edge, the load rising.
    """

    usual: Outcome
    widest: Outcome
    trials: tuple[Outcome, ...]
    verdict: Verdict | None
    edge: Edge | None
    degrading: Edge | None

    @property
    def tried(self) -> float:
        """The largest multiple of the busiest hour that was tried."""
        return self.widest.load


class _Trials:
    """Simulations of a plan at several loads, each made once."""

    def __init__(self, plan: Plan, seed: int, trace: Trace | None, tell: Callable[[str], None]) -> None:
        self.plan = plan
        self.seed = seed
        self.trace = trace
        self.tell = tell
        traced = traced_journey(plan) if trace is not None else -1
        self.rate = sum(
            trace.rate if trace is not None and index == traced else journey.rate * journey.peak
            for index, journey in enumerate(plan.journeys)
        )
        self.made: dict[float, Outcome] = {}

    def at(self, load: float) -> Outcome:
        if load not in self.made:
            lasts = min(LONGEST_S, max(SHORTEST_S, SAMPLE / (self.rate * load)))
            if self.trace is not None and self.trace.times[-1] > 0:
                lasts = min(lasts, self.trace.times[-1] / load)  # nobody comes after its end
            self.tell(f"what breaks first: {load:.3g} times the busiest hour")
            scenario = Scenario(f"load-{load:.4g}x", "", lasts, ())
            self.made[load] = simulate(self.plan, scenario, seed=self.seed, load=load, trace=self.trace)
        return self.made[load]


def breaking(
    plan: Plan, seed: int, trace: Trace | None = None, tell: Callable[[str], None] = lambda _words: None
) -> Breaking:
    """Look for the load at which the plan's first objective breaks, and for the one at which canned answers begin.

    Args:
        plan: what runs.
        seed: of all luck.
        trace: recorded traffic; loads are then multiples of it, and a trial ends with it.
        tell: told of each load that is tried.
    """
    trials = _Trials(plan, seed, trace, tell)
    usual = trials.at(1.0)
    pair = _edge(trials, lambda outcome: bool(broken(plan, outcome)), MOST)
    verdict = edge = None
    if pair is not None:
        held, broke = pair
        verdict = broken(plan, broke)[0]
        measure = verdict.objective.measure
        refused = refused_most(broke) if measure == "full-answers" else None
        cause = diagnose(plan, measure, held, broke) if held is not None else at_any_load(plan, measure, broke)
        edge = Edge(held, broke, refused or cause)
    until = edge.load if edge else MOST
    degrading = _degrading(trials, until)
    widest = trials.made[max(trials.made)]
    if edge is not None:
        trials.at(BEYOND * edge.load)  # for the picture
    made = tuple(trials.made[load] for load in sorted(trials.made))
    return Breaking(usual, widest, made, verdict, edge, degrading)


def broken(plan: Plan, outcome: Outcome) -> tuple[Verdict, ...]:
    """The objectives that an outcome breaks; where none speaks of failures, that hardly a journey fails."""
    judged = verdicts(plan, outcome)
    if not any(item.objective.measure in ("availability", "full-answers") for item in judged):
        judged = (*judged, Verdict(NO_FAILURES, 1.0 - outcome.failed / max(1, outcome.arrivals)))
    return tuple(item for item in judged if not item.kept)


def _degrading(trials: _Trials, until: float) -> Edge | None:
    pair = _edge(trials, lambda outcome: outcome.degraded > TOLERATED * outcome.arrivals, until)
    if pair is None:
        return None
    held, broke = pair
    plan, measure = trials.plan, "availability"
    cause = diagnose(plan, measure, held, broke) if held is not None else at_any_load(plan, measure, broke)
    return Edge(held, broke, refused_most(broke) or cause)


def _edge(trials: _Trials, breaks: Callable[[Outcome], bool], until: float) -> tuple[Outcome | None, Outcome] | None:
    """The last outcome that holds and the first that breaks, within EXACT; None if all up to `until` hold.

    Where the busiest hour itself breaks, a lighter one is looked for that holds; without one nothing holds.
    """
    low, high = 0.0, 1.0
    while not breaks(trials.at(high)):
        if high >= until:
            return None
        low, high = high, min(2 * high, until)
    while low == 0.0 and high > LEAST:
        if breaks(trials.at(high / 2)):
            high /= 2
        else:
            low = high / 2
    if low == 0.0:
        return None, trials.at(1.0)
    while high / low > EXACT:
        middle = (low * high) ** 0.5
        if breaks(trials.at(middle)):
            high = middle
        else:
            low = middle
    return trials.at(low), trials.at(high)
