"""One workload through the simulator and through the real gateway: they agree, and a mutant in one of them shows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.ledger.rows import Row, decode
from archwright.ledger.tally import tally
from archwright.measure.compare import apart
from archwright.measure.document import Ran, measure
from archwright.measure.sides import of_outcome
from archwright.plan.model import Plan, Target
from archwright.plan.workload import expected_visits, shortened
from archwright.report.figures import Book
from archwright.verbs.project import open_project
from archwright.verbs.rehearse import rehearse

DESK = Path(__file__).resolve().parents[2] / "examples" / "support-desk"
VISITS = 220
SEED = 3
SCALE = 45.0

pytestmark = pytest.mark.alone  # the rehearsal shares no core with other tests


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The support desk's plan with one scenario: the primary model fails in the middle."""
    design = open_project(DESK, dt.date(2026, 11, 21)).compiled.plan
    outage = design.scenario("primary-down")
    outage = shortened(outage, VISITS / expected_visits(design, outage))
    return replace(design, scenarios=(outage,))


@pytest.fixture(scope="module")
def ran(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """What the real gateway did with that plan."""
    out = tmp_path_factory.mktemp("rehearsal")
    done = rehearse(plan, plan.scenarios[0].name, seed=SEED, scale=SCALE, out=out)
    rows: list[Row] = []
    for file in (done.ledger, done.journeys):
        with file.open("rb") as lines:
            rows += decode(lines, file.name)
    return Ran("rehearsed", tally(rows), "the rehearsal")


def compared(plan: Plan, ran: Ran) -> Book:
    """The book of the comparison with what the simulator makes of `plan`."""
    outcome = simulate(plan, plan.scenarios[0], seed=SEED)
    return measure(plan, ran, of_outcome(outcome), "simulated")[1]


def test_both_engines_agree(plan: Plan, ran: Ran) -> None:
    book = compared(plan, ran)
    assert book["predicted.fallbacks"].value > 10
    assert apart(book, "rehearsed") == []
    assert book["rehearsed.cost"].value == pytest.approx(book["predicted.cost"].value, rel=0.05)


def test_a_breaker_with_another_threshold_in_one_engine_shows(plan: Plan, ran: Ran) -> None:
    def mutant(target: Target) -> Target:
        return replace(target, breaker_failures=target.breaker_failures * 20)

    other = replace(plan, targets=tuple(mutant(target) for target in plan.targets))
    assert "attempts" in apart(compared(other, ran), "rehearsed")
