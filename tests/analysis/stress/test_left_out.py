"""What a simulation does not follow is said."""

from __future__ import annotations

import datetime as dt

from archwright.analysis.stress.left_out import left_out
from archwright.plan.compile import compile_plan
from archwright.spec.load import loads

FILE = """\
system: Chat
components:
  chat: {kind: service, latency: 1 s}
  orders: {kind: service, latency: 1 s}
  stock: {kind: service, latency: 1 s}
  door:
    kind: gateway
    routes:
      ask: {targets: [model], deadline: 20 s}
  model: {kind: managed-model, model: openai/gpt-4.1-mini, pace: {first_token: 300 ms, per_token: 5 ms}}
flows:
  - {from: chat, to: door, timeout: 30 s, breaker: {failures: 3}}
  - {from: chat, to: orders, timeout: 2 s, retry: {attempts: 3, backoff: 100 ms, budget: 10 %}, breaker: {failures: 3}}
  - {from: chat, to: stock, retry: {attempts: 1}}
  - {from: door, to: model, timeout: 10 s, retry: {attempts: 3, backoff: 100 ms, budget: 10 %}, breaker: {failures: 3}}
workload:
  journeys:
    ask:
      volume: 1/s
      steps: [{name: work, at: orders}, {name: call, at: chat, route: ask, tokens: {input: 100, output: 50}}]
"""
DAY = dt.date(2026, 11, 22)


def said(text: str) -> list[str]:
    system = loads(text)
    return list(left_out(system, compile_plan(system, DAY).plan))


def test_says_what_no_simulation_follows() -> None:
    assert said(FILE) == [
        "Not simulated: the breaker of chat -> door. Simulated are those of the gateway's calls of models.",
        "Not simulated: the retry and breaker of chat -> orders. Simulated are those of the gateway's calls of models.",
    ]


def test_what_the_gateway_does_is_simulated() -> None:
    lines = [line for line in FILE.splitlines() if not line.startswith("  - {from: chat")]
    assert said("\n".join(lines)) == []
