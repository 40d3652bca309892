"""Whether a simulation keeps an objective, breaks it, or says too little: by an interval, not by a point.

An objective is read as a share of bad things that is allowed: at most 1 % of the journeys fail, at most 5 % of them
take longer than a 95th percentile may. What was counted has Wilson's interval, which takes journeys for independent of
each other. In a queue they are not, but then they are bad together, and far from what is allowed.
"""

from __future__ import annotations

from typing import NamedTuple

from archwright.analysis.stress.interval import at_most
from archwright.analysis.stress.objectives import COUNTED, SHARES, Verdict, counted, verdicts
from archwright.analysis.stress.outcome import Outcome
from archwright.analysis.stress.sure import Standing
from archwright.base.histogram import merged
from archwright.plan.model import Objective, Plan

TOLERATED = 0.01  # failed or degraded journeys
NO_FAILURES = Objective("no failures", "availability", "", at_most=False, limit=1.0 - TOLERATED)


class Bad(NamedTuple):
    """So many of so many things are bad, and this share of them may be."""

    bad: int
    of: int
    allowed: float

    @property
    def standing(self) -> Standing:
        """On which side of what is allowed the whole interval lies."""
        if self.of == 0:
            return "unsure"
        if 1.0 - at_most(self.of - self.bad, self.of) > self.allowed:
            return "broken"
        return "kept" if at_most(self.bad, self.of) <= self.allowed else "unsure"


def judged(plan: Plan, outcome: Outcome) -> list[tuple[Verdict, Standing]]:
    """The objectives that an outcome says something of; where none speaks of failures, that hardly a journey fails."""
    found = list(verdicts(plan, outcome))
    if not any(item.objective.measure in ("availability", "full-answers") for item in found):
        found.append(Verdict(NO_FAILURES, 1.0 - outcome.failed / max(1, outcome.arrivals)))
    return [(item, _standing(item, outcome)) for item in found]


def degrades(outcome: Outcome) -> Standing:
    """Whether more journeys than are tolerated get a canned answer: `broken` if so."""
    return Bad(outcome.degraded, outcome.arrivals, TOLERATED).standing


def _standing(verdict: Verdict, outcome: Outcome) -> Standing:
    bad = _bad(verdict.objective, outcome)
    if verdict.value is None or bad is None:
        return "kept" if verdict.kept else "broken"
    return bad.standing


def _bad(objective: Objective, outcome: Outcome) -> Bad | None:
    """What is bad for an objective; None where nothing is counted, as of money."""
    chosen = [item for item in outcome.journeys if objective.journey in ("", item.name)]
    if objective.measure in SHARES and objective.at_most:
        latencies = merged(item.latencies for item in chosen)
        return Bad(latencies.above(objective.limit), latencies.count, 1.0 - SHARES[objective.measure])
    if objective.measure not in COUNTED:
        return None
    counts = counted(objective.measure, chosen)
    of = counts.get("cacheable", counts.get("arrivals", 0))
    good = round(COUNTED[objective.measure](**counts) * of) if of else 0
    return Bad(good, of, objective.limit) if objective.at_most else Bad(of - good, of, 1.0 - objective.limit)
