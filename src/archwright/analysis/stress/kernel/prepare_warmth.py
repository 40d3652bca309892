"""The streams whose answers were kept before a scenario, and the load that there was, as tables."""

from __future__ import annotations

import math

from archwright.analysis.stress.kernel import tables as t
from archwright.plan.model import Plan, Scenario
from archwright.plan.trace import Trace
from archwright.plan.warm import past, streams

ROOM = 4096  # more than the answers that there are in the mean: chance may bring some more


def before(
    plan: Plan, scenario: Scenario, steps: t.Table, traffic: tuple[int, float, Trace | None]
) -> tuple[list[dict[str, float]], t.Table, int]:
    """Rows of streams, the past, and how much room the answers need; `traffic` is seed, load and trace."""
    seed, load, trace = traffic
    found, kept = streams(plan, scenario, seed, load, trace)
    if not found:
        return [], t.blank(0, t.PIECE), 0
    rows = {(int(step["journey"]), int(step["index"])): place for place, step in enumerate(steps)}
    load_before = past(plan, scenario, load)
    names = ("cache", "journey", "run", "repeats", "rate", "due", "pace", "ttl_s", "shared")
    written = [
        {
            **{name: getattr(stream, name) for name in names},
            "row": rows[stream.journey, stream.step],
            "past": load_before.first[stream.journey],
            "past_end": load_before.first[stream.journey + 1],
        }
        for stream in found
    ]
    return written, t.written(t.PIECE, [piece._asdict() for piece in load_before.rows]), _room(kept)


def _room(kept: int) -> int:
    return kept + ROOM + 8 * math.isqrt(kept)
