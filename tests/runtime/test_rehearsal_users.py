"""Users who come back, an agent's loop and a bounded queue, rehearsed with the real processes beside the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.ledger.rows import Attempt, decode
from archwright.plan import model as m
from archwright.verbs.rehearse import rehearse
from tests.runtime.sample import hop, plan, route, target


def made() -> m.Plan:
    """Three users in a loop of two runs with a pause; a run finds the input of the one before in the cache."""
    base = plan()
    journey = base.journeys[0]
    step = next(step for step in journey.steps if step.route >= 0)
    looped = replace(
        step, route=0, station=0, stage=0, probability=1.0, repeat_mean=2.0, repeat_most=3, growth=30, prefix=True,
        pause_s=1.0, pause_spread=0.3, search=-1, passages=0, background=False,
    )  # fmt: skip
    closed = replace(journey, steps=(looped,), users=3, think_s=4.0, think_spread=0.5, traced_step=0)
    pace = {"first_token_s": 0.3, "per_token_s": 0.008, "spread": 0.3}
    return replace(
        base,
        journeys=(closed,),
        routes=(route("both", (hop(0, timeout_s=20.0),), deadline_s=60.0),),
        targets=(target("first", **pace),),
        caches=(),
        stations=tuple(replace(item, median_s=0.2, servers=2, law="gamma", spread=0.5) for item in base.stations),
        scenarios=(m.Scenario("loop", "", 60.0, ()),),
    )


def test_both_engines_meet_the_same_users(tmp_path: Path) -> None:
    ran = rehearse(made(), "loop", seed=1, scale=8.0, out=tmp_path)
    said = simulate(made(), made().scenario("loop"), seed=1)
    assert said.arrivals > 20
    assert ran.visits == pytest.approx(said.arrivals, abs=2)
    with ran.ledger.open("rb") as lines:
        attempts = [row for row in decode(lines, str(ran.ledger)) if isinstance(row, Attempt)]
    assert len(attempts) == pytest.approx(said.calls, abs=5)
    cached = sum(row.tokens_cached for row in attempts) / sum(row.tokens_in for row in attempts)
    expected = sum(row.cached for row in said.tokens) / sum(row.input for row in said.tokens)
    assert expected > 0.1
    assert cached == pytest.approx(expected, abs=0.05)
