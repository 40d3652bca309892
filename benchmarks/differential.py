"""The same workload and faults through the simulator and through the real gateway: how far are they apart?

    make bench NAME=differential

Each scenario of `designs/differential.yaml` is simulated, then rehearsed: the real gateway, real sockets, emulated
providers, the same luck. Counts may be 5 % apart (one, where they are at most 20), latencies 15 %, the cost 2 %. Then
the gateway runs with a planted fault, a breaker that opens twenty times as late, and that must show. The table goes
into `docs/validation/differential.md`; the last line is one JSON object.

What agrees is consistent: the gateway does what the simulator says. Whether the world does is another question.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from archwright.analysis.stress.engine import simulate
from archwright.base.units import show
from archwright.ledger.rows import Row, decode
from archwright.ledger.tally import tally
from archwright.measure.agreement import COST, COUNT, COUNTS, FEW, LATENCIES, LATENCY, Agreement, agreement
from archwright.measure.sides import of_outcome, of_tally
from archwright.plan.model import Plan
from archwright.plan.rules import compress, rules
from archwright.policy import log
from archwright.verbs.project import open_project
from archwright.verbs.rehearse import rehearse

ROOT = Path(__file__).resolve().parents[1]
DESIGN = ROOT / "benchmarks" / "designs" / "differential.yaml"
PAGE = ROOT / "docs" / "validation" / "differential.md"
SEED = 1
SCALE = 4.0
MUTANT = "outage"  # the scenario in which the planted fault must show
LATE_S = 0.05  # where the replaying client itself is later than this (p99, real time), the machine was busy with others
TRIES = 3


class Side(NamedTuple):
    """What one engine did, by the keys of `sides.of_outcome` and `openings`."""

    values: dict[str, float]
    late_s: float = 0.0


def simulated(plan: Plan, scenario: str, seed: int = SEED) -> Side:
    """What the simulator says of a gateway that begins with empty caches, as a rehearsed one does."""
    outcome = simulate(plan, replace(plan.scenario(scenario), cold=True), seed=seed)
    return Side({**of_outcome(outcome), "openings": sum(target.openings for target in outcome.targets)})


def rehearsed(plan: Plan, scenario: str, scale: float = SCALE, seed: int = SEED) -> Side:
    """What the gateway did."""
    with tempfile.TemporaryDirectory() as folder:
        done = rehearse(plan, scenario, seed=seed, scale=scale, out=Path(folder))
        rows: list[Row] = []
        for file in (done.ledger, done.journeys):
            with file.open("rb") as lines:
                rows += decode(lines, file.name)
        with done.record.open("rb") as lines:
            openings = log.openings(rules(compress(plan, scale)), lines)
    return Side({**of_tally(tally(rows)), "openings": openings}, done.late_p99_s)


def quiet(plan: Plan, scenario: str) -> Side:
    """What the gateway did while the machine had time for it; the last of some tries where it never had."""
    for left in reversed(range(TRIES)):
        side = rehearsed(plan, scenario)
        if side.late_s <= LATE_S or not left:
            break
        print(f"{scenario}: the client was {side.late_s:.3f} s late itself; once more", file=sys.stderr)
    return side


def broken(plan: Plan) -> Plan:
    """The plan with a fault that nobody declared: breakers that open twenty times as late."""
    return replace(plan, targets=tuple(replace(t, breaker_failures=t.breaker_failures * 20) for t in plan.targets))


def main() -> None:
    """Run it, print the table, write the page."""
    plan = open_project(DESIGN).compiled.plan
    found: dict[str, Agreement] = {}
    lines: list[str] = []
    for name in plan.scenario_names:
        predicted, ran = simulated(plan, name), quiet(plan, name)
        found[name] = agreement(predicted.values, ran.values)
        lines += [*table(plan, name, predicted.values, ran), ""]
        print("\n".join(lines[-len(COUNTS) - len(LATENCIES) - 8 :]), flush=True)
    mutant = agreement(simulated(plan, MUTANT).values, rehearsed(broken(plan), MUTANT).values)
    lines += planted(mutant)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text("\n".join([*opening(plan), *lines]), "utf-8")
    print(
        json.dumps(
            {
                "worst_count_error": round(max(item.counts for item in found.values()), 4),
                "worst_latency_error": round(max(item.latencies for item in found.values()), 4),
                "worst_cost_error": round(max(item.cost for item in found.values()), 5),
                "scenarios": len(found),
                "agree": all(item.holds for item in found.values()),
                "mutant_found": not mutant.holds,
            }
        )
    )


def opening(plan: Plan) -> list[str]:
    """How the page begins."""
    return [
        "# Simulator and gateway side by side",
        "",
        "`make bench NAME=differential` wrote this page. It simulates each scenario of",
        f"`benchmarks/designs/{DESIGN.name}` and rehearses it: the real gateway on real sockets, time {SCALE:g}",
        f"times as fast, the same luck. A count may be {COUNT:.0%} apart (one, where it is at most {FEW}), p50 and p95",
        f"{LATENCY:.0%}, the cost {COST:.0%}.",
        "",
        "Agreement is *consistency*: the gateway does what the simulator says. How well both describe your suppliers",
        "is *accuracy*, and only your own measurements tell.",
        "",
    ]


def table(plan: Plan, name: str, predicted: Mapping[str, float], ran: Side) -> list[str]:
    """One scenario as Markdown."""
    units = {"cost": "money", **dict.fromkeys(LATENCIES, "duration")}
    rows = []
    for key in (*COUNTS, *LATENCIES, "cost"):
        said, did = predicted[key], ran.values[key]
        shown = (key.replace("_", " "), _shown(said, units.get(key)), _shown(did, units.get(key)), _off(said, did))
        rows.append(f"| {' | '.join(shown)} |")
    return [
        f"## {name}",
        "",
        f"{plan.scenario(name).summary.capitalize()}. The client itself was {ran.late_s * 1000:.1f} ms late (p99).",
        "",
        "| | simulated | rehearsed | difference |",
        "|---|---:|---:|---:|",
        *rows,
    ]


def planted(mutant: Agreement) -> list[str]:
    """What a planted fault did."""
    return [
        "## A planted fault",
        "",
        f"In `{MUTANT}` the gateway ran once more with breakers that open twenty times as late as the design says. The",
        f"worst count was then {mutant.counts:.0%} apart, the worst latency {mutant.latencies:.0%}, the cost",
        f"{mutant.cost:.0%}: " + ("it shows." if not mutant.holds else "it does NOT show."),
        "",
    ]


def _shown(value: float, dimension: str | None) -> str:
    return show(value, dimension) if dimension else f"{value:,.0f}"


def _off(base: float, value: float) -> str:
    return "0" if base == value else f"{(value - base) / base:+.1%}" if base else f"{value - base:+,.0f}"


if __name__ == "__main__":
    main()
