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
LATE_S = 0.005  # real seconds (p99), several times what a machine shows that has time for it

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
def did(plan: Plan, said: Side) -> Side:
    """What the real gateway did with that plan.

    Where the client itself was late, others had the machine: what they added weighs half where time runs half as fast.
    A fault of an engine weighs the same at any speed.
    """
    for scale in (SCALE, SCALE / 2, SCALE / 4):
        side = rehearsed(plan, MUTANT, scale, SEED)
        found = agreement(said.values, side.values)
        if side.late_s <= LATE_S or (found.counts <= COUNT and found.cost <= COST):
            break
    return side


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
