"""A batch journey: its cheaper lane is priced, and the simulation gives it what real time leaves."""

from __future__ import annotations

import pytest

from archwright.analysis.price import price, price_document
from archwright.analysis.stress.engine import simulate
from archwright.analysis.stress.report import stress, stress_document
from archwright.base.errors import InputError
from archwright.plan.compile import Compiled
from archwright.plan.model import decode, encode
from archwright.plan.rules import began_after, billed, price_of, slower_of
from archwright.policy.lanes import BATCH, REALTIME
from archwright.policy.route import OK, TIMEOUT
from archwright.render.markdown import markdown
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
    assert [price.output for price in billed(target, BATCH)] == [4_000_000, 8_000_000], "batch work may be moved"
    assert [price.output for price in billed(target, REALTIME)] == [8_000_000]
    assert "discount" in compiled.book.explain("prices.model.batch.output")
    assert decode(encode(compiled.plan), "plan.json") == compiled.plan


def test_the_batch_journey_is_priced_in_its_lane() -> None:
    compiled = batched()
    book = price(compiled.plan, compiled.book).book
    assert book["price.night.read.call"].value == 1000 * 1_000_000 + 100 * 4_000_000
    assert book["price.ask.think.call"].value > 100 * 2_000_000


def test_what_each_call_is_charged_besides_its_tokens_stays_in_the_lane() -> None:
    """One cent a call: the lane takes half of the tokens' price off, and nothing of that."""
    agreed = "{input: $2/Mtok, output: $8/Mtok, request: $0.01}"
    wide = ("limits: {requests: 600/min, tokens: 1M/min, concurrent: 50}", "limits: {requests: 60k/min}")
    compiled = batched(("model: acme/large", f"model: acme/large\n    price: {agreed}"), wide)
    book = price(compiled.plan, compiled.book).book
    each = 10**10 + 1000 * 1_000_000 + 100 * 4_000_000
    assert book["price.night.read.call"].value == each
    outcome = simulate(compiled.plan, compiled.plan.scenarios[0], seed=2)
    night = next(journey for journey in outcome.journeys if journey.name == "night")
    assert night.cost == night.requests * each


def test_what_the_lane_saves_is_the_same_calls_in_real_time_less_what_they_cost() -> None:
    compiled = batched()
    result = price(compiled.plan, compiled.book)
    book = result.book
    assert book["price.night.saved"].value == pytest.approx(book["price.night.month"].value)  # half off
    assert "price.ask.saved" not in book
    assert "realtime - call" in book.explain("price.night.saved")
    words = markdown(price_document(result))
    assert "The batch lane" in words
    assert "night, all (batch)" in words
    usual = small()
    assert "batch" not in markdown(price_document(price(usual.plan, usual.book)))


def test_a_batch_journey_without_a_lane_saves_nothing_and_is_still_shown() -> None:
    compiled = small(NIGHT)
    result = price(compiled.plan, compiled.book)
    assert "price.night.saved" not in result.book
    assert "The batch lane" in markdown(price_document(result))


@pytest.mark.parametrize(
    ("name", "lane", "found"),
    [
        ("anthropic/large", "{discount: 50 %}", "no request to anthropic can name one"),
        ("mistral/large", "{discount: 50 %}", "no request to mistral can name one"),
        ("acme/large", "{discount: 50 %, tier: ''}", "its `tier` is empty"),
    ],
)
def test_a_lane_that_cannot_be_asked_for_is_a_problem(name: str, lane: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        small(("model: acme/large", f"model: {name}\n    batch: {lane}"), NIGHT)
    (problem,) = caught.value.problems
    assert problem.code == "no-lane"
    assert found in problem.message
    assert problem.where.line > 1


def test_a_vendor_that_has_a_word_for_it_can_be_asked() -> None:
    assert small(("model: acme/large", "model: openai/large\n    batch: 50 %")).plan.targets[0].batch_tier == "flex"


def test_the_stress_document_tells_the_lanes_apart() -> None:
    compiled = batched()
    result = stress(compiled.plan, scenarios=("baseline",), seed=2)
    document, book = stress_document(result, compiled.plan)
    came = book["stress.baseline.lane.batch.arrivals"].value
    assert came == next(item.arrivals for item in result.outcomes[0].journeys if item.name == "night") > 0
    assert "| batch | night |" in markdown(document)
    assert book["stress.baseline.gateway.batch-places.limit"].value == compiled.plan.gateway.batch_places
    usual = small()
    other, figures = stress_document(stress(usual.plan, scenarios=("baseline",), seed=2), usual.plan)
    assert "| batch |" not in markdown(other)
    assert "stress.baseline.lane.batch.arrivals" not in figures


def test_batch_work_does_not_make_a_target_seem_slow() -> None:
    target = batched().plan.targets[0]
    assert slower_of(target, BATCH) == 4.0
    assert began_after(target, OK, 2.0, 8.0, 100, 4.0) == 0.5
    assert began_after(target, OK, -1.0, 8.0, 101, 4.0) == pytest.approx(1.0)
    assert began_after(target, TIMEOUT, -1.0, 8.0, 0, 4.0) == 2.0


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
    assert mine[0].latencies.percentile(0.5) < 1.5 * mine[1].latencies.percentile(0.5)
