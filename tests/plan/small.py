"""A small system, prices that no supplier changes, and the example compiled with them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from pathlib import Path

from archwright.facts.prices import TokenPrice
from archwright.plan.compile import Compiled, compile_plan
from archwright.plan.passages import Index, cut
from archwright.spec.load import load, loads
from archwright.spec.overrides import Overrides

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/support-desk/system.yaml"
ASSISTANT = EXAMPLE.parents[1] / "rag-assistant/system.yaml"
DAY = dt.date(2026, 11, 1)

SMALL = """\
system: Small
components:
  app: {kind: service, latency: 10 ms, workers: 4, replicas: 2}
  gateway:
    kind: gateway
    budget: $2k/month
    routes:
      answer: {targets: [model], deadline: 30 s}
      cached: {targets: [model, spare], deadline: 30 s, cache: answers}
  answers: {kind: cache, ttl: 1 h, entries: 100}
  model:
    kind: managed-model
    model: acme/large
    pace: {first_token: 400 ms, per_token: 10 ms}
    limits: {requests: 600/min, tokens: 1M/min, concurrent: 50}
  spare:
    kind: managed-model
    model: acme/small
    pace: {first_token: 200 ms, per_token: 5 ms}
  team: {kind: human-review, latency: 6 min, spread: 0, wage: $30}
flows:
  - {from: app, to: gateway, timeout: 40 s}
  - from: gateway
    to: model
    timeout: 10 s
    retry: {attempts: 3, backoff: 200 ms, longest: 2 s, budget: 10 %}
    breaker: {failures: 5, open_for: 20 s, probes: 1}
  - {from: gateway, to: spare, timeout: 10 s}
  - {from: app, to: gateway, label: again, timeout: 40 s}
workload:
  journeys:
    ask:
      critical: true
      volume: 1M/month
      peak: 2x
      steps:
        - {name: open, at: app}
        - name: think
          at: app
          route: answer
          probability: 50 %
          repeats: {mean: 1.75, most: 3}
          tokens: {system: 100, input: 200, output: {median: 50, spread: 0.8}, growth: 30}
    call:
      volume: 10k/month
      steps:
        - {name: talk, at: team}
  tenants:
    first: {share: 60 %, budget: $1k/month, requests: 5/s}
    second: {share: 40 %}
objectives:
  quick: {measure: p95, at_most: 5 s}
  cheap: {measure: cost, at_most: $900/month}
scenarios:
  baseline: {lasts: 10 min}
  spike:
    lasts: 10 min
    changes:
      - {what: load, factor: 4x, at: 2 min, lasts: 3 min}
      - {what: down, component: model, at: 1 min, lasts: 1 min}
"""


def lookup(provider: str, model: str, as_of: dt.date) -> TokenPrice:
    """Prices of a supplier that does not exist: dollars a token."""
    large = "large" in model or "4.1" in model
    dollars = ("0.000002", "0.0000005", "0.000008") if large else ("0.0000001", "0.0000001", "0.0000004")
    given, cached, answered = map(Decimal, dollars)
    return TokenPrice(given, cached, answered, f"price list of {provider}", as_of.isoformat())


def small(*edits: tuple[str, str], as_of: dt.date = DAY, overrides: Overrides | None = None) -> Compiled:
    """The small system compiled, with (old, new) replaced in its text; each old must be there once."""
    text = SMALL
    for old, new in edits:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return compile_plan(loads(text), as_of, overrides, lookup)


@cache
def example() -> Compiled:
    """The example of the front page, with the prices from here."""
    return compile_plan(load(EXAMPLE).system, DAY, None, lookup)


@cache
def assistant() -> Compiled:
    """The example that answers from documents, with prices and a document from here."""
    index = Index("handbook-search", 120, 20, cut("leave.md", "# Leave\nEverybody has 28 days.\n", 120, 20))
    return compile_plan(load(ASSISTANT).system, DAY, None, lookup, {"handbook-search": index})
