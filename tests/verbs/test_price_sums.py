"""Sums that must agree wherever a bill is told: one call by hand, months, units, scenarios, options, rows, energy."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from archwright.analysis.price import outlook, price
from archwright.analysis.price.forecast import PriceResult
from archwright.base.money import PICO
from archwright.render.focus import row
from archwright.verbs.decide import decide_project
from archwright.verbs.focus import forecast_charges
from archwright.verbs.project import Project, open_project

DAY = dt.date(2026, 11, 20)
MIXED = """\
system: Mixed
components:
  gateway:
    kind: gateway
    routes:
      ask: {targets: [big, small], choose: weight, weights: [75 %, 25 %], deadline: 60 s, cache: keep}
      night: {targets: [big], deadline: 600 s}
  keep: {kind: cache, ttl: 1 d}
  rerank: {kind: service, latency: 50 ms, charges: {per_call: $0.002}}
  big:
    kind: managed-model
    model: acme/big
    pace: {first_token: 400 ms, per_token: 10 ms}
    prompt_cache: 50 %
    prompt_cache_writes: 10 %
    provisioned: {units: 2, hourly: $1, covers: 80 %}
    batch: 50 %
    price:
      input: $2/Mtok
      cached_input: $0.5/Mtok
      output: $8/Mtok
      cache_write_5m: $2.5/Mtok
      image: $3/Mtok
      reasoning: $10/Mtok
      request: $0.001
      long: {over: 10k, input: $4/Mtok, cached_input: $1/Mtok, output: $12/Mtok}
  small:
    kind: managed-model
    model: acme/small
    pace: {first_token: 300 ms, per_token: 8 ms}
    price: {input: $1/Mtok, output: $2/Mtok}
flows:
  - {from: gateway, to: big, timeout: 60 s}
  - {from: gateway, to: small, timeout: 60 s}
  - {from: gateway, to: rerank}
workload:
  journeys:
    chat:
      volume: 100k/month
      repetition: {answers: 1000, wordings: 1}
      steps:
        - {name: rank, at: rerank}
        - {name: answer, at: gateway, route: ask,
           tokens: {system: 1000, input: 3000, output: 500, images: 2, image_tokens: 500, reasoning: 20 %}}
    night:
      lane: batch
      volume: 20k/month
      steps:
        - {name: read, at: gateway, route: night,
           tokens: {system: 1000, input: 13000, output: 1000, images: 4, image_tokens: 500, reasoning: 20 %}}
scenarios:
  hour: {lasts: 1 h}
"""
LOOP = """\
system: Loop
components:
  gateway: {kind: gateway, routes: {ask: {targets: [big], deadline: 60 s}}}
  big:
    kind: managed-model
    model: acme/big
    pace: {first_token: 400 ms, per_token: 10 ms}
    price: {input: $1/Mtok, cached_input: $0.1/Mtok, output: $4/Mtok,
            long: {over: 200k, input: $2/Mtok, cached_input: $0.2/Mtok, output: $8/Mtok}}
flows: [{from: gateway, to: big, timeout: 60 s}]
workload:
  journeys:
    agent:
      volume: 10k/month
      steps:
        - {name: loop, at: gateway, route: ask, repeats: {mean: 10, most: 10},
           tokens: {input: 60k, growth: 30k, output: 1000}}
"""
GROWTH = """\
system: Two
components:
  gateway:
    kind: gateway
    routes: {ask: {targets: [big], deadline: 60 s}, deep: {targets: [dear], deadline: 60 s}}
  big:
    kind: managed-model
    model: acme/big
    pace: {first_token: 400 ms, per_token: 1 ms}
    price: {input: $1/Mtok, output: $4/Mtok}
  dear:
    kind: managed-model
    model: acme/dear
    pace: {first_token: 400 ms, per_token: 1 ms}
    price: {input: $100/Mtok, output: $400/Mtok}
flows: [{from: gateway, to: big, timeout: 60 s}, {from: gateway, to: dear, timeout: 60 s}]
workload:
  journeys:
    cheap:
      volume: 1M/month
      steps: [{name: answer, at: gateway, route: ask, tokens: {input: 1000, output: 100}}]
    dear:
      volume: 10k/month
      growth: 10 %
      steps: [{name: deep, at: gateway, route: deep, tokens: {input: 1000, output: 100}}]
decisions:
  which:
    title: Which
    date: 2026-11-20
    owner: team
    question: Which?
    options: {this: {}, that: {cost: $2k/month}}
    criteria: {cost: {weight: 100 %, measure: cost}}
