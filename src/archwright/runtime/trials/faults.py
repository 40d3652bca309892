"""Twelve faults, streamed and whole, before five ways of going on; what was declared beside what came.

What is expected is derived from the rules that the file declares and nothing of the gateway's code:

- A mistake of the caller (400, 404) goes back to the caller, with its status; nothing else is tried.
- A refusal of our key (401) is not tried again at the same target; the next one is.
- Everything else that happens before the first content is tried again where `attempts` allows it, then the next target,
  then the ladder: an answer that was kept, the canned one, an error 502.
- After the first content nobody can take over: the stream ends with an error event, never in silence, and without the
  event that ends a whole one.
- A client that leaves is not answered, its supplier's connection is cut, and what was written is billed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from archwright.runtime.trials.cells import ANSWER, BROKEN, CALLER, CANNED, FAILED, KEPT, LEFT, Ground, met
from archwright.runtime.trials.culprit import BEGUN
from archwright.runtime.trials.small import plan

POLICIES: Final = ("alone", "fallback", "retry", "degraded", "stale")
OF_THE_CALLER: Final = frozenset(("400", "404"))
TIMEOUT_S: Final = 0.6


class Cell(msgspec.Struct, frozen=True):
    """One fault before one way of going on: what the client got, and how many calls were made."""

    fault: str
    stream: bool
    policy: str
    got: str
    calls: int


def expected(fault: str, stream: bool, policy: str) -> Cell:
    """What the declared rules say."""
    if fault == "client disconnect":
        return Cell(fault, stream, policy, LEFT, 1)
    if fault in OF_THE_CALLER:
        return Cell(fault, stream, policy, CALLER, 1)
    if fault in BEGUN and stream:
        return Cell(fault, stream, policy, BROKEN, 1)
    calls = 2 if policy == "fallback" or (policy == "retry" and fault != "401") else 1
    kept = FAILED if fault == "DNS failure" else KEPT  # a target that nobody ever reached has left nothing to keep
    got = {"fallback": ANSWER, "degraded": CANNED, "stale": kept}.get(policy, FAILED)
    return Cell(fault, stream, policy, got, calls)


async def trial(folder: Path, vendor: str = "") -> list[Cell]:
    """Every cell, as it came, with targets of a `vendor`; empty: of one that speaks the usual wire.

    Raises:
        ProviderUnavailable: a process did not start.
    """
    design = plan(first_s=0.001, token_s=0.0, timeout_s=TIMEOUT_S, cache_s=0.001)
    targets = tuple(replace(item, provider=vendor or item.provider, batch_price=None) for item in design.targets)
    design = replace(design, targets=targets)
    routes = [route for route in design.routes if route.name in POLICIES]
    found = await met(Ground(folder, design), routes)
    return [Cell(item.fault, item.stream, item.route, item.got, item.calls) for item in found]
