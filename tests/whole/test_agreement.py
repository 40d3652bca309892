"""One workload through the simulator and through the real gateway: they agree, and a mutant in one of them shows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from archwright.measure.agreement import COST, COUNT, agreement
from archwright.plan.model import Plan
from archwright.plan.workload import expected_visits, shortened
from archwright.verbs.project import open_project
from benchmarks.differential import DESIGN, MUTANT, Side, broken, rehearsed, simulated

VISITS = 500
SEED = 3
SCALE = 5.0

pytestmark = pytest.mark.alone  # the rehearsal shares no core with other tests


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The plan of the comparison with one scenario: the large model fails in the middle."""
    design = open_project(DESIGN).compiled.plan
    outage = design.scenario(MUTANT)
    outage = shortened(outage, VISITS / expected_visits(design, outage))
    return replace(design, scenarios=(outage,))


@pytest.fixture(scope="module")
def said(plan: Plan) -> Side:
    """What the simulator says of that plan."""
    return simulated(plan, MUTANT, SEED)


@pytest.fixture(scope="module")
def did(plan: Plan) -> Side:
    """What the real gateway did with that plan."""
    return rehearsed(plan, MUTANT, SCALE, SEED)


def test_both_engines_agree(said: Side, did: Side) -> None:
    assert said.values["fallbacks"] > 20
    assert said.values["openings"] > 0
    found = agreement(said.values, did.values)
    assert found.counts <= COUNT
    assert found.cost <= COST


def test_a_fault_in_the_simulator_shows(plan: Plan, did: Side) -> None:
    assert agreement(simulated(broken(plan), MUTANT, SEED).values, did.values).counts > COUNT


def test_a_fault_in_the_gateway_shows(plan: Plan, said: Side) -> None:
    assert agreement(said.values, rehearsed(broken(plan), MUTANT, SCALE, SEED).values).counts > COUNT