"""


def opened(tmp_path: Path, text: str) -> Project:
    (tmp_path / "system.yaml").write_text(text)
    return open_project(tmp_path, DAY)


def priced(tmp_path: Path, text: str) -> PriceResult:
    compiled = opened(tmp_path, text).compiled
    result = price(compiled.plan, compiled.book)
    outlook(result, 1)
    return result


def dollars(result: PriceResult, key: str) -> float:
    return result.book[key].value / PICO


@pytest.mark.parametrize(
    ("tokens", "each"),
    [
        ("", 3.36),  # 60k + 90k + ... + 180k at $1, 210k + ... + 330k at $2, 5 times 1,000 out at $4, 5 times at $8
        ("prefix: true, ", 0.822),  # the same, of which each run but the first finds the input before it in the cache
    ],
)
def test_each_run_of_a_loop_is_in_the_tier_of_its_own_input(tmp_path: Path, tokens: str, each: float) -> None:
    text = LOOP.replace("{input: 60k", "{" + tokens + "input: 60k")
    result = priced(tmp_path, text)
    assert dollars(result, "price.agent.journey") == pytest.approx(each)
    assert dollars(result, "price.spread.agent.journey.p50") == pytest.approx(each)


def test_what_has_its_own_price_keeps_it_in_a_dearer_tier_in_the_batch_lane_too(tmp_path: Path) -> None:
    """Read: 5,600 at $4, 7,000 at $1, 1,400 written at $2.5, 2,000 of pictures at $3; out: 800 at $12, 200 at $10.

    That is $0.0505, half of it $0.02525, and $0.001 for the call. Real time takes $0.0515, and units carry 80 %.
    """
    result = priced(tmp_path, MIXED)
    assert dollars(result, "price.night.read.call") == pytest.approx(0.02625)
    assert dollars(result, "price.spread.night.journey.p50") == pytest.approx(0.2 * 0.02625)
    assert dollars(result, "price.night.saved") == pytest.approx(20_000 * 0.2 * (0.0515 - 0.02625))
    batch = result.plan.targets[0].batch_price
    assert batch is not None
    assert batch.request == PICO // 1000


def test_units_and_scenarios_hold_what_is_charged_by_the_call(tmp_path: Path) -> None:
    result = priced(tmp_path, MIXED)
    month = dollars(result, "price.month")
    units = 100_000 * dollars(result, "price.unit.chat") + 20_000 * dollars(result, "price.unit.night")
    assert units == pytest.approx(month)
    assert dollars(result, "price.scenario.hour.cost") == pytest.approx(month / 730.5)


def test_an_option_costs_over_years_what_the_forecast_says(tmp_path: Path) -> None:
    """$1,400 a month that stay, and $1,400 that grow by a tenth a month."""
    project = opened(tmp_path, GROWTH)
    (told,) = decide_project(project, tmp_path / "out").data["decisions"]
    result = priced(tmp_path, GROWTH)
    year = [dollars(result, f"price.year.{number}") for number in (1, 2, 3)]
    assert year[0] == pytest.approx(1400 * 12 + 1400 * (1.1**12 - 1) / 0.1)
    assert told["options"][0]["tco_years"] == pytest.approx([year[0], sum(year[:2]), sum(year)], abs=0.01)


def test_what_a_cache_avoids_is_told_once_and_the_lane_by_its_name(tmp_path: Path) -> None:
    project = opened(tmp_path, MIXED)
    result = price(project.compiled.plan, project.compiled.book)
    charges = list(forecast_charges(project, result))
    avoided = sum(Decimal(charge.own.get("x_AvoidedCost", "0")) for charge in charges)
    hits, billed = (result.book[f"price.chat.answer.{key}"].value for key in ("hits", "billed"))
    assert float(avoided) == pytest.approx(hits / billed * dollars(result, "price.chat.answer.month"))
    tiers = {charge.tags["journey"]: charge.details["x_ServiceTier"] for charge in charges if charge.details}
    assert tiers == {"chat": "standard", "night": "batch"}
    rows = [row(charge, "1.2") for charge in charges]
    prices = {(one["SkuPriceId"], one["ListUnitPrice"]) for one in rows if one["SkuMeter"] == "Input Tokens"}
    assert len(prices) == len({sku for sku, _ in prices}), "one price an id"


@pytest.mark.parametrize(("old", "new"), [("covers: 80 %", "covers: 100 %"), ("      reasoning: $10/Mtok\n", "")])
def test_energy_does_not_ask_who_pays_for_a_token(tmp_path: Path, old: str, new: str) -> None:
    usual = priced(tmp_path, MIXED).book["price.energy.month"].value
    assert priced(tmp_path, MIXED.replace(old, new)).book["price.energy.month"].value == pytest.approx(usual)


def test_searches_of_a_route_are_calls_of_its_retriever_but_for_what_a_cache_answers(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# Parcels\n\nA parcel takes two days.\n")
    find = "  find: {kind: retriever, documents: docs, latency: 5 ms, charges: {per_call: $0.01}}\n"
    text = MIXED.replace("cache: keep}", "cache: keep, retriever: find}").replace("  rerank: {", f"{find}  rerank: {{")
    result = priced(tmp_path, text.replace("flows:\n", "flows:\n  - {from: gateway, to: find}\n"))
    billed = result.book["price.chat.answer.billed"].value
    assert 0 < billed < 1
    assert dollars(result, "price.component.find.month") == pytest.approx(100_000 * billed * 0.01)
