"""A batch journey: its cheaper lane is priced, and the simulation gives it what real time leaves."""

from __future__ import annotations

import pytest

from archwright.analysis.price import price
from archwright.analysis.stress.engine import simulate
from archwright.plan.compile import Compiled
from archwright.plan.model import decode, encode
from archwright.plan.rules import price_of
from archwright.policy.lanes import BATCH, REALTIME
from tests.plan.small import small

LANE = ("model: acme/large", "model: acme/large\n    batch: {discount: 50 %, slower: 4x}")
NIGHT = (
    "    call:\n      volume: 10k/month\n      steps:\n        - {name: talk, at: team}\n",
    """\
    call:
      volume: 10k/month
      steps:
        - {name: talk, at: team}
    night:
      lane: batch
      volume: 2M/month
      steps:
        - {name: read, at: app, route: answer, tokens: {input: 1000, output: 100}}
""",
)


def batched(*edits: tuple[str, str]) -> Compiled:
    """The small system with a batch journey and a batch lane at the large model."""
    return small(LANE, NIGHT, *edits)


def test_the_lane_has_its_own_price_and_says_why() -> None:
    compiled = batched()
    target = compiled.plan.targets[0]
    assert price_of(target, REALTIME).output == 8_000_000
    assert price_of(target, BATCH).output == 4_000_000
    assert price_of(compiled.plan.targets[1], BATCH) == compiled.plan.targets[1].price
    assert "discount" in compiled.book.explain("prices.model.batch.output")
    assert decode(encode(compiled.plan), "plan.json") == compiled.plan


def test_the_batch_journey_is_priced_in_its_lane() -> None:
    compiled = batched()
    book = price(compiled.plan, compiled.book).book
    assert book["price.night.read.call"].value == 1000 * 1_000_000 + 100 * 4_000_000
    assert book["price.ask.think.call"].value > 100 * 2_000_000


def test_a_discount_belongs_to_the_lane_only() -> None:
    without = small()
    assert without.plan.targets[0].batch_price is None
    assert batched().book["prices.model.input"].value == without.book["prices.model.input"].value


def test_the_simulated_bill_is_the_lane_s() -> None:
    compiled = batched(("limits: {requests: 600/min, tokens: 1M/min, concurrent: 50}", "limits: {requests: 60k/min}"))
    outcome = simulate(compiled.plan, compiled.plan.scenarios[0], seed=2)
    night = next(journey for journey in outcome.journeys if journey.name == "night")
    book = price(compiled.plan, compiled.book).book
    assert night.failed == 0
    assert night.cost / night.requests == pytest.approx(book["price.night.read.call"].value, rel=0.01)


def test_real_time_keeps_its_places_when_batch_floods_the_gateway() -> None:
    """Thirty times as much batch work as its places can do: it waits, and real time does not notice."""
    places = "budget: $2k/month\n    concurrency: 16\n    batch: {places: 25 %, queue: 100k, wait: 5 min}"
    flood = ("volume: 2M/month", "volume: 60M/month")
    wide = ("limits: {requests: 600/min, tokens: 1M/min, concurrent: 50}", "limits: {requests: 60k/min}")
    rich = ("first: {share: 60 %, budget: $1k/month, requests: 5/s}", "first: {share: 60 %}")
    crowded = batched(("budget: $2k/month", places), wide, flood, rich)
    plain = small(("budget: $2k/month", "budget: $2k/month\n    concurrency: 16"), wide, rich)
    scenario = plain.plan.scenarios[0]
    busy, quiet = (simulate(item.plan, scenario, seed=2) for item in (crowded, plain))
    mine = [next(journey for journey in item.journeys if journey.name == "ask") for item in (busy, quiet)]
    assert [journey.failed for journey in mine] == [0, 0]
    assert busy.gateway.most_waiting > 500
    night = next(journey for journey in busy.journeys if journey.name == "night")
    assert night.failed > 0, "who waited longer than the batch wait was turned away"
    assert mine[0].latencies[len(mine[0].latencies) // 2] < 1.5 * mine[1].latencies[len(mine[1].latencies) // 2]
