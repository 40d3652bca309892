"""Every policy of the machine that the fast engine runs, on designs that use them all, to the last bit."""

from __future__ import annotations

import pytest

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.engines import unfit
from archwright.analysis.stress.kernel import engine
from archwright.plan.model import Gateway, Plan, Tenant
from archwright.policy import machine
from tests.analysis.stress import designs as d


def guarded(choose: str, seed: int) -> Plan:
    """Two targets that fail and slow down behind a narrow gateway; three journeys of all urgencies, two tenants."""
    gateway = Gateway("gateway", 12, 8, 3.0, 0, 2_629_800.0, floor=3, fair=seed % 2 == 0, shed_early=seed % 3 > 0)
    first = d.target(
        error_rate=0.1, spread=0.5, breaker_failures=3, breaker_open_s=5.0, breaker_ramp_s=20.0, breaker_slower=2.5,
        provisioned_rate=400.0,
    )  # fmt: skip
    weights = (0.7, 0.3) if choose == "weight" else ()
    way = d.route(
        d.hop(0, attempts=2), d.hop(1), degraded="later", retry_ratio=0.3, most_cost=10**9, relief=0.6,
        choose=choose, weights=weights,
    )  # fmt: skip
    return d.plan(
        *(d.journey(d.step(), name=name, rank=rank) for rank, name in enumerate(("high", "normal", "low"))),
        gateway=gateway,
        targets=(first, d.target("second", error_rate=0.05, spread=0.4)),
        routes=(way,),
        tenants=(Tenant("many", 0.7, 0, 0.0, 300.0, 6), Tenant("few", 0.3, 0, 0.0)),
    )


@pytest.mark.parametrize("choose", ["order", "weight", "latency", "load"])
@pytest.mark.parametrize("seed", range(3))
def test_both_engines_say_the_same(loop: engine.Run, choose: str, seed: int) -> None:
    plan = guarded(choose, seed)
    assert not list(unfit(plan))
    scenario = d.scenario(
        120.0, d.change("down", "first", 30.0, 20.0), d.change("slow", "second", 70.0, 20.0, factor=4.0)
    )
    plain = simulate(plan, scenario, seed=seed, load=1.5)
    assert engine.simulate(plan, scenario, seed, 1.5, None, loop) == plain
    assert plain.hows[machine.OVER_RATE] > 0
