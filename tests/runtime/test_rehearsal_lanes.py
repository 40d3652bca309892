"""Batch and real time through both engines: counts and money agree, and the ledger is the emulated bill."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.outcome import Outcome
from archwright.base.money import dollars
from archwright.ledger.rows import Attempt, Request, Row, decode
from archwright.plan import model as m
from archwright.plan.rules import compress, rules
from archwright.policy import log, machine
from archwright.verbs.rehearse import Rehearsal, rehearse
from tests.runtime.sample import hop, plan, price, route, step, target

SCALE = 20.0
PATIENCE = {"timeout_s": 30.0, "backoff_s": 0.3, "longest_s": 2.0}


def made() -> m.Plan:
    """Few places, half of them for batch, whose lane is three times as slow at half the price; its queue fills up."""
    base = plan()
    constant = {"tokens_in": m.TokenLaw(40.0, 0.0), "tokens_out": m.TokenLaw(30.0, 0.0), "growth": 0}
    pace = {"first_token_s": 0.5, "per_token_s": 0.02, "spread": 0.2}
    lane = {"batch_price": price(200_000, 50_000, 800_000), "batch_slower": 3.0, "batch_tier": "flex"}
    day = replace(
        base.journeys[0], rate=1.0, peak=1.0, answers=0, traced_step=0, steps=(step("answer", 1, 0, **constant),)
    )
    night = replace(day, name="night", critical=False, batch=True, rate=0.8)
    return replace(
        base,
        gateway=m.Gateway("gateway", 4, 4, 6.0, 0, 2_629_800.0, batch_places=2, batch_queue=4, batch_wait_s=20.0),
        routes=(route("both", (hop(0, **PATIENCE),), deadline_s=60.0),),
        targets=(target("first", prompt_cache=0.2, **lane, **pace),),
        caches=(),
        stations=tuple(replace(station, median_s=0.0) for station in base.stations),
        journeys=(day, night),
        scenarios=(m.Scenario("usual", "", 90.0, ()),),
    )


@dataclass(frozen=True)
class Seen:
    """One rehearsal and the simulation of the same."""

    ran: Rehearsal
    rows: list[Row]
    simulated: Outcome

    @property
    def attempts(self) -> list[Attempt]:
        return [row for row in self.rows if isinstance(row, Attempt)]

    def requests(self, journey: str) -> list[Request]:
        return [row for row in self.rows if isinstance(row, Request) and row.journey == journey]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    ran = rehearse(made(), "usual", seed=1, scale=SCALE, out=tmp_path_factory.mktemp("lanes"))
    with ran.ledger.open("rb") as lines:
        return Seen(ran, list(decode(lines, "ledger")), simulate(made(), made().scenarios[0], seed=1))


def test_both_engines_agree_on_counts_and_money(seen: Seen) -> None:
    simulated = seen.simulated
    assert seen.ran.visits == simulated.arrivals
    assert seen.ran.calls == simulated.requests
    shed = [row for row in seen.requests("night") if row.how == "shed"]
    assert simulated.hows[machine.SHED] > 5
    assert len(shed) == pytest.approx(simulated.hows[machine.SHED], abs=6)
    assert len(seen.attempts) == pytest.approx(simulated.calls, abs=6)
    assert sum(row.cost for row in seen.attempts) == pytest.approx(simulated.cost, rel=0.05)


def test_real_time_is_never_turned_away_for_batch(seen: Seen) -> None:
    assert {row.how for row in seen.requests("question")} == {"answered"}
    assert seen.simulated.journeys[0].failed == 0


def test_each_lane_has_its_own_price_and_pace(seen: Seen) -> None:
    priced = {row.lane: row.price_out for row in seen.attempts}
    assert priced == {"realtime": 1_600_000, "batch": 800_000}
    night = {row.request for row in seen.requests("night")}
    assert {row.request for row in seen.attempts if row.lane == "batch"} <= night
    quick, slow = (
        sorted(row.total_s for row in seen.attempts if row.lane == lane and row.outcome == "ok")
        for lane in ("realtime", "batch")
    )
    assert slow[len(slow) // 2] == pytest.approx(3.0 * quick[len(quick) // 2], rel=0.25)


def test_the_ledger_is_the_bill(seen: Seen) -> None:
    finished = [row for row in seen.attempts if row.outcome == "ok"]
    assert dollars(sum(row.cost for row in finished)) == seen.ran.bill > 0
    assert seen.ran.statement["targets"]["first"]["batch"] == sum(row.lane == "batch" for row in finished) > 10


def test_the_machine_s_log_has_the_lanes(seen: Seen) -> None:
    lines = seen.ran.record.read_bytes().splitlines(keepends=True)
    decided = rules(compress(made(), SCALE))
    assert log.replay(decided, lines) == []
    wider = decided._replace(gate=decided.gate._replace(batch_places=1))
    assert log.replay(wider, lines)
