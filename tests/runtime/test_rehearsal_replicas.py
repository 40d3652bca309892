"""A self-hosted design rehearsed: the real gateway and emulated replicas do what the simulator says."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.ledger.rows import Row, decode
from archwright.ledger.tally import tally
from archwright.measure.agreement import COST, COUNT, agreement
from archwright.measure.sides import of_outcome, of_tally
from archwright.plan import model as m
from archwright.plan.pool import Pool
from archwright.verbs.rehearse import rehearse
from tests.runtime.sample import hop, plan, route, target

SCALE = 4.0
LATE_S = 0.005  # real seconds (p99), several times what a machine shows that has time for it
SEED = 3
PATIENCE = {"timeout_s": 30.0, "backoff_s": 0.4, "longest_s": 2.0}
SCALING = m.Scaling(1, 3, 0.6, 4.0, 8.0, 40.0)
OURS = Pool(
    replicas=1, hourly=5 * 10**12, router="least-tokens", serves="a model", least=0.7, most=1.3, kv_tokens=4000,
    sequences=8, batched_tokens=512, waiting=100, fixed_s=0.02, weights_s=0.03, experts_s=0.0, touched=0.0, kv_s=1e-6,
    compute_s=5e-5, sequence_s=1e-4, token_s=0.0, scale=SCALING,
)  # fmt: skip


def made() -> m.Plan:
    """Replicas of our own that scale late, and a supplier to whom goes what they lose."""
    base = plan()
    hops = (hop(0, **PATIENCE), hop(1, attempts=2, **PATIENCE))
    changes = (
        m.Change("load", "", 2.0, 0.0, 20.0, 40.0),
        m.Change("down", "first", 1.0, 0.0, 75.0, 15.0),
    )
    return replace(
        base,
        routes=(route("both", hops, deadline_s=90.0), route("kept", hops, deadline_s=90.0), base.routes[2]),
        targets=(
            target("first", pool=OURS, per_token_s=0.05, first_token_s=0.05),
            target("second", first_token_s=0.4, per_token_s=0.02),
        ),
        stations=tuple(replace(station, median_s=0.0) for station in base.stations),
        scenarios=(m.Scenario("busy", "", 120.0, changes),),
    )


def rehearsed(scale: float, out: Path) -> tuple[dict[str, float], float]:
    """What the gateway did, and how late the client itself was, in real seconds."""
    done = rehearse(made(), "busy", seed=SEED, scale=scale, out=out)
    rows: list[Row] = []
    for file in (done.ledger, done.journeys):
        with file.open("rb") as lines:
            rows += decode(lines, file.name)
    return of_tally(tally(rows)), done.late_p99_s


@pytest.mark.alone
def test_counts_and_cost_are_those_of_the_simulator(tmp_path: Path) -> None:
    """Once more, half as fast, where others had the machine: what they add then weighs half, and a fault as much."""
    said = simulate(made(), made().scenario("busy"), seed=SEED)
    no_breaker = {"openings": 0.0}
    for scale in (SCALE, SCALE / 2):
        did, late_s = rehearsed(scale, tmp_path)
        found = agreement({**of_outcome(said), **no_breaker}, {**did, **no_breaker})
        if late_s <= LATE_S or (found.counts <= COUNT and found.cost <= COST):
            break
    assert said.pools[0].most_replicas > said.pools[0].least_replicas
    assert said.fallbacks > 20
    assert found.counts <= COUNT
    assert found.cost <= COST
