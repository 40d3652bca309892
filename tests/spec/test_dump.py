"""What is written is read again as the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from archwright.spec import given as numbers
from archwright.spec.bind import Binder
from archwright.spec.dump import dump
from archwright.spec.given import Word
from archwright.spec.load import load, loads
from archwright.spec.model import Component, Part, System
from archwright.spec.source import parse
from tests.spec.systems import records

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*/system.yaml"))


@given(records(System))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_system_comes_back(system: System) -> None:
    """The judges are left out: most systems by lot make no sense, and still have to be written right."""
    text = dump(system)
    binder = Binder()
    assert binder.record(System, parse(text, "system.yaml")) == system, text
    assert binder.problems == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples_come_back(path: Path) -> None:
    system = load(path).system
    text = dump(system)
    assert loads(text) == replace(system, include=())  # what was included is in the system
    assert dump(loads(text)) == text


def test_short_forms_defaults_and_provenance() -> None:
    """Only what was said is written, in the shortest form that says it."""
    text = """\
system: Shop
components:
  door:
    kind: gateway
    replicas: 2
    routes: {ask: [brain]}
  brain:
    kind: managed-model
    model: openai/gpt-4.1
    pace: {first_token: 500 ms, per_token: 12 ms}
flows:
- {from: door, to: brain, timeout: 20 s}
workload:
  journeys:
    ask:
      critical: true
      volume: {value: 10k/month, measured: the counter of 2026}
      steps:
      - name: ask
        at: door
        route: ask
        tokens: {input: 250, output: {value: 40, guess: 'short: a line'}}
"""
    assert dump(loads(text)) == text


def test_a_system_from_python() -> None:
    system = System(
        system=Word("Small"),
        groups={"us": Part(title=Word("Us: all"))},
        components={"a": Component(kind=Word("service"), replicas=numbers.given("3", "count"))},
    )
    assert (
        dump(system)
        == "system: Small\ngroups:\n  us: {title: 'Us: all'}\ncomponents:\n  a:\n    kind: service\n    replicas: 3\n"
    )
